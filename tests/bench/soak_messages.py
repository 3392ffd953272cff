"""2,000 messages that are owed, three kill -9 of what sends them, and lost answers in between: how many customers got
one too many or one too few. Exits with 1 when any did."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.crash.sending import run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("json", type=Path, nargs="?", help="where the figures go")
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="segue-soak-") as folder:
        seen = asyncio.run(run(Path(folder), chosen.jobs, chosen.kills, random.Random(chosen.seed)))
    if chosen.json:
        chosen.json.write_text(json.dumps(asdict(seen)))
    print(
        "| messages owed | kill -9 | sent | duplicates | missing | look-ups | seconds |\n|---|---|---|---|---|---|---|"
    )
    figures = (seen.jobs, seen.kills, seen.sent, seen.duplicates, seen.missing, seen.looked_up)
    print("| " + " | ".join(map(str, figures)) + f" | {time.monotonic() - began:.0f} |")
    print("\n".join(seen.wrong))
    return 1 if seen.wrong or seen.duplicates or seen.missing or seen.sent != seen.jobs else 0


if __name__ == "__main__":
    sys.exit(main())
