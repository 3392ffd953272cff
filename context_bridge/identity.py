"""Identity: what a network claims about who is calling, as one canonical identifier or none.

Pure. A number that is withheld must never identify anybody, however it is spelt: as a word, as a word keyed on a
telephone's letters, or by the presentation. So those are refused before anything is parsed; `phonenumbers` takes
7378742833 ("RESTRICTED") for a valid number of the United States.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from context_bridge.records import IdentifierKind

# RFC 3323 (anonymous), Asterisk's own default caller, and what carriers send, in words and keyed on a telephone, as
# Twilio's list misspells them too (RESTRICTED, UNKNOWN).
WITHHELD: Final = frozenset(
    {"anonymous", "restricted", "unavailable", "unknown", "private", "blocked", "withheld", "asterisk", "nobody"}
    | {"266696687", "7378742833", "7378742883", "86282452253", "8656696", "8566696", "2562533"}
)
NOWHERE: Final = ("anonymous.invalid", "unknown.invalid")
LONGEST: Final = 250  # of what phonenumbers and we read

ADDRESS = re.compile(r"^[^<]*<([^>]*)>.*$", re.DOTALL)  # "Anna" <sip:anna@example.com>;tag=1
SCHEME = re.compile(r"^(sips?|tel):", re.IGNORECASE)
SEPARATORS = re.compile(r"[+\s().\-/]")
NUMBER = re.compile(r"^\+?[\d\s().\-/]+$")
EXTENSION = re.compile(r"^\d{2,6}$")  # a telephone of our own exchange, never a number of the public network


def is_region(region: str) -> bool:
    """Whether it is a country whose numbers can be read without a country code (ISO 3166, `US`)."""
    return region in phonenumbers.SUPPORTED_REGIONS


def normalize(raw: str | None, region: str, presentation: str) -> tuple[IdentifierKind, str] | None:
    """The identifier that `raw` names: a number in any form, or a `sip:` or `tel:` address, with or without a name.

    `region` (ISO 3166, `US`) is for numbers without a country code. `presentation` is Asterisk's CALLERID(pres):
    `allowed…` or nothing good. A number with an extension (RFC 3966 `;ext=`) is a person behind a shared number and
    no number that a message could be sent to, so it is of kind `sip`. None: withheld, unknown or not a number."""
    if raw is None or len(raw) > LONGEST or not presentation.startswith("allowed"):
        return None
    address = SCHEME.sub("", ADDRESS.sub(r"\1", raw).strip())
    user, _, host = address.partition("@")
    user, *parameters = user.strip().split(";")
    host = host.split(";")[0].split(":")[0].lower()
    if _withheld(user, host):
        return None
    if EXTENSION.match(user) and user.isascii():
        return "sip", user
    if not NUMBER.match(user):
        return ("sip", f"{user}@{host}".lower()) if user and host and address.isprintable() else None
    return _number(user, region, _extension(parameters))


def newcomer(secret: bytes, kind: IdentifierKind, value: str) -> str:
    """The id of the customer that is made of an identifier which was never seen: the same at every instance, so that
    two calls at one moment are of one customer. Without `secret` (`IVR_SECRET`) nobody can tell the number from it."""
    return hmac.digest(secret, f"customer:{kind} {value}".encode(), hashlib.sha256)[:12].hex()


def _withheld(user: str, host: str) -> bool:
    spelt = SEPARATORS.sub("", user.lower())
    return (
        not spelt
        or spelt in WITHHELD
        or spelt.removeprefix("1") in WITHHELD
        or any(host == name or host.endswith("." + name) for name in NOWHERE)
        or host in WITHHELD
    )


def _extension(parameters: list[str]) -> str:
    return next((p[4:] for p in parameters if p.lower().startswith("ext=") and p[4:].isdecimal()), "")


@lru_cache(maxsize=1024)  # a caller's is read as they arrive, and again as their journey learns it: 70 µs each
def _number(user: str, region: str, extension: str) -> tuple[IdentifierKind, str] | None:
    try:
        number = phonenumbers.parse(user, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):  # "possible" is not enough: +441001 is
        return None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if _withheld(e164, ""):
        return None
    return ("sip", f"{e164};ext={extension}") if extension else ("e164", e164)
