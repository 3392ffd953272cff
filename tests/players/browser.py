"""A customer's browser: opens links and chats, over the HTTP API that our own chat page uses."""

from __future__ import annotations

import secrets
from typing import Any, Self

import aiohttp

from ivr.conversation import CannotPlay


class Browser:
    """New, without cookies. `said`: what we have said in its chat since it was last emptied."""

    def __init__(self, url: str) -> None:
        self._http = aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True))  # unsafe: an IP address
        self.said: list[str] = []
        self._reply: dict[str, Any] = {}
        self._shown = 0  # bubbles of ours in this chat

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._http.close()

    async def begin(self, language: str | None = None) -> None:
        """A chat of its own accord."""
        page = f"/chat?language={language}" if language else "/chat"
        await self._page("GET", page)
        assert await self._page("POST", page) == 200
        await self.look()

    async def follow(self, link: str) -> bool:
        """Open a link and press its button; False when it leads nowhere any more."""
        opened = await self._page("GET", link)
        pressed = await self._page("POST", link)
        assert opened == pressed, f"the page says {opened}, its button {pressed}"
        if pressed == 410:
            return False
        await self.look()
        return True

    async def look(self) -> None:
        """At the chat, in which an agent may have done something; one that is over shows nothing new."""
        async with self._http.get("/chat/state") as response:
            reply = (await response.json())["reply"]
        if not reply["ended"]:
            self._reply = reply
        bubbles = _ours(reply)
        self.said += bubbles[self._shown :]
        self._shown = max(self._shown, len(bubbles))

    async def choose(self, label: str) -> None:
        """Raises `CannotPlay` when there is no such button."""
        buttons = {button["label"].casefold(): button["id"] for button in self._buttons}
        if label.casefold() not in buttons:
            raise CannotPlay(f"there is no button “{label}”; there are: {', '.join(buttons) or 'none'}")
        await self._send(buttons[label.casefold()], button=True)

    async def type(self, text: str) -> None:
        await self._send(text, button=False)

    async def leave(self) -> None:
        await self._http.post("/chat/end")

    @property
    def _buttons(self) -> list[dict[str, Any]]:
        return [*self._reply["options"], *self._reply["always"]]

    async def _send(self, text: str, *, button: bool) -> None:
        body = {"text": text, "id": secrets.token_hex(8), "turn": self._reply["turn"], "button": button}
        async with self._http.post("/chat/messages", json=body) as response:
            if response.status != 200:
                raise CannotPlay((await response.json())["detail"])
            self._reply = await response.json()
        self.said += _ours(self._reply)
        self._shown += len(_ours(self._reply))

    async def _page(self, method: str, path: str) -> int:
        """The status at the end of all redirections."""
        async with self._http.request(method, path) as response:
            return response.status


def _ours(reply: dict[str, Any]) -> list[str]:
    return [bubble["text"] for bubble in reply["messages"] if bubble["from"] == "segue"]
