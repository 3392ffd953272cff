"""`segue test`: conversations that pass, and what is told of one that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

import ivr
from ivr.cli import main

MENUS = Path(ivr.__file__).parent / "menus"


def test_the_conversations_of_the_menus_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test"]) == 0
    *played, summary = capsys.readouterr().out.splitlines()
    assert len(played) == len(list(MENUS.glob("conversations/*.yaml"))) >= 8
    assert summary == f"{len(played)} passed"


def test_a_conversation_that_goes_another_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("conversation: c\nmenu: support\nturns:\n  - call: voice\n    hears: Welcome to Nadir\n")
    assert main(["test", str(path)]) == 1
    told = capsys.readouterr().out
    assert "line 4, call voice: did not hear “Welcome to Nadir”" in told
    assert "heard: Welcome to Acme support." in told


def test_a_back_office_that_a_conversation_does_not_mention(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.yaml"
    path.write_text("conversation: c\nmenu: support\nturns:\n  - call: voice\n  - press: 14217#\n")
    assert main(["test", str(path)]) == 1
    assert "services: {orders.status: {…}}" in capsys.readouterr().out


def test_menus_that_nobody_has_written_a_conversation_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hello.yaml").write_text("menu: hello\nstart: bye\nsteps:\n  bye: {end: Goodbye.}\n")
    monkeypatch.setenv("IVR_MENUS", str(tmp_path))
    assert main(["test"]) == 2
    assert "conversations holds no conversations; docs/conversations.md says" in capsys.readouterr().err
