"""Invariants of the engine: who is told what, who may change it, and what only a proof opens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import BookCallback, Enqueue, Say, Send, Transfer
from ivr.engine.events import Arrived, Input, Invoked
from ivr.engine.guard import proof_before
from ivr.engine.step import step, summary
from ivr.engine.steps import AskSlot, RecordStep, SetStep, Verify
from tests.engine.flows import NOON
from tests.engine.games import LAW, Game, Played, games, played
from tests.engine.strategies import PRIVATE, SECRET, SPECS

SENSITIVITY = {spec.name: spec.sensitivity for spec in SPECS}


@LAW
@given(games(), st.integers(0, 4))
def test_nobody_who_comes_stands_behind_a_proof_that_they_did_not_give(game: Game, trust: int) -> None:
    """Invariant 9."""
    for turn in played(game):
        arrival = Arrived(id="a1", at=NOON, contact="new", channel="chat", trust=trust, resume="continue")
        back, _ = step(turn.flow, turn.after, arrival)
        if back.contact is not None and back.status == "live" and back.step is not None:
            assert proof_before(turn.flow, back.step, back.contact.trust) is None


@LAW
@given(games())
def test_secrets_are_in_no_words_and_private_slots_only_in_words_for_who_may_hear_them(game: Game) -> None:
    """Invariant 9."""
    for turn in played(game):
        for_customers = [a.text for a in turn.actions if isinstance(a, Say | Send)]
        for_customers += [a.markup or "" for a in turn.actions if isinstance(a, Say)]
        for_agents = [a.whisper + a.why for a in turn.actions if isinstance(a, Enqueue)]
        for_agents += [a.number + a.when + a.why for a in turn.actions if isinstance(a, BookCallback)]
        put_through = [a for a in turn.actions if isinstance(a, Transfer)]
        for_agents += [words for a in put_through for words in (a.whisper, *a.headers.values())]
        for_agents.append(summary(turn.flow, turn.after))
        for_agents += [visit.chose for visit in turn.after.path]
        if _is_kept(turn, "secret", SECRET):
            assert not any(SECRET in _solid(text) for text in for_customers + for_agents)
        if _is_kept(turn, "private", PRIVATE) and not _may_hear(turn):
            assert not any(PRIVATE in _solid(text) for text in for_customers)


@LAW
@given(games(longest=40))
def test_the_tier_goes_up_by_a_proof_that_this_contact_gave_and_that_was_found_right(game: Game) -> None:
    for turn in played(game):
        before, after = turn.before.contact, turn.after.contact
        if after is None or after == before:
            continue
        if isinstance(turn.event, Arrived):
            assert after.trust == turn.event.trust
            continue
        assert before is not None
        proof, event = turn.flow.steps[turn.before.step or ""], turn.event
        assert isinstance(proof, Verify)
        assert isinstance(event, Invoked)
        assert event.result["ok"] == "yes"
        assert event.turn == turn.before.turn
        assert turn.before.slots[proof.slot].contact == event.contact == before.id == after.id
        assert after.trust == max(before.trust, proof.trust)
        assert proof.slot not in turn.after.slots


@LAW
@given(games(longest=40))
def test_no_secret_is_ever_in_doubt_and_nobody_hears_what_another_contact_was_asked_back_about(game: Game) -> None:
    """Invariant 9."""
    for turn in played(game):
        doubt = turn.after.doubt
        values = {name: value for guess in doubt.guesses for name, value in guess.values.items()} if doubt else {}
        assert not any(SENSITIVITY[name] == "secret" for name in values)
        if isinstance(turn.event, Arrived) and not turn.moved and turn.after.contact and turn.after.contact.trust < 2:
            came = turn.before.contact is None or turn.before.contact.id != turn.after.contact.id
            assert not (came and any(SENSITIVITY[name] == "private" for name in values))


@LAW
@given(games(longest=40))
def test_what_was_given_before_is_changed_by_words_of_its_own_contact_only_and_never_a_secret(game: Game) -> None:
    for turn in played(game):
        event, contact = turn.event, turn.before.contact
        if not isinstance(event, Input) or turn.moved or turn.before.offering or contact is None:
            continue
        asked = turn.flow.steps.get(turn.before.step or "")
        open_slot = asked.slot if isinstance(asked, AskSlot | RecordStep | Verify) else None
        for name, slot in turn.before.slots.items():
            if name == open_slot or slot.channel is None or turn.after.slots.get(name) == slot:
                continue
            sets = any(isinstance(step, SetStep) and name in step.values for step in turn.flow.steps.values())
            if sets or not turn.after.slots:
                continue  # the menu forgets or sets it by itself, or they start over
            assert event.mode in {"speech", "text"}
            assert slot.contact == contact.id
            assert SENSITIVITY[name] != "secret"
            assert turn.after.corrections <= 5


def _is_kept(turn: Played, sensitivity: str, value: str) -> bool:
    """Whether only a slot of this sensitivity was given this value. (A customer may also tell their PIN where they are
    asked for a wish; that is no secret slot then.)"""
    given = {name for name, slot in turn.after.slots.items() if slot.value == value and slot.channel is not None}
    elsewhere = [s.value for name, s in turn.after.slots.items() if SENSITIVITY[name] != sensitivity and s.channel]
    return bool(given) and not any(value in text for text in elsewhere)


def _may_hear(turn: Played) -> bool:
    contact = turn.after.contact
    return contact is None or contact.trust >= 2 or turn.after.slots["account"].contact == contact.id


def _solid(text: str) -> str:
    return text.replace(" ", "")
