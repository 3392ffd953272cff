"""The ten invariants of the engine, for random flows and whatever may happen to a journey.

What the driver and the store have to do for invariants 6 and 7 is tested there; here is the engine's part of them.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import ivr.engine.step
from ivr.engine.actions import Action, BookCallback, Collect, Enqueue, Hangup, Invoke, Record, Say, Send, Transfer
from ivr.engine.conditions import drawn
from ivr.engine.data import replace
from ivr.engine.events import Arrived, Channel, Expired, Input, Invoked, Left, LeftReason, NoInput, Resume, Unheard
from ivr.engine.flow import Flow
from ivr.engine.guard import proof_before
from ivr.engine.journey import Journey
from ivr.engine.languages import lookup
from ivr.engine.step import current_wait, step, summary
from ivr.engine.steps import AskSlot, Branch, End, RecordStep, SetStep, Split, Step, TransferStep, Verify
from tests.engine.flows import NOON, prompt
from tests.engine.strategies import (
    CHANNELS,
    PRIVATE,
    SECRET,
    SPECS,
    STEPS,
    SWITCHES,
    Game,
    Played,
    flows,
    games,
    in_all_languages,
    played,
)

# Shrinking a game takes minutes; add Phase.shrink when a law is broken and the example is too long to read
LAW = settings(
    max_examples=100,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
SENSITIVITY = {spec.name: spec.sensitivity for spec in SPECS}


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
@given(games(), st.integers(0, 4))
def test_nobody_who_comes_stands_behind_a_proof_that_they_did_not_give(game: Game, trust: int) -> None:
    """Invariant 9."""
    for turn in played(game):
        arrival = Arrived(id="a1", at=NOON, contact="new", channel="chat", trust=trust, resume="continue")
        back, _ = step(turn.flow, turn.after, arrival)
        if back.contact is not None and back.status == "live" and back.step is not None:
            assert proof_before(turn.flow, back.step, back.contact.trust) is None


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


def test_every_kind_of_step_and_of_action_is_in_the_games() -> None:
    assert set(STEPS) == set(get_args(Step))
    assert set(get_args(Action)) == {Say, Send, BookCallback, Collect, Record, Invoke, Enqueue, Transfer, Hangup}


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
