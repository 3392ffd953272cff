"""An open question takes what the menus behind its choices offer."""

from __future__ import annotations

from ivr.engine.data import replace
from ivr.engine.events import Alternative, Input
from ivr.engine.flow import Flow
from ivr.engine.questions import intents_at
from ivr.engine.steps import Branch, Choice, End, Goto, Menu, SayStep, Step, Verify
from tests.engine.flows import SUPPORT, Talk, chat, prompt, tries, voice


def menu(*choices: Choice, is_open: bool = False) -> Menu:
    return Menu(prompt("Which?"), choices, tries(), open=is_open)


WELCOME = Menu(
    prompt("How can I help you?"),
    (Choice("cards", "1", "card services", ("cards",), "to_cards"), Choice("orders", "2", "orders", (), "orders")),
    tries(),
    open=True,
)
STEPS: dict[str, Step] = {
    "welcome": WELCOME,
    "to_cards": SayStep(prompt("Cards."), "over"),
    "over": Goto("cards"),
    "cards": menu(
        Choice("lost", "1", "report a lost card", ("I lost my card", "stolen"), "lost"),
        Choice("limit", "2", "change a limit", (), "limits"),
        Choice("other", "3", "something else", (), "bye"),
        Choice("up", "4", "hear that again", (), do="repeat"),
        Choice("home", "5", "orders", (), "bye"),
    ),
    "limits": menu(Choice("day", "1", "the limit of a day", (), "day"), Choice("back", "2", "start", (), "welcome")),
    "orders": menu(
        Choice("track", "1", "track an order", ("where is it",), "tracked"),
        Choice("missing", "2", "report a lost parcel", ("it was stolen", "lost"), "gone"),
        Choice("other", "3", "something else", (), "person"),
        Choice("guarded", "4", "see your bills", (), "proof"),
    ),
    "proof": Verify("pin", prompt("PIN?"), tries(), "check", {}, 3.0, "bills", "person"),
    "bills": menu(Choice("bill", "1", "hear the last bill", (), "bye")),
    "lost": End(prompt("It is blocked.")),
    "gone": End(prompt("We send another.")),
    "tracked": End(prompt("It is near.")),
    "day": End(prompt("Which limit?")),
}
LINE = replace(SUPPORT, steps={**SUPPORT.steps, **STEPS})


def says(talk: Talk, text: str, confidence: float = 1.0, *others: Alternative, option: str | None = None) -> Talk:
    return talk.send(Input, text=text, mode="speech", confidence=confidence, others=others, option=option)


def test_what_is_offered_further_on_may_be_said_at_once() -> None:
    talk = says(voice(LINE), "I lost my card")
    assert talk.said == ["It is blocked."]
    assert [visit.chose for visit in talk.journey.path if visit.chose] == ["report a lost card"]
    assert says(voice(LINE), "the limit of a day").said == ["Which limit?"]


def test_its_own_choices_work_as_ever() -> None:
    assert says(voice(LINE), "cards").said[0] == "Cards."
    assert voice(LINE).press("2").collect.step == "orders"
    assert says(voice(LINE), "orders").collect.step == "orders", "its own name goes before the same one further on"


def test_what_is_said_in_two_ways_leads_to_the_question_which() -> None:
    talk = says(voice(LINE), "lost", 0.9, Alternative("stolen", 0.85))
    assert talk.said == ["Did you say report a lost parcel, or report a lost card?"]
    assert says(talk, "report a lost card").said == ["It is blocked."]


def test_recognizers_are_told_all_that_may_be_said_and_callers_only_what_is_offered() -> None:
    talk = voice(LINE)
    assert [option.id for option in talk.collect.options] == [
        *("cards", "orders", "cards/lost", "cards/limit", "orders/track", "orders/missing", "orders/guarded"),
        "limits/day",
        "limits/back",
    ]
    assert talk.collect.options[2].phrases == ("I lost my card", "stolen")
    assert {option.key for option in talk.collect.options[2:]} == {None}
    assert talk.said == ["How can I help you?", "To card services, press 1.", "To orders, press 2."]
    assert says(talk, "something it knows", option="cards/lost").said == ["It is blocked."]


def test_what_has_one_name_in_two_menus_is_no_intent() -> None:
    assert says(voice(LINE), "something else").said[0] == "Sorry?"


def test_nothing_behind_a_proof_or_a_decision_can_be_said_before_it() -> None:
    assert says(voice(LINE), "hear the last bill").said[0] == "Sorry?"
    assert says(voice(LINE), "see your bills").said == ["PIN?"]
    branch = replace(LINE, steps={**LINE.steps, "over": Branch((), "cards")})
    assert not any(id_.startswith("cards/") for id_ in intents_at(branch, WELCOME))


def test_in_a_chat_it_may_be_written_and_the_buttons_stay_few() -> None:
    talk = chat(LINE)
    assert [option.label for option in talk.collect.options] == ["card services", "orders"]
    assert talk.write("I lost my card").said == ["It is blocked."]


def test_menus_that_lead_to_each_other_are_looked_at_once() -> None:
    assert len(intents_at(LINE, WELCOME)) == 7


def test_what_was_not_surely_heard_is_asked_back_and_survives_a_lost_line() -> None:
    talk = says(voice(LINE), "stolen", 0.6).leave("dropped").arrive("call-2", resume="continue")
    assert talk.said[-1] == "Did you say report a lost card?"
    assert says(talk, "yes").said == ["It is blocked."]


def test_a_menu_that_is_not_open_takes_its_own_only() -> None:
    closed: Flow = replace(LINE, steps={**LINE.steps, "welcome": replace(WELCOME, open=False)})
    assert says(voice(closed), "I lost my card").said[0] == "Sorry?"
