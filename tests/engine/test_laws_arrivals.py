"""Invariants of the engine: who leaves, who comes back, in which language and to which version."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import Hangup
from ivr.engine.data import replace
from ivr.engine.events import Arrived, Channel, Left, LeftReason, Resume
from ivr.engine.flow import Flow
from ivr.engine.guard import proof_before
from ivr.engine.journey import Journey
from ivr.engine.languages import lookup
from ivr.engine.step import step
from ivr.engine.steps import AskSlot, End, RecordStep, TransferStep, Verify
from tests.engine.flows import NOON
from tests.engine.games import LAW, Game, games, played
from tests.engine.strategies import CHANNELS, flows, in_all_languages


@LAW
@given(games(), st.sampled_from(CHANNELS), st.sampled_from(["caller", "dropped", "ours", "moved"]))
def test_leaving_ends_the_contact_and_arriving_goes_on_at_the_same_step(
    game: Game, channel: Channel, reason: LeftReason
) -> None:
    """Invariant 4."""
    for turn in played(game):
        live = turn.after
        if live.contact is None:
            continue
        left, actions = step(turn.flow, live, Left(id="x1", at=NOON, contact=live.contact.id, reason=reason))
        assert actions == (Hangup(),)
        assert (left.contact, left.step, left.slots, left.left) == (None, live.step, live.slots, reason)
        if live.status != "live" or _goes_elsewhere(turn.flow, live, channel):
            continue
        back = _arrive(turn.flow, left, channel, "continue")
        assert back.contact is not None
        if live.owed or proof_before(turn.flow, live.step or "", back.contact.trust):
            continue  # see the law of who stands behind a proof
        assert (back.step, back.slots) == (live.step, live.slots)
        assert back.contact is not None
        assert back.contact.channel == channel
        assert (back.noinputs, back.nomatches, back.misheard) == (live.noinputs, live.nomatches, live.misheard)


@LAW
@given(games(), st.sampled_from(["de", "ko-KR", "FR-ca", "pl", "*", "", "-"]), st.sampled_from(get_args(Resume)))
def test_a_language_of_arrival_is_that_of_a_journey_that_begins_and_of_no_other(
    game: Game, language: str, resume: Resume
) -> None:
    for turn in played(game):
        silent = Arrived(id="a1", at=NOON, contact="new", channel="voice", resume=resume)
        arrival = replace(silent, language=language)
        fresh = Journey("new", turn.flow.menu, turn.flow.version)
        chosen = replace(fresh, language=lookup(language, turn.flow.languages))
        assert step(turn.flow, fresh, arrival) == step(turn.flow, chosen, silent)
        begun = turn.after.language is not None or (resume != "fresh" and turn.after.status == "live")
        if begun and not isinstance(turn.flow.steps.get(turn.after.step or ""), End | None):
            assert step(turn.flow, turn.after, arrival) == step(turn.flow, turn.after, silent)


def _goes_elsewhere(flow: Flow, journey: Journey, channel: Channel) -> bool:
    """The journey stands at a question that this channel does not put, or that was answered elsewhere since."""
    place = flow.steps.get(journey.step or "")
    if isinstance(place, AskSlot):
        return channel in place.fallback or place.slot in journey.slots
    if isinstance(place, TransferStep):
        return channel != "voice"
    return isinstance(place, Verify) or (isinstance(place, RecordStep) and place.slot in journey.slots)


def _arrive(flow: Flow, journey: Journey, channel: Channel, resume: Resume, contact: str = "new") -> Journey:
    event = Arrived(id=f"arrives-{contact}", at=NOON, contact=contact, channel=channel, resume=resume)
    return step(flow, journey, event)[0]


@LAW
@given(games())
def test_whoever_arrives_last_has_the_journey(game: Game) -> None:
    """Invariant 7. The revision is the store's: it is the same before and after."""
    for turn in played(game):
        assert turn.after.rev == turn.before.rev
        if turn.moved:
            assert (turn.after, turn.actions) == (turn.before, (Hangup("moved"),))
        elif isinstance(turn.event, Arrived) and turn.event.id not in turn.before.seen:
            assert turn.after.contact is not None
            assert turn.after.contact.id == turn.event.contact


@LAW
@given(games(), flows, st.sampled_from(["continue", "offer"]), st.sets(st.sampled_from(["s0", "s1", "s2", "s3"])))
def test_a_journey_stays_with_its_version_until_it_arrives_at_a_newer_one(
    game: Game, newer: Flow, resume: Resume, gone: set[str]
) -> None:
    """Invariant 10. (There is no migration map yet: what is gone leads to the start.)"""
    kept = {name: place for name, place in newer.steps.items() if name not in gone or name == newer.start}
    newer = in_all_languages(replace(newer, version="v2", steps=kept))
    for turn in played(game):
        if not isinstance(turn.event, Arrived):
            assert turn.after.version == turn.before.version
        after = _arrive(newer, turn.after, "chat", resume)
        assert after.version == "v2"
        assert after.step is None or after.step in kept or after.status == "paused"
        if turn.after.step in kept and resume == "offer" and after.offering and after.status == "live":
            assert after.step == turn.after.step
