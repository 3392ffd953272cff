"""Links: single-use ways into a journey. The store keeps the SHA-256 of a token, never the token.

A token is derived from the outbox key of the message that carries it, so the message waits in the outbox without it
and a second attempt to send carries the same (docs/decisions/0004).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from context_bridge.records import LinkRow

TTL = 2 * 24 * 3600.0  # seconds
BYTES = 18  # 144 bits, 24 characters: too many to guess, few enough for a text message


def token_for(secret: bytes, key: str) -> str:
    """The token of the link in the message with this outbox key. `secret`: `IVR_SECRET`, at least 16 random bytes."""
    return urlsafe_b64encode(hmac.digest(secret, b"link:" + key.encode(), "sha256")[:BYTES]).decode()


def token_hash(token: str) -> str:
    """What the store knows of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def new_link(token: str, journey: str, step: str | None, trust: int, now: float, ttl: float = TTL) -> LinkRow:
    """`trust`: the tier of whoever opens it."""
    return LinkRow(token_hash=token_hash(token), journey=journey, step=step, trust=trust, expires_at=now + ttl)


def usable(link: LinkRow, now: float) -> bool:
    """Whether it would still work. Only `ContextStore.spend_link` makes sure that nobody else was quicker."""
    return link.spent_at is None and now < link.expires_at
