"""Whether a request was sent by Twilio: the signature over its address and its body.

Base64 of an HMAC over the full address as Twilio has it, followed by each form field's name and value, sorted
(docs: "Webhooks security", twilio.com/docs/usage/security). A signed JSON body is not in it: the address then carries
`bodySHA256`, and only the address is signed. With a shared key the header below names key and algorithm.

The library's `RequestValidator` is the oracle of the tests and not used here: it takes a JSON body that was parsed as
an empty form without looking at it, and it raises on a missing header.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from ivr.channels.twilio_form import Fields, fields_of

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"  # key=<id>,algorithm=HMAC_SHA256
BODY_HASH = "bodySHA256"
STANDARD_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Secrets:
    """`tokens`: the account's auth tokens that are valid now; two while they are changed. `shared`: the shared keys,
    id -> secret."""

    tokens: tuple[str, ...] = ()
    shared: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"Secrets({len(self.tokens)} tokens, {len(self.shared)} shared keys)"


def is_signed(secrets: Secrets, url: str, headers: Mapping[str, str], content_type: str, body: bytes) -> bool:
    """See `signed_fields`."""
    return signed_fields(secrets, url, headers, content_type, body) is not None


def signed_fields(
    secrets: Secrets, url: str, headers: Mapping[str, str], content_type: str, body: bytes
) -> Fields | None:
    """The fields of a request that is signed, none of one that has no form. None for whatever is not signed, or
    wrongly. `url`: the address as Twilio knows it: our configured public address and the raw target of the request,
    never one made of its Host header. `content_type`: without parameters."""
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    hashes = parse_qs(urlsplit(url).query).get(BODY_HASH) if BODY_HASH in url else None
    if not given or not _is_covered(hashes, content_type, body):
        return None
    try:
        fields = fields_of(body) if content_type == FORM else []
    except ValueError:
        return None
    content = "" if hashes else form_content(fields)
    for secret, algorithm in _keys(secrets, headers.get(SETTINGS, "")):
        for address in _addresses(url):
            if hmac.compare_digest(sign(secret, address, content, algorithm).encode(), given):
                return fields
    return None


def sign(secret: str, url: str, content: str, algorithm: str = "sha1") -> str:
    """The signature of `url` followed by the fields of a form, joined by `form_content`."""
    mac = _keyed(secret, algorithm).copy()
    mac.update((url + content).encode("utf-8", "surrogatepass"))
    return base64.b64encode(mac.digest()).decode()


@lru_cache(maxsize=16)  # to look an algorithm up takes OpenSSL longer than to sign
def _keyed(secret: str, algorithm: str) -> hmac.HMAC:
    return hmac.new(secret.encode(), digestmod=algorithm)


def form_content(fields: Fields) -> str:
    """A value that comes twice under one name counts once."""
    return "".join([name + value for name, value in sorted(set(fields))])


def _is_covered(hashes: list[str] | None, content_type: str, body: bytes) -> bool:
    """Whether a signature can say anything about the body: by its hash in the address, or as a form."""
    if hashes:
        expected = hashlib.sha256(body).hexdigest()
        return hmac.compare_digest(expected.encode(), hashes[0].encode("utf-8", "replace"))
    return not body or content_type == FORM


def _keys(secrets: Secrets, settings: str) -> list[tuple[str, str]]:
    """The secrets that may have signed, with the algorithm. A shared key is used only when the header names it, and
    then nothing else."""
    if not settings:  # as most
        return [(token, "sha1") for token in secrets.tokens]
    named = dict(part.strip().partition("=")[::2] for part in settings.split(",") if part.strip())
    algorithm = {"": "sha1", "HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}.get(named.get("algorithm", "").upper())
    if algorithm is None:
        return []
    if "key" in named:
        return [(secrets.shared[named["key"]], algorithm)] if named["key"] in secrets.shared else []
    return [(token, algorithm) for token in secrets.tokens]


def _addresses(url: str) -> Iterator[str]:
    """Twilio signs with or without the port, whichever it has, and an apostrophe as %27."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    for one in _hosts(scheme, host):
        address = f"{scheme}://{one}{slash}{path}"
        yield address
        if "'" in address:
            yield address.replace("'", "%27")


@lru_cache(maxsize=16)  # ours is always the same
def _hosts(scheme: str, netloc: str) -> tuple[str, ...]:
    """As it stands first, without the port, and with the standard one."""
    login, at, host = netloc.rpartition("@")
    name = host[: host.rindex("]") + 1] if host.startswith("[") else host.partition(":")[0]
    standard = f"{name}:{STANDARD_PORTS.get(scheme, 443)}"
    hosts = (host, name, standard) if host != name else (name, standard)
    return tuple(login + at + one for one in dict.fromkeys(hosts))
