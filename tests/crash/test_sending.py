"""kill -9 of what sends messages. `make soak` does the same with 2,000 of them."""

from __future__ import annotations

import random
from pathlib import Path

from tests.crash.sending import run

JOBS, KILLS = 150, 3


async def test_no_message_is_lost_and_none_comes_twice(tmp_path: Path) -> None:
    seen = await run(tmp_path, JOBS, KILLS, random.Random(3))
    assert (seen.wrong, seen.kills, seen.sent) == ([], KILLS, JOBS)
    assert (seen.duplicates, seen.missing) == (0, 0)
    assert seen.looked_up >= KILLS
