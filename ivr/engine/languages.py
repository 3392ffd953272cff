"""Language tags (BCP 47), and which of several is meant by one or asked for: the lookup of RFC 4647, section 3.4."""

from __future__ import annotations

import re
from collections.abc import Iterable

RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*)?", re.ASCII)
MOST = 32  # ranges of one wish that are looked at


def primary(tag: str) -> str:
    """The language without region: `de` of `de-DE`."""
    return tag.partition("-")[0].casefold()


def lookup(tag: str, known: Iterable[str]) -> str | None:
    """The one of `known` that is equal, or else the first one of the same language; None when there is none."""
    found = list(known)
    equal = (one for one in found if one.casefold() == tag.casefold())
    related = (one for one in found if primary(one) == primary(tag))
    return next(equal, None) or next(related, None)


def preferred(wish: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `wish` asks for most; None when it asks for none of them. A tag is a wish, and so is a
    value of Accept-Language (RFC 9110, section 12.5.4): `fr-CH, fr;q=0.9, *;q=0.1`. Anything else asks for nothing."""
    found = list(known)
    ranges = [match for part in wish.split(",")[:MOST] if (match := RANGE.fullmatch(part))]
    asked = sorted(((float(match[2] or 1), match[1]) for match in ranges), key=lambda one: -one[0])
    meant = (found[0] if tag == "*" and found else lookup(tag, found) for weight, tag in asked if weight)
    return next(filter(None, meant), None)
