"""docs/conversations.md: its examples are played, and it names every act and expectation that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ivr
from ivr.conversation import load, run
from ivr.conversation.file import DEEDS, EXPECTATIONS, READERS
from ivr.flows import read_folder
from ivr.rehearsal import rehearsal_of

PAGE = (Path(__file__).parent.parent / "docs/conversations.md").read_text("utf-8")
MENUS = Path(ivr.__file__).parent / "menus"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FRAGMENT = "conversation: fragment\nmenu: support\nturns:\n"


@pytest.mark.parametrize("example", EXAMPLES)
async def test_examples_are_played(example: str) -> None:
    """A fragment (a list of turns) is played from its beginning too."""
    conversation = load(FRAGMENT + example if example.startswith("- ") else example, "docs/conversations.md")
    flows, _ = read_folder(MENUS)
    async with rehearsal_of(conversation, flows) as player:
        result = await run(conversation, player)
    assert result.passed, result.mismatch


def test_every_act_and_expectation_is_described() -> None:
    assert len(EXAMPLES) >= 2
    described = set(re.findall(r"^\| `(\w+)", PAGE, re.MULTILINE))
    assert {*READERS, *DEEDS, *EXPECTATIONS} <= described
