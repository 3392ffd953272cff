"""An agent asks a colleague before the customer comes to them; whatever goes wrong, the customer waits in the queue."""

from __future__ import annotations

import aiohttp

from ivr.server import Segue
from tests.twilio.carrier import Call, Carrier
from tests.twilio.office import Leg, Office
from tests.twilio.rest import Standing
from tests.twilio.test_agents import waiting
from tests.twilio.test_voice import journey


async def talking(segue: Segue, carrier: Carrier, office: Office) -> tuple[Call, Leg]:
    call = await waiting(carrier)
    assert await segue.driver.join(f"tw-{call.sid}", "Anna")
    await office.follow(call)
    leg = await office.answer(call)
    assert leg is not None
    return call, leg


async def consult(desk: aiohttp.ClientSession, call: Call, to: str = "Ben", agent: str = "Anna") -> int:
    body = {"agent": agent, "to": to, "note": "Wants the money back."}
    async with desk.post(f"/api/contacts/tw-{call.sid}/consult", json=body) as response:
        return response.status


async def queued(desk: aiohttp.ClientSession, call: Call) -> dict[str, object]:
    async with desk.get("/api/queue") as response:
        [pop] = [pop for pop in await response.json() if pop["contact"] == f"tw-{call.sid}"]
    return dict(pop)


async def test_a_colleague_is_asked_and_then_has_the_customer(
    segue: Segue, carrier: Carrier, office: Office, rest: Standing, desk: aiohttp.ClientSession
) -> None:
    call, anna = await talking(segue, carrier, office)
    assert await consult(desk, call) == 200
    await office.follow(call)
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"
    assert anna.room == f"tw-{call.sid}"
    pop = await queued(desk, call)
    assert pop["passed"] == {"by": "Anna", "note": "Wants the money back.", "to": "Ben", "queue": ""}
    assert "order number 4217" in str(pop["summary"])

    ben = await office.pick_up()
    assert ben.heard == ["Wants the money back.", "Press 1 to take the call."]
    assert ben.room == anna.room
    assert await segue.driver.join(f"tw-{call.sid}", "Ben")
    await office.follow(call)
    assert rest.rooms[anna.room] == {"Anna": anna.sid, "Ben": ben.sid, "customer": call.sid}
    await office.hang_up(anna)
    found = await journey(segue, call)
    assert (found.status, found.agent, call.over) == ("with_agent", "Ben", "")
    await office.hang_up(ben)
    assert (await journey(segue, call)).status == "finished"
    assert (call.over, call.wrong, rest.violations) == ("document", [], [])


async def test_a_colleague_who_does_not_answer_leaves_the_customer_to_whoever_comes(
    segue: Segue, carrier: Carrier, office: Office, desk: aiohttp.ClientSession
) -> None:
    call, anna = await talking(segue, carrier, office)
    await consult(desk, call)
    await office.follow(call)
    await office.no_answer()
    await office.follow(call)
    assert anna.over
    assert await segue.driver.join(f"tw-{call.sid}", "Anna")
    await office.follow(call)
    assert await office.answer(call) is not None
    assert (await journey(segue, call)).agent == "Anna"
    assert call.wrong == []


async def test_the_agent_takes_the_customer_back_and_the_room_is_closed(
    segue: Segue, carrier: Carrier, office: Office, desk: aiohttp.ClientSession
) -> None:
    call, anna = await talking(segue, carrier, office)
    await consult(desk, call)
    await office.follow(call)
    ben = await office.pick_up()
    assert await segue.driver.join(f"tw-{call.sid}", "Anna")
    await office.follow(call)
    assert (anna.over, ben.over) == (True, True)
    assert call.waiting is not None
    assert call.waiting.find("Client/Identity") is not None


async def test_a_colleague_who_left_the_room_at_that_moment_does_not_leave_the_customer_alone(
    segue: Segue, carrier: Carrier, office: Office, rest: Standing, desk: aiohttp.ClientSession
) -> None:
    call, _ = await talking(segue, carrier, office)
    await consult(desk, call)
    await office.follow(call)
    ben = await office.pick_up()
    assert await segue.driver.join(f"tw-{call.sid}", "Ben")
    await office.hang_up(ben)
    await office.follow(call)
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"
    assert (await journey(segue, call)).status == "queued"
    assert call.wrong == rest.violations == []


async def test_without_the_api_the_customer_waits_with_the_note(
    segue: Segue, carrier: Carrier, office: Office, rest: Standing, desk: aiohttp.ClientSession
) -> None:
    call, anna = await talking(segue, carrier, office)
    rest.fault = lambda _path, _fields: 20429
    assert await consult(desk, call) == 200
    assert (await queued(desk, call))["passed"] is not None
    await office.hang_up(anna)  # the talk went on, as nothing could be led
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"
    assert call.wrong == []


async def test_only_who_has_the_customer_hands_them_on(
    segue: Segue, carrier: Carrier, office: Office, desk: aiohttp.ClientSession
) -> None:
    call, _ = await talking(segue, carrier, office)
    assert await consult(desk, call, agent="Mallory") == 409
    assert await consult(desk, call, to="Anna") == 422
    assert (await journey(segue, call)).agent == "Anna"
