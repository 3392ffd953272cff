"""A stand-in for Twilio's REST API: requests are held to Twilio's own OpenAPI document, answers are its examples.

What no document says is scripted: the codes of its error dictionary (twilio.com/docs/api/errors), and that a message
exists from the moment its request was taken, even if nobody got the answer.
"""

from __future__ import annotations

import asyncio
import base64
import io
import secrets
import time
import wave
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import numpy as np
from aiohttp import web

from tests.twilio.openapi import example_of, form_of, openapi, query_of

PREFIX = "/api"  # our client sends https://api.twilio.com/… to <base>/api/…
OPTED_OUT, UNREACHABLE = "+15005550004", "+15005550001"  # as Twilio's own test credentials have them, but 21610
ERRORS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "The 'To' number is not a valid phone number"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    63016: (400, "Failed to send freeform message because you are outside the allowed window"),
}


def wav(seconds: float) -> bytes:
    """A tone, as Twilio's recordings are: 8,000 Hz, 16 bit."""
    samples = (3000 * np.sin(np.arange(int(8000 * seconds)) * 0.3)).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


@dataclass
class Standing:
    """What the API keeps. `fault` is asked before each request is carried out: a code of `ERRORS`, or None; `cut` says
    whether the answer of a request that was carried out is lost."""

    account: str
    token: str
    at: str = ""  # where it is served
    messages: list[dict[str, Any]] = field(default_factory=list)
    updates: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)  # of calls: sid, fields
    legs: dict[str, dict[str, Any]] = field(default_factory=dict)  # calls that are on, but for customers': sid, fields
    rooms: dict[str, dict[str, str]] = field(default_factory=dict)  # conferences: name -> label -> sid of the call
    states: dict[str, str] = field(default_factory=dict)  # of calls that are not in progress: sid, status
    numbers: list[dict[str, Any]] = field(default_factory=list)  # of the account, what differs from the example
    state: str = "active"
    asked: asyncio.Condition = field(default_factory=asyncio.Condition)  # told of each request
    violations: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)  # recordings
    removed: list[str] = field(default_factory=list)
    unready: int = 0  # how often a recording is asked for before it is there
    sound: bytes = field(default_factory=lambda: wav(2.0))  # of every recording
    fault: Callable[[str, Mapping[str, Any]], int | None] = lambda _path, _fields: None
    cut: Callable[[str, Mapping[str, Any]], bool] = lambda _path, _fields: False
    delay: Callable[[], Awaitable[None]] | None = None
    clock: Callable[[], float] = time.time
    lag: float = 0.0  # seconds after which a message is in the list


def application(standing: Standing) -> web.Application:
    app = web.Application()
    account = f"{PREFIX}/2010-04-01/Accounts/{{account}}"
    app.add_routes(
        [
            web.post(f"{account}/Messages.json", _checked(standing, "Messages.json", _create_message)),
            web.get(f"{account}/Messages.json", _checked(standing, "Messages.json", _list_messages)),
            web.get(f"{account}/Messages/{{sid}}.json", _checked(standing, "Messages/{Sid}.json", _fetch_message)),
            web.get(f"{account}/Calls.json", _checked(standing, "Calls.json", _list_calls)),
            web.post(f"{account}/Calls.json", _checked(standing, "Calls.json", _create_call)),
            web.get(
                f"{account}/IncomingPhoneNumbers.json",
                _checked(standing, "IncomingPhoneNumbers.json", _list_numbers),
            ),
            web.get(f"{account}/Conferences.json", _checked(standing, "Conferences.json", _list_rooms)),
            web.get(
                f"{account}/Conferences/{{sid}}/Participants.json",
                _checked(standing, "Conferences/{ConferenceSid}/Participants.json", _list_people),
            ),
            web.post(f"{account}/Calls/{{sid}}.json", _checked(standing, "Calls/{Sid}.json", _update_call)),
            web.get(f"{account}/Calls/{{sid}}.json", _checked(standing, "Calls/{Sid}.json", _fetch_call)),
            web.get(f"{account}/Recordings/{{sid:RE[0-9a-f]{{32}}}}.wav", _sound(standing)),
            web.delete(
                f"{account}/Recordings/{{sid}}.json", _checked(standing, "Recordings/{Sid}.json", _remove_recording)
            ),
            web.get(f"{PREFIX}/2010-04-01/Accounts/{{account}}.json", _checked(standing, "", _fetch_account)),
        ]
    )
    app.router.add_route("*", "/{rest:.*}", _unknown(standing))
    return app


Fields = Mapping[str, Any]
Answer = Callable[[Standing, web.Request, Fields], web.Response]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _checked(standing: Standing, path: str, carry_out: Answer) -> Handler:
    """The request against its operation, then the scripted faults, then what it asks for."""
    whole = "/2010-04-01/Accounts/{AccountSid}" if path else "/2010-04-01/Accounts/{Sid}"
    pattern = f"{whole}/{path}" if path else f"{whole}.json"

    async def handle(request: web.Request) -> web.StreamResponse:
        operation = openapi()["paths"][pattern][request.method.lower()]
        if not _is_ours(standing, request):
            return failure(20003)
        if request.match_info["account"] != standing.account:
            return failure(20404)
        if request.method in {"GET", "DELETE"}:
            fields, faults = query_of(operation, request.query)
        else:
            fields, faults = form_of(operation, request.content_type, await request.text())
        standing.violations += [f"{request.method} {request.path}: {fault}" for fault in faults]
        if standing.delay is not None:
            await standing.delay()
        if (code := standing.fault(request.path, fields)) is not None:
            return failure(code)
        found = carry_out(standing, request, fields)
        async with standing.asked:
            standing.asked.notify_all()
        if standing.cut(request.path, fields):
            assert request.transport is not None
            request.transport.abort()
        return found

    return handle


def _is_ours(standing: Standing, request: web.Request) -> bool:
    login = base64.b64encode(f"{standing.account}:{standing.token}".encode()).decode()
    return request.headers.get("Authorization") == f"Basic {login}"


def failure(code: int) -> web.Response:
    status, words = ERRORS[code]
    more = f"https://www.twilio.com/docs/errors/{code}"
    headers = {"Retry-After": "1"} if status == 429 else {}
    return web.json_response(
        {"code": code, "message": words, "more_info": more, "status": status}, status=status, headers=headers
    )


def _create_message(standing: Standing, _request: web.Request, fields: Fields) -> web.Response:
    to = str(fields.get("To", ""))
    if to.endswith(OPTED_OUT):
        return failure(21610)
    if to.endswith(UNREACHABLE):
        return failure(21211)
    message = {
        **example_of("/2010-04-01/Accounts/{AccountSid}/Messages.json", "post", "201"),
        "sid": "SM" + secrets.token_hex(16),
        "account_sid": standing.account,
        "to": to,
        "from": fields.get("From"),
        "messaging_service_sid": fields.get("MessagingServiceSid"),
        "body": fields.get("Body", ""),
        "status": "queued",
        "date_created": formatdate(standing.clock()),
        "date_sent": None,  # it is queued
    }
    standing.messages.append({**message, "fields": dict(fields), "at": standing.clock()})
    return web.json_response(message, status=201)


def _list_messages(standing: Standing, request: web.Request, fields: Fields) -> web.Response:
    """Newest first; `To` and `From` filter. What is filtered by its date of sending must have one."""
    rows = [
        _shown(message)
        for message in reversed(standing.messages)
        if all(message[kind] == fields[name] for name, kind in (("To", "to"), ("From", "from")) if name in fields)
        and not any(name.startswith("DateSent") for name in fields)
        and message["at"] + standing.lag <= standing.clock()
    ]
    size, page = int(fields.get("PageSize", 50)), int(fields.get("Page", 0))
    uri = request.path.removeprefix(PREFIX)
    after = f"{uri}?PageSize={size}&Page={page + 1}" if len(rows) > (page + 1) * size else None
    part = rows[page * size : (page + 1) * size]
    return web.json_response(
        {
            "messages": part,
            "page": page,
            "page_size": size,
            "uri": uri,
            "first_page_uri": f"{uri}?PageSize={size}&Page=0",
            "next_page_uri": after,
            "previous_page_uri": None,
            "start": page * size,
            "end": page * size + len(part),
        }
    )


def _fetch_message(standing: Standing, request: web.Request, _fields: Fields) -> web.Response:
    for message in standing.messages:
        if message["sid"] == request.match_info["sid"]:
            return web.json_response(_shown(message))
    return failure(20404)


def _shown(message: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is noted for tests."""
    return {name: value for name, value in message.items() if name not in {"fields", "at"}}


def _update_call(standing: Standing, request: web.Request, fields: Fields) -> web.Response:
    sid = request.match_info["sid"]
    standing.updates.append((sid, fields))
    example = example_of("/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json", "post", "200")
    return web.json_response({**example, "sid": sid, "account_sid": standing.account})


def _list_calls(standing: Standing, request: web.Request, fields: Fields) -> web.Response:
    example = example_of("/2010-04-01/Accounts/{AccountSid}/Calls.json", "get", "200")["calls"][0]
    rows = [
        {**example, "sid": sid, "parent_call_sid": leg.get("parent"), "to": leg["to"], "status": leg["status"]}
        for sid, leg in standing.legs.items()
        if leg.get("parent") == fields.get("ParentCallSid") and leg["status"] == fields.get("Status")
    ]
    return _page(request, "calls", rows)


def _create_call(standing: Standing, _request: web.Request, fields: Fields) -> web.Response:
    sid = "CA" + secrets.token_hex(16)
    standing.legs[sid] = {"to": fields.get("To"), "status": "queued", **fields}
    example = example_of("/2010-04-01/Accounts/{AccountSid}/Calls.json", "post", "201")
    return web.json_response({**example, "sid": sid, "to": fields.get("To"), "status": "queued"}, status=201)


def _list_rooms(standing: Standing, request: web.Request, fields: Fields) -> web.Response:
    example = example_of("/2010-04-01/Accounts/{AccountSid}/Conferences.json", "get", "200", "readNext")["conferences"][
        0
    ]
    rows = [
        {**example, "sid": "CF" + name[-32:], "friendly_name": name, "status": "in-progress"}
        for name in standing.rooms
        if name == fields.get("FriendlyName")
    ]
    return _page(request, "conferences", rows)


def _list_people(standing: Standing, request: web.Request, _fields: Fields) -> web.Response:
    path = "/2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants.json"
    example = example_of(path, "get", "200", "readFull")["participants"][0]
    room = next(room for name, room in standing.rooms.items() if name[-32:] == request.match_info["sid"][2:])
    return _page(request, "participants", [{**example, "label": who, "call_sid": sid} for who, sid in room.items()])


def _list_numbers(standing: Standing, request: web.Request, _fields: Fields) -> web.Response:
    path = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json"
    example = example_of(path, "get", "200", "readFull")["incoming_phone_numbers"][0]
    return _page(request, "incoming_phone_numbers", [{**example, **number} for number in standing.numbers])


def _page(request: web.Request, name: str, rows: Sequence[Mapping[str, Any]]) -> web.Response:
    """All of a list that is short."""
    uri = request.path.removeprefix(PREFIX)
    more = {"page": 0, "page_size": 50, "start": 0, "end": len(rows), "uri": uri, "first_page_uri": uri}
    return web.json_response({name: rows, "next_page_uri": None, "previous_page_uri": None, **more})


def _fetch_call(standing: Standing, request: web.Request, _fields: Fields) -> web.Response:
    example = example_of("/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json", "get", "200")
    sid = request.match_info["sid"]
    status = standing.states.get(sid, "in-progress")
    return web.json_response({**example, "sid": sid, "account_sid": standing.account, "status": status})


def _fetch_account(standing: Standing, _request: web.Request, _fields: Fields) -> web.Response:
    example = example_of("/2010-04-01/Accounts/{Sid}.json", "get", "200")
    return web.json_response({**example, "sid": standing.account, "status": standing.state})


def _sound(standing: Standing) -> Handler:
    """A recording as a file, which no document describes: twilio.com/docs/voice/api/recording#fetch-a-recording-media-
    file."""

    async def handle(request: web.Request) -> web.StreamResponse:
        sid = request.match_info["sid"]
        if not _is_ours(standing, request):
            return failure(20003)
        if (code := standing.fault(request.path, {})) is not None:
            return failure(code)
        if standing.unready:
            standing.unready -= 1
            return failure(20404)
        if sid in standing.removed:
            return failure(20404)
        standing.fetched.append(sid)
        return web.Response(body=standing.sound, content_type="audio/x-wav")

    return handle


def _remove_recording(standing: Standing, request: web.Request, _fields: Fields) -> web.Response:
    sid = request.match_info["sid"]
    if sid in standing.removed:
        return failure(20404)
    standing.removed.append(sid)
    return web.Response(status=204)


def _unknown(standing: Standing) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        standing.violations.append(
            f"{request.method} {request.path} is no address of the API, or not one we stand in for"
        )
        return failure(20404)

    return handle
