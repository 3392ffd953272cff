"""What came back from a service to the values that the menu knows. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ivr.backoffice.client import Reply
from ivr.backoffice.failure import BackOfficeError, Transient, UnderWay
from ivr.engine.services import AnswerField, ServiceSpec

NOT_THERE = {404, 410}
UNDER_WAY = 409  # draft-ietf-httpapi-idempotency-key-header, section 2.6
ASK_AGAIN = {429, 500, 502, 503, 504}


def check_status(reply: Reply, spec: ServiceSpec, again: bool = False) -> None:
    """Raises `BackOfficeError` when there is nothing to be read, `Transient` when there may be a moment later.
    `again`: the request was sent before, so that a 409 is about that one."""
    if again and spec.key_header is not None and reply.status == UNDER_WAY:
        raise UnderWay("it is still at it", reply.retry_after)
    if reply.status in ASK_AGAIN:
        raise Transient(f"it answered with status {reply.status}", reply.retry_after)
    expected = 200 <= reply.status < 300 or (reply.status in NOT_THERE and spec.missing is not None)
    if not expected:
        raise BackOfficeError(f"it answered with status {reply.status}")


def values_of(spec: ServiceSpec, reply: Reply) -> dict[str, str]:
    """The values of a reply whose status is as expected. Those that it does not hold are left out; but when there is
    no such thing at all, each has what `missing` says, or is empty, which tells the menu that it is known to be."""
    if reply.status in NOT_THERE:
        return _missing(spec, spec.missing or {})
    if not spec.answer:
        return {}
    content = _content(reply.body)
    if content in (None, [], {}):
        if spec.missing is None:
            raise BackOfficeError("it answered with nothing")
        return _missing(spec, spec.missing)
    if not isinstance(content, dict | list):
        raise BackOfficeError("it did not answer with a JSON object")
    found = {name: _value(name, where, content) for name, where in spec.answer.items()}
    return {name: value for name, value in found.items() if value}


def _missing(spec: ServiceSpec, missing: Mapping[str, str]) -> dict[str, str]:
    return {name: missing.get(name, "") for name in spec.answer}


def _content(body: bytes) -> object:
    try:
        return msgspec.json.decode(body) if body.strip() else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # [[[[[… is JSON too
        raise BackOfficeError("its answer is no JSON") from error


def _value(name: str, where: AnswerField, content: object) -> str | None:
    found = _at(where.path, content)
    if isinstance(found, dict | list):
        raise BackOfficeError(f"its {name} is neither a text nor a number")
    if found is None:
        return where.default
    return _text(found) if where.values is None else where.values.get(_written(found), where.default)


def _at(path: tuple[str | int, ...], content: object) -> object:
    """None where the way ends before its time."""
    for step in path:
        match content, step:
            case dict(), str():
                content = content.get(step)
            case list(), int() if step < len(content):
                content = content[step]
            case _:
                return None
    return content


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _written(value)


def _written(value: object) -> str:
    """As it stands in the JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
