"""Invariants of the engine: on whom switches act, and the shares of a split."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import Say
from ivr.engine.conditions import drawn
from ivr.engine.data import replace
from ivr.engine.events import Arrived, Channel, Resume
from ivr.engine.journey import Journey
from ivr.engine.step import step
from ivr.engine.steps import Branch, End, Split
from tests.engine.flows import NOON, prompt
from tests.engine.games import LAW, Game, games, played
from tests.engine.strategies import CHANNELS, SWITCHES


@LAW
@given(games(), st.sets(st.sampled_from(["storm", "closed"])))
def test_a_switch_acts_on_who_arrives_and_at_branches_that_ask_for_it_and_nowhere_else(
    game: Game, on: set[str]
) -> None:
    for turn in played(game):
        asked = {
            c.subject for s in turn.flow.steps.values() if isinstance(s, Branch) for case, _ in s.cases for c in case
        }
        if isinstance(turn.event, Arrived) or any(f"switch.{name}" in asked for name in on | turn.event.switches):
            continue
        flipped = replace(turn.event, switches=frozenset(on))
        assert step(turn.flow, turn.before, flipped) == (turn.after, turn.actions)


@LAW
@given(games(), st.sampled_from(CHANNELS), st.sampled_from(["fresh", "continue", "offer"]))
def test_who_arrives_while_a_switch_is_on_hears_it_first_and_goes_where_it_leads(
    game: Game, channel: Channel, resume: Resume
) -> None:
    for turn in played(game):
        event = Arrived(id="x", at=NOON, contact="new", channel=channel, resume=resume, switches=frozenset(SWITCHES))
        steps = {**turn.flow.steps, "s2": End(prompt("Closed."))}
        flow = replace(turn.flow, switches=SWITCHES, steps=steps, others={})
        if turn.after.status == "expired":
            continue
        after, actions = step(flow, turn.after, event)
        assert [action.text for action in actions if isinstance(action, Say)] == ["A storm.", "Closed."]
        assert (after.step, after.status) == ("s2", "finished")


def test_shares_of_a_split_are_kept_and_each_journey_stays_with_its_way() -> None:
    split = Split(((20.0, "new"), (5.0, "newer"), (75.0, "old")))
    ids = [f"{n:032x}" for n in range(10_000)]
    first = [drawn(Journey(id_, "m", "v1"), "trial", split) for id_ in ids]
    for percent, way in split.ways:
        assert abs(first.count(way) / 100 - percent) < 1.5
    assert [drawn(Journey(id_, "m", "v2"), "trial", split) for id_ in ids] == first
    other = [drawn(Journey(id_, "m", "v1"), "another", split) for id_ in ids]
    both = sum(one == two == "new" for one, two in zip(first, other, strict=True))
    assert abs(both / 100 - 4) < 1.5, "two splits in one flow draw anew"


def test_a_share_that_grows_takes_only_from_the_rest() -> None:
    """Who was in a trial of a tenth is in it when it is a third."""
    small, large = Split(((10.0, "new"), (90.0, "old"))), Split(((33.3, "new"), (66.7, "old")))
    for n in range(2_000):
        journey = Journey(f"j{n}", "m", "v1")
        assert drawn(journey, "trial", small) == "old" or drawn(journey, "trial", large) == "new"
