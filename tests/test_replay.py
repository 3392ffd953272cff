"""Journeys that happened are kept as tests: they pass, and hold nothing that the customer gave."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ivr
from ivr import conversation
from ivr.backoffice import FIRST, Attempt, BackOfficeError
from ivr.cli.complaint import Complaint
from ivr.cli.replay import as_test
from ivr.conversation import (
    Act,
    Call,
    CannotPlay,
    Choose,
    Conversation,
    Do,
    Flip,
    Press,
    Record,
    Speak,
    Type,
    Wait,
    perform,
    run,
)
from ivr.engine.data import replace
from ivr.engine.events import TransferEnded
from ivr.engine.loader import load
from ivr.flows import read_folder
from ivr.rehearsal import Rehearsal, rehearsal_of
from ivr.stage import stage

BANK = load(
    """\
menu: bank
start: trial
exhausted: person
channels: [voice, chat]
slots:
  account: {type: digits, length: 8, sensitivity: private}
  born: {type: date, sensitivity: private}
  pin: {type: digits, length: 4, sensitivity: secret}
  balance: {type: money, sensitivity: private}
  matter: {type: text}
  paper: {type: yes_no}
  message: {type: text, sensitivity: private}
always:
  - {key: 0, say: [agent], label: talk to a person, goto: person}
  - {key: 9, say: [repeat], do: repeat}
steps:
  trial:
    split:
      - {percent: 50, goto: welcome}
      - {else: greet}
  greet:
    say: Good day.
    next: welcome
  welcome:
    menu:
      prompt: Welcome.
      choices:
        - {key: 1, label: hear your balance, say: [balance, how much], goto: account}
        - {key: 2, label: tell us something, goto: matter}
        - {key: 3, label: leave a message, goto: message}
        - {key: 4, label: get a link, goto: link}
  account:
    ask: {slot: account, prompt: Your account number?}
    next: born
  born:
    ask: {slot: born, prompt: Your day of birth?}
    next: pin
  pin:
    ask: {slot: pin, prompt: Your PIN?}
    next: look_up
  look_up:
    invoke: {service: bank.balance, with: {account: "{account}", pin: "{pin}"}, save: [balance]}
    done: sort
    failed: forget
  forget:
    set: {pin: null, account: null}
    next: welcome
  sort:
    branch:
      - {if: {balance: {at_least: "1000"}}, goto: rich}
      - {else: tell}
  rich:
    say: Your balance of {balance:money} is splendid.
    next: paper
  tell:
    say: Your balance is {balance:money}.
    next: paper
  paper:
    ask: {slot: paper, prompt: Shall we send it on paper?}
    next: bye
  matter:
    ask: {slot: matter, prompt: What is it?, fallback: {voice: message}}
    next: bye
  message:
    record: {slot: message, prompt: Speak after the tone., longest: 1m, silence: 3s}
    next: bye
    failed: person
  link:
    send: {by: sms, text: "Go on here: {link}", to_step: welcome}
    next: welcome
    failed: welcome
  person:
    handoff: {queue: bank, prompt: One moment., whisper: "{account}"}
    unavailable: bye
  bye:
    end: Goodbye.
""",
    "bank.yaml",
)
ACCOUNTS, DAYS, PINS = ("40215577", "99887766"), ("12311981", "05061974"), ("8642", "9753")
BALANCES = ("1729.36", "612.88")
MATTERS = ("my husband Zacharias must not know", "the Zeppelinstrasse branch was rude")
GIVEN = (
    *ACCOUNTS,
    "1981-12-31",
    "1974-05-06",
    *PINS,
    *BALANCES,
    *MATTERS,
    "Zacharias",
    "Zeppelin",
    "+12025550188",
    "Ada",
)

said: tuple[Act, ...] = (
    *(Press(keys) for keys in ("1", "1", "2", "3", "4", "9", "0", "7", "12", *ACCOUNTS, *DAYS, *PINS)),
    *(Type(text) for text in ("1", "balance", "how much is it", *ACCOUNTS, "31 Dec 1981", *PINS, *MATTERS, "yes")),
    *(Choose(label) for label in ("hear your balance", "tell us something", "get a link", "talk to a person")),
    *(Speak(text) for text in ("balance", "how much", "agent", "my name is Zacharias")),
    *(Do(deed) for deed in ("silence", "silence", "drop", "hang_up", "open_link", "agent_joins", "agent_finishes")),
    *(Call(channel, number) for channel in ("voice", "chat") for number in ("+12025550188", None)),
    Record(7.0),
    Wait(2.0),
    Wait(4000.0),
)
# Mostly on the way to where private values are asked
through = (Call("voice", "+12025550188"), Press("1"), Press("40215577"), Press("12311981"), Press("8642"))


class Bank:
    """Answers with one of two balances, or not at all."""

    def __init__(self, answers: list[str | None]) -> None:
        self._answers = answers

    async def ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt = FIRST
    ) -> Mapping[str, str]:
        answer = self._answers.pop(0) if self._answers else BALANCES[0]
        if answer is None:
            raise BackOfficeError("the bank is closed")
        return {"balance": answer}


async def lived(acts: list[Act], answers: list[str | None]) -> list[str]:
    """The exports of all journeys that come of it; each has passed as a test, too."""
    async with stage({"bank": BANK}, Bank(answers), {"Ada Lovelace": ("+12025550188",)}, at=1_790_000_000.0) as set_up:
        player = Rehearsal(set_up)
        for act in acts:
            try:
                await perform(act, "bank", player)
            except CannotPlay:
                continue
        found = [await as_test(set_up.store, row.id, "US") for row in await set_up.store.recent(20)]
    for text in found:
        told = conversation.load(text, "kept.yaml")
        async with rehearsal_of(told, {"bank": BANK}) as fresh:
            result = await run(told, fresh)
        assert result.passed, f"{result.mismatch}\n{text}"
    return found


@given(
    st.tuples(st.integers(0, len(through)), st.lists(st.sampled_from(said), max_size=10)),
    st.lists(st.sampled_from([*BALANCES, None]), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_what_was_lived_passes_as_a_test_and_holds_nothing_private(
    acts: tuple[int, list[Act]], answers: list[str | None]
) -> None:
    first, others = acts
    for text in asyncio.run(lived([through[0], *through[1:first], *others], list(answers))):
        leaked = [value for value in GIVEN if value.casefold() in text.casefold()]
        assert not leaked, text


async def test_an_export_reads_like_a_conversation() -> None:
    (text,) = await lived([*through, Press("1"), Do("drop")], [BALANCES[0]])
    assert re.search(r"^at: 2026-09-21 \d\d:\d\d UTC$", text, re.MULTILINE)
    assert 'customers: {"Alex Example": "+14155550134"}' in text
    assert '  - call: {channel: voice, number: "+14155550134"}' in text
    assert "is splendid" in text  # the made-up balance, too, is of a thousand at least
    keyed = re.findall(r'press: "(\d+)"', text)
    assert [len(keys) for keys in keyed] == [1, 8, 8, 4, 1]


CLUB = load(
    """\
menu: club
start: find
exhausted: bye
channels: [voice]
switches:
  early: {title: We close early, say: We close early today.}
slots:
  mobile: {type: text, sensitivity: private}
  state: {type: text}
steps:
  find:
    invoke: {service: club.find, save: [mobile]}
    done: number
    failed: bye
  number:
    set: {customer.number: "{mobile}"}
    next: prove
  prove:
    verify: {code: sms, text: "Your code is {code}.", prompt: Which code did we send?}
    done: look_up
    failed: bye
  look_up:
    invoke: {service: club.look_up, save: [state]}
    done: told
    failed: bye
  told:
    menu:
      prompt: Your membership is {state}.
      choices:
        - {key: 1, label: hear it again, goto: hurry}
        - {key: 2, label: finish, goto: bye}
  hurry:
    branch:
      - {if: {switch.early: {is: "on"}}, goto: bye}
      - {else: told}
  bye:
    end: Goodbye.
""",
    "club.yaml",
)


class Club:
    async def ask(
        self, service: str, arguments: Mapping[str, str], within: float, attempt: Attempt = FIRST
    ) -> Mapping[str, str]:
        return {"mobile": "+12025550188"} if service == "club.find" else {"state": "paid"}


@pytest.mark.parametrize(("number", "stands_for_it"), [("+12025550188", "+14155550134"), ("+12025550199", None)])
async def test_a_number_on_file_and_its_code_and_a_switch_in_mid_call(number: str, stands_for_it: str | None) -> None:
    """A code goes to a fictitious number, no back office is asked whether it is right, and a miss counts as it was
    given: by keys or by voice."""
    acts: list[Act] = [Call("voice", number), Speak("what code"), Do("give_code"), Press("1"), Flip({"early": True})]
    async with stage({"club": CLUB}, Club(), {"Ada Lovelace": ("+12025550188",)}) as set_up:
        player = Rehearsal(set_up)
        for act in [*acts, Press("1")]:
            await perform(act, "club", player)
        (row,) = await set_up.store.recent(20)
        text = await as_test(set_up.store, row.id, "US")
    assert "+12025550" not in text
    assert ("mobile: +14155550134" in text.replace('"', "")) == (stands_for_it is not None)
    assert "give_code" in text
    assert "speak" in text
    assert text.index("switch: ") > text.index("press: ")
    assert "Your membership is paid" in text


SWITCHBOARD = Path(__file__).parent / "conversations"


@pytest.mark.parametrize("name", ["put-through", "put-through-hung-up"])
async def test_being_put_through_is_kept(name: str) -> None:
    told = conversation.load((SWITCHBOARD / f"{name}.yaml").read_text("utf-8"), name)
    flows, _ = read_folder(SWITCHBOARD / "menus")
    async with rehearsal_of(told, flows) as player:
        assert (await run(told, player)).passed
        for row in await player.store.recent(20):
            text = await as_test(player.store, row.id, "US")
            assert "other_end: answers" in text or name.endswith("hung-up")


async def test_an_end_whose_answer_was_never_told_is_kept_too() -> None:
    told = conversation.load((SWITCHBOARD / "put-through.yaml").read_text("utf-8"), "c.yaml")
    flows, _ = read_folder(SWITCHBOARD / "menus")
    async with rehearsal_of(replace(told, turns=told.turns[:3]), flows) as player:
        await run(replace(told, turns=told.turns[:3]), player)
        (row,) = await player.store.recent(1)
        end = TransferEnded(id="e", at=player.now, contact=row.contact or "", outcome="answered")
        await player._driver.advance(end)
        text = await as_test(player.store, row.id, "US")
    assert text.index("other_end: answers") < text.index("other_end: hangs_up")


async def test_a_journey_that_is_not_there() -> None:
    async with stage({"bank": BANK}, Bank([])) as set_up:
        with pytest.raises(Complaint, match="there is no journey 'nobody'"):
            await as_test(set_up.store, "nobody", "US")


MENUS = Path(ivr.__file__).parent / "menus"
OURS = [conversation.load(path.read_text("utf-8"), path.stem) for path in sorted(MENUS.glob("conversations/*"))]
FLOWS, _ = read_folder(MENUS)


@pytest.mark.parametrize("told", OURS, ids=lambda told: told.file)
async def test_the_conversations_that_we_ship_can_be_lived_and_kept(told: Conversation) -> None:
    async with rehearsal_of(told, FLOWS) as player:
        assert (await run(told, player)).passed
        for row in await player.store.recent(20):
            assert await as_test(player.store, row.id, "US")
