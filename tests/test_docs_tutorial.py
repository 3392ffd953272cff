"""docs/tutorial.md, walked: its commands in their order, with the changes that it tells its reader to make."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import ivr
from ivr.cli import main

PAGE = (Path(__file__).parents[1] / "docs/tutorial.md").read_text("utf-8")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
REFUSED = {"segue test": 1, "segue diff support": 1, 'segue publish -m "Again"': 2}  # command -> exit code
IN_THE_STUDIO = ("Is there anything else?", "Can we do anything else for you?")
IN_THE_FILE = ("hear our opening hours", "hear when we are open")


@pytest.fixture
def menus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "menus"
    shutil.copytree(Path(ivr.__file__).parent / "menus", folder)
    for file in (folder / "conversations").glob("*.yaml"):
        if "menu: support\n" not in file.read_text("utf-8"):
            file.unlink()  # nothing is changed in its menu, and test_conversations.py plays it
    monkeypatch.setenv("IVR_MENUS", str(folder))
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setattr("ivr.cli.publish.fixed_says", lambda _flow: [])  # nobody hears them here
    return folder


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command of the page with the lines that it prints, `…` for what is not shown."""
    for block in BLOCK.findall(PAGE):
        for each in block.split("$ ")[1:]:
            command, *printed = each.splitlines()
            yield command, printed


def change(file: Path, words: tuple[str, str]) -> None:
    before = file.read_text("utf-8")
    assert words[0] in before, f"the tutorial tells to exchange “{words[0]}”"
    file.write_text(before.replace(*words), "utf-8")


def run(command: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(shlex.split(command)[1:]) == REFUSED.get(command, 0), command
    printed = capsys.readouterr()
    return (printed.out + printed.err).splitlines()


def test_the_tutorial_is_as_it_says(menus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run('segue publish -m "from support.yaml" --by folder', capsys)  # as a server does at its start
    change(menus / "support.yaml", IN_THE_STUDIO)
    run('segue publish -m "From the studio" --by Ann', capsys)
    assert not [line for line in run(f"segue test {menus}/conversations", capsys) if line.startswith("FAIL")]
    change(menus / "support.yaml", IN_THE_FILE)
    for command, expected in commands():
        if command == "segue talk support":  # played in tests/cli/test_talk.py
            continue
        printed = run(command, capsys)
        for line in expected:
            assert any(fnmatchcase(each, line.replace("[", "[[]").replace("…", "*")) for each in printed), (
                line,
                printed,
            )


def test_the_story_that_follows_passes(menus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(menus / "support.yaml", IN_THE_FILE)
    change(menus / "conversations/support-nonsense.yaml", IN_THE_FILE)
    assert run(f"segue test {menus}/conversations/support-nonsense.yaml", capsys)[-1] == "1 passed"
