"""Switches and hours in a conversation: at arrival and at branches, with the time of the event."""

from __future__ import annotations

from ivr.engine.data import replace
from ivr.engine.flow import Flow, Hours, Switch
from ivr.engine.steps import Branch, Condition, End
from tests.engine.flows import NOON, SUPPORT, SUPPORT_STEPS, Talk, prompt

STORM = Switch("storm", "Storm", prompt("We have a storm."))
CLOSED = Switch("closed", "Closed", prompt("We are closed today."), goto="closed")
ON = frozenset({"storm"})
OFFICE = Hours("office", "UTC", (((0, 480),),) * 7)  # until 08:00, which is NOON
STEPS = {
    **SUPPORT_STEPS,
    "closed": End(prompt("Goodbye.")),
    "link_or_not": Branch(
        (
            ((Condition("switch.storm", "is", ("on",)),), "sorry"),
            ((Condition("hours.office", "is", ("open",)),), "send"),
        ),
        "bye",
    ),
}


def flow(*switches: Switch) -> Flow:
    return replace(SUPPORT, steps=STEPS, switches={s.name: s for s in switches}, hours={"office": OFFICE})


def test_who_arrives_while_it_is_on_hears_it_first() -> None:
    talk = Talk(flow(STORM)).arrive(switches=ON)
    assert talk.said[:2] == ["We have a storm.", "Welcome to Acme."]
    talk.press("1").leave("dropped").arrive("c2", "voice", "continue", switches=ON)
    assert talk.said == ["We have a storm.", "We were cut off.", "Your order number, please."]


def test_who_arrives_while_it_is_off_hears_nothing_of_it_nor_of_a_switch_of_another_menu() -> None:
    assert Talk(flow(STORM)).arrive(switches=frozenset({"closed"})).said[0] == "Welcome to Acme."


def test_it_leads_elsewhere_instead_of_start_resume_offer_and_link() -> None:
    on = frozenset({"closed"})
    for resume, step in (("fresh", None), ("continue", None), ("offer", None), ("continue", "tell")):
        talk = Talk(flow(STORM, CLOSED)).arrive().press("1").leave("dropped")
        talk.arrive("c2", "voice", resume, step=step, switches=on)
        assert talk.said == ["We are closed today.", "Goodbye."]
        assert talk.journey.step == "closed"


def test_what_was_told_is_forgotten_only_by_who_begins_afresh() -> None:
    for resume, known in (("continue", True), ("offer", True), ("fresh", False)):
        talk = Talk(flow(CLOSED)).arrive().press("1").press("123456").leave("dropped")
        talk.arrive("c2", "voice", resume, switches=frozenset({"closed"}))
        assert ("order" in talk.journey.slots) == known


def test_flipped_in_mid_journey_it_acts_at_the_next_branch_only() -> None:
    talk = Talk(flow(STORM)).arrive(reach={"sms": "+1"}).press("1", switches=ON)
    assert talk.said == ["Your order number, please."]
    talk.at("ask_link").press("1", switches=ON)
    assert talk.said[0] == "I cannot find it."


def test_hours_are_those_of_the_event() -> None:
    for at, sent in ((NOON - 1, True), (NOON, False), (NOON + 16 * 3600, True)):
        talk = Talk(flow(STORM), now=at).arrive(reach={"sms": "+1"}).at("ask_link")
        talk.journey = replace(talk.journey, contact=replace(talk.journey.contact, reach={"sms": "+1"}))  # type: ignore[type-var]
        assert bool(talk.press("1").sent) == sent
