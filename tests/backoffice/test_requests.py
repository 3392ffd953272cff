"""Arguments in addresses: whatever a customer says, the request goes where the file says and brings what they said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import unquote

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.backoffice import BackOfficeError, Secrets
from ivr.backoffice.request import Request, request_of
from ivr.engine.loader import load_services
from tests.backoffice.shop import Shop, asking, says, shop

PATH = "/a/{one}/b-{two}/c?q={three}&fixed=1&r={four}"
SPEC = load_services(f"allow: [x.example]\nservices: {{it: {{url: 'https://x.example{PATH}'}}}}", "s")["it"]
# More dots, slashes and percent signs than chance would give.
TRICKS = st.sampled_from(
    ["..", ".", "/", "\\", "%2e", "%2f", "%252e", "?", "#", "&", "=", "@", ":", ";", "\0", "\r\n", "{one}"]
)
WORDS = st.lists(st.one_of(TRICKS, st.text(max_size=3)), max_size=5).map("".join)


def request(**arguments: str) -> Request:
    return request_of(SPEC, arguments, Secrets(), "http://127.0.0.1:1")


@given(WORDS, WORDS, WORDS, WORDS)
@settings(max_examples=500)
def test_arguments_change_neither_host_nor_path_nor_query(one: str, two: str, three: str, four: str) -> None:
    try:
        url = request(one=one, two=two, three=three, four=four).url
    except BackOfficeError:
        return
    assert (url.scheme, url.raw_host, url.port, url.raw_user, url.raw_fragment) == ("https", "x.example", 443, None, "")
    segments = url.raw_path.split("/")
    assert [unquote(segment) for segment in segments] == ["", "a", one, f"b-{two}", "c"]
    pairs = [pair.split("=") for pair in url.raw_query_string.split("&")]
    assert [(name, unquote(value)) for name, value in pairs] == [("q", three), ("fixed", "1"), ("r", four)]
    assert str(url).isascii()


@pytest.mark.parametrize(
    "value",
    [
        *("", ".", "..", "%2e%2e", "%252e%252E", "..%2f", "../x", "x/../y", "..\\x", "x%5c..", "..;", "..;x=1"),
        *("a\0", "a\r\nX: y", "a\nb", "%00", "\ud800", "x/.", "./x"),
    ],
)
def test_what_would_change_the_address_is_refused_and_not_told(value: str) -> None:
    with pytest.raises(BackOfficeError) as refused:
        request(one=value, two="2", three="3", four="4")
    assert str(refused.value).startswith(("one for it ", "one for it is no text"))
    assert len(value) < 3 or value not in str(refused.value)


@pytest.mark.parametrize("value", ["2024/17", "a b", "…", "ä", "1.2", "..a", "a?b", "a#b", "50%", "a&b=c", "+1 (415)"])
def test_what_people_say_is_passed(value: str) -> None:
    assert request(one=value, two=value, three=value, four="").url.raw_path.count("/") == 4


def test_dots_that_only_together_are_a_step_up() -> None:
    spec = load_services("services: {it: {url: 'demo:/a/.{x}'}}", "s")["it"]
    with pytest.raises(BackOfficeError, match="would change its address"):
        request_of(spec, {"x": "."}, Secrets(), "")


@pytest.fixture
async def here() -> AsyncIterator[Shop]:
    async with shop() as running:
        yield running


@pytest.mark.parametrize("value", ["2024/17", "a b", "ä…", "a?b#c", "50%41", "%41", "a&b=c+d", "..a", "http://x/"])
async def test_it_arrives_as_it_was_said(here: Shop, value: str) -> None:
    here.will(says({"status": "x"}))
    place = f"127.0.0.1:{here.port}"
    url = f"http://{place}/o/{{order}}/x?q={{q}}"
    text = f"allow: ['{place}']\nservices:\n  it: {{url: '{url}', answer: [status]}}\n"
    seen = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append((request.rel_url.raw_path.split("/"), dict(request.query)))
        return web.json_response({"status": "x"})

    here.will(answer)
    async with asking(text) as office:
        await office.ask("it", {"order": value, "q": value}, 30.0)
    [(segments, query)] = seen
    assert [unquote(segment) for segment in segments] == ["", "o", value, "x"]
    assert query == {"q": value}
