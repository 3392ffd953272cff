"""Our requests to Twilio's REST API, held to its own OpenAPI document; what becomes of lost and refused ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from ivr.channels.twilio_rest import Refused, Rest, Unknown, Unreached
from tests.servers import free_port
from tests.twilio import rest as stand_in

ACCOUNT, TOKEN = "AC" + "a" * 32, "secret-token"
NUMBER, CUSTOMER = "+15005550006", "+14155550134"
CALL = "CA" + "1" * 32
TOLD = "https://segue.example/twilio/message-status"


@pytest.fixture
async def standing() -> AsyncIterator[tuple[stand_in.Standing, str]]:
    found = stand_in.Standing(ACCOUNT, TOKEN)
    runner = web.AppRunner(stand_in.application(found))
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield found, f"http://127.0.0.1:{port}"
    await runner.cleanup()


@pytest.fixture
async def api(standing: tuple[stand_in.Standing, str]) -> AsyncIterator[Rest]:
    async with Rest(ACCOUNT, ACCOUNT, TOKEN, standing[1]) as api:
        yield api


async def test_each_request_fits_the_published_description(standing: tuple[stand_in.Standing, str], api: Rest) -> None:
    sid = await api.send(CUSTOMER, {"from_": NUMBER, "body": "Grüße, 50 % & more"}, TOLD)
    variables = {"content_sid": "HX" + "1" * 32, "content_variables": '{"1": "Anna"}'}
    await api.send(f"whatsapp:{CUSTOMER}", {"messaging_service_sid": "MG" + "1" * 32, **variables}, TOLD)
    assert (await api.message(sid)).body == "Grüße, 50 % & more"
    assert [sent.sid for sent in await api.sent_to(CUSTOMER, 0)] == [sid]
    await api.lead(CALL, "https://segue.example/twilio/voice/1.7")
    await api.status(CALL)
    assert await api.check() == "active"
    leg = await api.ring("client:anna", NUMBER, "https://segue.example/guest", TOLD)
    standing[0].legs[leg] |= {"parent": CALL, "status": "in-progress", "to": "client:anna"}
    assert await api.legs(CALL) == [leg]
    await api.hang_up(leg)
    standing[0].rooms["tw-" + CALL] = {"anna": leg}
    assert await api.room("tw-" + CALL) == {"anna": leg}
    assert [one.number for one in await api.numbers()] == []
    await api.forget_recording("RE" + "1" * 32)
    assert standing[0].violations == []
    led, hung_up = standing[0].updates
    assert led == (CALL, {"Url": "https://segue.example/twilio/voice/1.7", "Method": "POST"})
    assert hung_up == (leg, {"Status": "completed"})


async def test_the_stand_in_sees_what_does_not_fit(standing: tuple[stand_in.Standing, str], api: Rest) -> None:
    await api.send(CUSTOMER, {"body": "from nobody"}, TOLD)
    await api.send(CUSTOMER, {"from_": NUMBER}, TOLD)
    await api.send(CUSTOMER, {"from_": NUMBER, "body": "x", "risk_check": "perhaps"}, TOLD)
    assert len(standing[0].violations) == 3
    for query in ({"Status": "gone"}, {"status": "busy"}, {"PageSize": "5000"}):
        login = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, TOKEN)}
        url = f"{standing[1]}/api/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
        async with aiohttp.ClientSession(headers=login) as http, http.get(url, params=query) as response:
            assert response.status == 200
    assert len(standing[0].violations) == 6


async def test_a_refusal_has_its_code(standing: tuple[stand_in.Standing, str], api: Rest) -> None:
    with pytest.raises(Refused) as refused:
        await api.send(stand_in.OPTED_OUT, {"from_": NUMBER, "body": "x"}, TOLD)
    assert refused.value.code == 21610
    standing[0].fault = lambda _path, _fields: 20429
    with pytest.raises(Refused) as refused:
        await api.send(CUSTOMER, {"from_": NUMBER, "body": "x"}, TOLD)
    assert refused.value.busy


async def test_a_wrong_token_is_refused(standing: tuple[stand_in.Standing, str]) -> None:
    async with Rest(ACCOUNT, ACCOUNT, "wrong", standing[1]) as api:
        with pytest.raises(Refused) as refused:
            await api.check()
    assert refused.value.code == 20003
    assert "wrong" not in str(refused.value)


async def test_an_answer_that_is_lost_leaves_the_outcome_unknown_and_is_not_sent_again(
    standing: tuple[stand_in.Standing, str], api: Rest
) -> None:
    standing[0].cut = lambda path, _fields: path.endswith("Messages.json")
    with pytest.raises(Unknown):
        await api.send(CUSTOMER, {"from_": NUMBER, "body": "once"}, TOLD)
    assert [message["body"] for message in standing[0].messages] == ["once"]


async def test_a_server_that_is_not_there_took_nothing() -> None:
    async with Rest(ACCOUNT, ACCOUNT, TOKEN, f"http://127.0.0.1:{free_port()}") as api:
        with pytest.raises(Unreached):
            await api.send(CUSTOMER, {"from_": NUMBER, "body": "x"}, TOLD)


async def test_the_environment_does_not_lead_requests_elsewhere(
    monkeypatch: pytest.MonkeyPatch, standing: tuple[stand_in.Standing, str]
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    async with Rest(ACCOUNT, ACCOUNT, TOKEN, standing[1]) as api:
        assert await api.check() == "active"
        assert api._client.get_hostname("https://api.twilio.com/x") == "https://api.twilio.com/x"


async def test_a_recording_that_is_kept_elsewhere_is_fetched_there_without_our_credentials() -> None:
    there, here, asked = free_port(), free_port(), []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization"))
        if request.url.port == here:
            raise web.HTTPFound(f"http://127.0.0.1:{there}/sound.wav")
        return web.Response(body=b"sound")

    app = web.Application()
    app.router.add_get("/{rest:.*}", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    for port in (here, there):
        await web.TCPSite(runner, "127.0.0.1", port).start()
    async with Rest(ACCOUNT, ACCOUNT, TOKEN, f"http://127.0.0.1:{here}") as api:
        assert await api.recording("RE" + "1" * 32) == b"sound"
    await runner.cleanup()
    assert asked == [aiohttp.encode_basic_auth(ACCOUNT, TOKEN), None]


FIRST = """
import asyncio, sys
from ivr.channels.twilio_rest import Rest, Unreached

async def first():
    async with Rest("AC" + "b" * 32, "AC" + "b" * 32, "token", "http://127.0.0.1:1") as rest:
        before = set(sys.modules)
        for asked in (rest.lead("CA" + "1" * 32, "https://a.example"), rest.send("+1", {"body": "x"}, "")):
            try:
                await asked
            except Unreached:
                pass
        print([name for name in set(sys.modules) - before if name.startswith("twilio")])

asyncio.run(first())
"""


def test_the_first_request_of_a_call_imports_nothing() -> None:
    """The library imports when it is used: a tenth of a second in which a server with callers would stand still."""
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
