"""What a menu always says in the same words is spoken before anybody hears it, at the rates of the lines there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr import prompts
from ivr.engine.data import replace
from ivr.prompts import fixed_says, speaker_of
from ivr.publishing.publisher import Draft
from ivr.server import build
from ivr.settings import Settings
from recognition.speak import RATES, Rate
from tests.publishing.menus import menu


@pytest.mark.parametrize(
    ("lines", "rates"),
    [
        ({}, (16000,)),
        ({"ami_url": "ami://segue:secret@127.0.0.1:5038"}, (8000, 16000)),
        ({"twilio_account": "AC" + "b" * 32}, (8000, 16000)),
    ],
)
def test_only_telephone_lines_have_prompts_of_8_khz(
    tmp_path: Path, lines: dict[str, str], rates: tuple[Rate, ...]
) -> None:
    assert tuple(speaker_of(replace(Settings(data_dir=tmp_path), **lines)).ahead) == rates  # type: ignore[arg-type]


async def test_a_server_that_starts_speaks_what_it_always_says_and_what_each_menu_does(tmp_path: Path) -> None:
    german = ("menu: support", "menu: support\nlanguage: de-DE")
    menus = {says: menu(german, ("Welcome to Acme.", says)) for says in ("Willkommen.", "Guten Tag.")}
    async with prompts.speaker_of(Settings(data_dir=tmp_path, ami_url="ami://segue:secret@127.0.0.1:5038")) as speaker:
        greetings = [fixed_says(flow)[0] for flow in menus.values()]
        ahead = [(say, rate) for say in (*prompts.BUILT_IN, *greetings) for rate in RATES]
        assert not any(speaker.ready(*one) for one in ahead)
        await prompts.warm(speaker, menus)
        assert all(speaker.ready(*one) for one in ahead)


async def test_a_new_versions_prompts_are_spoken_before_it_is_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.server.parts.prepare", prompts.prepare)
    (folder := tmp_path / "menus").mkdir()
    (folder / "support.yaml").write_text(menu().source)
    async with build(Settings(data_dir=tmp_path, menus=folder, ears=0)) as segue:
        new = menu(("Welcome to Acme.", "Welcome to Acme, which has moved."))
        says = fixed_says(new)
        assert not all(segue.speaker.ready(say, 16000) for say in says)
        await segue.publisher.publish(Draft(new, segue.flows.current("support").version, "Kim", "moved"))
        assert all(segue.speaker.ready(say, 16000) for say in says)
