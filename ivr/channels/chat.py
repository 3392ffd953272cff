"""The chat channel: `/l/<token>` and `/chat` for people, a small JSON API for the page.

Opening a link changes nothing, for link previews open links too; pressing the page's button does. A browser holds a
random cookie, and the contact's id is a hash of it: who knows the id (agents do) cannot speak for the customer, and a
restarted server needs to remember nothing. The cookie of the *next* visit is set before the button is pressed, so
that a double click arrives twice as the same contact.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping

from aiohttp import web
from msgspec import structs

from context_bridge.contract import ContextStore
from ivr.channels.chat_visits import GRACE, MOST, NODE, Visits, no_chat
from ivr.channels.chat_wire import CUSTOMER, LONGEST, Reply, State, Typed, render, transcript
from ivr.channels.visit import Visit
from ivr.driver import Arrival, Driver, LinkRefused, UnknownMenu
from ivr.engine.events import Input
from ivr.engine.journey import Journey
from ivr.http import Described, Problem, Route, answer, read
from ivr.limit import RateLimit
from ivr.sse import HEARTBEAT, Streams, after

COOKIE, NEXT = "segue_chat", "segue_chat_next"
KEPT = 30 * 86400  # seconds that a browser keeps the cookie: as long as journeys are kept
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
Render = Callable[[str, Mapping[str, str]], str]


class Chat(Described):
    """`menu`: of chats that name none; `title` of a menu: as customers know us; `render` makes a page of a file's name
    and values; `secure`: served by https."""

    def __init__(
        self,
        driver: Driver,
        store: ContextStore,
        menu: str,
        title: Callable[[str], str],
        render: Render,
        *,
        secure: bool = False,
        grace: float = GRACE,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self._driver, self._store = driver, store
        self._menu, self._title, self._render = menu, title, render
        self._secure = secure
        self._visits = Visits(driver, grace)
        self._streams = Streams(MOST, heartbeat)
        self._starts = RateLimit(120, 60.0)  # roomy: behind a proxy all customers have one address

    def routes(self) -> list[web.RouteDef]:
        people = [
            web.get("/l/{token}", self.link_page),
            web.post("/l/{token}", self.follow_link),
            web.get("/chat", self.page),
            web.post("/chat", self.begin),
        ]
        return people + super().routes()

    def table(self) -> list[Route]:
        return [
            Route(
                method="GET",
                path="/chat/state",
                handler=self.state,
                summary="The chat of this browser, with all that was said in it",
                answer=State,
            ),
            Route(
                method="POST",
                path="/chat/messages",
                handler=self.send,
                summary="Say something or press a button; done once however often it is sent",
                body=Typed,
                answer=Reply,
                problems=(403, 409, 413, 415, 422),
            ),
            Route(
                method="POST",
                path="/chat/end",
                handler=self.finish,
                summary="The customer ends the chat; the journey is kept",
                answer=Reply,
                problems=(403, 409),
            ),
            Route(
                method="GET",
                path="/chat/events",
                handler=self.events,
                summary="What happens in this chat: message, joined, turn, moved, left, reset",
                query={"after": "id of the last event seen; the header Last-Event-ID wins over it"},
                media="text/event-stream",
                problems=(409, 503),
            ),
        ]

    async def start(self) -> None:
        await self._visits.start()

    async def close(self) -> None:
        """The chats stay open: the next server takes them over."""
        self._visits.stop()
        await self._streams.close()
        await self._visits.close()

    # pages for people

    async def link_page(self, request: web.Request) -> web.Response:
        if await self._driver.link(request.match_info["token"]) is not None:
            return self._next(self._page("link.html"))
        contact = _contact(request, COOKIE)
        if contact and await self._visits.on(contact) is not None:
            raise web.HTTPSeeOther("/chat")  # this browser has used it, and its chat is still on
        return self._next(self._page("link_over.html", status=410))

    async def follow_link(self, request: web.Request) -> web.Response:
        try:
            return await self._begin(request, link=request.match_info["token"])
        except LinkRefused:
            return self._next(self._page("link_over.html", status=410))

    async def page(self, request: web.Request) -> web.Response:
        return self._next(self._page("chat.html", menu=request.query.get("menu", "")))

    async def begin(self, request: web.Request) -> web.Response:
        """A new chat, or the one that this browser was away from for too long."""
        return await self._begin(request, journey=self._visits.left.get(_contact(request, COOKIE) or ""))

    async def _begin(self, request: web.Request, link: str | None = None, journey: str | None = None) -> web.Response:
        """Arrive as the contact of the next visit, and show the chat."""
        token = request.cookies.get(NEXT) or secrets.token_urlsafe(24)
        visit = self._visits.of(_hashed(token))
        async with visit.lock:
            if await self._visits.on(visit.contact) is None:
                try:
                    await self._arrive(request, visit, link, journey)
                except LinkRefused:
                    self._visits.forget(visit)
                    raise
        found = web.Response(status=303, headers={**PRIVATE, "Location": "/chat"})
        self._cookie(found, COOKIE, token)
        found.del_cookie(NEXT)
        return found

    async def _arrive(self, request: web.Request, visit: Visit, link: str | None, journey: str | None) -> None:
        remote = request.remote or ""
        if wait := self._starts.wait(remote):
            self._visits.forget(visit)
            raise Problem(429, "Too many chats begun", f"Try again in {wait} seconds.", retry_after=wait)
        self._starts.note(remote)
        arrival = Arrival(
            contact=visit.contact,
            channel="chat",
            node=NODE,
            menu=request.query.get("menu") or self._menu,
            link=link,
            journey=journey,
            language=request.query.get("language") or request.headers.get("Accept-Language"),
        )
        try:
            await self._driver.arrive(arrival)
        except UnknownMenu as error:
            self._visits.forget(visit)
            raise Problem(404, "No such menu", str(error)) from error

    def _page(self, name: str, status: int = 200, menu: str = "") -> web.Response:
        text = self._render(name, {"title": self._title(menu or self._menu)})
        return web.Response(text=text, status=status, content_type="text/html", headers=PRIVATE)

    def _next(self, response: web.Response) -> web.Response:
        self._cookie(response, NEXT, secrets.token_urlsafe(24))
        return response

    def _cookie(self, response: web.StreamResponse, name: str, token: str) -> None:
        response.set_cookie(name, token, max_age=KEPT, httponly=True, samesite="Lax", secure=self._secure)

    # the page's API

    async def state(self, request: web.Request) -> web.Response:
        contact = _contact(request, COOKIE)
        found = await self._visits.on(contact) if contact else None
        if contact is None or found is None:
            status = "none" if contact is None else "left" if contact in self._visits.left else "over"
            return answer(State(self._title(self._menu), Reply(ended=True, status=status)))
        journey, actions = found
        visit = self._visits.of(contact)
        seen = visit.last  # before the transcript is read: what comes meanwhile is told twice rather than never
        said = transcript(await self._store.history(journey.id))
        reply = render(actions)
        shown = structs.replace(reply, messages=said, ended=False, status=_status(journey, reply))
        return answer(State(self._title(journey.menu), shown, journey.agent, seen))

    async def send(self, request: web.Request) -> web.Response:
        typed = await read(request, Typed)
        if not 0 < len(typed.text.strip()) <= LONGEST:
            raise Problem(
                422,
                "Too long" if typed.text.strip() else "Nothing written",
                f"Write 1 to {LONGEST:,} characters; split a longer text into several messages.",
            )
        visit = await self._visit(request)
        async with visit.lock:
            visit.touch()
            if (again := visit.answers.get(typed.id)) is not None:
                return answer(again)
            if visit.ended:
                raise no_chat()
            return answer(visit.keep(typed.id, await self._turn(visit, typed)))

    async def _turn(self, visit: Visit, typed: Typed) -> Reply:
        found = await self._visits.on(visit.contact)
        if found is not None and found[0].status in {"queued", "with_agent"}:
            await self._driver.tell(visit.contact, typed.text, CUSTOMER)
            return Reply(status=found[0].status)
        event = Input(
            id=f"{visit.contact}:{typed.id}",
            at=self._driver.now(),
            contact=visit.contact,
            text=typed.text.strip(),
            mode="button" if typed.button else "text",
            turn=typed.turn,
        )
        reply = render(await self._driver.advance(event))
        if reply.ended:
            visit.end()
        return reply

    async def finish(self, request: web.Request) -> web.Response:
        visit = await self._visit(request)
        await self._visits.leave(visit, "caller")
        return answer(Reply(ended=True, status="left"))

    async def events(self, request: web.Request) -> web.StreamResponse:
        visit = await self._visit(request)
        return await self._streams.serve(request, visit.events(after(request)))

    async def _visit(self, request: web.Request) -> Visit:
        return await self._visits.known(_contact(request, COOKIE) or "")


def _contact(request: web.Request, cookie: str) -> str | None:
    token = request.cookies.get(cookie)
    return _hashed(token) if token else None


def _hashed(token: str) -> str:
    return "chat-" + hashlib.sha256(token.encode()).hexdigest()[:24]


def _status(journey: Journey, reply: Reply) -> str:
    """Talking to a person is a state of the journey; its wait still is the queue."""
    return journey.status if journey.status == "with_agent" else reply.status
