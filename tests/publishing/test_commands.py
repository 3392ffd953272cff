"""publish, versions, diff and rollback as people meet them."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest

from context_bridge.store import open_store
from ivr.cli import main
from tests.publishing.menus import RENAMED, menu, text
from tests.publishing.site import NOW, Site

EIGHT = ("length: 4-10", "length: 8")
TOLD = "step `track` now asks for 8 digits (before: 4 to 10 digits)"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in [name for name in os.environ if name.startswith("IVR_")]:
        monkeypatch.delenv(name)
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "support.yaml").write_text(text())
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("IVR_MENUS", str(menus))
    return menus


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


class Said:
    """Runs a command; what it printed, both ways."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *command: str, code: int = 0) -> str:
        assert main(command) == code, self._capsys.readouterr()
        printed = self._capsys.readouterr()
        return printed.out + printed.err


def write(folder: Path, *exchanged: tuple[str, str]) -> None:
    (folder / "support.yaml").write_text(text(*exchanged))


def test_from_a_first_version_to_a_roll_back(folder: Path, said: Said) -> None:
    one, two = menu().version, menu(EIGHT).version
    first = said("publish", "-m", "first", "--by", "Kim")
    assert first.startswith(f"support: version 1 ({one}) is in force\n  the menu support is new\n")
    assert f"{folder.parent / 'var' / 'segue.db'} is a new database; if a server runs already" in first
    assert said("publish", "-m", "again") == f"support: nothing changed, version 1 ({one}) is in force\n"
    spoken = {path.name for path in (folder.parent / "var" / "prompts" / "16000").glob("*.wav")}
    assert len(spoken) > 10  # before anybody can call
    write(folder, EIGHT)
    assert said("diff", "support", code=1) == f"{TOLD}\n"
    assert said("publish", str(folder), "-m", "eight digits", "--by", "Ann") == (
        f"support: version 2 ({two}) is in force\n  {TOLD}\n"
    )
    assert said("diff", "support") == "nothing differs\n"
    assert said("diff", "support", "1", "2", code=1) == f"{TOLD}\n"
    assert said("diff", "support", one[:6], code=1) == f"{TOLD}\n"
    rolled = said("rollback", "support", "-m", "oops", "--by", "Ann")
    assert rolled.startswith(f"support: version 3 ({one}) is in force\n")
    lines = [
        re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "then", line) for line in said("versions", "support").splitlines()
    ]
    assert lines == [
        f"*   3  {one}  then  Ann  oops",
        f"    2  {two}  then  Ann  eight digits",
        f"    1  {one}  then  Kim  first",
    ]


def test_a_folder_beside_and_its_lines(folder: Path, tmp_path: Path, said: Said) -> None:
    said("publish", "-m", "first")
    other = tmp_path / "other"
    other.mkdir()
    write(other, EIGHT)
    told = said("diff", "support", str(other), "--text", code=1)
    assert told.startswith(f"{TOLD}\n\n--- support.yaml (before)\n+++ support.yaml (now)\n")


def test_all_menus_or_none(folder: Path, tmp_path: Path, said: Said) -> None:
    (folder / "clinic.yaml").write_text(text(("menu: support", "menu: clinic")))
    said("publish", "-m", "first")
    write(folder, *RENAMED)
    (folder / "clinic.yaml").write_text(text(("menu: support", "menu: clinic"), ("Goodbye.", "Bye.")))

    asyncio.run(two_at_track(tmp_path))
    refused = said("publish", "-m", "second", code=2)
    assert "2 journeys at track" in refused
    assert "--moved track=number" in refused
    assert len(said("versions", "clinic").splitlines()) == 1
    said("publish", "-m", "second", "--moved", "track=number")
    assert len(said("versions", "clinic").splitlines()) == len(said("versions", "support").splitlines()) == 2


async def two_at_track(data: Path) -> None:
    store = await open_store(f"sqlite:///{data}/var/segue.db", clock=lambda: NOW)
    site = Site(store)
    await site.flows.refresh()
    for number in ("+14155550101", "+14155550102"):
        await site.press(await site.call(number), "1")
    await site.bus.close()
    await store.close()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["versions", "nobody"], "no menu 'nobody' was published; there are: support"),
        (["diff", "nobody"], "there is no menu 'nobody' in"),
        (["diff", "support", "7"], "7 is no version of support; see `segue versions support`"),
        (["diff", "support", "1", "1", "1"], "name a folder, one version, or two"),
        (["rollback", "support", "-m", "x"], "support has one version only"),
        (["rollback", "support", "nothing", "-m", "x"], "nothing is no version of support"),
        (["publish", "/nowhere", "-m", "x"], "there is no folder /nowhere"),
        (["publish", "-m", "x", "--moved", "track"], "--moved track: write it as OLD=NEW"),
        (["publish", "-m", "x", "--moved", "trakc=welcome"], "--moved names no step that goes away: trakc"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_a_remedy(
    folder: Path, said: Said, command: list[str], says: str
) -> None:
    said("publish", "-m", "first")
    told = said(*command, code=2)
    assert told.startswith("segue: ")
    assert says in told


def test_a_folder_with_mistakes_is_not_published(folder: Path, said: Said) -> None:
    write(folder, ("start: welcome", "start: welcom"))
    assert 'did you mean "welcome"?' in said("publish", "-m", "x", code=2)
    assert "there is no database" in said("versions", "support", code=2)


def test_a_folder_that_is_older_than_what_is_in_force_undoes_nothing(folder: Path, tmp_path: Path, said: Said) -> None:
    said("publish", "-m", "first")
    newer = tmp_path / "newer"
    newer.mkdir()
    write(newer, EIGHT)
    said("publish", str(newer), "-m", "eight digits", "--by", "Ann")
    refused = said("publish", "-m", "stale", code=2)
    assert "which Ann published: eight digits" in refused
    assert "segue rollback support" in refused
    assert said("versions", "support", "--save", str(folder)) == f"{folder / 'support.yaml'}\n"
    assert (folder / "support.yaml").read_text() == text(EIGHT) == said("versions", "support", "2")
    assert "nothing changed" in said("publish", "-m", "now it is the same")


def test_after_a_roll_back_the_version_must_be_named(folder: Path, said: Said) -> None:
    said("publish", "-m", "first")
    write(folder, EIGHT)
    said("publish", "-m", "second")
    said("rollback", "support", "-m", "oops")
    assert "name the version you want" in said("rollback", "support", "-m", "again", code=2)
    assert "version 4" in said("rollback", "support", "2", "-m", "it was right")
