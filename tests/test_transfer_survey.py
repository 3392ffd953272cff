"""What doctor says of the transfers of menus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ivr.cli import main
from ivr.engine.data import replace
from ivr.engine.loader import load
from ivr.settings import Settings
from ivr.transfer_survey import survey

MENU = """
menu: example
title: Example
channels: [voice]
start: call
steps:
  call:
    transfer: {{to: "{to}", caller_id: ours}}
    unanswered: bye
  bye: {{end: Goodbye.}}
"""
NUMBER, SIP, CLIENT = "+44 20 7946 0018", "sip:lab@pbx.example", "client:shop"
ASTERISK: dict[str, Any] = {"ami_url": "ami://segue:x@127.0.0.1"}
TWILIO: dict[str, Any] = {"twilio_account": "AC" + "a" * 32, "twilio_senders": "+15005550006"}


@pytest.mark.parametrize(
    ("to", "given", "told"),
    [
        (NUMBER, {}, [("web phone cannot dial", "")]),
        (NUMBER, ASTERISK, [("nothing to dial +44 20 7946 0018 by", "IVR_ASTERISK_TRUNK")]),
        (NUMBER, ASTERISK | {"asterisk_trunk": "carrier"}, [("or none where that is an extension", "")]),
        (NUMBER, ASTERISK | {"asterisk_trunk": "carrier", "caller_id": "+15005550001"}, []),
        (SIP, ASTERISK | {"asterisk_trunk": "carrier"}, [("nothing to dial sip:lab@pbx.example", "IVR_ASTERISK_SIP")]),
        (SIP, ASTERISK | {"asterisk_sip": "outbound", "caller_id": "+15005550001"}, []),
        (CLIENT, ASTERISK, [("do not reach client:shop", "name a number")]),
        (CLIENT, ASTERISK | TWILIO, [("do not reach client:shop", "")]),
        (CLIENT, TWILIO, []),
        (SIP, TWILIO, []),
        (NUMBER, TWILIO | {"twilio_senders": "MG" + "a" * 32}, [("the caller's number, not ours", "IVR_CALLER_ID")]),
        (NUMBER, TWILIO | {"twilio_senders": "", "caller_id": "+15005550001"}, []),
    ],
)
def test_what_an_installation_lacks(to: str, given: dict[str, Any], told: list[tuple[str, str]]) -> None:
    found = list(survey(load(MENU.format(to=to), "example.yaml"), Settings(**given)))
    assert len(found) == len(told)
    for sight, (state, remedy) in zip(found, told, strict=True):
        assert state in sight.state
        assert remedy in sight.remedy
        assert bool(remedy) is bool(sight.remedy)


def test_a_menu_that_takes_no_calls_needs_nothing() -> None:
    flow = replace(load(MENU.format(to=NUMBER), "example.yaml"), channels=("chat",))
    assert list(survey(flow, Settings(**ASTERISK))) == []


def test_doctor_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "example.yaml").write_text(MENU.format(to=NUMBER))
    for name, value in (("MENUS", tmp_path), ("DATA_DIR", tmp_path / "var"), ("MENU", "example")):
        monkeypatch.setenv(f"IVR_{name}", str(value))
    main(["doctor"])
    assert "transfers example, step call: the web phone cannot dial" in capsys.readouterr().out
