"""Who is calling and what goes on: a table of what happens on telephone lines, and the law that nobody is taken for
somebody else."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context_bridge.records import Customer, Identifier
from ivr.engine.data import replace
from ivr.engine.events import LeftReason
from ivr.engine.flow import ResumePolicy, ResumeRule
from ivr.engine.journey import Status
from ivr.engine.steps import Prompt
from recognition.caller import Candidate, decide, trust_tier

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
NOW = 1_800_000_000.0
PROMPT = Prompt(voice=(), text=())
POLICY = ResumePolicy(
    dropped=(ResumeRule(10 * MINUTE, "continue", PROMPT), ResumeRule(2 * DAY, "offer", PROMPT)),
    unfinished=(ResumeRule(7 * DAY, "offer", PROMPT),),
    offer=PROMPT,
)
ANNA, BORIS = Customer("anna", "Anna"), Customer("boris", "Boris")


def number(*customers: Customer) -> Identifier:
    return Identifier("e164", "+15550100", customers)


def journey(
    ago: float,
    status: Status = "dropped",
    left: LeftReason | None = "dropped",
    id: str = "j1",  # noqa: A002  # what it is
    menu: str = "support",
    customer: str | None = "anna",
) -> Candidate:
    return Candidate(id, menu, customer, status, left, NOW - ago, NOW - ago)


LOST = journey(MINUTE)
LEFT = journey(MINUTE, "paused", "caller")


@pytest.mark.parametrize(
    ("identifier", "attestation", "link_trust", "tier"),
    [
        (None, None, None, 0),
        (None, "A", None, 0),
        (number(), None, None, 1),
        (number(), "A", None, 1),
        (number(ANNA), None, None, 1),
        (number(ANNA), "B", None, 1),
        (number(ANNA), "", None, 1),
        (number(ANNA), "No-TN-Validation", None, 1),
        (number(ANNA), "TN-Validation-Failed-A", None, 0),
        (number(ANNA), "TN-Validation-Failed-C-Diverted", None, 0),
        (number(ANNA), "TN-Validation-Failed", None, 0),
        (number(ANNA), "TN-Validation-Failed", 3, 3),
        (number(ANNA), "A", None, 2),
        (number(ANNA), "TN-Validation-Passed-A", None, 2),
        (number(ANNA, BORIS), "A", None, 1),
        (None, None, 3, 3),
        (number(BORIS), "A", 3, 3),
        (number(BORIS), "A", 1, 1),
    ],
)
def test_trust_tier(identifier: Identifier | None, attestation: str | None, link_trust: int | None, tier: int) -> None:
    assert trust_tier(identifier, attestation, link_trust) == tier


@pytest.mark.parametrize(
    ("identifier", "candidates", "resume", "goes_on", "why"),
    [
        (number(ANNA), [LOST], "continue", "j1", "the line was lost 60 s ago"),
        (number(ANNA), [journey(10 * MINUTE)], "continue", "j1", "lost 600 s ago"),
        (number(ANNA), [journey(11 * MINUTE)], "offer", "j1", "lost 660 s ago"),
        (number(ANNA), [journey(3 * DAY)], "fresh", None, "too long ago"),
        (number(ANNA), [LEFT], "offer", "j1", "the customer left 60 s ago"),
        (number(ANNA), [journey(6 * DAY, "paused", "caller")], "offer", "j1", "left"),
        (number(ANNA), [journey(8 * DAY, "paused", "caller")], "fresh", None, "too long ago"),
        (number(ANNA), [journey(HOUR, "paused", "ours")], "offer", "j1", "left"),
        (number(ANNA), [journey(-5.0)], "continue", "j1", "lost 0 s ago"),  # clocks differ
        # dialled again before the loss of the line was noticed; `left` is of an earlier contact
        (number(ANNA), [journey(20, "live", None)], "continue", "j1", "may be lost"),
        (number(ANNA), [journey(20, "live", "caller")], "continue", "j1", "may be lost"),
        (number(ANNA), [replace(journey(20, "live", "caller"), left_at=NOW - 9 * DAY)], "continue", "j1", "20 s"),
        (number(ANNA), [journey(20, "queued", None)], "continue", "j1", "may be lost"),
        (number(ANNA), [journey(20, "with_agent", None)], "continue", "j1", "may be lost"),
        (number(ANNA), [journey(DAY, "live", None)], "offer", "j1", "may be lost"),
        # over
        (number(ANNA), [journey(MINUTE, "finished", "dropped")], "fresh", None, "nothing is unfinished"),
        (number(ANNA), [journey(MINUTE, "expired", "dropped")], "fresh", None, "nothing is unfinished"),
        (number(ANNA), [journey(MINUTE, "new", None)], "fresh", None, "nothing is unfinished"),
        (number(ANNA), [], "fresh", None, "nothing is unfinished"),
        # which of several
        (number(ANNA), [journey(MINUTE, menu="sales")], "fresh", None, "nothing is unfinished"),
        (number(ANNA), [journey(HOUR, id="old"), journey(MINUTE, id="new")], "continue", "new", "lost"),
        (number(ANNA), [journey(MINUTE, "paused", "caller", "new"), journey(HOUR, id="old")], "offer", "new", "left"),
        (number(ANNA), [journey(9, "finished", "caller", "new"), journey(HOUR, id="old")], "offer", "old", "lost"),
        (number(ANNA), [journey(MINUTE, customer="boris")], "fresh", None, "nothing is unfinished"),
        (number(ANNA), [journey(MINUTE, customer=None)], "fresh", None, "nothing is unfinished"),
        # who it is, is not known
        (None, [LOST], "fresh", None, "withheld"),
        (number(), [LOST], "fresh", None, "not known"),
        (number(ANNA, BORIS), [LOST], "fresh", None, "shared by 2 customers"),
    ],
)
def test_decide(
    identifier: Identifier | None, candidates: list[Candidate], resume: str, goes_on: str | None, why: str
) -> None:
    for order in (candidates, candidates[::-1]):
        decision = decide(identifier, 1, order, "support", POLICY, NOW)
        assert (decision.resume, decision.journey) == (resume, goes_on)
        assert why in decision.why
        assert decision.customer == (ANNA if identifier == number(ANNA) else None)


def test_without_evidence_nobody_is_recognized() -> None:
    decision = decide(number(ANNA), 0, [LOST], "support", POLICY, NOW)
    assert (decision.journey, decision.customer) == (None, None)


def test_a_menu_without_rules_always_begins_fresh() -> None:
    nothing = ResumePolicy((), (), PROMPT)
    assert decide(number(ANNA), 2, [LOST, LEFT], "support", nothing, NOW).journey is None


people = st.sampled_from([ANNA, BORIS, Customer("carla")])
identifiers = st.none() | st.builds(number) | st.builds(number, people) | st.builds(number, people, people)
journeys = st.lists(
    st.builds(
        Candidate,
        journey=st.uuids().map(str),
        menu=st.sampled_from(["support", "sales"]),
        customer=st.sampled_from(["anna", "boris", "carla", None]),
        status=st.sampled_from(get_args(Status)),
        left=st.none() | st.sampled_from(get_args(LeftReason)),
        left_at=st.none() | st.floats(NOW - 9 * DAY, NOW + MINUTE),
        updated_at=st.floats(NOW - 9 * DAY, NOW + MINUTE),
    ),
    max_size=6,
)


@given(identifiers, st.integers(0, 4), journeys)
def test_nobody_gets_the_journey_of_somebody_else(
    identifier: Identifier | None, trust: int, candidates: list[Candidate]
) -> None:
    decision = decide(identifier, trust, candidates, "support", POLICY, NOW)
    assert (decision.journey is None) == (decision.resume == "fresh")
    if identifier is None or trust == 0 or len(identifier.customers) != 1:
        assert decision.journey is None
        assert decision.customer is None
    if decision.journey is not None:
        assert identifier is not None
        found = next(candidate for candidate in candidates if candidate.journey == decision.journey)
        assert [found.customer] == [customer.id for customer in identifier.customers]
        assert found.menu == "support"
        assert found.status not in {"new", "finished", "expired"}


@given(identifiers, st.sampled_from(["A", "B", "C", "", "a", None, "TN-Validation-Passed-A"]))
def test_a_number_alone_proves_nothing_beyond_tier_2(identifier: Identifier | None, attestation: str | None) -> None:
    assert trust_tier(identifier, attestation, None) <= (2 if identifier else 0)


def test_why_holds_no_number() -> None:
    for identifier in (number(), number(ANNA), number(ANNA, BORIS)):
        assert "555" not in decide(identifier, 1, [LOST], "support", POLICY, NOW).why
