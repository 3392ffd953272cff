"""`headers` and `secrets` of services.yaml. A secret is named here and kept elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ivr.engine.loader.mistakes import Unfit, did_you_mean, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.services import IDEMPOTENCY_KEY, HeaderValue, KeyHeader, Method, SecretRef

NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)  # RFC 9110, section 5.6.2: a token
VALUE = re.compile(r"[\x20-\x7e]*")
SECRET = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}", re.ASCII)
NOTHING: HeaderValue = ()
YES, NO = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "off"})  # booleans to YAML 1.1
PARTS = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|[{}])")
# Ours, or those of the connection: with them in other hands, one request can be read as two.
OURS = frozenset(
    {
        *("connection", "expect", "host", "keep-alive", "proxy-authorization", "te", "trailer", "upgrade"),
        *("accept-encoding", "content-encoding", "content-length", "content-type", "cookie", "transfer-encoding"),
    }
)


def secret(text: str) -> str:
    if not SECRET.fullmatch(text):
        raise Unfit(f"{quoted(text)} is not the name of a secret", "use letters, digits and _, such as CRM_TOKEN")
    return text


def secrets(top: Reader) -> tuple[str, ...]:
    """The declared names. Two that differ in capitals alone would be one variable of the environment."""
    found = top.several("secrets", secret)
    if len({name.upper() for name in found}) < len(found):
        top.wrong(top.place("secrets"), "a secret is there twice", "keep one of them, or give it another name")
    return found


def headers(declared: Reader, known: tuple[str, ...]) -> Mapping[str, HeaderValue]:
    """By name. `known`: the secrets that the file declares."""
    node = declared.node("headers")
    with declared.reader("headers", node, "write names and values: {Authorization: 'Bearer {secret:NAME}'}") as every:
        found = {}
        for name, place, _ in every.entries():
            if not NAME.fullmatch(name) or name.lower() in OURS:
                every.wrong(place, f"header {quoted(name)} cannot be set", "take it away")
            found[name] = every.get(name, lambda text: _value(text, known), NOTHING)
    return found


def key_header(declared: Reader, method: Method, others: Mapping[str, HeaderValue]) -> KeyHeader | None:
    """The header that names an asking; `others` are those that the file sets itself. One that a file names carries the
    key alone: APIs that are older than the draft know no quotes."""
    if method == "GET":
        declared.accept("idempotency_key")
        if declared.has("idempotency_key"):
            declared.wrong(declared.place("idempotency_key"), "a GET changes nothing and needs no key", "take it away")
        return None
    found = declared.get("idempotency_key", _key_header, _key_header("yes"))
    if found is not None and found.name.lower() in {name.lower() for name in others}:
        problem = f"headers sets {found.name}, which names one asking and must differ from the next"
        declared.wrong(declared.place("headers"), problem, "take it away, or write idempotency_key: no")
    return found


def _key_header(text: str) -> KeyHeader | None:
    if text.lower() in NO:
        return None
    if text.lower() in YES:
        return IDEMPOTENCY_KEY
    if not NAME.fullmatch(text) or text.lower() in OURS:
        raise Unfit(f"{quoted(text)} cannot be the header of the key", "write its name, such as X-Request-Id, or no")
    return KeyHeader(text)


def _value(text: str, known: tuple[str, ...]) -> HeaderValue:
    if not VALUE.fullmatch(text):
        raise Unfit("it holds characters that no header can carry", "use plain ASCII, on one line")
    return tuple(_part(part, known) for part in PARTS.split(text) if part)


def _part(part: str, known: tuple[str, ...]) -> str | SecretRef:
    if part in {"{{", "}}"}:
        return part[0]
    if not part.startswith(("{", "}")):
        return part
    kind, _, name = part[1:-1].partition(":")
    if kind != "secret" or not name:
        raise Unfit(f"{quoted(part)} cannot stand in a header", "write {secret:NAME}, and {{ for the brace itself")
    if name not in known:
        near = did_you_mean(name, known) if known else f"declare it beside services: secrets: [{name}]"
        raise Unfit(f"secret {quoted(name)} is not declared", near)
    return SecretRef(name)
