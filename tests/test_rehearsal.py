"""A rehearsal plays what menus can: hours, switches, messages, callbacks, languages, codes, splits."""

from __future__ import annotations

import pytest

from ivr.conversation import CannotPlay, load, run
from ivr.engine.loader import load as load_menu
from ivr.rehearsal import rehearsal_of

NIGHT = """\
menu: night
languages: [en-US, de-DE]
start: open
exhausted: voicemail
hours:
  office: {zone: America/New_York, mon-fri: 08:00-20:00, holidays: US-NY}
switches:
  emergency: {title: Emergency, say: {en: There is an outage., de: Es gibt eine Störung.}}
always:
  - {key: 0, say: {en: [mail], de: [post]}, label: {en: leave a message, de: eine Nachricht}, goto: voicemail}
  - {key: 8, say: {en: [deutsch], de: [deutsch]}, label: {en: Deutsch, de: Deutsch}, language: de-DE, do: repeat}
steps:
  open:
    branch:
      - {if: {hours.office: {is: open}}, goto: hello}
      - {else: closed}
  hello:
    menu:
      prompt: {en: Hello., de: Guten Tag.}
      choices:
        - {key: 1, label: {en: be called back, de: einen Rückruf}, say: {en: [call me], de: [rückruf]}, goto: back}
        - {key: 2, label: {en: prove who I am, de: mich ausweisen}, goto: prove}
  closed:
    say: {en: We are closed., de: Wir haben geschlossen.}
    next: voicemail
  voicemail:
    record:
      slot: message
      prompt: {en: Speak after the tone., de: Sprechen Sie nach dem Ton.}
      longest: 1m
      silence: 3s
    next: bye
    failed: bye
  back:
    callback: {queue: support, when: soon, prompt: {en: We will call you., de: Wir rufen an.}}
    next: bye
    failed: voicemail
  prove:
    verify:
      code: sms
      text: {en: "{code} is your code.", de: "{code} ist Ihr Code."}
      prompt: {en: The code?, de: Der Code?}
    done: hello
    failed: voicemail
  bye:
    end: {en: Goodbye., de: Tschüss.}
"""
NIGHTS = [
    """
at: 2026-12-24 18:00 America/New_York
turns:
  - call: voice
    hears: Hello
  - speak: call me
    hears: We will call you
    callback: {queue: support, number: "+14155550134", when: soon}
    status: finished
""",
    """
at: 2026-12-24 23:00 America/New_York
turns:
  - call: voice
    hears: [We are closed, after the tone]
  - silence:
    hears: after the tone
  - record: 7s
    hears: Goodbye
    known: {message: recording:rehearsal-1}
  - wait: 10h
  - switch: {emergency: "on"}
  - call: voice
    hears: [There is an outage, We are closed]
  - switch: {emergency: "off"}
  - call: chat
    hears_not: outage
  - type: Please call me.
    known: {message: Please call me.}
""",
    """
at: 2026-12-28 12:00 America/New_York
turns:
  - call: voice
  - press: 8
    hears: Guten Tag
    language: de-DE
  - press: 2
    hears: Der Code
    sent: ist Ihr Code
    trust: 1
  - press: "000000"
    hears: Der Code
    trust: 1
  - give_code:
    hears: Guten Tag
    trust: 3
""",
]


@pytest.mark.parametrize("turns", NIGHTS)
async def test_hours_switches_messages_callbacks_languages_and_codes_can_be_played(turns: str) -> None:
    told = load(f"conversation: c\nmenu: night\ncaller: '+14155550134'{turns}", "night.yaml")
    flow = load_menu(NIGHT, "night.yaml")
    async with rehearsal_of(told, {"night": flow}) as player:
        result = await run(told, player)
    assert result.passed, result.mismatch or result.lacking


@pytest.mark.parametrize(
    ("turn", "problem"),
    [
        ("callback: sales", "queue of the callback is “support” instead of “sales”"),
        ("language: de-DE", "the language is that of the menu instead of de-DE"),
        ("sent: your code", "nothing was sent: “your code”"),
        ("trust: 4", "the trust is 0 instead of 4"),
    ],
)
async def test_what_is_expected_of_them_and_is_not_so(turn: str, problem: str) -> None:
    told = load(
        "conversation: c\nmenu: night\ncaller: '+14155550134'\nat: 2026-12-28 12:00 America/New_York\n"
        f"turns:\n  - call: voice\n  - press: 1\n    {turn}\n",
        "c.yaml",
    )
    async with rehearsal_of(told, {"night": load_menu(NIGHT, "night.yaml")}) as player:
        result = await run(told, player)
    assert result.mismatch
    assert result.mismatch.problems == (problem,)


TRIAL = """\
menu: trial
start: trial
steps:
  trial:
    split: [{percent: 1, goto: new}, {else: old}]
  new: {say: The new way., next: bye}
  old: {say: The old way., next: bye}
  bye: {end: Goodbye.}
"""


@pytest.mark.parametrize("way", ["new", "old"])
async def test_a_split_leads_where_the_conversation_wants_it(way: str) -> None:
    turns = f"turns:\n  - call: voice\n    hears: The {way} way\n"
    told = load(f"conversation: c\nmenu: trial\nsplits: {{trial: {way}}}\n{turns}", "c.yaml")
    async with rehearsal_of(told, {"trial": load_menu(TRIAL, "trial.yaml")}) as player:
        assert (await run(told, player)).passed


async def test_a_split_that_does_not_lead_there() -> None:
    told = load("conversation: c\nmenu: trial\nsplits: {trial: bye}\nturns:\n  - call: voice\n", "c.yaml")
    with pytest.raises(CannotPlay, match="trial is no split that leads to bye"):
        async with rehearsal_of(told, {"trial": load_menu(TRIAL, "trial.yaml")}):
            pass


PARCEL = """\
menu: parcel
start: number
exhausted: bye
slots:
  number: {type: digits, length: 4}
  pin: {type: digits, length: 4}
steps:
  number: {ask: {slot: number, prompt: Your number?}, next: pin}
  pin: {ask: {slot: pin, prompt: And the PIN?}, next: bye}
  bye: {end: Goodbye.}
"""


async def test_a_hash_behind_digits_that_are_complete_cuts_nothing_short() -> None:
    """As on real lines: the # ends nothing any more, and is no answer to the next question."""
    turns = "  - call: voice\n  - press: 4217#\n    hears: And the PIN\n  - press: 1234#\n    hears: Goodbye\n"
    told = load(f"conversation: c\nmenu: parcel\nturns:\n{turns}", "c.yaml")
    async with rehearsal_of(told, {"parcel": load_menu(PARCEL, "parcel.yaml")}, "US") as player:
        assert (await run(told, player)).passed
