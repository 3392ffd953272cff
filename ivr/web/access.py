"""Who may see customers' data: a desk key, typed once into a form or sent as a bearer token by programs. Who may change
menus: the same key, or where one is set the ops key, which opens the desk too.

Three doors, each closed by itself: a request that changes something must come from our own pages; the desk needs the
key; and where no key is set (settings allow that on loopback only) the desk answers to loopback's own names only, so
that a foreign page cannot reach it by pointing its own name at this machine (DNS rebinding).
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from ivr.http import Handler, Problem
from ivr.limit import RateLimit
from ivr.web.pages import render

COOKIE = "segue_desk"
LASTS = 12 * 3600  # seconds: a shift
# The pages and API of people who may see customers' data, and the agent's end of a web phone call.
DESK = ("/", "/agent", "/demo", "/outbox", "/phone/agent", "/phone/try", "/metrics")
DESK_PREFIXES = ("/api/", "/studio")
# What an agent's key does not open where there is an ops key: the studio, playing drafts, every change of a menu, and
# what customers said to us.
OPS_PREFIXES = ("/studio", "/api/menus/try", "/api/speech")
OPS = ("/phone/try",)
OPS_CHANGES = ("/api/menus", "/api/switches")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Access:
    """`key`: what agents must type; empty: no key. `ops_key`: what who changes menus must type; empty: the same.
    `url`: as customers reach us."""

    def __init__(self, key: str, url: str, clock: Callable[[], float] = time.time, ops_key: str = "") -> None:
        self._key, self._ops_key, self._clock = key, ops_key, clock
        self._all_keys = tuple(filter(None, (key, ops_key)))
        self._origin = urlsplit(url)
        self._tries = RateLimit(5, 60.0)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/login", self.form), web.post("/login", self.log_in), web.post("/logout", self.log_out)]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._refuse_foreign(request)
        if not _is_desk(request.path) or self._may(request):
            return await handler(request)
        if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
            raise web.HTTPFound(f"/login?{urlencode({'next': request.path_qs})}")
        name = "ops" if self._ops_key and _is_ops(request) else "desk"
        detail = f"Log in at /login or send `Authorization: Bearer <{name} key>`."
        raise Problem(401, f"The {name} key is needed", detail)

    def _may(self, request: web.Request) -> bool:
        keys = self._keys(ops=_is_ops(request))
        if not keys:
            self._refuse_rebound(request)
            return True
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if not (key := _match(token, keys)) and (wait := self._wrong(request, token)):
                raise Problem(429, "Too many wrong keys", f"Try again in {wait} seconds.", retry_after=wait)
            return key != ""
        return any(self._is_signed(request.cookies.get(COOKIE, ""), key) for key in keys)

    def _keys(self, *, ops: bool) -> tuple[str, ...]:
        """The keys that open a door; none: it is open."""
        if ops and self._ops_key:
            return (self._ops_key,)
        return self._all_keys if self._key else ()

    def _refuse_foreign(self, request: web.Request) -> None:
        """Browsers say where a request comes from; programs do not, and have no cookie that could be abused."""
        if request.method in SAFE_METHODS and request.headers.get("Upgrade", "").lower() != "websocket":
            return
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site:  # decides where both are there: a page without referrer, such as a link's, sends `Origin: null`
            foreign = site not in {"same-origin", "none"}
        else:
            foreign = origin is not None and origin not in self._own_origins(request)
        if foreign:
            raise Problem(403, "From another site", "Use this server's own pages; behind a proxy set IVR_PUBLIC_URL.")

    def _own_origins(self, request: web.Request) -> tuple[str, str]:
        return f"{self._origin.scheme}://{self._origin.netloc}", f"{request.scheme}://{request.host}"

    def _refuse_rebound(self, request: web.Request) -> None:
        host = urlsplit(f"//{request.host}").hostname
        if host not in LOOPBACK | {self._origin.hostname}:
            raise Problem(403, "Not by this name", "Open it at 127.0.0.1 or localhost, or set IVR_DESK_KEY.")

    async def form(self, request: web.Request) -> web.Response:
        return self._form(_local(request.query.get("next", "")), "")

    def _form(self, target: str, wrong: str, status: int = 200) -> web.Response:
        ops = _is_ops_page(target)
        place, behind = ("studio", "The menus are") if ops else ("desk", "Customers’ data is")
        name = "ops" if self._ops_key and ops else "desk"
        values = {"next": target, "wrong": wrong, "place": place, "behind": behind, "name": name}
        text = render("login.html", values)
        return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def log_in(self, request: web.Request) -> web.Response:
        fields = await request.post()
        target, typed = _local(str(fields.get("next", ""))), str(fields.get("key", ""))
        if not (key := _match(typed, self._keys(ops=_is_ops_page(target)) or self._all_keys)):
            if wait := self._wrong(request, typed):
                told = f"Too many tries. Try again in {wait} seconds."
                response = self._form(target, told, HTTPStatus.TOO_MANY_REQUESTS)
                response.headers["Retry-After"] = str(wait)
                return response
            name = "ops" if self._ops_key and _is_ops_page(target) else "desk"
            return self._form(target, f"That is not the {name} key. Whoever runs this server knows it.", 401)
        found = web.HTTPSeeOther(target)
        expires = int(self._clock()) + LASTS
        found.set_cookie(
            COOKIE,
            f"{expires}.{signature(key, expires)}",
            max_age=LASTS,
            httponly=True,
            samesite="Strict",
            secure=self._origin.scheme == "https",
        )
        raise found

    async def log_out(self, _request: web.Request) -> web.Response:
        found = web.HTTPSeeOther("/login")
        found.del_cookie(COOKIE)
        raise found

    def _wrong(self, request: web.Request, typed: str) -> int:
        """Counts a wrong key against the address it comes from; seconds that this address must wait: 0 as long as there
        were few. The key of another door is no guess. Who has the right key never waits, whoever guesses beside them:
        behind a proxy all have one address."""
        if _match(typed, self._all_keys):
            return 0
        remote = request.remote or ""
        if not (wait := self._tries.wait(remote)):
            self._tries.note(remote)
        return wait

    def _is_signed(self, cookie: str, key: str) -> bool:
        expires, _, signed = cookie.partition(".")
        if not expires.isdecimal() or int(expires) < self._clock():
            return False
        return hmac.compare_digest(signed.encode(), signature(key, int(expires)).encode())


def _match(typed: str, keys: tuple[str, ...]) -> str:
    """The one of `keys` that was typed, compared in constant time; empty: none."""
    given = typed.encode(errors="surrogateescape")  # a header may hold any bytes
    right = [key for key in keys if hmac.compare_digest(given, key.encode())]
    return right[0] if right else ""


def signature(key: str, expires: int) -> str:
    return hmac.new(key.encode(), f"segue desk {expires}".encode(), hashlib.sha256).hexdigest()


def _is_desk(path: str) -> bool:
    return path in DESK or path.startswith(DESK_PREFIXES)


def _is_ops(request: web.Request) -> bool:
    changes = request.method not in SAFE_METHODS and request.path.startswith(OPS_CHANGES)
    return changes or _is_ops_page(request.path)


def _is_ops_page(path: str) -> bool:
    return path in OPS or path.startswith(OPS_PREFIXES)


def _local(target: str) -> str:
    """A path of our own to go to after the login; everything else (`//evil.example`, `/\\evil`) is the desk."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/agent"
