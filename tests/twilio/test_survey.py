"""What `segue doctor` says of Twilio: the way in, signatures and all, the credentials, the numbers."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from ivr.channels.twilio_door import Door
from ivr.channels.twilio_survey import survey
from ivr.engine.data import replace
from ivr.server import Segue
from ivr.settings import Settings
from tests.servers import free_port, needs
from tests.twilio.carrier import Carrier, Ended
from tests.twilio.conftest import SENDER, TOKEN, serving
from tests.twilio.rest import Standing


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a public address that leads to the server."""
    return replace(settings, public_url=f"http://127.0.0.1:{settings.port}")


def number(settings: Settings, **fields: object) -> dict[str, object]:
    url = settings.url
    there = {
        "phone_number": SENDER,
        "voice_url": f"{url}/twilio/voice",
        "voice_fallback_url": f"{url}/twilio/fallback",
        "status_callback": f"{url}/twilio/status",
        "sms_url": f"{url}/twilio/message",
        "sms_fallback_url": f"{url}/twilio/message-fallback",
        "voice_application_sid": "",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
    }
    return there | fields


async def said(settings: Settings, menus: Collection[str] = ()) -> str:
    return "\n".join(f"{sight.state}: {sight.remedy}" for sight in await survey(settings, menus))


@asynccontextmanager
async def answering(port: int, status: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[None]:
    """Somebody else at our public address, who takes everything."""
    app = web.Application()

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text="welcome")

    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    yield
    await runner.cleanup()


def certified(folder: Path) -> ssl.SSLContext:
    """By nobody but ourselves."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = [needs("openssl", "it makes a certificate"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-batch"]
    made += ["-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    return tls


async def test_all_is_well(segue: Segue, rest: Standing) -> None:
    rest.numbers = [number(segue.settings)]
    sights = await survey(segue.settings)
    assert [sight.state for sight in sights if not sight.remedy] == [
        f"{segue.settings.url} is this server, and takes what is signed as Twilio signs",
        "Twilio's REST API takes our credentials",
        f"{SENDER} leads to us",
    ]
    [wrong] = [sight.state for sight in sights if sight.remedy]
    assert wrong == f"{segue.settings.url} is not encrypted"
    assert rest.violations == []


@pytest.mark.parametrize(
    ("field", "name", "path"),
    [
        ("voice_url", "A call comes in", "voice"),
        ("voice_fallback_url", "Primary handler fails", "fallback"),
        ("status_callback", "Call status changes", "status"),
        ("sms_url", "A message comes in", "message"),
        ("sms_fallback_url", "Primary handler fails (of messages)", "message-fallback"),
    ],
)
async def test_a_number_that_leads_elsewhere_is_told_with_what_to_set(
    segue: Segue, rest: Standing, field: str, name: str, path: str
) -> None:
    rest.numbers = [number(segue.settings, **{field: "https://demo.twilio.com/welcome/"})]
    words = await said(segue.settings)
    assert f"{SENDER}: {name} is https://demo.twilio.com/welcome/: set it in Twilio's console" in words
    assert f"Active numbers: {segue.settings.url}/twilio/{path}" in words


async def test_a_number_may_name_its_menu_and_its_language(segue: Segue, rest: Standing) -> None:
    url = segue.settings.url
    rest.numbers = [number(segue.settings, voice_url=f"{url}/twilio/voice?menu=card&language=de#rc=2")]
    assert f"{SENDER} leads to us" in await said(segue.settings, {"support", "card"})
    words = await said(segue.settings, {"support"})
    assert f"{SENDER} leads to the menu card, which is not there: name one that is there in its address" in words
    assert f"{SENDER} leads to us" not in words


async def test_numbers_that_cannot_text_or_have_an_app_or_are_missing(segue: Segue, rest: Standing) -> None:
    voice_only = {"voice": True, "sms": False, "mms": False, "fax": False}
    rest.numbers = [number(segue.settings, sms_url="", sms_fallback_url="", capabilities=voice_only)]
    words = await said(segue.settings)
    assert "A message comes in" not in words
    assert "of messages" not in words
    rest.numbers = [number(segue.settings, voice_application_sid="AP" + "1" * 32)]
    assert "is configured with a TwiML app" in await said(segue.settings)
    rest.numbers = []
    words = await said(segue.settings)
    assert "no number of the account leads to us" in words
    assert f"{SENDER} is no number of the account: correct IVR_TWILIO_SENDERS" in words


async def test_another_token_is_told(segue: Segue, rest: Standing) -> None:
    words = await said(replace(segue.settings, twilio_tokens="an older token"))
    assert "refuses what is signed as Twilio signs: start the server with this IVR_PUBLIC_URL" in words
    assert "refuses our credentials (20003): correct IVR_TWILIO_ACCOUNT" in words
    assert TOKEN not in words
    assert "an older token" not in words


async def test_a_server_with_another_second_token_is_told_from_a_stranger(segue: Segue) -> None:
    """As in the middle of changing it: what we sign is taken, and proves nothing."""
    words = await said(replace(segue.settings, twilio_tokens=f"{TOKEN}, the next token"))
    assert "is not this server, or has other secrets" in words
    assert "start it with the IVR_TWILIO_TOKENS" in words


async def test_whether_media_streams_come_through(settings: Settings, rest: Standing) -> None:
    ours = replace(settings, twilio_ears="ours")
    async with serving(ours) as segue:
        assert f"{ours.url} lets media streams through: " in await said(ours)
        assert await segue.store.recent(10) == []
    async with serving(settings):
        words = await said(ours)
        assert f"{ours.url} answers 404 to a WebSocket at /twilio/media/: let the proxy pass WebSockets on" in words
        assert "WebSocket" not in await said(settings)


async def test_a_proxy_that_hangs_up_on_websockets_is_told_from_an_address_that_nobody_has(
    settings: Settings, rest: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs_up(_: Door, request: web.Request) -> bool:
        assert request.transport
        request.transport.close()
        return False

    monkeypatch.setattr(Door, "is_signed_socket", hangs_up)
    ours = replace(settings, twilio_ears="ours")
    async with serving(ours):
        words = await said(ours)
    assert f"{ours.url} is this server" in words
    assert f"{ours.url} gives no answer (ServerDisconnectedError) to a WebSocket at /twilio/media/: let" in words


async def test_an_address_that_the_server_does_not_have_is_told(settings: Settings, rest: Standing) -> None:
    """What Twilio signs begins with the address: a server that was started with another takes none of it."""
    async with serving(replace(settings, public_url="https://segue.example")):
        assert "refuses what is signed as Twilio signs" in await said(settings)


@pytest.mark.parametrize("status", [200, 302, 404, 502])
async def test_who_answers_in_our_place_is_found_out(settings: Settings, rest: Standing, status: int) -> None:
    async with answering(settings.port, status):
        words = await said(settings)
    wanted = "is not this server" if status == 200 else f"/twilio/proof answers {status}: lead /twilio/ there"
    assert wanted in words
    assert ("to a wrong signature, not 403" in words) == (status != 404)


async def test_nobody_answers(settings: Settings, rest: Standing) -> None:
    assert "cannot be reached (ClientConnectorError): start the server" in await said(settings)
    assert "REST API does not answer" in await said(replace(settings, twilio_url=f"http://127.0.0.1:{free_port()}"))


async def test_a_certificate_that_twilio_would_not_take(settings: Settings, rest: Standing, tmp_path: Path) -> None:
    async with answering(settings.port, 200, certified(tmp_path)):
        words = await said(replace(settings, public_url=f"https://127.0.0.1:{settings.port}"))
    assert f"the certificate of https://127.0.0.1:{settings.port} is not trusted" in words


async def test_a_suspended_account_is_told(segue: Segue, rest: Standing) -> None:
    rest.state = "suspended"
    assert "the account is suspended: Twilio's console says why" in await said(segue.settings)


async def test_without_twilio_nothing_is_asked(settings: Settings) -> None:
    assert await said(replace(settings, twilio_account="", twilio_tokens="")) == ""


@pytest.mark.parametrize("nonce", ["", "https://segue.example/twilio/voice", "A" * 32, "0" * 33])
async def test_only_a_nonce_is_answered(carrier: Carrier, nonce: str) -> None:
    """Nobody gets another text signed here."""
    asked = carrier.stranger("CA" + "1" * 32, "+14155550134")
    with pytest.raises(Ended):
        await asked.ask("/twilio/proof", {"Nonce": nonce})
    assert asked.requests[0].status == 403
