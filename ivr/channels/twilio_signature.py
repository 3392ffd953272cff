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
from urllib.parse import parse_qs, parse_qsl, urlsplit

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"  # key=<id>,algorithm=HMAC_SHA256
BODY_HASH = "bodySHA256"
STANDARD_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}
MOST_FIELDS = 500  # Twilio sends some 40


@dataclass(frozen=True, slots=True)
class Secrets:
    """`tokens`: the account's auth tokens that are valid now; two while they are changed. `shared`: the shared keys,
    id -> secret."""

    tokens: tuple[str, ...] = ()
    shared: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"Secrets({len(self.tokens)} tokens, {len(self.shared)} shared keys)"


def is_signed(secrets: Secrets, url: str, headers: Mapping[str, str], content_type: str, body: bytes) -> bool:
    """`url`: the address as Twilio knows it: our configured public address and the raw target of the request, never one
    made of its Host header. `content_type`: without parameters. False for whatever is not signed, or wrongly."""
    given = headers.get(SIGNATURE, "")
    content = _signed_content(url, content_type, body)
    if not given or content is None:
        return False
    return any(
        hmac.compare_digest(signature.encode(), given.encode("utf-8", "replace"))
        for secret, algorithm in _keys(secrets, headers.get(SETTINGS, ""))
        for address in _addresses(url)
        for signature in [sign(secret, address, content, algorithm)]
    )


def sign(secret: str, url: str, content: str, algorithm: str = "sha1") -> str:
    """The signature of `url` followed by the fields of a form, joined by `form_content`."""
    mac = hmac.new(secret.encode(), (url + content).encode("utf-8", "surrogatepass"), algorithm)
    return base64.b64encode(mac.digest()).decode()


def form_content(fields: list[tuple[str, str]]) -> str:
    """A value that comes twice under one name counts once."""
    return "".join(name + value for name, value in sorted(set(fields)))


def _signed_content(url: str, content_type: str, body: bytes) -> str | None:
    """What is signed beside the address; None when the body is not covered by any signature."""
    hashes = parse_qs(urlsplit(url).query).get(BODY_HASH)
    if hashes:
        expected = hashlib.sha256(body).hexdigest()
        return "" if hmac.compare_digest(expected.encode(), hashes[0].encode("utf-8", "replace")) else None
    if not body:
        return ""
    if content_type != "application/x-www-form-urlencoded":
        return None
    try:
        return form_content(
            parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        )
    except ValueError:  # no UTF-8, or more fields than anybody sends
        return None


def _keys(secrets: Secrets, settings: str) -> Iterator[tuple[str, str]]:
    """The secrets that may have signed, with the algorithm. A shared key is used only when the header names it, and
    then nothing else."""
    named = dict(part.strip().partition("=")[::2] for part in settings.split(",") if part.strip())
    algorithm = {"": "sha1", "HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}.get(named.get("algorithm", "").upper())
    if algorithm is None:
        return
    if "key" in named:
        if named["key"] in secrets.shared:
            yield secrets.shared[named["key"]], algorithm
        return
    yield from ((token, algorithm) for token in secrets.tokens)


def _addresses(url: str) -> Iterator[str]:
    """Twilio signs with or without the port, whichever it has, and an apostrophe as %27."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    name = host[: host.rindex("]") + 1] if host.startswith("[") else host.partition(":")[0]
    login = parts.netloc[: len(parts.netloc) - len(host)]
    standard = f"{name}:{STANDARD_PORTS.get(parts.scheme, 443)}"
    hosts = dict.fromkeys([host, name, standard] if host != name else [name, standard])
    for one in hosts:
        # not by urlunsplit, which takes a trailing ? away
        address = url.replace(f"//{parts.netloc}", f"//{login}{one}", 1)
        yield address
        if "'" in address:
            yield address.replace("'", "%27")
