"""What `/readyz` says of real ears: ready, keys only, failing, and switched off."""

from __future__ import annotations

from pathlib import Path

from ivr.engine.loader import load
from ivr.web.listening import listening
from recognition.ears import Ears, EngineSpec
from tests.recognition.test_ears import WHOLE, ready

TEXT = """\
menu: hotline
languages: [en-US, de-DE]
start: bye
steps:
  bye:
    end: {en: Goodbye., de: Auf Wiederhören.}
"""
MENU = load(TEXT, "hotline")


async def test_which_languages_are_heard_and_which_are_keys_only() -> None:
    async with Ears([WHOLE], 1) as ears:
        await ready(ears)
        look = listening(ears, lambda: [MENU], wanted=True)
        assert look() == ("", "processes that are ready: 1; heard: en-US; keys only: de-DE")


async def test_a_model_that_cannot_be_used_is_wrong_and_told_with_its_remedy(tmp_path: Path) -> None:
    broken = EngineSpec(WHOLE.name, "de-DE", str(tmp_path / "nothing"))
    async with Ears([WHOLE, broken], 1) as ears:
        await ready(ears)
        wrong, note = listening(ears, lambda: [MENU], wanted=True)()
    assert "unpack one there" in wrong
    assert note.endswith("heard: en-US; keys only: de-DE")


async def test_where_nobody_is_to_listen_nothing_is_wrong() -> None:
    async with Ears([WHOLE], 0) as ears:
        assert listening(ears, lambda: [MENU], wanted=False)() == (
            "",
            "nobody listens, since IVR_EARS is 0: calls are answered by keys",
        )
    async with Ears([], 1) as ears:
        assert listening(ears, lambda: [MENU], wanted=True)() == (
            "",
            "nobody listens; heard: none; keys only: de-DE, en-US",
        )
