"""`segue talk`: a menu played by hand, and kept as a conversation that passes."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from ivr.cli import main


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_talk_can_be_kept_as_a_test_that_passes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.yaml"
    type_in(
        monkeypatch,
        *("1", "4217#", "on its way", "2026-12-03"),  # the back office is played by who sits there
        *("1", "/drop", "/wait 2m", "/call", "/open", "that was all", "/quit"),
    )
    assert main(["talk", "support", "--as-test", str(path)]) == 0
    told = capsys.readouterr().out
    assert "orders.status is asked about order 4217" in told
    assert "sms to +14155550134: Acme support: go on with order 4217 here:" in told
    assert "[4] finish" in told
    assert main(["test", str(path)]) == 0


def test_talk_explains_what_cannot_be_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    type_in(monkeypatch, "hello", "/wait", "/fly", "/open", "/channel fax", "/hangup", "1", "/slots", "/help")
    assert main(["talk", "--number", "withheld"]) == 0
    told = capsys.readouterr().out
    for line in (
        "Sorry, I did not get that.",  # words by phone are said
        "how long? /wait 30s",
        "/fly is no command; /help lists them",
        "no message with a link was sent yet",
        "which one? voice, chat",
        "has ended",
        "paused at step welcome",
        "/silence",
    ):
        assert line in told


NIGHT = """
menu: night
languages: [en-US, de-DE]
start: hello
exhausted: message
switches: {emergency: {say: {en: There is an outage., de: Es gibt eine Störung.}}}
always: [{key: 8, say: {en: [german], de: [deutsch]}, label: {en: Deutsch, de: Deutsch}, language: de-DE, do: repeat}]
steps:
  hello:
    menu:
      prompt: {en: Hello., de: Guten Tag.}
      choices:
        - {key: 1, label: {en: leave a message, de: eine Nachricht hinterlassen}, goto: message}
        - {key: 2, label: {en: prove who I am, de: mich ausweisen}, goto: prove}
  prove:
    verify: {code: sms, text: {en: "Your code is {code}.", de: "Ihr Code ist {code}."}, prompt: {en: Code?, de: Code?}}
    done: hello
    failed: message
  message:
    record: {slot: message, prompt: {en: Speak., de: Sprechen Sie.}}
    next: back
    failed: back
  back:
    callback: {queue: support, when: soon, prompt: {en: We call you., de: Wir rufen an.}}
    next: bye
    failed: bye
  bye: {end: {en: Bye., de: Tschüss.}}
"""


def test_talk_plays_all_that_menus_can_and_keeps_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    menus = tmp_path / "menus"
    menus.mkdir()
    (menus / "night.yaml").write_text(NIGHT)
    monkeypatch.setenv("IVR_MENUS", str(menus))
    kept = tmp_path / "kept.yaml"
    type_in(
        monkeypatch,
        *("/switch emergncy on", "/switch emergency on", "/hangup", "/call"),
        *("1", "deutsch", "mich ausweisen", "000000", "/code", "/slots"),
        *("1", "Please call me back about my parcel", "/quit"),
    )
    assert main(["talk", "night", "--as-test", str(kept)]) == 0
    told = capsys.readouterr().out
    for line in (
        "which one, on or off? emergency",
        "Segue: There is an outage.",
        "Segue: Guten Tag.",
        "language de-DE, trust 3",
        "(a message is recorded: type its words, or /silence)",
        "(a call is promised to +14155550134, by queue support: soon)",
    ):
        assert line in told
    assert re.search(r"sms to \+14155550134: Ihr Code ist [0-9]{6}\.", told)
    assert main(["test", str(kept)]) == 0, capsys.readouterr().out


def test_talk_plays_whom_the_caller_is_put_through_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_MENUS", str(Path(__file__).parents[1] / "conversations/menus"))
    kept = tmp_path / "kept.yaml"
    type_in(
        monkeypatch,
        *("204", "/other answers", "1", "/other sleeps", "/other answers", "/slots", "/other hangs_up"),
        *("2", "/other busy", "/quit"),
    )
    assert main(["talk", "switchboard", "--as-test", str(kept)]) == 0
    told = capsys.readouterr().out
    for line in (
        "(the caller is not being put through to anybody)",
        "(calls +442079460018; /other answers",
        "what do they do? answers, busy, unreachable, hangs_up",
        "transferred at step pharmacy",
        "Segue: You are back with the clinic.",
        "Segue: Nobody has come to the telephone.",
    ):
        assert line in told
    assert main(["test", str(kept)]) == 0


def test_talk_with_a_menu_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["talk", "suport"]) == 2
    assert ", support" in capsys.readouterr().err.partition("there are: ")[2]
