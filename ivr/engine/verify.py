"""Proofs: what a journey remembers of a PIN or a one-time code that is asked for. Pure, on the journey alone.

Nobody must gain a try. So a guess counts as a miss from the moment it is given until it is found right: whoever hangs
up before the answer has used it up. Misses outlive contacts, channels and starting over; they are kept by what is
proven and not by step, so that a second step that asks for the same PIN has no tries of its own. After the last miss
the proof is closed for a while. Guesses in another journey are for the back office to count.

Nobody must gain another's proof. So a proof counts for the contact that gave it: what an earlier contact gave is
forgotten, and the tier goes up in this contact only.
"""

from __future__ import annotations

from collections.abc import Mapping

from ivr.engine.data import replace
from ivr.engine.journey import Journey, Proof
from ivr.engine.steps import CODE_SERVICE, Verify

CLOSED = 15 * 60.0  # seconds after the last miss for which nobody may try
VALID = 10 * 60.0  # seconds for which a one-time code may be used; so long no other is sent
YES = "yes"  # what a service must answer; anything else is a no


def is_proven(journey: Journey, step: Verify) -> bool:
    """This contact has the tier already."""
    return journey.contact is not None and journey.contact.trust >= step.trust


def is_closed(journey: Journey, step: Verify, at: float) -> bool:
    proof = _proof(journey, step)
    return proof.misses >= step.tries.tries and at < proof.missed_at + CLOSED


def is_exhausted(journey: Journey, step: Verify) -> bool:
    return _proof(journey, step).misses >= step.tries.tries


def misses(journey: Journey, step: Verify) -> int:
    return _proof(journey, step).misses


def is_given(journey: Journey, step: Verify) -> bool:
    """This contact has given an answer that was not checked yet."""
    slot = journey.slots.get(step.slot)
    return slot is not None and journey.contact is not None and slot.contact == journey.contact.id


def opened(journey: Journey, step: Verify) -> Journey:
    """The proof is asked for: misses that were long enough ago are over, and so is what another contact gave."""
    if is_exhausted(journey, step):
        journey = _noted(journey, step, replace(_proof(journey, step), misses=0))
    return journey if is_given(journey, step) else _forgotten(journey, step)


def guessed(journey: Journey, step: Verify, at: float) -> Journey:
    """An answer was given: a miss, until it is found right."""
    proof = _proof(journey, step)
    return _noted(journey, step, replace(proof, misses=proof.misses + 1, missed_at=at))


def refused(journey: Journey, step: Verify) -> Journey:
    """It was wrong."""
    return _forgotten(journey, step)


def unchecked(journey: Journey, step: Verify) -> Journey:
    """Nobody could check it: it is no miss."""
    proof = _proof(journey, step)
    return _noted(_forgotten(journey, step), step, replace(proof, misses=max(proof.misses - 1, 0)))


def is_right(journey: Journey, step: Verify, answer: Mapping[str, str], at: float) -> bool:
    return answer.get("ok") == YES and (step.send is None or is_code_out(journey, step, at))


def passed(journey: Journey, step: Verify) -> Journey:
    """It was right: the contact has the tier, and all of the proof is forgotten, so that a code is used once."""
    journey = _forgotten(journey, step)
    contact = journey.contact and replace(journey.contact, trust=step.trust)
    proofs = {name: proof for name, proof in journey.proofs.items() if name != _name(step)}
    return replace(journey, contact=contact, proofs=proofs)


def is_code_out(journey: Journey, step: Verify, at: float) -> bool:
    """A one-time code was sent and may still be used."""
    proof = _proof(journey, step)
    return proof.code is not None and proof.sent_at <= at < proof.sent_at + VALID


def code_sent(journey: Journey, step: Verify, at: float) -> tuple[Journey, str]:
    """With the name of a new code, which no other code of the journey has: a wait follows and takes the number."""
    name = f"{_name(step)}.{journey.turn + 1}"
    return _noted(journey, step, replace(_proof(journey, step), code=name, sent_at=at)), name


def code_arguments(journey: Journey, step: Verify) -> Mapping[str, str]:
    """What `CODE_SERVICE` is asked with."""
    slot = journey.slots.get(step.slot)
    code = _proof(journey, step).code or ""
    return {"journey": journey.id, "name": code, "code": slot.value if slot else ""}


def _name(step: Verify) -> str:
    return f"{CODE_SERVICE}.{step.send}" if step.send else step.service


def _proof(journey: Journey, step: Verify) -> Proof:
    return journey.proofs.get(_name(step), Proof())


def _noted(journey: Journey, step: Verify, proof: Proof) -> Journey:
    return replace(journey, proofs={**journey.proofs, _name(step): proof})


def _forgotten(journey: Journey, step: Verify) -> Journey:
    return replace(journey, slots={name: slot for name, slot in journey.slots.items() if name != step.slot})
