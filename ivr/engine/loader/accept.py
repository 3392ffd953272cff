"""`accept`: the advice that the author of a menu will not follow, with the reason (see `ivr.advice`).

accept:
  V13: a diagnosis has as many questions as it needs
  V08: {pin: "the bank's rules give four tries"}
"""

from __future__ import annotations

from collections.abc import Mapping

from ivr.engine.loader import values
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.source import Fields

REMEDY = "write the rule and the reason: {V13: a diagnosis has as many questions as it needs}"


def accepted(top: Reader) -> Mapping[str, Mapping[str, str]]:
    """Rule -> step -> reason; the step "" stands for all of them. A reason must be given."""
    if not top.has("accept"):
        top.accept("accept")
        return {}
    found: dict[str, Mapping[str, str]] = {}
    with top.inside("accept", REMEDY) as rules:
        for rule, _, node in rules.entries():
            if isinstance(node, Fields):
                with rules.reader(rule, node, REMEDY) as steps:
                    found[rule] = {step: steps.need(step, values.words, "", REMEDY) for step, _, _ in steps.entries()}
            else:
                found[rule] = {"": rules.need(rule, values.words, "", REMEDY)}
    return found
