"""What is said about hearing: the menu's `speech`, a slot's frames, whether an answer is asked back about."""

from __future__ import annotations

import re

from ivr.engine.flow import Bands
from ivr.engine.loader import values
from ivr.engine.loader.mistakes import Unfit, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.steps import Confirm

CONFIRM: tuple[Confirm, ...] = ("auto", "always", "never")
FRAME = re.compile(r"[^{}]*\{\}[^{}]*")
DEFAULT = Bands()


def bands(top: Reader) -> Bands:
    """`{accept: 0.8, confirm: 0.5}`, each as it is when it is missing."""
    with top.reader("speech", top.node("speech"), "write {accept: 0.8, confirm: 0.5}") as speech:
        found = Bands(
            speech.get("accept", share, DEFAULT.accept),
            speech.get("confirm", share, DEFAULT.confirm),
        )
        if found.confirm > found.accept:
            remedy = "let accept be at least as much"
            speech.wrong(
                speech.place("confirm"), f"confirm {found.confirm:g} is more than accept {found.accept:g}", remedy
            )
    return found


def confirm(ask: Reader) -> Confirm:
    return ask.get("confirm", values.one_of(CONFIRM), "auto")


def frames(slot: Reader) -> tuple[str, ...]:
    """How a value is told inside a sentence: `order number {}`."""
    found = slot.phrases("say")
    for frame in found:
        if not FRAME.fullmatch(frame) or not frame.replace("{}", "").strip():
            problem = f"say: {quoted(frame)} shows no place for the value"
            slot.wrong(slot.place("say"), problem, "write words around one {}: order number {}")
    return found


def share(text: str) -> float:
    """How sure a recognizer is: 0 to 1."""
    if not re.fullmatch(r"0(\.\d{1,3})?|1(\.0{1,3})?", text.strip(), re.ASCII):
        raise Unfit(f"{quoted(text)} is not between 0 and 1", "write it as 0.8")
    return float(text)


def whether(text: str) -> bool:
    """`true` or `yes`, `false` or `no`."""
    known = {"true": True, "yes": True, "false": False, "no": False}
    if text.casefold() not in known:
        raise Unfit(f"{quoted(text)} is neither true nor false", "write true or false")
    return known[text.casefold()]
