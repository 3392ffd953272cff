"""Tokens of agents' browsers, checked by the library's own verifier."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from twilio.jwt import JwtDecodeError
from twilio.jwt.access_token import AccessToken

from ivr.channels.twilio_tokens import Tokens
from ivr.engine.data import replace
from ivr.server import Segue, application, build
from tests.twilio.conftest import API_KEY, API_SECRET, SID


async def test_a_token_names_the_agent_and_lets_them_be_rung_for_minutes(
    desk: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with desk.post("/api/twilio/token", json={"agent": "Anna B."}) as response:
            assert response.headers["Cache-Control"] == "no-store"
            given = await response.json()
    with pytest.raises(JwtDecodeError):
        AccessToken.from_jwt(given["token"], "another secret of the same length!")
    token = AccessToken.from_jwt(given["token"], API_SECRET)
    assert token.headers["cty"] == "twilio-fpa;v=1"
    payload = token.payload
    assert (payload["sub"], payload["iss"]) == (SID, API_KEY)
    assert payload["grants"] == {"identity": given["identity"], "voice": {"incoming": {"allow": True}}}
    assert 0 < payload["exp"] - time.time() <= given["lasts"] == 600
    assert given["token"] not in caplog.text
    assert given["token"].rpartition(".")[2] not in caplog.text


async def test_nobody_gets_none(desk: aiohttp.ClientSession) -> None:
    for body in ({}, {"agent": ""}, {"agent": "  "}):
        async with desk.post("/api/twilio/token", json=body) as response:
            assert response.status == 403


async def test_who_is_not_logged_in_gets_none(segue: Segue, tmp_path: Path) -> None:
    settings = replace(segue.settings, desk_key="a desk key", data_dir=tmp_path / "other")
    async with build(settings) as other:
        runner = web.AppRunner(application(other), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/twilio/token"
            async with aiohttp.ClientSession() as session:
                async with session.post(url, json={"agent": "Anna"}) as response:
                    assert response.status == 401
                login = {"Authorization": "Bearer a desk key"}
                async with session.post(url, json={"agent": "Anna"}, headers=login) as response:
                    assert response.status == 200
        finally:
            await runner.cleanup()


def test_the_secret_is_not_shown() -> None:
    assert API_SECRET not in repr(Tokens(SID, API_KEY, API_SECRET))
