"""A journey that is nearly full: 64 KB are what the store takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from context_bridge.codec import encode
from ivr.engine.data import replace
from ivr.engine.events import Arrived, Event, Input, Invoked, Left, NoInput
from ivr.engine.flow import Flow
from ivr.engine.journey import Ask, Journey, Visit
from ivr.engine.loader import load
from ivr.engine.services import AnswerField, ServiceSpec
from ivr.engine.turn import LEDGER, PATH
from ivr.room import taken
from tests.faults.lab import lab, words

LETTERS = 20
EMOJI = "😀" * 1000  # 4,000 bytes


def menu() -> str:
    """Asks for so many texts, one after the other."""
    names = [f"letter{n}" for n in range(LETTERS)]
    slots = "".join(f"  {name}: {{type: text, title: {name}}}\n" for name in names)
    steps = "".join(
        f"  ask_{name}:\n    ask: {{slot: {name}, prompt: Write {name}., tries: 3}}\n    next: {following}\n"
        for name, following in zip(names, [*(f"ask_{name}" for name in names[1:]), "thanks"], strict=True)
    )
    return (
        "menu: letters\ntitle: Letters\nlanguage: en-US\nchannels: [chat]\nstart: ask_letter0\nexhausted: bell\n"
        f"slots:\n{slots}"
        "always:\n  - {key: 0, say: [agent], goto: bell}\n"
        f"steps:\n{steps}"
        "  thanks: {end: Thank you for all of it.}\n"
        "  bell:\n    menu:\n      prompt: Somebody will write to you.\n"
        "      choices: [{key: 1, label: look up, goto: look_up}]\n"
        "  look_up:\n    invoke: {service: archive, save: [letter19]}\n    done: thanks\n    failed: bell\n"
    )


async def test_what_finds_no_room_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    allow = "allow: ['127.0.0.1:9']\n"
    services = f"{allow}services:\n  archive: {{url: 'http://127.0.0.1:9/', method: GET, answer: [letter19]}}\n"
    async with lab(tmp_path, {"letters.yaml": menu(), "services.yaml": services}) as server:
        chat = await server.chat()
        asked = words(await chat.begin())
        given = 0
        while "more than I can keep" not in (answer := await chat.says(EMOJI)):
            assert f"letter{given + 1}" in answer
            asked, given = answer, given + 1
        assert given >= 8
        assert asked in answer  # the same question again
        assert f"Write letter{given + 1}." in await chat.says("short")
        [row] = (await server.get("/api/journeys"))[1]
        pop = (await server.get(f"/api/journeys/{row['id']}"))[1]["pop"]
        assert sum(slot["value"] == EMOJI for slot in pop["slots"]) == given
        assert any(slot["value"] == "short" for slot in pop["slots"])
        for _ in range(2):
            assert "more than I can keep" in await chat.says(EMOJI)
        assert "Somebody will write" in await chat.says(EMOJI)  # after its tries, as any question
        assert "Somebody will write" in await chat.says("1")


@pytest.fixture(scope="module")
def flow() -> Flow:
    archive = ServiceSpec("archive", ("http://x/",), "GET", 3, {"letter19": AnswerField(("l",))})
    return load(menu(), "letters", {"archive": archive})


@pytest.fixture(scope="module")
def full(flow: Flow) -> Journey:
    """As full as customers can make it."""
    journey = Journey(id="j", menu="letters", version=flow.version)
    journey = after(flow, journey, Arrived(id="a", at=1, contact="c" * 60, channel="chat"))
    while not journey.nomatches:
        journey = after(flow, journey, said(f"i{len(journey.slots)}", EMOJI))
    visit = Visit("bell", "chat", 1.5, "a label of some length")
    asks = [Ask("ask_letter0", "letter0", "chat", f"{n:060}", 1.5, False) for n in range(LEDGER)]
    return replace(journey, path=(visit,) * PATH, ledger=tuple(asks))


def after(flow: Flow, journey: Journey, event: Event) -> Journey:
    found = taken(flow, journey, event).after
    encode(found)  # or it could not be saved
    return found


def said(id_: str, text: str, contact: str = "c" * 60) -> Input:
    return Input(id=id_, at=2, contact=contact, text=text, mode="text")


def test_what_happens_to_a_customer_always_finds_room(flow: Flow, full: Journey) -> None:
    journey = full
    for n in range(40):
        journey = after(flow, journey, NoInput(id=f"silence-{n:050}", at=3, contact="c" * 60))
    journey = after(flow, journey, Left(id="left", at=4, contact="c" * 60, reason="dropped", detail="x" * 300))
    assert journey.status == "dropped"
    for n in range(3):
        contact = f"{n}".rjust(60, "d")
        arrived = Arrived(
            id=f"b{n}", at=5, contact=contact, channel="chat", resume="continue", customer_name="😀" * 300
        )
        journey = after(flow, journey, arrived)
        assert journey.contact is not None
        assert journey.contact.id == contact
        assert journey.slots == full.slots


def test_its_own_books_make_room_the_newest_lines_stay(flow: Flow, full: Journey) -> None:
    journey = after(flow, full, said("agent", "agent"))
    assert journey.step == "bell"
    assert journey.path[-1].step == "bell"
    assert journey.ledger[-1].contact == "c" * 60
    assert journey.slots == full.slots


def test_a_back_office_with_too_long_an_answer_has_failed(flow: Flow, full: Journey) -> None:
    journey = after(flow, full, said("agent", "agent"))
    journey = after(flow, journey, said("look", "1"))
    assert journey.step == "look_up"
    turn = taken(flow, journey, Invoked(id="x", at=6, contact="c" * 60, turn=journey.turn, result={"letter19": EMOJI}))
    assert turn.after.step == "bell"
    assert turn.after.slots == full.slots


def test_the_same_message_again_is_still_handled_once(flow: Flow, full: Journey) -> None:
    first = after(flow, full, said("again", EMOJI))
    assert first.nomatches == full.nomatches + 1
    assert after(flow, first, said("again", EMOJI)) == first
