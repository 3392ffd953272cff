"""Who is calling, how sure we are, and which journey goes on. Pure: a policy returns a value, the driver acts.

Better a journey too few than one too many: a customer who must begin again is annoyed, one who is read somebody
else's order is betrayed. So everything that is not exactly one customer is a fresh journey.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr.engine.events import LeftReason, Resume
from ivr.engine.flow import ResumePolicy
from ivr.engine.journey import Status

# Full attestation: the carrier knows its customer and that the number is theirs (ATIS-1000074). As Asterisk's
# STIR_SHAKEN function gives it, and as Twilio's StirVerstat does. B and C prove nothing about the number.
ATTESTED = frozenset({"A", "TN-Validation-Passed-A"})
# Somebody signed for this number, and the signature is wrong: worse than none, the number may be forged.
FAILED = "TN-Validation-Failed"  # with a level and more behind it

# The contact may still be on, or nobody has noticed yet that it is not: who loses the line dials again within
# seconds, and Asterisk takes longer to miss their sound.
ON: frozenset[Status] = frozenset({"live", "queued", "with_agent", "transferred"})
OPEN: frozenset[Status] = ON | {"paused", "dropped"}


class Customer(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


class Identifier(Protocol):
    """What the store knows of a number or address: the customers it may be, several when it is shared."""

    @property
    def customers(self) -> Sequence[Customer]: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A journey that might go on. `left` and `left_at` are of the last time it was left, `updated_at` of its last
    turn (Unix seconds)."""

    journey: str
    menu: str
    customer: str | None
    status: Status
    left: LeftReason | None
    left_at: float | None
    updated_at: float


@dataclass(frozen=True, slots=True)
class Decision:
    """`journey` goes on as `resume` says; None: a fresh one. `why` is for the history: words and counts, no number."""

    journey: str | None
    resume: Resume
    customer: Customer | None
    why: str


def trust_tier(identifier: Identifier | None, attestation: str | None, link_trust: int | None) -> int:
    """0: withheld, unreadable or badly signed. 1: claimed, or shared. 2: attested, and exactly one customer. A
    link brings its own tier, whoever's phone opens it. `attestation` counts only if the adapter had it from a trunk it
    trusts."""
    if link_trust is not None:
        return link_trust
    if identifier is None or (attestation or "").startswith(FAILED):
        return 0
    return 2 if attestation in ATTESTED and _only_customer(identifier) else 1


def decide(
    identifier: Identifier | None,
    trust: int,
    candidates: Iterable[Candidate],
    menu: str,
    policy: ResumePolicy,
    now: float,
) -> Decision:
    """Which journey a contact at `menu` goes on with. Contacts with a link are not asked about: the link says it."""
    if identifier is None or trust <= 0:
        return _fresh("the number is withheld, cannot be read, or its signature is wrong")
    customer = _only_customer(identifier)
    if customer is None:
        several = f"shared by {len(identifier.customers)} customers" if identifier.customers else "not known"
        return _fresh(f"the number is {several}")
    theirs = [c for c in candidates if c.customer == customer.id and c.menu == menu and c.status in OPEN]
    for candidate in sorted(theirs, key=_since, reverse=True):
        if resume := _rule(candidate, policy, now):
            return Decision(candidate.journey, resume, customer, _story(candidate, now))
    return _fresh("all that was begun was left too long ago" if theirs else "nothing is unfinished", customer)


def _only_customer(identifier: Identifier) -> Customer | None:
    return identifier.customers[0] if len(identifier.customers) == 1 else None


def _rule(candidate: Candidate, policy: ResumePolicy, now: float) -> Resume | None:
    rules = policy.dropped if _was_dropped(candidate) else policy.unfinished
    return next((rule.do for rule in rules if now - _since(candidate) <= rule.within), None)


def _was_dropped(candidate: Candidate) -> bool:
    return candidate.status in ON or candidate.left == "dropped"


def _since(candidate: Candidate) -> float:
    """When the customer was last there. What is on has an older `left_at` of an earlier contact, if any."""
    if candidate.status in ON or candidate.left_at is None:
        return candidate.updated_at
    return candidate.left_at


def _story(candidate: Candidate, now: float) -> str:
    seconds = round(max(0.0, now - _since(candidate)))
    if candidate.status in ON:
        return f"the contact before was last heard {seconds} s ago and may be lost"
    return f"the line was lost {seconds} s ago" if _was_dropped(candidate) else f"the customer left {seconds} s ago"


def _fresh(why: str, customer: Customer | None = None) -> Decision:
    return Decision(None, "fresh", customer, why)
