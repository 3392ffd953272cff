"""A back office that fails in every way we could think of, and a menu that asks it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.servers import free_port

MANY = 10 * 1024 * 1024
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WAYS: Mapping[str, bytes] = {
    "silence": b"",
    "half": OK + b'Content-Length: 100\r\n\r\n{"status": "on its',
    "error": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    "page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n<html>Hi</html>",
    "much": OK + b"Content-Length: %d\r\n\r\n" % MANY + json.dumps({"status": "a" * (MANY - 14)}).encode(),
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "deep": OK + b"Content-Length: 60000\r\n\r\n" + b"[" * 60_000,
    "noise": bytes(range(128, 256)) * 100,
}
REFUSED = "refused"  # nobody listens there
ALL = (REFUSED, *WAYS)
TIMEOUT = 1  # seconds

FILLER = "I am looking it up."
FAILED = "That office does not answer."
QUESTION = "Which office shall I ask?"
NUMBER = "Please key in your number."

MENU = f"""
menu: office
title: Dead offices
language: en-US
channels: [voice, chat]
start: which
exhausted: enough
slots:
  number: {{type: digits, length: 4-6, title: your number}}
  status: {{type: text, title: the state of it}}
steps:
  which:
    menu:
      prompt: {QUESTION}
      choices:
        - {{key: 0, label: give a number, goto: number}}
{"".join(f"        - {{key: {n}, label: ask {name}, goto: ask_{name}}}" + chr(10) for n, name in enumerate(ALL, 1))}
  number: {{ask: {{slot: number, prompt: {NUMBER}, timeout: 60s, tries: 9}}, next: thanks}}
  thanks: {{say: "Thank you for {{number:digits}}.", next: which}}
  heard: {{say: "It is {{status}}.", next: which}}
  failed: {{say: {FAILED}, next: which}}
  enough: {{end: Goodbye then.}}
""" + "".join(
    f"  ask_{name}: {{invoke: {{service: {name}, timeout: {TIMEOUT}s, filler: {FILLER}, save: [status]}}, "
    "done: heard, failed: failed}\n"
    for name in ALL
)


def services(port: int) -> str:
    """The declarations of the offices, the one at `port` and the one where nobody is."""
    refused = free_port()
    head = f"allow: ['127.0.0.1:{port}', '127.0.0.1:{refused}']\nservices:\n"
    return head + "".join(
        f"  {name}: {{url: 'http://127.0.0.1:{refused if name == REFUSED else port}/{name}', "
        f"method: GET, timeout: {TIMEOUT}s, answer: [status]}}\n"
        for name in ALL
    )


@asynccontextmanager
async def office() -> AsyncIterator[int]:
    """Its port."""
    open_ones: set[asyncio.StreamWriter] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:  # until the other side has had enough
                path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode().strip("/")
                writer.write(WAYS[path] or b"")
                await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in open_ones:
            writer.close()
