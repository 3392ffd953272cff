"""SIP messages as far as a test phone needs them (RFC 3261): one dataclass, read from and written to a datagram."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "r": "refer-to"}
METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, REFER, NOTIFY"


@dataclass
class Message:
    """`start` is the request or status line. Header names are in lower case, in order, repeated ones too."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @property
    def method(self) -> str:
        """Of the request, or of the request that this is the response to."""
        return self["cseq"].split()[1] if self.is_response else self.start.split()[0]

    @property
    def is_response(self) -> bool:
        return self.start.startswith("SIP/2.0 ")

    @property
    def status(self) -> int:
        return int(self.start.split()[1])

    def __getitem__(self, name: str) -> str:
        """The first header of that name; empty when there is none."""
        return next((value for header, value in self.headers if header == name), "")

    def tag(self, name: str) -> str:
        found = re.search(r";tag=([^;>]+)", self[name])
        return found[1] if found else ""

    def uri(self, name: str) -> str:
        found = re.search(r"<([^>]+)>", self[name])
        return found[1] if found else self[name]

    def encode(self) -> bytes:
        kind = [("content-type", "application/sdp")] if self.body else []
        headers = [*self.headers, *kind, ("content-length", str(len(self.body)))]
        return ("\r\n".join([self.start, *(f"{n}: {v}" for n, v in headers)]) + f"\r\n\r\n{self.body}").encode()


def parse(datagram: bytes) -> Message:
    head, _, body = datagram.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        headers.append((SHORT.get(name.strip().lower(), name.strip().lower()), value.strip()))
    return Message(start, headers, body)


def reply(request: Message, status: str, contact: str, tag: str = "", body: str = "") -> Message:
    """The response to a request, such as `reply(request, "200 OK", "<sip:…>")`."""
    copied = [(n, v) for n, v in request.headers if n in ("via", "record-route", "from", "to", "call-id", "cseq")]
    if tag and not request.tag("to"):
        copied = [(n, f"{v};tag={tag}" if n == "to" else v) for n, v in copied]
    return Message(f"SIP/2.0 {status}", [*copied, ("contact", contact), ("allow", METHODS)], body)


def branch() -> str:
    return f"z9hG4bK{secrets.token_hex(8)}"


def authorization(challenge: str, method: str, uri: str, user: str, secret: str) -> str:
    """The answer to a digest challenge (RFC 7616, MD5, qop auth)."""
    given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    first = _md5(f"{user}:{given['realm']}:{secret}")
    second = _md5(f"{method}:{uri}")
    response = _md5(f"{first}:{given['nonce']}:00000001:segue:auth:{second}")
    return (
        f'Digest username="{user}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="segue", '
        f'opaque="{given.get("opaque", "")}"'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
