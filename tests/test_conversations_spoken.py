"""Conversations in which recognition is not sure, or misses what is said: no real ear does that on demand."""

from __future__ import annotations

from pathlib import Path

import pytest

import ivr
from ivr.conversation import Conversation, load, run
from ivr.flows import read_folder
from ivr.rehearsal import rehearsal_of

HERE = Path(__file__).parent / "conversations"
FLOWS = {**read_folder(Path(ivr.__file__).parent / "menus")[0], **read_folder(HERE / "menus")[0]}
TOLD = [load(path.read_text("utf-8"), path.stem) for path in sorted(HERE.glob("*.yaml"))]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.file)
async def test_it_goes_as_it_is_told(told: Conversation) -> None:
    async with rehearsal_of(told, FLOWS) as player:
        result = await run(told, player)
    assert result.passed, result.mismatch or result.lacking
