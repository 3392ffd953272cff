"""A menu with everything in it, and slips in it: each is found, alone, with its rule and in the right line.

`seeded/` holds the menu as it should be. A seed is a file, what stands there, what stands there instead, the rule that
is broken, and a part of the line that is told (None: the line of the slip).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ivr.advice.told import Told
from ivr.cli import check

FOLDER = Path(__file__).parent / "seeded"
LINE, PART, ARTICLE, SERVICES = "line.yaml", "identify.yaml", "articles/battery.yaml", "services.yaml"
MANY = "".join(f"\n        - {{key: {n}, label: {{en: {en}, de: {de}}}, goto: rate}}" for n, en, de in (
    (4, "parking", "Parken"), (5, "cookies", "Kekse"), (6, "umbrellas", "Schirme"),
))  # fmt: skip
BATTERY = "goto: battery}"
LONG = "We are closed today and tomorrow. " * 12

SEEDS = [
    # The file, its keys and verbs
    (LINE, "channels: [voice, chat]", "channels: [voice, chat", "E01", None),
    (LINE, "    next: look_up", "\tnext: look_up", "E01", None),
    (LINE, "  hello:\n    say: {en", "  hello:\n    sya: {en", "E02", "sya"),
    (LINE, "      timeout: 8s", "      timeuot: 8s", "E02", None),
    (LINE, "    unavailable: message", "    unavalable: message", "E02", None),
    (LINE, "exhausted: person", "exhausted: person\nexhausted: goodbye", "E03", "exhausted: goodbye"),
    (LINE, "    next: rate\n    failed: rate", "    failed: rate", "E03", "send:"),
    (PART, "submenu: identify", "submenu: identfy", "E11", None),
    # Values
    (LINE, "timeout: 8s", "timeout: soon", "E00", None),
    (LINE, "length: 16", "length: sixteen", "E00", None),
    (LINE, "{key: 2, label", "{key: 12, label", "E10", None),
    (LINE, "tries: 3", "tries: 0", "E00", None),
    (LINE, "percent: 20", "percent: 120", "E00", None),
    (LINE, "type: date", "type: dte", "E00", None),
    (SERVICES, "timeout: 3s", "timeout: quick", "E00", None),
    # Ways
    (LINE, "goto: order}", "goto: ordre}", "E04", None),
    (LINE, "start: open", "start: opne", "E04", None),
    (LINE, "    helped: rate", "    helped: rates", "E04", None),
    (LINE, "  goodbye:", "  old:\n    say: {en: Old., de: Alt.}\n    next: goodbye\n  goodbye:", "E05", "  old:"),
    (LINE, "    next: welcome\n  welcome", "    next: trial\n  welcome", "E05", "  trial:"),
    # Slots
    (LINE, 'order: "{order_number}"', 'order: "{order_nummer}"', "E06", None),
    (LINE, "  eta: {type", "  colour: {type: text}\n  eta: {type", "E06", "colour"),
    (LINE, "card {card}", "card {crad}", "E06", None),
    (LINE, "en: Thank you.", 'en: "Your PIN is {pin}."', "E07", None),
    (LINE, "sensitivity: private", "sensitivity: public", "E07", "submenu:"),
    (LINE, '{eta:date}.", de', '{eta:money}.", de', "E00", None),
    # Keys and channels
    (LINE, "{key: 3, label", "{key: 2, label", "E08", None),
    (LINE, "length: 6-10", "length: 1-10", "E08", "slot: order_number"),
    (LINE, "order_number: {type: digits, length: 6-10", "order_number: {type: text", "E10", "slot: order_number"),
    # Back offices
    (LINE, "service: orders.status", "service: order.status", "E09", None),
    (LINE, 'with: {order: "{order', 'with: {oder: "{order', "E09", None),
    (LINE, "save: [status, eta]", "save: [status, eta, state]", "E09", None),
    (LINE, "timeout: 3s", "timeout: 30s", "E09", None),
    (SERVICES, "https://shop.example/orders", "https://shop.invalid/orders", "E09", None),
    # Sub-menus and articles
    (LINE, "{name: identify,", "{name: identfy,", "E11", None),
    (LINE, 'with: {number: "{order_number}"}, save', "save", "E11", "submenu:"),
    (LINE, "    failed: person\n  prove", "  prove", "E11", "submenu:"),
    (LINE, "{show: battery}", "{show: batery}", "E11", None),
    (PART, "    next: found", "    next: fond", "E04", None),
    (PART, "Card for {number}", "Card for {numbre}", "E06", None),
    (ARTICLE, "title:", "titel:", "E02", None),
    # Languages, hours, switches
    (LINE, "{en: Thank you., de: Danke.}", "{en: Thank you.}", "E12", None),
    (LINE, "{en: Welcome to Acme., de: Willkommen bei Acme.}", "Welcome to Acme.", "E12", None),
    (LINE, "language: de-DE, do", "language: fr-FR, do", "E12", None),
    (LINE, "mon-fri: 08", "mon-fir: 08", "E13", None),
    (LINE, "zone: America/New_York", "zone: America/NewYork", "E13", None),
    (LINE, "{hours.office: {is: open}}", "{hours.ofice: {is: open}}", "E13", None),
    (LINE, "{hours.office: {is: open}}", "{hours.office: {is: opened}}", "E00", None),
    # Advice
    (LINE, BATTERY, f"{BATTERY}{MANY}", "V01", "      choices:"),
    (LINE, "{key: 3, label", "{key: 4, label", "V02", None),
    (LINE, "en: Thank you.", '"en": "Press 1 to stay."', "V03", None),
    (LINE, "de: Willkommen bei Acme.", "de: Drücken Sie die 1.", "V04", None),
    (LINE, "tries: 3", "tries: 5", "V08", None),
    (LINE, "timeout: 8s", "timeout: 30s", "V09", None),
    (LINE, "en: We are closed.", f"en: {LONG}", "V11", None),
    (LINE, "de: Danke.", "de: Ihre Eingabe ist ungültig.", "V12", None),
    (LINE, "en: track an order", "en: hear about your cart", "V22", "about your card,"),
    (PART, "Karte zu {number}", "Ihre falsche Karte {number}", "V12", None),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "menus"))


def told(folder: Path) -> list[Told]:
    return check.found([folder])


def test_the_menu_as_it_should_be(folder: Path) -> None:
    assert told(folder) == []


@pytest.mark.parametrize(("file", "right", "wrong", "rule", "at"), SEEDS)
def test_a_slip_is_found(folder: Path, file: str, right: str, wrong: str, rule: str, at: str | None) -> None:
    text = (folder / file).read_text("utf-8")
    assert right in text
    slip = text.replace(right, wrong, 1)
    (folder / file).write_text(slip, "utf-8")
    line = next(
        n
        for n, (new, old) in enumerate(zip(slip.splitlines(), [*text.splitlines(), ""], strict=False), start=1)
        if (at in new if at else new != old)
    )
    assert {(Path(one.file).relative_to(folder).as_posix(), one.line, one.rule) for one in told(folder)} == {
        (file, line, rule)
    }


def test_there_are_enough() -> None:
    assert len(SEEDS) >= 40
