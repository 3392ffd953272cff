"""Invariants of the engine, for random flows and whatever may happen to a journey: turns, waits and what is asked.

Who comes and goes, what is secret, and switches have files of their own beside this one. What the driver and the store
have to do for invariants 6 and 7 is tested there; here is the engine's part of them.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

import ivr.engine.step
from ivr.engine.actions import Action, BookCallback, Collect, Enqueue, Hangup, Invoke, Record, Say, Send, Transfer
from ivr.engine.events import Expired, Input, Left, NoInput, Unheard
from ivr.engine.journey import Journey
from ivr.engine.step import current_wait, step
from ivr.engine.steps import Step
from tests.engine.flows import NOON
from tests.engine.games import LAW, Game, games, played
from tests.engine.strategies import STEPS


@LAW
@given(games())
def test_a_turn_is_says_and_sends_then_one_wait_or_a_hang_up(game: Game) -> None:
    """Invariant 1."""
    for turn in played(game):
        *before, last = turn.actions
        assert all(isinstance(action, Say | Send | BookCallback) for action in before)
        assert isinstance(last, Collect | Record | Invoke | Enqueue | Transfer | Hangup)


@LAW
@given(games())
def test_a_wait_carries_its_number_its_step_and_its_limits(game: Game) -> None:
    """Invariant 2."""
    for turn in played(game):
        match turn.actions[-1]:
            case Collect() as wait:
                assert wait.timeout > 0
                assert wait.interdigit > 0
                assert wait.keys.max >= wait.keys.min >= 0
            case Record() as wait:
                assert min(wait.longest, wait.silence, wait.timeout) > 0
            case Invoke() | Enqueue() | Transfer() as wait:
                assert wait.timeout > 0
            case _:
                continue
        assert (wait.turn, wait.step) == (turn.after.turn, turn.after.step)


def test_the_engine_knows_no_clock_no_dice_and_no_network() -> None:
    """Invariant 2. Its modules (the loader, which reads YAML, is apart) import nothing that could wait, sleep, know the
    time or roll dice; libraries that are data alone, each in one module (decisions 7 and 13)."""
    standard = {"__future__", "collections", "dataclasses", "datetime", "decimal", "functools", "hashlib", "ipaddress"}
    standard |= {"operator", "re", "typing", "unicodedata", "zoneinfo"}
    data = {"cldr.py": {"babel"}, "numbers.py": {"num2words"}, "hours.py": {"holidays"}, "data.py": {"msgspec"}}
    engine = Path(ivr.engine.step.__file__).parent
    for path in (path for path in engine.rglob("*.py") if engine / "loader" not in path.parents):
        allowed = {"ivr", *standard, *data.get(path.name, ())}
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                assert {str(name).split(".")[0] for name in names} <= allowed, path.name
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"now", "utcnow", "today"}, path.name


@LAW
@given(games())
def test_the_same_event_at_the_same_place_has_the_same_answer(game: Game) -> None:
    """Invariant 2: no hidden state, so a turn can be computed again after a lost race."""
    for turn in played(game):
        assert step(turn.flow, turn.before, turn.event) == (turn.after, turn.actions)


@LAW
@given(games())
def test_an_event_that_was_handled_changes_nothing_again(game: Game) -> None:
    """Invariant 3."""
    for turn in played(game):
        again, actions = step(turn.flow, turn.after, turn.event)
        assert again == turn.after
        holder = turn.after.contact.id if turn.after.contact else turn.event.contact
        moved = holder != turn.event.contact and not isinstance(turn.event, Expired)
        assert actions == ((Hangup("moved"),) if moved else current_wait(turn.flow, turn.after))


@LAW
@given(games(), st.sampled_from([-3, -1, 1, 100]))
def test_an_event_for_another_wait_changes_nothing_and_repeats_the_current_one(game: Game, off: int) -> None:
    """Invariant 3."""
    for turn in played(game):
        contact = turn.after.contact.id if turn.after.contact else "c0"
        for late in (
            Input(id="late", at=NOON, contact=contact, text="1", mode="keys", turn=turn.after.turn + off),
            NoInput(id="late", at=NOON, contact=contact, turn=turn.after.turn + off),
        ):
            assert step(turn.flow, turn.after, late) == (turn.after, current_wait(turn.flow, turn.after))


@LAW
@given(games())
def test_the_current_wait_can_be_told_from_flow_and_journey_alone(game: Game) -> None:
    """Invariant 3: what is repeated is what was asked, under the same number."""
    for turn in played(game):
        if not turn.moved:
            assert current_wait(turn.flow, turn.after)[-1] == turn.actions[-1]


@LAW
@given(games())
def test_what_is_asked_is_in_the_language_of_the_journey_and_leaving_does_not_change_it(game: Game) -> None:
    for turn in played(game):
        spoken = turn.flow.in_language(turn.after.language)
        if isinstance(turn.actions[-1], Collect) and not turn.moved:
            assert turn.actions[-1].language == spoken.language
        if isinstance(turn.event, Left):
            assert turn.after.language == turn.before.language
        assert turn.after.language is None or turn.after.language in turn.flow.languages


@LAW
@given(games(longest=60))
def test_nothing_raises_loops_for_ever_or_grows_for_ever(game: Game) -> None:
    """Invariant 5."""
    for turn in played(game):
        journey = turn.after
        assert len(turn.actions) < 1000
        assert (len(journey.path) <= 50, len(journey.ledger) <= 200, len(journey.seen) <= 32) == (True,) * 3
        assert all(len(slot.value) <= 1000 for slot in journey.slots.values())
        if turn.actions[-1] == Hangup("broken"):
            assert not any(isinstance(action, Send | BookCallback) for action in turn.actions)


@LAW
@given(games())
def test_a_stored_and_reloaded_journey_behaves_like_the_original(game: Game) -> None:
    """Invariant 6: all there is to know is in the journey, and it can be stored."""
    for turn in played(game):
        reloaded = msgspec.json.decode(msgspec.json.encode(turn.before), type=Journey)
        assert reloaded == turn.before
        assert step(turn.flow, reloaded, turn.event) == (turn.after, turn.actions)
        msgspec.json.encode(turn.actions)  # PostgreSQL's JSON takes neither half characters nor NUL
        assert "\\u0000" not in msgspec.json.encode(turn.after.slots).decode()


@LAW
@given(games())
def test_what_is_known_is_not_asked_and_every_ask_is_in_the_ledger_once(game: Game) -> None:
    """Invariant 8."""
    for turn in played(game):
        journey, last = turn.after, turn.actions[-1]
        lines = [(ask.step, ask.slot, ask.contact, ask.known) for ask in journey.ledger]
        assert len(set(lines)) == len(lines)
        if isinstance(last, Collect) and not journey.offering and journey.contact is not None:
            assert last.slot not in journey.slots
            assert (last.step, last.slot, journey.contact.id, False) in lines


@LAW
@given(games())
def test_what_we_could_not_hear_costs_no_try(game: Game) -> None:
    for turn in played(game):
        if isinstance(turn.event, Unheard) and not turn.moved:
            before, after = turn.before, turn.after
            counted = (before.noinputs, before.nomatches, before.misheard, before.slots, before.step)
            assert counted == (after.noinputs, after.nomatches, after.misheard, after.slots, after.step)
            wait = turn.actions[-1]
            if turn.event.reason == "busy" and after.turn != before.turn and isinstance(wait, Collect):
                assert after.contact is not None
                assert not wait.speech or after.contact.channel != "voice"


def test_every_kind_of_step_and_of_action_is_in_the_games() -> None:
    assert set(STEPS) == set(get_args(Step))
    assert set(get_args(Action)) == {Say, Send, BookCallback, Collect, Record, Invoke, Enqueue, Transfer, Hangup}
