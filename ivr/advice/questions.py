"""Rules on how a menu asks: tries, patience, secrets, and long numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.advice.hearing import pauses
from ivr.advice.rule import Finding, rule
from ivr.advice.view import View
from ivr.engine.steps import AskSlot, InvokeStep, Menu, SetStep, Verify

MOST_TRIES = 3
TIMEOUT = (3.0, 10.0)  # seconds
INTERDIGIT = (2.0, 5.0)
SILENCE = 3.0
LONG_NUMBER = 6  # digits; longer ones are mistyped often


def _verb(question: Menu | AskSlot | Verify) -> str:
    return {Menu: "menu", AskSlot: "ask", Verify: "verify"}[type(question)]


@rule(
    "V08",
    "At most three tries",
    reason="who failed three times fails the fourth time too, and is angry by then",
    remedy="write tries: 3 or fewer, and let exhausted lead to a person",
    source="Avaya: three tries, then an agent",
)
def too_many_tries(view: View) -> Iterator[Finding]:
    for name, step in view.questions.items():
        if step.tries.tries > MOST_TRIES:
            yield Finding(name, (_verb(step), "tries"), f"asks {step.tries.tries} times")


@rule(
    "V09",
    "Time to answer",
    reason="shorter, and slow fingers are cut off; longer, and silence is taken for a dead line",
    remedy="wait 3 to 10 seconds for an answer to begin, and 2 to 5 seconds for the next key",
    source="ISO 9241-154 (time-outs)",
)
def patience(view: View) -> Iterator[Finding]:
    for name, step in view.questions.items() if view.voice else ():
        if isinstance(step, Menu) and step.article:
            continue  # what it says is to be done before it is known whether it helped
        for key, length, (least, most) in (
            ("timeout", step.tries.timeout, TIMEOUT),
            ("interdigit", step.tries.interdigit, INTERDIGIT),
        ):
            if not least <= length <= most:
                yield Finding(name, (_verb(step), key), f"{key} is {length:g} s")


@rule(
    "V10",
    "No silence beyond three seconds",
    reason="callers take it for a lost line and hang up or speak into it",
    remedy="say what is being done: filler: One moment please.; shorten the pause",
    source="Avaya: three seconds of silence at most",
    by_words=True,
)
def silence(view: View) -> Iterator[Finding]:
    for name, step in view.flow.steps.items() if view.voice else ():
        if isinstance(step, InvokeStep) and step.filler is None and step.longest > SILENCE:
            yield Finding(name, ("invoke",), f"may be silent for {step.longest:g} s: there is no filler")
    for heard in view.prompts:
        longest = max(pauses("".join(part for part in heard.prompt.voice if isinstance(part, str))), default=0.0)
        if longest > SILENCE:
            yield Finding(heard.step, (*heard.path, "voice"), f"holds a pause of {longest:g} s")


@rule(
    "V16",
    "No secret without need",
    reason="each secret that is asked can be overheard; one that nothing uses protects nobody",
    remedy="leave the question out, or check the answer: verify, or an invoke that gets it",
    source="PCI DSS 4.0.1; data minimization (GDPR article 5)",
)
def needless_secret(view: View) -> Iterator[Finding]:
    for name, slot in _secrets(view):
        if slot not in view.used:
            yield Finding(name, ("ask", "slot"), f"asks for {slot}, a secret that nothing uses")


@rule(
    "V17",
    "Secrets are forgotten",
    reason="what is checked is needed no more; what is not kept cannot be lost",
    remedy="use verify, which forgets by itself, or set the slot to null once it was used",
    source="PCI DSS 4.0.1: no sensitive authentication data after authorization",
)
def kept_secret(view: View) -> Iterator[Finding]:
    steps = (step for step in view.flow.steps.values() if isinstance(step, SetStep))
    forgotten = {slot for step in steps for slot, value in step.values.items() if not value}
    for name, slot in _secrets(view):
        if slot in view.used and slot not in forgotten:
            yield Finding(name, ("ask", "slot"), f"{slot}, a secret, is kept after it was used")


def _secrets(view: View) -> Iterator[tuple[str, str]]:
    for name, step in view.flow.steps.items():
        if isinstance(step, AskSlot) and view.flow.slots[step.slot].sensitivity == "secret":
            yield name, step.slot


@rule(
    "V18",
    "Long numbers are checked",
    reason="long numbers are easily mistyped, and nobody finds out before it is too late",
    remedy="let a service check it, or read it back: {name:digits}",
    source="ISO 9241-154 (error tolerance); AVIxD: confirm what costs most to get wrong",
)
def unchecked_number(view: View) -> Iterator[Finding]:
    for name, step in view.flow.steps.items() if view.voice else ():
        spec = view.flow.slots[step.slot] if isinstance(step, AskSlot) else None
        if spec and spec.type == "digits" and spec.max_length > LONG_NUMBER and spec.name not in view.used:
            yield Finding(name, ("ask", "slot"), f"{spec.name} has up to {spec.max_length} digits and is never checked")
