"""Language tags (BCP 47), and which of several is meant by one: the lookup of RFC 4647, section 3.4."""

from __future__ import annotations

from collections.abc import Iterable


def primary(tag: str) -> str:
    """The language without region: `de` of `de-DE`."""
    return tag.partition("-")[0].casefold()


def lookup(tag: str, known: Iterable[str]) -> str | None:
    """The one of `known` that is equal, or else the first one of the same language; None when there is none."""
    found = list(known)
    equal = (one for one in found if one.casefold() == tag.casefold())
    related = (one for one in found if primary(one) == primary(tag))
    return next(equal, None) or next(related, None)
