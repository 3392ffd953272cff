"""Advice: a menu that works may still be a bad one on the telephone. Rules from people who have listened to many.

rule.py       a rule, a finding, and the table of rules
view.py       a flow as rules look at it
options.py    rules on what is offered         ways.py     rules on where it leads
questions.py  rules on how is asked            wording.py  rules on how is spoken
hearing.py    how long something takes to hear
places.py     where in the files it stands
errors.py     rule ids of the loader's mistakes
told.py       mistakes and advice in one form, and the list of all rules
sarif.py      that for code scanning

Advice stops nothing. An author who knows better accepts it in the menu, with the reason:
`accept: {V13: a diagnosis has as many questions as it needs}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.advice import options, questions, ways, wording  # noqa: F401  # their rules enter the table
from ivr.advice.places import Places
from ivr.advice.rule import RULES, Finding, Rule, rule
from ivr.advice.view import View
from ivr.engine.flow import Flow
from ivr.engine.loader.mistakes import quoted

__all__ = ["RULES", "Advice", "Rule", "advise"]


@dataclass(frozen=True, slots=True)
class Advice:
    """`line` and `column` count from 1. `reason` says why it matters, `remedy` what to write instead."""

    file: str
    line: int
    column: int
    step: str | None
    rule: str
    problem: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        step = f"step {quoted(self.step)}: " if self.step is not None else ""
        return f"{self.file}:{self.line}:{self.column}: {self.rule} {step}{self.problem}; {self.remedy}"


def advise(flow: Flow, file: str | None = None) -> tuple[Advice, ...]:
    """All advice on a flow that is not accepted in it, in the order of its file. `file`: the name to give to it
    (otherwise that of the menu)."""
    places = Places(flow, file or f"{flow.menu}.yaml")
    found = {advice: None for rule, finding in _findings(flow) for advice in [_placed(rule, finding, places)]}
    return tuple(sorted(found, key=lambda advice: (advice.file, advice.line, advice.column, advice.rule)))


def _findings(flow: Flow) -> Iterator[tuple[Rule, Finding]]:
    first = View(flow)
    views = (first, *map(View, flow.others.values()))
    unused = {(id_, step) for id_, steps in flow.accepted.items() for step in steps}
    for rule_ in RULES.values():
        for finding in (finding for view in (views if rule_.by_words else views[:1]) for finding in rule_.check(view)):
            accepted = {(rule_.id, finding.step or ""), (rule_.id, "")} & _accepted(flow)
            unused -= accepted
            if not accepted:
                yield rule_, finding
    for id_, step in sorted(unused):
        yield RULES["V00"], Finding(None, ("accept", id_, step), _unused(id_, step))


def _accepted(flow: Flow) -> set[tuple[str, str]]:
    """Rule and step; no step: everywhere in the menu."""
    return {(id_, step) for id_, steps in flow.accepted.items() for step in steps}


def _unused(id_: str, step: str) -> str:
    return f"{id_} is accepted{f' at {step}' if step else ''}, and there is nothing of the kind"


@rule(
    "V00",
    "What is accepted is there",
    reason="an exception that is needed no more hides the next mistake of its kind",
    remedy="take it out of accept, or correct the rule's number",
    source="house rule",
)
def _accepted_in_vain(view: View) -> Iterator[Finding]:  # noqa: ARG001  # known only when all others were looked for
    return iter(())


def _placed(rule_: Rule, finding: Finding, places: Places) -> Advice:
    file, place = places.known(*finding.at) if finding.at else places.find(finding.step, finding.path)
    remedy = finding.remedy or rule_.remedy
    return Advice(file, place.line, place.column, finding.step, rule_.id, finding.problem, rule_.reason, remedy)
