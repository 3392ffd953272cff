"""Every way in that Twilio has: what is not signed, wrongly signed, or too large changes nothing, whichever it is."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from ivr.channels.twilio_signature import SETTINGS, SIGNATURE, form_content, sign
from ivr.engine.data import replace
from ivr.server import Segue, application
from ivr.settings import Settings
from tests.twilio.conftest import PUBLIC, SID, TOKEN
from tests.twilio.test_voice import NUMBER

FORM = {"CallSid": "CA" + "1" * 32, "AccountSid": SID, "From": NUMBER, "CallStatus": "completed"}
KEY, SECRET = "signing-key", "a shared key's secret"
NEW = "a token that is valid from now on"
EXAMPLES = {
    "epoch": "0",
    "turn": "1",
    "most": "9",
    "lost": "0",
    "about": "tw-CA" + "1" * 32,
    "leg": "CA" + "2" * 32,
    "place": "a2V5.0",
}
SOUND = "/twilio/audio/"  # fetched by Twilio without a signature: the address itself is the key


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Every way is open, and both kinds of secrets are valid, two tokens at that."""
    shared = f"{KEY}={SECRET}"
    return replace(settings, twilio_ears="ours", twilio_tokens=f"{TOKEN}, {NEW}", twilio_shared_keys=shared)


@pytest.fixture
async def http(segue: Segue) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{segue.settings.port}") as http:
        yield http


def ways(segue: Segue) -> list[tuple[str, str]]:
    """Methods and paths of all that Twilio may ask."""
    found = []
    for route in application(segue).router.routes():
        path = route.resource.canonical if route.resource else ""
        if path.startswith("/twilio/") and not path.startswith(SOUND) and route.method in {"GET", "POST"}:
            found.append((route.method, re.sub(r"\{(\w+)\}", lambda part: EXAMPLES.get(part[1], "x"), path)))
    return found


async def nothing_changed(segue: Segue) -> None:
    assert await segue.store.recent(10) == []
    assert await segue.store.last_answer(EXAMPLES["about"]) is None


async def test_nothing_comes_in_unsigned(segue: Segue, http: aiohttp.ClientSession) -> None:
    doors = ways(segue)
    assert len(doors) >= 15
    for method, path in doors:
        for headers in ({}, {SIGNATURE: ""}, {SIGNATURE: "Zm9yZ2Vk"}, {SIGNATURE: "\u00e9"}):
            data = FORM if method == "POST" else None
            async with http.request(method, path, data=data, headers=headers) as response:
                assert (response.status, await response.read()) == (403, b""), f"{method} {path}"
    await nothing_changed(segue)


async def test_a_signature_of_one_way_opens_no_other(segue: Segue, http: aiohttp.ClientSession) -> None:
    signature = sign(TOKEN, f"{PUBLIC}/twilio/elsewhere", form_content(list(FORM.items())))
    for method, path in ways(segue):
        data = FORM if method == "POST" else None
        async with http.request(method, path, data=data, headers={SIGNATURE: signature}) as response:
            assert response.status == 403, f"{method} {path}"
    await nothing_changed(segue)


@pytest.mark.parametrize("secret", ["first token", "second token", "shared key"])
async def test_each_secret_that_is_valid_opens(http: aiohttp.ClientSession, secret: str) -> None:
    content = form_content(list(FORM.items()))
    url = f"{PUBLIC}/twilio/status"
    headers = {
        "first token": {SIGNATURE: sign(TOKEN, url, content)},
        "second token": {SIGNATURE: sign(NEW, url, content)},
        "shared key": {SIGNATURE: sign(SECRET, url, content, "sha256"), SETTINGS: f"key={KEY},algorithm=HMAC_SHA256"},
    }[secret]
    async with http.post("/twilio/status", data=FORM, headers=headers) as response:
        assert response.status == 204


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
async def test_json_is_known_by_its_hash_whatever_it_calls_itself(http: aiohttp.ClientSession, kind: str) -> None:
    body = json.dumps(FORM).encode()
    path = f"/twilio/status?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {SIGNATURE: sign(TOKEN, PUBLIC + path, ""), "Content-Type": kind}
    async with http.post(path, data=body, headers=headers) as response:
        assert response.status == (204 if kind == "application/json" else 403)  # signed, but no form of a call
    for other in (body + b" ", b"", b"CallSid=CA"):
        async with http.post(path, data=other, headers=headers) as response:
            assert response.status == 403


@pytest.mark.parametrize("body", [b"[]", b"null", b"{", b"\xff", b'{"AccountSid": 1}', b"[" * 60_000])
async def test_json_that_is_no_form_is_none(http: aiohttp.ClientSession, body: bytes) -> None:
    path = f"/twilio/status?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {SIGNATURE: sign(TOKEN, PUBLIC + path, ""), "Content-Type": "application/json"}
    async with http.post(path, data=body, headers=headers) as response:
        assert response.status == 403


async def test_json_without_a_hash_is_not_signed(http: aiohttp.ClientSession) -> None:
    headers = {SIGNATURE: sign(TOKEN, f"{PUBLIC}/twilio/status", ""), "Content-Type": "application/json"}
    async with http.post("/twilio/status", json=FORM, headers=headers) as response:
        assert response.status == 403


async def test_a_body_without_end_is_not_read_to_its_end(segue: Segue, http: aiohttp.ClientSession) -> None:
    sent = 0

    async def much() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(4096):
            sent += 65_536
            yield b"x" * 65_536

    for method, path in ways(segue):
        if method == "POST":
            sent = 0
            try:
                async with http.post(path, data=much(), headers={SIGNATURE: "Zm9yZ2Vk"}) as response:
                    assert response.status in {403, 413}, path
            except aiohttp.ClientOSError:
                pass  # our server closed the line on it
            assert sent < 4096 * 65_536, path
    await nothing_changed(segue)


OTHER = "https://old.example"


@pytest.mark.parametrize(
    ("signed_by", "url", "account", "told"),
    [
        ("", "", SID, "it is not signed"),
        ("a token that is over", PUBLIC, SID, f"its signature is none of IVR_TWILIO_TOKENS for {PUBLIC}"),
        (TOKEN, OTHER, SID, f"Twilio has signed it for {OTHER}, and IVR_PUBLIC_URL is {PUBLIC}"),
        (TOKEN, PUBLIC, "AC" + "c" * 32, "it is of another account than IVR_TWILIO_ACCOUNT"),
    ],
)
async def test_the_log_says_why_a_webhook_is_refused_once_a_minute(
    http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, signed_by: str, url: str, account: str, told: str
) -> None:
    form = {**FORM, "AccountSid": account}
    signature = sign(signed_by, f"{url}/twilio/status", form_content(list(form.items())))
    headers = {"Host": OTHER.removeprefix("https://")} | ({SIGNATURE: signature} if signed_by else {})
    for _ in range(3):
        async with http.post("/twilio/status", data=form, headers=headers) as response:
            assert (response.status, await response.read()) == (403, b"")
    assert [line for line in caplog.messages if "refused" in line] == [
        f"/twilio/status was refused: {told}; segue doctor asks our address as Twilio does"
    ]
    assert NUMBER not in caplog.text
