"""A number that a back office knows leads its caller to the journey that began in a chat."""

from __future__ import annotations

import pytest

from ivr.conversation import load as load_conversation
from ivr.conversation import run
from ivr.engine.loader import MenuMistakes, load
from ivr.rehearsal import rehearsal_of

MENU = """
menu: bank
start: card
exhausted: person
channels: [voice, chat]
slots:
  card: {type: digits, length: 4, title: your card}
  registered: {type: text, sensitivity: private}
steps:
  card:
    ask: {slot: card, prompt: Which card?}
    next: find
  find:
    invoke: {service: cards.find, with: {card: "{card}"}, save: [registered]}
    done: known
    failed: person
  known:
    set: {customer.number: "{registered}"}
    next: sure
  sure:
    menu:
      prompt: Shall we switch it on?
      choices: [{key: 1, label: switch it on, goto: person}]
  person:
    handoff: {queue: cards}
    unavailable: bye
  bye:
    end: Goodbye.
"""
STORY = """
conversation: From a chat to the phone
menu: bank
caller: "%s"
services:
  cards.find: {registered: "(415) 555-0134"}
turns:
  - call: {channel: chat, number: withheld}
  - type: 4217
    hears: Shall we switch it on
  - hang_up
  - wait: 2m
  - call: voice
    %s
"""


@pytest.mark.parametrize(
    ("caller", "then"),
    [
        ("+14155550134", "hears: [Welcome back, go on where you left off]\n    known: {card: 4217}"),
        ("+14155550199", "hears: Which card\n    known: {card: }"),
        ("withheld", "hears: Which card\n    known: {card: }"),
    ],
)
async def test_who_phones_from_it_goes_on_and_nobody_else(caller: str, then: str) -> None:
    flow = load(MENU, "bank.yaml")
    told = load_conversation(STORY % (caller, then), "story")
    async with rehearsal_of(told, {"bank": flow}) as player:
        result = await run(told, player)
    assert result.passed, result.mismatch or result.lacking


def test_a_number_that_the_customer_says_is_refused() -> None:
    """Or anybody could lead a stranger's calls into a journey of their own."""
    with pytest.raises(MenuMistakes) as found:
        load(MENU.replace('"{registered}"}', '"{card}"}'), "bank.yaml")
    assert "card is what anybody may say" in str(found.value)
