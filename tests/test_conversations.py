"""Conversations: files are read or refused with every mistake, played, and told apart from what really happened."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ivr
from ivr.conversation import (
    Call,
    CannotPlay,
    Conversation,
    ConversationMistakes,
    Mismatch,
    Refused,
    load,
    needs,
    run,
    seconds,
)
from ivr.coverage import Coverage
from ivr.engine.data import replace
from ivr.engine.events import Channel
from ivr.engine.journey import Ask, Journey, Slot
from ivr.engine.loader import load as load_menu
from ivr.flows import read_folder
from ivr.rehearsal import rehearsal_of

MENUS = Path(ivr.__file__).parent / "menus"
FLOWS, _ = read_folder(MENUS)
OURS = [load(path.read_text("utf-8"), path.stem) for path in sorted(MENUS.glob("conversations/*.yaml"))]

DROPPED = """
conversation: The line drops and she phones again
menu: support
caller: "+14155550134"
services:
  orders.status: [fails, {status: on its way}]
customers:
  Ada Jones: "+14155550134"
turns:
  - call: voice
    hears: [Welcome to Acme, track an order]
  - press: 007#
    hears_not: welcome
  - drop
  - wait: 2m
  - call: {channel: chat, number: withheld, language: de}
  - open_link:
    hears: order
  - known: {order_number: 0042, pin: null}
    status: dropped
"""


class Parrot:
    """A player without any Segue: says for each act what it was given to say."""

    features = frozenset({"call", "voice", "press", "silence", "drop", "open_link"})

    def __init__(self, *says: list[str], journey: Journey | None = None) -> None:
        self.acts: list[str] = []
        self._says = list(says)
        self._journey = journey

    async def call(self, channel: Channel, number: str | None, menu: str, language: str | None = None) -> None:
        self.acts.append(f"call {channel} {number} {menu}")

    async def press(self, keys: str) -> None:
        self.acts.append(f"press {keys}")

    async def choose(self, label: str) -> None:
        raise CannotPlay(f"there is no button {label}")

    async def type(self, text: str) -> None: ...
    async def wait(self, seconds: float) -> None: ...
    async def silence(self) -> None: ...
    async def drop(self) -> None: ...
    async def hang_up(self) -> None: ...
    async def open_link(self) -> None:
        if self.acts.count("open"):
            raise Refused("used already")
        self.acts.append("open")

    async def agent_joins(self) -> None: ...
    async def agent_finishes(self) -> None: ...

    async def heard(self) -> list[str]:
        return self._says.pop(0) if self._says else []

    async def journey(self) -> Journey | None:
        return self._journey


def conversation(*turns: str) -> Conversation:
    return load("conversation: c\nmenu: m\ncaller: '+14155550134'\nturns:\n" + "\n".join(turns), "c.yaml")


async def play(player: Parrot, *turns: str) -> Mismatch | None:
    return (await run(conversation(*turns), player)).mismatch


async def problems(player: Parrot, *turns: str) -> tuple[str, ...]:
    mismatch = await play(player, *turns)
    return mismatch.problems if mismatch else ()


def test_a_file_says_what_the_customer_does_and_must_hear() -> None:
    found = load(DROPPED, "dropped.yaml")
    assert [turn.shown for turn in found.turns] == [
        "call voice",
        "press 007#",
        "drop",
        "wait 2m",
        "call",
        "open_link",
        "then",
    ]
    assert found.turns[0].hears == ("Welcome to Acme", "track an order")
    assert found.turns[-1].known == {"order_number": "0042", "pin": None}  # as written, not as YAML's octal number
    assert found.services == {"orders.status": (None, {"status": "on its way"})}
    assert found.turns[4].act == Call("chat", None, "de")
    assert needs(found) == {"call", "voice", "chat", "language", "press", "drop", "wait", "open_link"}


def test_every_mistake_of_a_file_is_told_at_once_with_its_place_and_remedy() -> None:
    with pytest.raises(ConversationMistakes) as caught:
        load(
            "conversaton: typo\nmenu: m\nturns:\n  - prss: 1\n  - press: x\n  - wait: 2 weeks\n  - call: fax\n"
            "  - {press: 1, wait: 2s}\n  - hears: nothing happened\n  - drop: now\n  - call: {number: 12-34}\n",
            "bad.yaml",
        )
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["1", "1", "4", "5", "6", "7", "8", "9", "10", "11"]
    assert lines[0].startswith("bad.yaml:1:1: ")
    assert "`conversaton` is not known here; did you mean `conversation`?" in str(caught.value)
    assert all("; " in line for line in lines)


@given(st.text() | st.text("-:{}[]\n &*'\"#acdehlnoprstuvw").map(lambda text: "turns:\n" + text))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    with suppress(ConversationMistakes):
        assert load(text, "any.yaml").turns


@pytest.mark.parametrize(("text", "length"), [("90", 90), ("30s", 30), ("1.5m", 90), ("3h", 10800), ("8d", 691200)])
def test_durations(text: str, length: float) -> None:
    assert seconds(text) == length


async def test_words_are_found_in_any_case_and_across_sentences() -> None:
    player = Parrot(["Welcome to\nAcme.", "What would you like?"])
    assert not await play(player, "- call: voice\n  hears: ['WELCOME to acme. What', 'like?']\n  hears_not: goodbye")
    assert player.acts == ["call voice +14155550134 m"]


async def test_what_was_not_heard_is_told_with_what_was() -> None:
    mismatch = await play(Parrot(["Hello."]), "- call: voice\n  hears: Welcome", "- press: 1")
    assert (
        str(mismatch) == "  line 5, call voice: did not hear “Welcome”\n      heard: Hello."
    )  # the turn after it is not played: it would only repeat the news


async def test_the_order_of_what_is_heard_counts() -> None:
    (problem,) = await problems(Parrot(["First.", "Second."]), "- call: voice\n  hears: [second, first]")
    assert "earlier" in problem


async def test_words_that_must_not_be_said() -> None:
    (problem,) = await problems(Parrot(["Welcome back."]), "- call: voice\n  hears_not: welcome")
    assert "should not" in problem


async def test_slots_and_status_are_compared_with_the_stored_journey() -> None:
    slots = {"order_number": Slot("4217", "voice", "c", 1.0)}
    journey = Journey("j", "m", "v", status="live", slots=slots)
    turns = "- call: voice\n  known: {order_number: 4218, pin: null}\n  status: dropped"
    assert await problems(Parrot(journey=journey), turns) == (
        "order_number is “4217” instead of “4218”",
        "the journey is live instead of dropped",
    )


async def test_a_question_whose_answer_was_known_fails_every_conversation() -> None:
    asked = Ask("track", "order_number", "voice", "second call", at=9.0, known=False)
    known = Slot("4217", "voice", "first call", at=1.0)
    journey = Journey("j", "m", "v", slots={"order_number": known}, ledger=(asked,))
    (problem,) = await problems(Parrot(journey=journey), "- call: voice")
    assert problem == "order_number was asked at step track, though it was known already"

    allowed = replace(conversation("- call: voice"), never_asked_twice=False)
    assert (await run(allowed, Parrot(journey=journey))).passed
    left_out = replace(journey, ledger=(replace(asked, known=True),))
    assert not await play(Parrot(journey=left_out), "- call: voice")
    answered_since = replace(journey, slots={"order_number": replace(known, at=10.0)})
    assert not await play(Parrot(journey=answered_since), "- call: voice")


async def test_a_player_that_cannot_do_a_turn_says_so_and_plays_nothing() -> None:
    player = Parrot()
    result = await run(conversation("- call: chat", "- wait: 1s"), player)
    assert not result.passed
    assert result.lacking == ("chat", "wait")
    assert not player.acts


async def test_a_link_that_must_be_refused() -> None:
    assert not await play(Parrot(), "- open_link", "- open_link:\n  refused: true")
    (taken,) = await problems(Parrot(), "- open_link:\n  refused: true")
    assert taken == "the link was taken, though it should be refused"
    (refused,) = await problems(Parrot(), "- open_link", "- open_link")
    assert refused == "used already"


async def test_a_turn_that_makes_no_sense_is_a_mismatch_at_its_line() -> None:
    player = Parrot()
    player.features |= {"choose"}
    mismatch = await play(player, "- choose: Deliver")
    assert mismatch == Mismatch(5, "choose Deliver", ("there is no button Deliver",))


@pytest.mark.parametrize("told", OURS, ids=lambda told: told.file)
async def test_the_conversations_of_our_menus_on_the_engine(told: Conversation) -> None:
    async with rehearsal_of(told, FLOWS) as player:
        result = await run(told, player)
    assert result.passed, result.mismatch or result.lacking


@pytest.mark.parametrize("menu", sorted(flow.menu for flow in FLOWS.values()))
async def test_our_menus_are_walked_by_their_conversations(menu: str) -> None:
    coverage = Coverage(FLOWS[menu])
    for told in OURS:
        if told.menu == menu:
            async with rehearsal_of(told, FLOWS, on_turn=coverage.watch) as player:
                await run(told, player)
    report = coverage.report(f"{menu}.yaml")
    assert report.of_steps == 100, report.untested
    assert report.of_choices >= 90, report.untested


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


def test_a_time_needs_its_zone() -> None:
    with pytest.raises(ConversationMistakes, match=r"c\.yaml:3:5: this is no time in a zone"):
        load("conversation: c\nmenu: m\nat: 2026-12-24 18:00\nturns:\n  - call: voice\n", "c.yaml")


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
