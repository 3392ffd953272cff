"""A real server, customers before it, and its log, in which no mistake of ours may be."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.channels.far_end import Phone
from tests.crash.server import ServerProcess
from tests.servers import free_port

FAST = 250  # words a minute: prompts are played as long as they are, and must be long enough to be recognized
PATIENCE = 90.0  # seconds: a bound for a hanging test on a slow machine, never waited out by a passing one
OURS = (  # how our mistakes look in a log
    "Traceback",
    "never retrieved",
    "was destroyed but it is pending",
    "was never awaited",
    "Logging error",
    " failed with ",
    " stopped; restart",
)


class Chat:
    """A browser with a chat in it."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self.turn: int | None = None

    async def begin(self) -> dict[str, Any]:
        await self._http.get(self._url + "/chat")
        await self._http.post(self._url + "/chat")
        return await self.state()

    async def state(self) -> dict[str, Any]:
        async with self._http.get(self._url + "/chat/state") as response:
            assert response.status == 200, await response.text()
            reply: dict[str, Any] = (await response.json())["reply"]
        self.turn = reply["turn"]
        return reply

    async def write(self, text: str, id_: str | None = None, **more: Any) -> tuple[int, dict[str, Any]]:
        """The status and the answer; the same `id_` is the same message."""
        body = {"text": text, "id": id_ or secrets.token_hex(8), "turn": self.turn, **more}
        async with self._http.post(self._url + "/chat/messages", json=body) as response:
            answer: dict[str, Any] = await response.json()
        if response.status == 200:
            self.turn = answer["turn"]
        return response.status, answer

    async def says(self, text: str, **more: Any) -> str:
        """What is answered, which must be an answer."""
        status, answer = await self.write(text, **more)
        assert status == 200, answer
        return words(answer)


def words(reply: dict[str, Any]) -> str:
    return " / ".join(bubble["text"] for bubble in reply["messages"])


class Lab:
    """The server at `url`, with its files in `folder`."""

    def __init__(self, process: ServerProcess, folder: Path, url: str, stack: AsyncExitStack) -> None:
        self.process, self.folder, self.url, self._stack = process, folder, url, stack
        self.http = aiohttp.ClientSession()
        self._read = 0

    async def socket(self) -> aiohttp.ClientWebSocketResponse:
        """Of a phone that has not said anything."""
        return await self.http.ws_connect(self.url + "/phone/ws", compress=0, max_msg_size=0)

    async def phone(self, call: str | None = None, **start: Any) -> Phone:
        call = call or secrets.token_hex(8)
        phone = Phone(await self.socket(), call)
        await phone.ws.send_json({"event": "start", "call": call, **start})
        return phone

    async def chat(self) -> Chat:
        """As a visitor of its own."""
        jar = aiohttp.CookieJar(unsafe=True)  # takes cookies of an address without a name
        return Chat(await self._stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)), self.url)

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(self.url + path) as response:
            return response.status, await response.json()

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def mistakes(self) -> list[str]:
        """Lines of the log since the last look that should not be there, with what follows them."""
        news, self._read = self.log()[self._read :], len(self.log())
        lines = news.splitlines()
        return ["\n".join(lines[n : n + 30]) for n, line in enumerate(lines) if any(sign in line for sign in OURS)]

    def memory(self) -> int:
        """Bytes that the server holds now."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * 4096


@asynccontextmanager
async def lab(folder: Path, menus: dict[str, str], **settings: Any) -> AsyncIterator[Lab]:
    """`menus`: file name -> YAML; the first one is for callers who name none. The server must end in order and
    without a mistake in its log."""
    (folder / "menus").mkdir(parents=True, exist_ok=True)
    for name, text in menus.items():
        (folder / "menus" / name).write_text(text)
    port = free_port()
    own = {"PORT": port, "MENUS": folder / "menus", "MENU": next(iter(menus)).removesuffix(".yaml"), "VOICE_RATE": FAST}
    process = ServerProcess(folder, **{**own, **settings})
    await process.start()
    async with AsyncExitStack() as stack:
        found = Lab(process, folder, f"http://127.0.0.1:{port}", stack)
        try:
            yield found
        finally:
            await found.http.close()
            await process.stop()
    assert found.mistakes() == []
