"""A menu of a bank that calls one sub-menu twice, to be played or to be spoiled."""

from __future__ import annotations

import pytest

from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, load

BANK = """\
menu: bank
start: welcome
exhausted: person
slots:
  card_number: {type: digits, length: 8, title: your card, sensitivity: private}
always:
  - {key: 0, say: agent, goto: person}
steps:
  welcome:
    menu:
      prompt: Hello.
      choices:
        - {key: 1, label: activate, goto: identify}
        - {key: 2, label: pay, goto: again}
        - {key: 3, label: give your card, goto: card}
  identify:
    submenu: {name: identify, with: {card: "{card_number}"}, save: {customer: customer_id}}
    done: tell
    failed: person
  again:
    submenu: {name: identify, with: {card: "{card_number}"}}
    done: tell
    failed: person
  tell:
    say: You are {customer}.
    next: bye
  person:
    handoff: {queue: q, whisper: "{journey.summary}"}
    unavailable: bye
  bye:
    end: Bye.
  card:
    ask: {slot: card_number, prompt: Which card?}
    next: welcome
"""
IDENTIFY = """\
submenu: identify
takes: [card]
gives: [customer_id]
returns: [done, failed]
start: ask
slots:
  card: {type: digits, length: 8, title: your card, sensitivity: private}
steps:
  ask:
    ask: {slot: card, prompt: Your card?, exhausted: bad}
    next: look
  look:
    invoke: {service: cards.find, with: {card: "{card}"}, save: [customer_id]}
    done: good
    failed: bad
  good:
    return: done
  bad:
    return: failed
"""


def bank(menu: str = BANK, **parts: str) -> Flow:
    return load(
        menu, "bank.yaml", parts={f"{name}.yaml": text for name, text in {"identify": IDENTIFY, **parts}.items()}
    )


def told(menu: str = BANK, **parts: str) -> list[str]:
    with pytest.raises(MenuMistakes) as refused:
        bank(menu, **parts)
    return str(refused.value).splitlines()
