"""The chat as a browser meets it: links, repeated requests, coming and going."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp.test_utils import TestClient

from ivr.engine.events import Input, Left
from tests.web.desk import Desk
from tests.web.streams import PATIENCE, events
from tests.web.talk import BYE, LINK, PIN, TOLD, WELCOME


async def begin(client: TestClient, path: str = "/chat") -> dict[str, Any]:
    """Open a page, press its button, and see what the chat shows."""
    await client.get(path)
    response = await client.post(path, allow_redirects=False)
    assert (response.status, response.headers.get("Location")) == (303, "/chat")
    return await state(client)


async def state(client: TestClient) -> dict[str, Any]:
    return await (await client.get("/chat/state")).json()


async def say(client: TestClient, text: str, name: str = "message-1", **more: Any) -> Any:
    return await client.post("/chat/messages", json={"text": text, "id": name, **more})


async def test_opening_a_link_spends_nothing_and_its_button_does(client: TestClient, desk: Desk) -> None:
    for method in ("GET", "HEAD", "GET"):
        page = await client.request(method, f"/l/{LINK}")
        assert page.status == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]
    assert desk.driver.arrivals == []
    shown = await begin(client, f"/l/{LINK}")
    assert [arrival.link for arrival in desk.driver.arrivals] == [LINK]
    assert [bubble["text"] for bubble in shown["reply"]["messages"]] == [WELCOME]


async def test_a_link_works_once_and_then_says_so_kindly(client: TestClient, client_of: Any, desk: Desk) -> None:
    await begin(client, f"/l/{LINK}")
    other = await client_of(desk)
    pages = [await (await other.post(path)).text() for path in (f"/l/{LINK}", "/l/never-was-one")]
    assert "has been used or has expired" in pages[0]
    assert pages[0] == pages[1]  # which of the two it is, is nobody's business
    assert (await other.post(f"/l/{LINK}")).status == 410
    assert desk.driver.legs.keys() == desk.driver.journeys.keys()  # the refused ones left nothing behind


async def test_a_double_click_on_the_link_button_is_one_arrival(client: TestClient, desk: Desk) -> None:
    await client.get(f"/l/{LINK}")
    jar = {"Cookie": "; ".join(f"{c.key}={c.value}" for c in client.session.cookie_jar)}
    clicks = [client.post(f"/l/{LINK}", headers=jar, allow_redirects=False) for _ in range(2)]
    assert [response.status for response in await asyncio.gather(*clicks)] == [303, 303]
    assert len(desk.driver.arrivals) == 1


async def test_the_page_shows_buttons_and_always_a_person(client: TestClient) -> None:
    reply = (await begin(client))["reply"]
    assert [option["label"] for option in reply["options"]] == ["Track an order", "Change my PIN", "That is all"]
    assert [option["label"] for option in reply["always"]] == ["Talk to a person"]


async def test_a_repeated_message_is_done_once_and_answered_alike(client: TestClient, desk: Desk) -> None:
    await begin(client)
    both = await asyncio.gather(*(say(client, "track", button=True) for _ in range(2)))
    first, second = [await response.json() for response in both]
    assert first == second
    told = {"from": "segue", "text": TOLD, "name": "", "at": None, "language": "de-DE"}
    assert first["messages"] == [told]
    assert len([event for event in desk.driver.events if isinstance(event, Input)]) == 1


async def test_the_event_has_the_pages_id_so_that_a_restart_does_not_repeat_it(client: TestClient, desk: Desk) -> None:
    await begin(client)
    await say(client, "track", "same-name-ever")
    desk.chat._visits.open.clear()  # what a new process knows
    await say(client, "track", "same-name-ever")
    one, two = [event.id for event in desk.driver.events if isinstance(event, Input)]
    assert one == two


async def test_a_reload_keeps_what_was_said(client: TestClient) -> None:
    await begin(client)
    await say(client, "track")
    said = [(bubble["from"], bubble["text"]) for bubble in (await state(client))["reply"]["messages"]]
    assert said == [("segue", WELCOME), ("customer", "Track an order"), ("segue", TOLD)]


async def test_a_secret_question_tells_the_page_to_hide_what_is_typed(client: TestClient) -> None:
    await begin(client)
    reply = await (await say(client, "pin", button=True)).json()
    assert reply["messages"][0]["text"] == PIN
    assert reply["secret"] is True


async def test_text_that_is_too_long_is_refused_with_a_remedy(client: TestClient, desk: Desk) -> None:
    await begin(client)
    response = await say(client, "x" * 1001)
    assert response.status == 422
    assert "1,000 characters" in (await response.json())["detail"]
    assert (await say(client, "x" * 1000)).status == 200
    assert (await say(client, "   ", "message-2")).status == 422


async def test_the_end_of_the_flow_can_be_repeated_but_not_passed(client: TestClient) -> None:
    await begin(client)
    replies = [await (await say(client, "bye")).json() for _ in range(2)]
    assert replies[0] == replies[1]
    assert (replies[0]["ended"], replies[0]["status"], replies[0]["messages"][0]["text"]) == (True, "finished", BYE)
    assert (await say(client, "more", "message-2")).status == 409
    assert (await state(client))["reply"]["status"] == "over"


async def test_ending_the_chat_is_the_customers_leaving_and_beginning_again_goes_on(
    client: TestClient, desk: Desk
) -> None:
    await begin(client)
    journey = next(iter(desk.driver.journeys.values())).id
    assert (await client.post("/chat/end")).status == 200
    [left] = [event for event in desk.driver.events if isinstance(event, Left)]
    assert left.reason == "caller"
    assert (await state(client))["reply"]["status"] == "left"
    await begin(client)
    assert desk.driver.arrivals[-1].journey == journey


async def test_a_closed_tab_is_a_dropped_line_and_a_reload_is_not(client_of: Any) -> None:
    desk = Desk(grace=0.2)
    client = await client_of(desk)
    await begin(client)
    after = (await state(client))["after"]
    first = await client.get("/chat/events", params={"after": after})
    second = await client.get("/chat/events", params={"after": after})
    first.close()
    await say(client, "track")
    assert desk.driver.told.is_set() is False
    second.close()
    async with asyncio.timeout(PATIENCE):
        await desk.driver.told.wait()
    [left] = [event for event in desk.driver.events if isinstance(event, Left)]
    assert left.reason == "dropped"
    assert (await state(client))["reply"]["status"] == "left"


async def test_chats_that_were_open_before_a_restart_are_waited_for(client_of: Any) -> None:
    desk = Desk(grace=0.05)
    await desk.driver.arrive(_arrival("chat-before"))
    await client_of(desk)
    async with asyncio.timeout(PATIENCE):
        await desk.driver.told.wait()
    assert desk.driver.journeys == {}


async def test_agent_and_customer_talk_in_the_chat(client: TestClient, desk: Desk) -> None:
    after = (await begin(client))["after"]
    assert (await (await say(client, "person", button=True)).json())["status"] == "queued"
    [contact] = desk.driver.journeys
    stream = await client.get("/chat/events", params={"after": after})
    await client.post(f"/api/contacts/{contact}/accept", json={"agent": "Ann"})
    await client.post(f"/api/contacts/{contact}/message", json={"text": "Hello Maria", "sender": "Ann"})
    await say(client, "Hello Ann", "message-2")
    assert (await state(client))["agent"] == "Ann"
    await client.post(f"/api/contacts/{contact}/finish")
    joined, message, turn = await events(stream, 3)
    assert (joined.kind, joined.body) == ("joined", {"agent": "Ann"})
    assert message.body == {"from": "agent", "sender": "Ann", "text": "Hello Maria"}
    assert turn.body["messages"][0]["text"] == "Is there anything else?"
    said = [(bubble["from"], bubble["text"]) for bubble in (await state(client))["reply"]["messages"]]
    assert said[-2:] == [("agent", "Hello Maria"), ("customer", "Hello Ann")]


async def test_a_page_that_reconnects_hears_what_it_missed_and_a_stranger_id_resets(
    client: TestClient, desk: Desk
) -> None:
    after = (await begin(client))["after"]
    [leg] = desk.driver.legs.values()
    for number in range(3):
        await leg.message(f"m{number}", "Ann")
    stream = await client.get("/chat/events", params={"after": after})
    missed = await events(stream, 3)
    assert [event.body["text"] for event in missed] == ["m0", "m1", "m2"]
    again = await client.get("/chat/events", headers={"Last-Event-ID": missed[0].id})
    assert [event.body["text"] for event in await events(again, 2)] == ["m1", "m2"]
    strange = await client.get("/chat/events", headers={"Last-Event-ID": "0000-1"})
    assert [event.kind for event in await events(strange, 1)] == ["reset"]


async def test_a_journey_that_went_on_elsewhere_ends_the_stream(client: TestClient, desk: Desk) -> None:
    after = (await begin(client))["after"]
    [leg] = desk.driver.legs.values()
    stream = await client.get("/chat/events", params={"after": after})
    await leg.moved()
    assert [event.kind for event in await events(stream, 1)] == ["moved"]
    async with asyncio.timeout(PATIENCE):
        assert await stream.content.read() == b""


async def test_a_made_up_cookie_opens_nothing_and_costs_nothing(client: TestClient, desk: Desk) -> None:
    for number in range(5):
        headers = {"Cookie": f"segue_chat=guess{number}"}
        assert (
            await client.post("/chat/messages", json={"text": "a", "id": "message-1"}, headers=headers)
        ).status == 409
        assert (await client.get("/chat/events", headers=headers)).status == 409
    assert desk.chat._visits.open == {}


async def test_who_knows_the_contact_cannot_speak_for_the_customer(
    client: TestClient, client_of: Any, desk: Desk
) -> None:
    await begin(client)
    [contact] = desk.driver.journeys
    thief = await client_of(desk)
    response = await thief.post(
        "/chat/messages", json={"text": "a", "id": "message-1"}, headers={"Cookie": f"segue_chat={contact}"}
    )
    assert response.status == 409


def _arrival(contact: str) -> Any:
    from ivr.driver import Arrival

    return Arrival(contact=contact, channel="chat", node="chat", menu="support")


async def test_a_chat_begins_in_the_language_of_its_address_or_else_of_the_browser(client_of: Any, desk: Desk) -> None:
    browser = {"Accept-Language": "fr-CH, fr;q=0.9"}
    for path in ("/chat?language=de", "/chat"):
        await (await client_of(desk)).post(path, headers=browser, allow_redirects=False)
    await (await client_of(desk)).post("/chat", allow_redirects=False)
    assert [arrival.language for arrival in desk.driver.arrivals] == ["de", "fr-CH, fr;q=0.9", None]


async def test_a_chat_may_be_begun_with_another_menu(client: TestClient, desk: Desk) -> None:
    await begin(client, "/chat?menu=card")
    await begin(client)
    assert [arrival.menu for arrival in desk.driver.arrivals] == ["card", "support"]
