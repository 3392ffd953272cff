"""The studio's API: a text that is edited, and drafts that are played."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from ivr.drafts.api import MOST
from ivr.server import Segue
from tests.web.studio_site import site

BROKEN = "menu: support\nstart: hello\nsteps:\n  hello:\n    say: Hello.\n    next: nowhere\n"
SHOP = """
menu: shop
languages: [en-US, de-DE]
start: number
exhausted: end
steps:
  number:
    ask: {slot: order, prompt: {en: Your order number?, de: Ihre Bestellnummer?}}
    next: look
  look:
    invoke: {service: orders.status, with: {order: "{order}"}, save: [status, eta]}
    done: tell
    failed: sorry
  tell:
    say: {en: "It is {status}.", de: "Status: {status}."}
    next: person
  sorry:
    say: {en: No answer., de: Keine Antwort.}
    next: end
  person:
    handoff: {queue: support}
    unavailable: end
  end:
    end: {en: Goodbye., de: Tschüss.}
slots:
  order: {type: digits, length: 4}
"""


@pytest.fixture
async def segue(tmp_path: Path) -> AsyncIterator[Segue]:
    async with site(tmp_path) as served:
        yield served


@pytest.fixture
async def client(segue: Segue) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(segue.settings.url) as session:
        yield session


async def post(client: aiohttp.ClientSession, path: str, body: Any, status: int = 200) -> Any:
    async with client.post(path, json=body) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def test_a_mistake_comes_with_its_place_and_its_remedy(client: aiohttp.ClientSession) -> None:
    found = await post(client, "/api/menus/check", {"source": BROKEN, "file": "mine.yaml"})
    assert not found["ok"]
    assert found["diagram"] is None
    mistake = next(one for one in found["mistakes"] if "nowhere" in one["problem"])
    assert (mistake["file"], mistake["line"], mistake["severity"]) == ("mine.yaml", 6, "error")
    assert mistake["remedy"]


async def test_a_sound_menu_comes_with_its_diagram_and_advice(client: aiohttp.ClientSession, segue: Segue) -> None:
    flow = segue.flows.current("support")
    source, parts = flow.source, dict(flow.parts)
    found = await post(client, "/api/menus/check", {"source": source, "parts": parts})
    assert found["ok"]
    assert found["diagram"]["start"] == "welcome"
    assert [service["name"] for service in found["services"]] == ["orders.status"]
    assert {one["severity"] for one in found["mistakes"]} <= {"advice"}
    talkative = source.replace("Welcome to Acme support.", "Welcome to Acme support. " * 30)
    advice = (await post(client, "/api/menus/check", {"source": talkative, "parts": parts}))["mistakes"]
    assert advice
    assert all(one["rule"] for one in advice)
    assert (await post(client, "/api/menus/check", {"source": talkative, "parts": parts, "advice": False}))[
        "mistakes"
    ] == []


async def test_nonsense_is_answered_and_changes_nothing(client: aiohttp.ClientSession) -> None:
    for source in ("", "[[[[", "\0", "menu: x", "&a [*a]", "menu: {" * 500):
        assert not (await post(client, "/api/menus/check", {"source": source}))["ok"]
    await post(client, "/api/menus/check", {"sauce": ""}, 422)
    async with client.get("/api/menus/support/traffic?days=1000") as response:
        assert response.status == 422


async def play(client: aiohttp.ClientSession, **wanted: Any) -> tuple[dict[str, Any], Any]:
    stage = await post(client, "/api/menus/try", {"source": SHOP, **wanted}, 201)

    async def do(deed: str, status: int = 200, **more: Any) -> Any:
        return await post(client, f"/api/menus/try/{stage['draft']}/chat", {"do": deed, **more}, status)

    return stage, do


def said(reply: Any) -> list[str]:
    return [bubble["text"] for bubble in reply["messages"]]


async def test_a_draft_is_played_with_typed_answers_and_no_customer_is_touched(
    client: aiohttp.ClientSession, segue: Segue
) -> None:
    answers = {"orders.status": {"status": "on its way", "eta": "2026-12-01"}}
    _, do = await play(client, answers=answers)
    first = await do("arrive")
    assert said(first) == ["Your order number?"]
    told = await do("say", text="4217", turn=first["turn"])
    assert "It is on its way." in said(told)
    assert told["status"] == "queued"
    assert (await do("join"))["status"] == "with_agent"
    assert (await do("finish"))["ended"]
    assert await segue.store.recent(10) == []


async def test_a_service_fails_as_was_typed_and_a_dropped_line_goes_on(client: aiohttp.ClientSession) -> None:
    _, do = await play(client, answers={"orders.status": None})
    await do("arrive")
    assert (await do("drop"))["status"] == "dropped"
    back = await do("arrive")
    assert "Your order number?" in said(back)
    assert len(said(back)) > 1  # welcomed back
    assert said(await do("say", text="4217", turn=back["turn"])) == ["No answer.", "Goodbye."]


async def test_what_back_offices_answer_can_be_changed_while_a_draft_is_played(client: aiohttp.ClientSession) -> None:
    stage, do = await play(client, answers={"orders.status": None})
    first = await do("arrive")
    answers = {"orders.status": {"status": "lost", "eta": "2026-12-01"}}
    async with client.put(f"/api/menus/try/{stage['draft']}/answers", json=answers) as response:
        assert response.status == 204
    assert "It is lost." in said(await do("say", text="4217", turn=first["turn"]))


async def test_a_draft_begins_in_the_language_that_was_chosen(client: aiohttp.ClientSession) -> None:
    stage, do = await play(client, language="de-DE", answers={"orders.status": None})
    assert sorted(stage["languages"]) == ["de-DE", "en-US"]
    first = await do("arrive")
    assert said(first) == ["Ihre Bestellnummer?"]
    assert said(await do("say", text="4217", turn=first["turn"])) == ["Keine Antwort.", "Tschüss."]


async def test_a_draft_that_is_over_says_so(client: aiohttp.ClientSession) -> None:
    stage, do = await play(client)
    async with client.delete(f"/api/menus/try/{stage['draft']}") as response:
        assert response.status == 204
    assert "Start it again" in (await do("arrive", 404))["detail"]
    assert "Mend them" in (await post(client, "/api/menus/try", {"source": BROKEN}, 422))["detail"]


async def test_drafts_make_room_for_new_ones(client: aiohttp.ClientSession) -> None:
    _, do = await play(client)
    for _ in range(MOST):
        await play(client)
    assert "over" in (await do("arrive", 404))["title"]
