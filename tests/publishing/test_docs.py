"""docs/publishing.md is true: its commands are run, and print what it says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

import ivr
from ivr.cli import main

ROOT = Path(__file__).parents[2]
CHANGE = re.compile(r"<!-- (.+) becomes (.+) -->")
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
PARTS = re.compile(rf"{CHANGE.pattern}|{CONSOLE.pattern}", re.DOTALL)


def same(text: str) -> str:
    """Names of versions and times are other ones each time."""
    return re.sub(r"\b[0-9a-f]{12}\b", "VERSION", re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "THEN", text))


def test_the_commands_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("IVR_")]:
        monkeypatch.delenv(name)
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "words").mkdir()
    ours = Path(ivr.__file__).parent / "menus"
    for file in (ours / "support.yaml", ours / "services.yaml", *ours.glob("words/support.*")):
        shutil.copy(file, menus / file.relative_to(ours))
    monkeypatch.setenv("IVR_MENUS", str(menus))
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    text = (ROOT / "docs/publishing.md").read_text("utf-8")
    commands = 0
    for found in PARTS.finditer(text):
        old, new, console = found.groups()
        if old:
            file = menus / "support.yaml"
            assert old in file.read_text()
            file.write_text(file.read_text().replace(old, new))
            continue
        for block in console.removeprefix("$ ").split("\n$ "):
            command, _, expected = block.partition("\n")
            main(shlex.split(command)[1:])
            assert same(capsys.readouterr().out).strip() == same(expected).strip()
            commands += 1
    assert commands == 5
