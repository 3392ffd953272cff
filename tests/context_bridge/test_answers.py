"""Answers to webhooks: saved with their turn or not at all, on SQLite and on PostgreSQL."""

from __future__ import annotations

from context_bridge.contract import ContextStore
from context_bridge.records import AnswerRow, Conflict, Saved
from ivr.engine.data import replace
from ivr.engine.journey import Contact
from tests.context_bridge.turns import NOW, journey, save, turn

CALL = "tw-CA1"
FIRST = AnswerRow(CALL, 0, 1, "a", "<Response/>", NOW)


async def test_an_answer_is_there_when_its_turn_is(store: ContextStore, other: ContextStore) -> None:
    assert await store.answer(CALL, 0, 1) is await store.last_answer(CALL) is None
    assert isinstance(await store.save(replace(turn(journey("a")), answer=FIRST)), Saved)
    assert await other.answer(CALL, 0, 1) == await other.last_answer(CALL) == FIRST
    assert await store.answer(CALL, 0, 2) is await store.answer("tw-CA2", 0, 1) is None
    assert await store.answer("\0", 0, 1) is await store.last_answer("\0") is None


async def test_a_turn_that_was_refused_leaves_no_answer(store: ContextStore) -> None:
    await save(store, turn(journey("a")))
    late = replace(turn(journey("a")), answer=FIRST)
    assert isinstance(await store.save(late), Conflict)
    assert await store.last_answer(CALL) is None


async def test_the_first_answer_to_a_turn_stays(store: ContextStore) -> None:
    first = replace(turn(journey("a")), answer=FIRST)
    await store.save(first)
    following = turn(replace(first.journey, step="b"))
    await store.save(replace(following, answer=replace(FIRST, body="another", at=NOW + 1)))
    assert await store.answer(CALL, 0, 1) == FIRST


async def test_the_last_answer_is_that_of_the_highest_epoch(store: ContextStore) -> None:
    rows = [FIRST, replace(FIRST, turn=2, at=NOW + 1), replace(FIRST, epoch=1, turn=1, at=NOW + 2, body="led")]
    for n, row in enumerate(rows):
        await store.save(replace(turn(journey(f"j{n}")), answer=row))
    assert await store.last_answer(CALL) == replace(rows[-1], journey="j2")


async def test_an_answer_may_come_without_a_turn(store: ContextStore, other: ContextStore) -> None:
    await store.put_answer(FIRST)
    await other.put_answer(replace(FIRST, body="another"))
    assert await store.last_answer(CALL) == FIRST


async def test_old_answers_are_forgotten(store: ContextStore) -> None:
    await store.save(replace(turn(journey("a")), answer=FIRST))
    await store.purge_answers(NOW)
    assert await store.last_answer(CALL) == FIRST
    await store.purge_answers(NOW + 1)
    assert await store.last_answer(CALL) is None


async def test_what_was_said_in_a_call_that_is_on_is_not_forgotten(store: ContextStore) -> None:
    on = journey("a", contact=Contact(CALL, "voice", 1))
    await store.save(replace(turn(on), answer=FIRST))
    await store.purge_answers(NOW + 1)
    assert await store.last_answer(CALL) == FIRST
    await store.save(turn(replace(on, rev=1, contact=None)))
    await store.purge_answers(NOW + 1)
    assert await store.last_answer(CALL) is None
