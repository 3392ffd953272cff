"""Asking a real server: what it gets, what we take of its answer, and when we ask again."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from ivr.backoffice import BackOfficeError
from tests.backoffice.shop import TOKEN, Shop, asking, redirects, says, sends, shop

WITHIN = 30.0  # seconds, for answers that come at once


@pytest.fixture
async def here() -> AsyncIterator[Shop]:
    async with shop() as running:
        yield running


def services(here: Shop, fields: str, path: str = "/orders/{order}") -> str:
    url = f"http://127.0.0.1:{here.port}{path}"
    top = f"allow: ['127.0.0.1:{here.port}']\nsecrets: [TOKEN]\n"
    return f"{top}services:\n  it: {{url: '{url}', timeout: 20s, {fields}}}\n"


async def failure(here: Shop, fields: str, within: float = WITHIN) -> str:
    async with asking(services(here, fields)) as office:
        with pytest.raises(BackOfficeError) as failed:
            await office.ask("it", {"order": "17"}, within)
    return str(failed.value)


async def test_a_get_is_given_its_headers_and_nothing_of_ours(here: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")  # must not be used silently
    here.will(says({"status": "shipped"}))
    async with asking(services(here, "answer: [status], headers: {Authorization: 'Bearer {secret:TOKEN}'}")) as office:
        assert await office.ask("it", {"order": "17"}, WITHIN) == {"status": "shipped"}
    [asked] = here.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/orders/17", "")
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("fields", "body", "kind"),
    [
        ("method: POST", {"note": "a&b=ä"}, "application/json"),
        ("method: PATCH, body: json", {"note": "a&b=ä"}, "application/json"),
        ("method: PUT, body: form", "note=a%26b%3D%C3%A4", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_carries_the_other_arguments(here: Shop, fields: str, body: object, kind: str) -> None:
    here.will(sends(b"", 204))
    async with asking(services(here, fields)) as office:
        assert await office.ask("it", {"order": "17", "note": "a&b=ä"}, WITHIN) == {}
    [asked] = here.asked
    assert (json.loads(asked.body) if kind.endswith("json") else asked.body) == body
    assert asked.headers["Content-Type"] == kind
    assert asked.path == "/orders/17"


async def test_values_come_from_where_the_file_says_in_the_words_of_the_menu(here: Shop) -> None:
    answer = """answer: {
        state: {path: 'order.state', values: {S: shipped, P: being packed}},
        eta: 'order.items[1].eta', gift: order.gift, count: {path: order.n, default: '0'},
        paid: {path: order.paid, values: {true: paid, false: open}}, odd: {path: order.x, values: {A: a}},
        other: {path: order.x, values: {A: a}, default: something else}, price: {path: order.price}, none: order.none
        }"""
    items = [{"eta": "2026-12-01"}, {"eta": "2026-12-03"}]
    order = {"state": "S", "items": items, "gift": False, "paid": True, "x": "B", "price": 12.5, "none": None}
    here.will(says({"order": order}))
    async with asking(services(here, answer)) as office:
        assert await office.ask("it", {"order": "17"}, WITHIN) == {
            "state": "shipped",
            "eta": "2026-12-03",
            "gift": "no",
            "count": "0",
            "paid": "paid",
            "other": "something else",
            "price": "12.5",
        }


@pytest.mark.parametrize(
    "nothing",
    [says({"error": "no"}, 404), sends(b"", 410), sends(b"", 204), says(None), says([]), says({}), sends(b" \n")],
)
async def test_that_there_is_no_such_thing_is_an_answer_where_the_file_says_so(here: Shop, nothing: object) -> None:
    here.will(nothing)  # type: ignore[arg-type]
    fields = "answer: [status, eta]"
    async with asking(services(here, f"{fields}, missing: {{status: unknown}}")) as office:
        assert await office.ask("it", {"order": "17"}, WITHIN) == {"status": "unknown", "eta": ""}
    assert await failure(here, fields)


@pytest.mark.parametrize("status", [400, 401, 403, 409, 422, 501])
async def test_other_statuses_are_failures_and_are_not_asked_again(here: Shop, status: int) -> None:
    here.will(says({"status": "x"}, status))
    told = await failure(here, "answer: [status], missing: {status: unknown}, retries: 3")
    assert told == f"it: it answered with status {status}"
    assert len(here.asked) == 1


async def hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize("trouble", [says({}, 500), says({}, 429), says({}, 503, Retry_After="0"), hangs_up])
async def test_what_may_pass_is_asked_again(here: Shop, trouble: object) -> None:
    here.will(trouble, trouble, says({"status": "shipped"}))  # type: ignore[arg-type]
    async with asking(services(here, "answer: [status], retries: 2")) as office:
        assert await office.ask("it", {"order": "17"}, WITHIN) == {"status": "shipped"}
    assert len(here.asked) == 3


async def test_it_is_asked_no_more_often_than_the_file_says(here: Shop) -> None:
    here.will(says({}, 500))
    assert await failure(here, "answer: [status], retries: 2") == "it: it answered with status 500"
    assert len(here.asked) == 3


@pytest.mark.parametrize("trouble", [says({}, 500), says({}, 503), hangs_up])
async def test_a_post_is_sent_once_unless_the_file_calls_it_idempotent(here: Shop, trouble: object) -> None:
    here.will(trouble, says({"status": "done"}))  # type: ignore[arg-type]
    assert await failure(here, "method: POST, answer: [status]")
    assert len(here.asked) == 1
    here.will(trouble, says({"status": "done"}))  # type: ignore[arg-type]
    async with asking(services(here, "method: POST, answer: [status], retries: 1, idempotent: yes")) as office:
        assert await office.ask("it", {"order": "17"}, WITHIN) == {"status": "done"}
    assert here.asked[-2] == here.asked[-1]


async def test_a_service_that_wants_us_back_too_late_fails_at_once(here: Shop) -> None:
    here.will(says({}, 503, Retry_After="3600"))
    async with asyncio.timeout(15):  # not the 20 seconds that it is given
        assert await failure(here, "answer: [status], retries: 5") == "it: it answered with status 503"
    assert len(here.asked) == 1


async def test_a_slow_service_is_given_its_time_and_no_more(here: Shop) -> None:
    gone = asyncio.Event()

    async def never(_request: web.Request) -> web.StreamResponse:
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()
        raise AssertionError

    async def drips(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"status": ')
        await asyncio.Event().wait()
        return response

    for slow in (never, drips):
        here.will(slow)
        assert await failure(here, "answer: [status], retries: 5", within=0.2) == "it: no answer within 0.2 s"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (sends(b"<html>Hi</html>"), "it: its answer is no JSON"),
        (sends(b"[" * 60_000), "it: its answer is no JSON"),
        (sends(b'{"status": "\xff"}'), "it: its answer is no JSON"),
        (says("shipped"), "it: it did not answer with a JSON object"),
        (says({"status": {"code": 1}}), "it: its status is neither a text nor a number"),
        (says({"status": "a" * 70_000}), "it: it answered with more than 64 KB"),
        (
            sends(gzip.compress(b'{"status": "' + b"a" * 50_000_000 + b'"}'), Content_Encoding="gzip"),
            "it: its answer is compressed, though we ask for none of that",
        ),
        (redirects("/elsewhere", 304), "it: it answered with status 304"),
    ],
    ids=["page", "deep", "no utf-8", "text", "object", "much", "bomb", "304"],
)
async def test_answers_that_cannot_be_used(here: Shop, answer: object, told: str) -> None:
    here.will(answer)  # type: ignore[arg-type]
    assert await failure(here, "answer: [status]") == told


async def test_of_a_key_that_is_there_twice_the_last_one_counts(here: Shop) -> None:
    here.will(sends(b'{"status": "a", "status": "b"}'))
    async with asking(services(here, "answer: [status]")) as office:
        assert await office.ask("it", {"order": "17"}, WITHIN) == {"status": "b"}


async def test_nothing_of_secrets_and_customers_is_told(here: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    headers = "headers: {X-Key: '{secret:TOKEN}'}, answer: [status]"
    answers = [says({}, 500), redirects("http://4217.example/4217"), sends(b"4217"), hangs_up]
    for answer in answers:
        here.will(answer)
        async with asking(services(here, headers)) as office:
            with pytest.raises(BackOfficeError) as failed:
                await office.ask("it", {"order": "4217"}, WITHIN)
        told = f"{failed.value} {failed.value.__cause__} {office.__dict__} {caplog.text}"
        assert "4217" not in told
        assert TOKEN not in told


async def test_what_is_not_declared_or_not_given(here: Shop) -> None:
    async with asking(services(here, "answer: [status]")) as office:
        with pytest.raises(BackOfficeError, match="other is not declared"):
            await office.ask("other", {}, WITHIN)
        with pytest.raises(BackOfficeError, match="it needs order, which the menu does not give"):
            await office.ask("it", {}, WITHIN)
    assert here.asked == []
