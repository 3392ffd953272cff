"""Who may open the desk, and from where."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from ivr.web.access import Access, signature
from tests.web.desk import Desk

KEY, OPS_KEY = "correct horse", "battery staple"
CHANGES = [
    ("POST", "/api/menus/x/publish"),
    ("PUT", "/api/switches/x"),
    ("GET", "/studio"),
    ("GET", "/api/speech/utterances"),
]


@pytest.fixture
def desk() -> Desk:
    return Desk(key=KEY)


async def log_in(client: TestClient, key: str = KEY, target: str = "/agent") -> Any:
    return await client.post("/login", data={"key": key, "next": target}, allow_redirects=False)


@pytest.mark.parametrize("path", ["/api/queue", "/api/events", "/api/outbox", "/metrics", "/phone/agent"])
async def test_without_the_key_nothing_of_the_desk_is_shown(client: TestClient, path: str) -> None:
    response = await client.get(path)
    assert response.status == 401
    assert "/login" in (await response.json())["detail"]


@pytest.mark.parametrize("path", ["/", "/demo", "/agent", "/outbox"])
async def test_a_person_is_led_to_the_form_and_back(client: TestClient, path: str) -> None:
    response = await client.get(f"{path}?contact=a", headers={"Accept": "text/html"}, allow_redirects=False)
    assert response.status == 302
    form = await client.get(response.headers["Location"])
    assert f'value="{path}?contact=a"' in await form.text()


@pytest.mark.parametrize(
    "path", ["/chat", "/l/good-link-token", "/healthz", "/readyz", "/chat/state", "/static/base.css"]
)
async def test_customers_need_no_key(client: TestClient, path: str) -> None:
    assert (await client.get(path)).status == 200


async def test_the_key_opens_the_desk_with_a_cookie_that_scripts_cannot_read(client: TestClient) -> None:
    response = await log_in(client)
    assert (response.status, response.headers["Location"]) == (303, "/agent")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert KEY not in cookie
    assert (await client.get("/api/queue")).status == 200
    await client.post("/logout")
    assert (await client.get("/api/queue")).status == 401


async def test_programs_send_the_key_as_a_bearer_token(client: TestClient) -> None:
    assert (await client.get("/api/queue", headers={"Authorization": f"Bearer {KEY}"})).status == 200
    assert (await client.get("/api/queue", headers={"Authorization": "Bearer wrong"})).status == 401


@pytest.mark.parametrize("cookie", ["", "1", "9999999999.", "9999999999.00", "x.y", ".", "9999999999.é"])
async def test_a_forged_cookie_opens_nothing(client: TestClient, cookie: str) -> None:
    headers = {"Cookie": f"segue_desk={cookie}"}
    assert (await client.get("/api/queue", headers=headers)).status == 401


async def test_a_cookie_ends_with_the_shift() -> None:
    now = 1_000_000.0
    access = Access(KEY, "http://127.0.0.1", clock=lambda: now)
    cookie = f"{int(now) + 10}.{signature(KEY, int(now) + 10)}"
    assert access._is_signed(cookie, KEY)
    now += 11
    assert not access._is_signed(cookie, KEY)


async def test_guessing_is_slow(client: TestClient) -> None:
    for n in range(5):
        assert (await log_in(client, f"guess {n}")).status == 401
    blocked = await log_in(client, "guess")
    assert blocked.status == 429
    assert int(blocked.headers["Retry-After"]) > 0
    program = await client.get("/api/queue", headers={"Authorization": "Bearer guess"})
    assert program.status == 429
    assert int(program.headers["Retry-After"]) > 0


async def test_who_has_the_key_does_not_wait_for_those_who_guess(client: TestClient) -> None:
    for n in range(7):
        await log_in(client, f"guess {n}")
    assert (await client.get("/api/queue", headers={"Authorization": f"Bearer {KEY}"})).status == 200
    assert (await log_in(client)).status == 303
    assert (await log_in(client, "guess")).status == 429  # the right key has not opened the way for more guesses


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", ""])
async def test_the_login_leads_to_our_own_pages_only(client: TestClient, target: str) -> None:
    assert (await log_in(client, target=target)).headers["Location"] == "/agent"


async def test_the_form_shows_what_it_was_given_as_text(client: TestClient) -> None:
    page = await (await client.get("/login", params={"next": '/"><script>alert(1)</script>'})).text()
    assert "<script>" not in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_another_site_cannot_act_in_a_readers_name(client: TestClient, headers: dict[str, str]) -> None:
    await log_in(client)
    for path in ("/api/contacts/a/accept", "/chat", "/l/good-link-token"):
        assert (await client.post(path, headers=headers)).status == 403
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert (await client.get("/phone/agent", headers=headers | upgrade)).status == 403


async def test_our_own_pages_may(client: TestClient) -> None:
    await log_in(client)
    own = {"Origin": str(client.make_url("/")).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    response = await client.post("/api/contacts/a/accept", json={"agent": "Ann"}, headers=own)
    assert response.status == 409
    without_referrer = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert (await client.post("/l/good-link-token", headers=without_referrer)).status == 200


async def test_an_open_desk_answers_to_loopbacks_names_only(client_of: Any) -> None:
    client = await client_of(Desk())
    assert (await client.get("/api/queue")).status == 200
    assert (await client.get("/api/queue", headers={"Host": "evil.example"})).status == 403


@pytest.mark.parametrize("path", ["/agent", "/chat", "/static/agent.js", "/healthz", "/api/queue", "/nowhere"])
async def test_every_answer_has_the_security_headers(client: TestClient, path: str) -> None:
    response = await client.get(path, allow_redirects=False)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"]


async def test_static_files_are_asked_for_again_and_found_unchanged(client: TestClient) -> None:
    first = await client.get("/static/base.css")
    assert first.headers["Cache-Control"] == "no-cache"
    again = await client.get("/static/base.css", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    assert (await client.get("/static/../access.py")).status == 404


@pytest.fixture
async def ops(client_of: Any) -> TestClient:
    """A browser before a server with an ops key, whose menus answer whoever may change them."""
    desk = Desk(key=KEY, ops_key=OPS_KEY)
    for method, path in CHANGES:
        desk.app.router.add_route(method, path, done)
    client: TestClient = await client_of(desk)
    return client


async def done(_request: web.Request) -> web.Response:
    return web.Response(text="done")


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_an_agents_key_changes_no_menu_where_there_is_an_ops_key(ops: TestClient, method: str, path: str) -> None:
    bearer = {"Authorization": f"Bearer {KEY}"}
    refused = await ops.request(method, path, headers=bearer)
    assert refused.status == 401
    assert "ops key" in (await refused.json())["detail"]
    await log_in(ops)
    assert (await ops.request(method, path)).status == 401
    assert (await ops.get("/api/queue")).status == 200
    await log_in(ops, OPS_KEY, "/studio")
    assert (await ops.request(method, path)).status == 200


async def test_an_agents_key_before_the_wrong_door_is_no_guess(ops: TestClient) -> None:
    for _ in range(7):
        assert (await ops.get("/studio", headers={"Authorization": f"Bearer {KEY}"})).status == 401
        assert (await log_in(ops, KEY, "/studio")).status == 401
    assert (await log_in(ops, "guess", "/studio")).status == 401  # the first that counts


async def test_bytes_that_are_no_text_are_a_wrong_key(client: TestClient) -> None:
    assert (await client.get("/api/queue", headers={"Authorization": "Bearer \udcff"})).status == 401


async def test_the_ops_key_opens_the_desk_too_and_the_form_says_which_is_wanted(ops: TestClient) -> None:
    wrong = await log_in(ops, KEY, "/studio")
    assert (wrong.status, "not the ops key" in await wrong.text()) == (401, True)
    await log_in(ops, OPS_KEY)
    assert (await ops.get("/api/queue")).status == 200


@pytest.mark.parametrize(
    ("target", "words", "key"),
    [("/studio/support", "Open the studio", "ops key"), ("/agent", "Open the desk", "desk key")],
)
async def test_the_form_says_what_it_opens_and_with_which_key(
    ops: TestClient, target: str, words: str, key: str
) -> None:
    page = await (await ops.get("/login", params={"next": target})).text()
    assert words in page
    assert f'<label for="key">The {key}</label>' in page


async def test_where_there_is_no_ops_key_the_desk_key_opens_the_studio(client: TestClient) -> None:
    page = await (await client.get("/login", params={"next": "/studio"})).text()
    assert "Open the studio" in page
    assert '<label for="key">The desk key</label>' in page
