"""The conversations of our menus pass, and what is told of one that goes another way."""

from __future__ import annotations

from pathlib import Path

import pytest

import ivr
from ivr.conversation import Conversation, Mismatch, load, run
from ivr.coverage import Coverage
from ivr.engine.data import replace
from ivr.engine.journey import Ask, Journey, Slot
from ivr.flows import read_folder
from ivr.rehearsal import rehearsal_of
from tests.players.parrot import Parrot, conversation, play, problems

MENUS = Path(ivr.__file__).parent / "menus"
FLOWS, _ = read_folder(MENUS)
OURS = [load(path.read_text("utf-8"), path.stem) for path in sorted(MENUS.glob("conversations/*.yaml"))]


async def test_words_are_found_in_any_case_and_across_sentences() -> None:
    player = Parrot(["Welcome to\nAcme.", "What would you like?"])
    assert not await play(player, "- call: voice\n  hears: ['WELCOME to acme. What', 'like?']\n  hears_not: goodbye")
    assert player.acts == ["call voice +14155550134 m"]


async def test_what_was_not_heard_is_told_with_what_was() -> None:
    mismatch = await play(Parrot(["Hello."]), "- call: voice\n  hears: Welcome", "- press: 1")
    assert (
        str(mismatch) == "  line 5, call voice: did not hear “Welcome”\n      heard: Hello."
    )  # the turn after it is not played: it would only repeat the news


async def test_the_order_of_what_is_heard_counts() -> None:
    (problem,) = await problems(Parrot(["First.", "Second."]), "- call: voice\n  hears: [second, first]")
    assert "earlier" in problem


async def test_words_that_must_not_be_said() -> None:
    (problem,) = await problems(Parrot(["Welcome back."]), "- call: voice\n  hears_not: welcome")
    assert "should not" in problem


async def test_slots_and_status_are_compared_with_the_stored_journey() -> None:
    slots = {"order_number": Slot("4217", "voice", "c", 1.0)}
    journey = Journey("j", "m", "v", status="live", slots=slots)
    turns = "- call: voice\n  known: {order_number: 4218, pin: null}\n  status: dropped"
    assert await problems(Parrot(journey=journey), turns) == (
        "order_number is “4217” instead of “4218”",
        "the journey is live instead of dropped",
    )


async def test_a_question_whose_answer_was_known_fails_every_conversation() -> None:
    asked = Ask("track", "order_number", "voice", "second call", at=9.0, known=False)
    known = Slot("4217", "voice", "first call", at=1.0)
    journey = Journey("j", "m", "v", slots={"order_number": known}, ledger=(asked,))
    (problem,) = await problems(Parrot(journey=journey), "- call: voice")
    assert problem == "order_number was asked at step track, though it was known already"

    allowed = replace(conversation("- call: voice"), never_asked_twice=False)
    assert (await run(allowed, Parrot(journey=journey))).passed
    left_out = replace(journey, ledger=(replace(asked, known=True),))
    assert not await play(Parrot(journey=left_out), "- call: voice")
    answered_since = replace(journey, slots={"order_number": replace(known, at=10.0)})
    assert not await play(Parrot(journey=answered_since), "- call: voice")


async def test_a_player_that_cannot_do_a_turn_says_so_and_plays_nothing() -> None:
    player = Parrot()
    result = await run(conversation("- call: chat", "- wait: 1s"), player)
    assert not result.passed
    assert result.lacking == ("chat", "wait")
    assert not player.acts


async def test_a_link_that_must_be_refused() -> None:
    assert not await play(Parrot(), "- open_link", "- open_link:\n  refused: true")
    (taken,) = await problems(Parrot(), "- open_link:\n  refused: true")
    assert taken == "the link was taken, though it should be refused"
    (refused,) = await problems(Parrot(), "- open_link", "- open_link")
    assert refused == "used already"


async def test_a_turn_that_makes_no_sense_is_a_mismatch_at_its_line() -> None:
    player = Parrot()
    player.features |= {"choose"}
    mismatch = await play(player, "- choose: Deliver")
    assert mismatch == Mismatch(5, "choose Deliver", ("there is no button Deliver",))


@pytest.mark.parametrize("told", OURS, ids=lambda told: told.file)
async def test_the_conversations_of_our_menus_on_the_engine(told: Conversation) -> None:
    async with rehearsal_of(told, FLOWS) as player:
        result = await run(told, player)
    assert result.passed, result.mismatch or result.lacking


@pytest.mark.parametrize("menu", sorted(flow.menu for flow in FLOWS.values()))
async def test_our_menus_are_walked_by_their_conversations(menu: str) -> None:
    coverage = Coverage(FLOWS[menu])
    for told in OURS:
        if told.menu == menu:
            async with rehearsal_of(told, FLOWS, on_turn=coverage.watch) as player:
                await run(told, player)
    report = coverage.report(f"{menu}.yaml")
    assert report.of_steps == 100, report.untested
    assert report.of_choices >= 90, report.untested
