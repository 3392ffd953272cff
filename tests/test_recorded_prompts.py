"""Recordings in place of words, looked at before a caller hears that one is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ivr.cli import main
from recognition import audio

MENU = """
menu: shop
languages: [en-US, de-DE]
start: hello
always: [{key: 9, label: Deutsch, language: de-DE}]
steps:
  hello:
    say:
      voice: {en: Welcome., de: Willkommen.}
      audio: {en: prompts/hello.wav, de: prompts/hallo.wav}
    next: bye
  bye:
    end: {voice: {en: Bye., de: Tschüss.}, audio: {en: prompts/notes.wav, de: prompts/notes.wav}}
"""


def test_the_doctor_names_each_that_cannot_be_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts = tmp_path / "menus" / "prompts"
    prompts.mkdir(parents=True)
    (tmp_path / "menus" / "shop.yaml").write_text(MENU, "utf-8")
    audio.write(prompts / "hello.wav", np.zeros(800, np.float32), 8000)
    (prompts / "notes.wav").write_text("I am no recording")
    monkeypatch.setenv("IVR_MENUS", str(tmp_path / "menus"))
    monkeypatch.setenv("IVR_MENU", "shop")
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    main(["doctor"])
    told = [line for line in capsys.readouterr().out.splitlines() if " prompts " in line]
    folder = prompts.parent
    remedy = "so its words are spoken; put it there as a WAV file, or take its audio: out of the menu"
    assert sorted(told) == [
        f"WRONG  prompts   shop: recording prompts/hallo.wav is not in {folder}, {remedy}",
        f"WRONG  prompts   shop: recording prompts/notes.wav is no WAV file that can be played, {remedy}",
    ]
