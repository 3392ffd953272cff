"""A service and its arguments to a request. Pure; nothing that an argument holds can change where the request leads.

In a query, quoting is enough. In a path it is not: RFC 3986 (section 5.2.4) and the WHATWG URL standard take away
`..` even when it is written as %2e%2e, and many servers unquote %2F before they look at a path. So values that would
be a step up or down, however often they are quoted, are refused, as is an empty one (`/orders/` lists all orders).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlencode
from uuid import UUID, uuid5

import msgspec
from yarl import URL

from ivr.backoffice.failure import BackOfficeError
from ivr.backoffice.secret import Secrets
from ivr.engine.services import ServiceSpec
from ivr.engine.steps import Ref

STEPS = re.compile(r"[/\\;]")  # with ; Tomcat begins parameters of a segment, and `..;` is `..` to it
ASKINGS = UUID("0d3b9f0e-6c1f-4c39-9f0a-6a5f4a1f3c57")  # the namespace of their names (RFC 9562, section 5.5)
UNQUOTED = 5  # times; a value that is quoted more often than that is no order number


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` are those that the service declares, and the name of the asking: for its own host and no other."""

    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes | None = None
    content_type: str = ""

    def moved(self, url: URL) -> Request:
        same = (url.scheme, url.raw_host, url.port) == (self.url.scheme, self.url.raw_host, self.url.port)
        return replace(self, url=url, headers=self.headers if same else {})


def request_of(
    spec: ServiceSpec, arguments: Mapping[str, str], secrets: Secrets, demo_url: str, key: str = ""
) -> Request:
    """`key` names the asking; empty: it has no name. Raises `BackOfficeError` for arguments that cannot be passed."""
    for name in sorted(spec.in_url - arguments.keys()):  # a menu of an older version may know another declaration
        raise BackOfficeError(f"{spec.name} needs {name}, which the menu does not give")
    for name, value in arguments.items():
        if not _is_text(value):
            raise BackOfficeError(f"{name} for {spec.name} is no text in Unicode")
    headers = {name: secrets.fill(value) for name, value in spec.headers.items()} | _name_of(spec, key)
    url = URL(_url(spec, arguments, demo_url), encoded=True)
    if not spec.has_body:
        return Request(spec.method, url, headers)
    rest = {name: value for name, value in arguments.items() if name not in spec.in_url}
    if spec.body == "form":
        return Request(spec.method, url, headers, urlencode(rest).encode(), "application/x-www-form-urlencoded")
    return Request(spec.method, url, headers, msgspec.json.encode(rest), "application/json")


def _name_of(spec: ServiceSpec, key: str) -> dict[str, str]:
    """As a UUID: that is what the draft recommends, what some services insist on, and it tells nothing of the key."""
    if spec.key_header is None or not key:
        return {}
    name = str(uuid5(ASKINGS, key))
    return {spec.key_header.name: f'"{name}"' if spec.key_header.quoted else name}


def _url(spec: ServiceSpec, arguments: Mapping[str, str], demo_url: str) -> str:
    url, in_query = "", False
    for part in spec.url:
        if isinstance(part, Ref):
            if not in_query:
                _check_in_path(spec, part.name, arguments[part.name])
            url += quote(arguments[part.name], safe="")
        else:
            url += part
            in_query = in_query or "?" in part
    if any(_unquoted(segment) in {".", ".."} for segment in url.partition("?")[0].split("/")):
        raise BackOfficeError(f"what {spec.name} is asked about would change its address")  # `.` behind a `.`
    return demo_url + "/demo" + url.removeprefix("demo:") if spec.is_demo else url


def _check_in_path(spec: ServiceSpec, name: str, value: str) -> None:
    bare = _unquoted(value)
    if not value:
        raise BackOfficeError(f"{name} for {spec.name} is empty, and stands in its address")
    if not bare.isprintable() or {".", ".."} & set(STEPS.split(bare)):
        raise BackOfficeError(f"{name} for {spec.name} would change its address")


def _unquoted(text: str) -> str:
    for _ in range(UNQUOTED):
        text = unquote(text)
    return text


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a pair of surrogates, which JSON can hold
        return False
    return True
