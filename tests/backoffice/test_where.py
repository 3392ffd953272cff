"""Where we go, and where we cannot be sent: by names, by redirects, by names that change their mind."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from yarl import URL

from ivr.backoffice import BackOfficeError, HttpBackOffice
from ivr.backoffice.client import Client, _follow
from ivr.backoffice.request import Request
from ivr.engine.allow import Allow, HostRule, NetworkRule
from ivr.engine.loader import load_services
from tests.backoffice.shop import Names, Shop, asking, redirects, says, shop

WITHIN = 30.0
INSIDE = (
    "10.0.0.5 127.0.0.1 0.0.0.0 169.254.169.254 192.168.1.1 172.16.0.1 100.100.100.200 168.63.129.16 ::1 :: fe80::1"
)
INSIDE += " fd00:ec2::254 ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 2002:7f00:1:: ff02::1 224.0.0.1"
INSIDE += " 192.0.0.192 fe80::1%eth0 ::7f00:1 fec0::1"


@pytest.fixture
async def here() -> AsyncIterator[Shop]:
    async with shop() as running:
        yield running


@pytest.fixture
async def other() -> AsyncIterator[Shop]:
    async with shop() as running:
        yield running


def declared(*allow: str, url: str, fields: str = "answer: [status]") -> str:
    listed = "".join(f"  - '{entry}'\n" for entry in allow)
    return f"allow:\n{listed}secrets: [TOKEN]\nservices:\n  it: {{url: '{url}', timeout: 20s, {fields}}}\n"


async def refusal(office: HttpBackOffice) -> str:
    with pytest.raises(BackOfficeError) as refused:
        await office.ask("it", {}, WITHIN)
    return str(refused.value)


@pytest.mark.parametrize("address", INSIDE.split())
async def test_a_name_that_leads_inside_is_refused(here: Shop, address: str) -> None:
    names = Names(crm_example=[[address]])
    text = declared(f"crm.example:{here.port}", url=f"http://crm.example:{here.port}/x")
    async with asking(text, names) as office:
        assert await refusal(office) == f"it: crm.example is at {address}, which no network of allow holds"
    assert names.looked_up == ["crm.example"]
    assert here.asked == []


async def test_one_address_inside_among_good_ones_refuses_the_name(here: Shop) -> None:
    names = Names(crm_example=[["127.0.0.1", "10.0.0.5"]])
    text = declared(f"crm.example:{here.port}", "127.0.0.0/8", url=f"http://crm.example:{here.port}/x")
    async with asking(text, names) as office:
        assert "is at 10.0.0.5" in await refusal(office)
    assert here.asked == []


async def test_a_network_of_allow_lets_a_name_lead_there(here: Shop) -> None:
    here.will(says({"status": "shipped"}))
    text = declared(
        f"*.shop.example:{here.port}",
        "127.0.0.0/8",
        url=f"http://crm.shop.example:{here.port}/x",
    )
    async with asking(text, Names(crm_shop_example=[["127.0.0.1"]])) as office:
        assert await office.ask("it", {}, WITHIN) == {"status": "shipped"}
    assert here.asked[0].headers["Host"] == f"crm.shop.example:{here.port}"


async def test_a_name_that_changes_its_mind_is_refused_at_the_next_connection(here: Shop) -> None:
    here.will(says({"status": "shipped"}, Connection="close"))
    names = Names(crm_example=[["127.0.0.1"], ["169.254.169.254"]])
    allow = Allow((HostRule("crm.example", here.port),), (NetworkRule(ip_network("127.0.0.0/8")),))
    client = Client(allow, names, remember=-1.0)  # each connection looks it up anew
    request = Request("GET", URL(f"http://crm.example:{here.port}/x"), {})
    try:
        assert (await client.send(request)).status == 200
        assert names.looked_up == ["crm.example"]  # once: what was looked at is what was gone to
        with pytest.raises(BackOfficeError, match=r"is at 169\.254\.169\.254"):
            await client.send(request)
    finally:
        await client.close()
    assert len(here.asked) == 1


async def test_addresses_are_looked_at_before_anything_is_opened(here: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    text = declared(f"crm.example:{here.port}", url=f"http://crm.example:{here.port}/x")
    async with asking(text, Names(crm_example=[["127.0.0.1"]])) as office:
        assert "no network of allow holds" in await refusal(office)


async def test_redirects_are_followed_three_times(here: Shop) -> None:
    text = declared(f"127.0.0.1:{here.port}", url=f"http://127.0.0.1:{here.port}/a")
    here.will(
        redirects("/b"), redirects("c?d=1#e", 307), redirects(f"//127.0.0.1:{here.port}/d"), says({"status": "x"})
    )
    async with asking(text) as office:
        assert await office.ask("it", {}, WITHIN) == {"status": "x"}
        assert [asked.path for asked in here.asked] == ["/a", "/b", "/c?d=1", "/d"]
        here.will(redirects("/again"))
        assert await refusal(office) == "it: it redirects more than 3 times"
    assert len(here.asked) == 8


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:{other}/",
        "http://localhost:{other}/",
        "http://2130706433:{other}/",
        "http://127.1:{other}/",
        "http://0x7f.0.0.1:{other}/",
        "http://[::ffff:127.0.0.1]:{other}/",
        "http://127。0。0。1:{other}/",
        "http://shop.example:{here}@127.0.0.1:{other}/",
        "http://shop.example:{here}\\@127.0.0.1:{other}/",
        "http://user@shop.example:{here}/",
        "http://shop.example.:{here}/",
        "http://evil-shop.example:{here}/",
        "//127.0.0.1:{other}/",
        "ftp://shop.example:{here}/",
        "file:///etc/passwd",
        "http://[::1/",
        "http://shop.example:{other}/",
    ],
)
async def test_redirects_to_what_allow_does_not_list(here: Shop, other: Shop, location: str) -> None:
    here.will(redirects(location.format(here=here.port, other=other.port)))
    other.will(says({"status": "stolen"}))
    names = Names(shop_example=[["127.0.0.1"]], localhost=[["127.0.0.1"]])
    text = declared(f"shop.example:{here.port}", f"127.0.0.1:{here.port}", url=f"http://shop.example:{here.port}/x")
    async with asking(text, names) as office:
        assert "redirects to" in await refusal(office)
    assert (len(here.asked), other.asked) == (1, [])


async def test_a_redirect_to_a_listed_name_that_leads_inside(here: Shop) -> None:
    here.will(redirects(f"http://inner.example:{here.port}/"))
    names = Names(shop_example=[["127.0.0.1"]], inner_example=[["10.0.0.5"]])
    allow = [f"{name}.example:{here.port}" for name in ("shop", "inner")]
    async with asking(declared(*allow, "127.0.0.0/8", url=f"http://shop.example:{here.port}/x"), names) as office:
        assert "inner.example is at 10.0.0.5" in await refusal(office)
    assert len(here.asked) == 1


async def test_headers_are_for_their_own_host(here: Shop, other: Shop) -> None:
    headers = "answer: [status], headers: {Authorization: 'Bearer {secret:TOKEN}', X-Key: k}"
    allow = [f"127.0.0.1:{place.port}" for place in (here, other)]
    text = declared(*allow, url=f"http://127.0.0.1:{here.port}/a", fields=headers)
    other.will(redirects(f"http://127.0.0.1:{here.port}/d"))
    here.will(redirects("/b"), redirects(f"http://127.0.0.1:{other.port}/c"), says({"status": "x"}))
    async with asking(text) as office:
        assert await office.ask("it", {}, WITHIN) == {"status": "x"}
    assert [("X-Key" in asked.headers, "Authorization" in asked.headers) for asked in (*here.asked, *other.asked)] == [
        *[(True, True), (True, True), (False, False)],  # what has been given away once stays away
        (False, False),
    ]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_only_a_get_is_redirected(here: Shop, method: str) -> None:
    here.will(redirects("/b", 307), says({"status": "x"}))
    text = declared(f"127.0.0.1:{here.port}", url=f"http://127.0.0.1:{here.port}/a", fields=f"method: {method}")
    async with asking(text) as office:
        assert await refusal(office) == f"it: it redirects a {method} (status 307)"
    assert len(here.asked) == 1


async def test_the_demo_back_office_is_ours_wherever_we_listen(here: Shop) -> None:
    here.will(says({"status": "shipped"}))
    services = load_services("services: {it: {url: 'demo:/orders/{order}', answer: [status]}}", "services.yaml")
    office = HttpBackOffice(services, f"http://127.0.0.1:{here.port}")
    try:
        assert await office.ask("it", {"order": "17"}, WITHIN) == {"status": "shipped"}
    finally:
        await office.close()
    assert here.asked[0].path == "/demo/orders/17"


@pytest.mark.parametrize(("location", "left"), [("http://crm.example/x", True), ("https://crm.example/x", False)])
async def test_a_redirect_does_not_leave_https(location: str, left: bool) -> None:
    class Moved:  # a server with a certificate that we trust would need an authority of our own
        status, headers = 302, {"Location": location}

    request = Request("GET", URL("https://crm.example/"), {})
    if left:
        with pytest.raises(BackOfficeError, match="from https to an address without"):
            _follow(request, Moved())  # type: ignore[arg-type]
    else:
        assert _follow(request, Moved()).url == URL(location)  # type: ignore[arg-type]
