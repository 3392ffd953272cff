"""What `segue doctor` is told about hosts and secrets."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ivr.backoffice.survey import survey
from ivr.engine.loader import load_services

ADDRESSES = {"good.example": ["93.184.216.34"], "inner.example": ["93.184.216.34", "10.0.0.5"]}


async def resolve(host: str, port: int) -> Sequence[str]:
    if host == "late.example":
        raise TimeoutError
    if host not in ADDRESSES:
        raise OSError("no such name")
    return ADDRESSES[host]


@pytest.mark.parametrize(
    ("host", "state", "remedy"),
    [
        ("good.example", "good.example is at 93.184.216.34", ""),
        ("127.0.0.1", "127.0.0.1 is allowed", ""),
        ("nowhere.example", "nowhere.example has no address", "correct its url in services.yaml"),
        ("late.example", "late.example has no address", "correct its url in services.yaml"),
        ("inner.example", "inner.example is at 10.0.0.5, which is not on the public internet", "- 10.0.0.5; else"),
    ],
)
async def test_hosts(host: str, state: str, remedy: str) -> None:
    text = f"allow: [{host}]\nservices:\n  a: {{url: 'https://{host}/x'}}\n  b: {{url: 'https://{host}/y'}}\n"
    [sight] = await survey(load_services(text, "s"), None, {}, resolve)  # two services at one host are one line
    assert sight.state == state
    assert remedy in sight.remedy
    assert bool(remedy) == bool(sight.remedy)


async def test_secrets() -> None:
    text = "secrets: [TOKEN]\nservices: {a: {url: 'demo:/x', headers: {X: '{secret:TOKEN}'}}}"
    environ = {"IVR_SECRET_TOKN": "hidden"}
    unused, missing = await survey(load_services(text, "s"), None, environ, resolve)
    assert (unused.state, missing.state) == (
        "IVR_SECRET_TOKN is used by no service",
        "secret TOKEN of a: it is nowhere",
    )
    assert missing.remedy.startswith("set IVR_SECRET_TOKEN, or")
    assert "hidden" not in str((unused, missing))


async def test_nothing_is_said_of_the_demo() -> None:
    assert await survey(load_services("services: {a: {url: 'demo:/x'}}", "s"), None, {}, resolve) == []
