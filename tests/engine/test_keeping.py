"""At which questions what is said may be kept: each condition alone keeps nothing."""

from __future__ import annotations

import pytest

from ivr.engine.actions import Collect
from ivr.engine.data import replace
from ivr.engine.flow import Flow
from ivr.engine.journey import Contact, Doubt, Guess, Journey, Slot, Visit
from ivr.engine.keeping import may_be_kept
from ivr.engine.loader import MenuMistakes, load
from ivr.engine.waits import wait_of
from recognition.listen import Asked, hints_of
from tests.context_bridge.turns import NOW

MENU = """
menu: shop
keep_speech: {consent: agreed}
start: agree
exhausted: bye
slots:
  agreed: {type: yes_no}
  day: {type: date}
  order: {type: digits}
  account: {type: digits, sensitivity: private, say: ['account {}']}
  pin: {type: digits, sensitivity: secret}
steps:
  agree: {ask: {slot: agreed, prompt: May we keep what you say for a week?}, next: main}
  main:
    menu:
      prompt: How can I help you?
      choices:
        - {key: 1, label: track an order, goto: order}
        - {key: 2, label: opening hours, goto: bye}
  order: {ask: {slot: order, prompt: Which order?}, next: sort}
  sort:
    branch:
      - {if: {channel: {is: chat}}, goto: day}
      - {if: {trust: {at_least: 3}}, goto: more}
      - {else: bye}
  day: {ask: {slot: day, prompt: Which day?}, next: account}
  account: {ask: {slot: account, prompt: Which account?}, next: pin}
  pin: {ask: {slot: pin, prompt: What is your PIN?}, next: bye}
  accounts:
    menu:
      prompt: What about your account?
      choices: [{key: 1, label: its number, goto: account}]
  more:
    menu:
      prompt: Anything else?
      choices: [{key: 1, label: go on, goto: accounts}, {key: 2, label: no more, goto: bye}]
  bye: {end: Goodbye.}
"""
FLOW = load(MENU, "shop.yaml")


def given(value: str, at: float = NOW, contact: str = "c1") -> Slot:
    return Slot(value, "voice", contact, at)


AT_MAIN = Journey(
    "j1",
    "shop",
    FLOW.version,
    status="live",
    contact=Contact("c1", "voice", 1),
    step="main",
    turn=2,
    slots={"agreed": given("yes")},
)


def kept(journey: Journey, flow: Flow = FLOW) -> bool:
    wait = wait_of(flow, journey)
    assert isinstance(wait, Collect)
    hints = hints_of(wait)
    return hints is not None and hints.keep is not None


def test_where_customers_agreed_a_public_question_is_kept_under_its_name() -> None:
    wait = wait_of(FLOW, AT_MAIN)
    assert isinstance(wait, Collect)
    hints = hints_of(wait)
    assert hints
    assert hints.keep == Asked("shop", "main")
    assert kept(replace(AT_MAIN, step="order"))
    assert kept(replace(AT_MAIN, offering=True))


PRIVATE_GUESS = Doubt((Guess("1", {"account": "4217"}),))
AFTER_ACCOUNT = {"agreed": given("yes"), "account": given("4217", NOW + 5)}


@pytest.mark.parametrize(
    "journey",
    [
        pytest.param(replace(AT_MAIN, slots={}), id="not asked"),
        pytest.param(replace(AT_MAIN, slots={"agreed": given("no")}), id="not agreed"),
        pytest.param(replace(AT_MAIN, slots={"order": given("yes")}), id="yes to something else"),
        pytest.param(replace(AT_MAIN, slots={}, step="agree"), id="the consent itself"),
        pytest.param(replace(AT_MAIN, step="pin"), id="secret"),
        pytest.param(replace(AT_MAIN, step="account"), id="private"),
        pytest.param(replace(AT_MAIN, step="day"), id="a private slot is asked next"),
        pytest.param(replace(AT_MAIN, step="accounts"), id="a private slot behind a choice"),
        pytest.param(replace(AT_MAIN, doubt=PRIVATE_GUESS), id="asked back about a private value"),
        pytest.param(replace(AT_MAIN, slots=AFTER_ACCOUNT), id="a private answer may be put right"),
        pytest.param(replace(AT_MAIN, misheard=2), id="ears may not answer"),
    ],
)
def test_one_condition_that_is_missing_keeps_nothing(journey: Journey) -> None:
    assert not kept(journey)


def test_what_proves_who_somebody_is_is_not_kept_whatever_its_slot_says() -> None:
    wait = wait_of(FLOW, AT_MAIN)
    assert isinstance(wait, Collect)
    assert may_be_kept(FLOW, AT_MAIN, wait)
    assert not may_be_kept(FLOW, AT_MAIN, replace(wait, secret=True))


def test_a_menu_that_does_not_ask_for_consent_keeps_nothing() -> None:
    assert not kept(AT_MAIN, replace(FLOW, keep_speech=None))
    silent = load(MENU.replace("keep_speech: {consent: agreed}\n", ""), "shop.yaml")
    assert not kept(AT_MAIN, silent)


def test_once_something_else_was_answered_a_private_answer_is_no_longer_put_right() -> None:
    later = {**AFTER_ACCOUNT, "day": given("2026-12-01", NOW + 9)}
    assert kept(replace(AT_MAIN, slots=later))
    chose = (Visit("main", "voice", NOW + 5, "track an order"),)
    assert kept(replace(AT_MAIN, slots=AFTER_ACCOUNT, path=chose, step="order"))
    of_another_call = {**AFTER_ACCOUNT, "account": given("4217", NOW + 5, "c0")}
    assert kept(replace(AT_MAIN, slots=of_another_call))


def test_consent_holds_in_every_language_of_the_menu() -> None:
    german = replace(FLOW, others={"de-DE": replace(FLOW, language="de-DE")})
    assert kept(replace(AT_MAIN, language="de-DE"), german.in_language("de-DE"))


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("consent: agreed", "consent: agreet", 'slot "agreet" is not declared; did you mean "agreed"?'),
        ("consent: agreed", "consent: order", "order is a digits, no yes or no; declare it as order: {type: yes_no}"),
        ("{consent: agreed}", "agreed", "keep_speech: a mapping is wanted here; write {consent: a slot}"),
        ("{consent: agreed}", "{}", "consent is missing; name the yes_no slot in which customers agree"),
        (
            "agree: {ask: {slot: agreed, prompt: May we keep what you say for a week?}, next: main}",
            "agree: {set: {agreed: 'yes'}, next: main}",
            "agreed is filled by the menu, but customers agree by themselves; fill it by asking for it only",
        ),
    ],
)
def test_mistakes(before: str, after: str, mistake: str) -> None:
    with pytest.raises(MenuMistakes) as caught:
        load(MENU.replace(before, after), "shop.yaml")
    assert [f"{one.problem}; {one.remedy}" for one in caught.value.mistakes] == [mistake]
