"""One-time codes: derived, like the tokens of links (docs/decisions/0004): no table and no outbox row holds one.

How long a code is valid, how often it may be tried and that it works once is for `ivr.engine.verify`.
"""

from __future__ import annotations

import hmac

DIGITS = 6


def code_for(secret: bytes, journey: str, name: str) -> str:
    """The code of this name in this journey. `secret`: `IVR_SECRET`, at least 16 random bytes."""
    digest = hmac.digest(secret, f"code:{journey}:{name}".encode(errors="replace"), "sha256")
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}"


def is_code(secret: bytes, journey: str, name: str, code: str) -> bool:
    """Whether `code` is that one. Nothing has no code."""
    right = code_for(secret, journey, name)
    return bool(name) and hmac.compare_digest(right.encode(), code.encode(errors="replace"))
