"""A flow as a graph for people: steps are nodes, the ways between them edges. Pure.

What leads away from every question would hide the rest if it were drawn: the always-choices, and the step where
unanswered questions go, are told beside the diagram instead (`Diagram.always`, `Diagram.exhausted`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, TypeAlias, assert_never

from msgspec import Struct, field

from ivr.engine.flow import Flow
from ivr.engine.steps import (
    AskSlot,
    Branch,
    CallbackStep,
    Choice,
    Condition,
    End,
    Goto,
    Handoff,
    InvokeStep,
    Menu,
    Prompt,
    RecordStep,
    SayStep,
    SendStep,
    SetStep,
    Split,
    Step,
    Template,
    TransferStep,
    Verify,
)

TITLE = 60  # characters of a prompt that a node shows
# next: without a word; choice: the customer's; case: of a branch or split; failed: something went wrong;
# exhausted: nobody understood the answers; link: where a sent link leads.
EdgeKind = Literal["next", "choice", "case", "failed", "exhausted", "link"]
Way: TypeAlias = tuple[EdgeKind, str, str]  # kind, label, target


class Node(Struct, frozen=True):
    """`kind` is the verb as authors write it. `file` and `line` (from 1): where it is written; `part`: the step of
    the calling menu, for steps that a sub-menu or an article brought."""

    id: str
    kind: str
    title: str
    line: int
    file: str = ""
    part: str = ""


class Edge(Struct, frozen=True):
    source: str = field(name="from")
    target: str = field(name="to")
    label: str = ""
    kind: EdgeKind = "next"


class AlwaysChoice(Struct, frozen=True):
    """A choice that works at every question; `to` is empty for one that stays (`repeat`)."""

    key: str
    label: str
    to: str = ""


class Diagram(Struct, frozen=True):
    """`exhausted`: where most questions lead that could not be answered; such ways are not among the edges."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    start: str
    always: tuple[AlwaysChoice, ...] = ()
    exhausted: str = ""


def diagram(flow: Flow, file: str = "") -> Diagram:
    """`file`: the name of the menu's own file. Steps stand in the order in which they are written."""
    common = _usual(flow)
    edges = [
        Edge(name, target, label, kind)
        for name, step in flow.steps.items()
        for kind, label, target in ways(flow, step, name)
        if not (kind == "exhausted" and target == common)
    ]
    return Diagram(
        nodes=tuple(_node(flow, name, step, file) for name, step in flow.steps.items()),
        edges=tuple(dict.fromkeys(edges)),
        start=flow.start,
        always=tuple(
            AlwaysChoice(c.key or "", _label(c), c.goto or (flow.start if c.do == "start_over" else ""))
            for c in flow.always
        ),
        exhausted=common,
    )


def mermaid(drawn: Diagram) -> str:
    """The diagram as Mermaid text, which code hosts and wikis draw. Nodes are numbered: `end` is a word of Mermaid."""
    names = {node.id: f"s{number}" for number, node in enumerate(drawn.nodes)}
    lines = ["flowchart TD"]
    for node in drawn.nodes:
        before, after = SHAPES.get(node.kind, ('["', '"]'))
        words = f"<b>{_quoted(node.id)}</b>" + (f"<br>{_quoted(node.title)}" if node.title else "")
        lines.append(f"  {names[node.id]}{before}{words}{after}")
    for edge in drawn.edges:
        arrow = "-.->" if edge.kind in {"failed", "exhausted", "link"} else "-->"
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        lines.append(f"  {names[edge.source]} {arrow}{label} {names[edge.target]}")
    lines.append(f"  classDef start stroke-width:3px\n  class {names[drawn.start]} start")
    return "\n".join(lines) + "\n"


SHAPES = {
    "menu": ('{{"', '"}}'),
    "ask": ('[/"', '"/]'),
    "record": ('[/"', '"/]'),
    "verify": ('[/"', '"/]'),
    "branch": ('{"', '"}'),
    "split": ('{"', '"}'),
    "handoff": ('(["', '"])'),
    "transfer": ('(["', '"])'),
    "end": ('(["', '"])'),
}


def _quoted(words: str) -> str:
    """Mermaid's own escapes: an entity code for what would end the text or be read as HTML."""
    return "".join(f"#{ord(c)};" if c in '"#<>&' else c for c in words)


def _usual(flow: Flow) -> str:
    """Where at least two questions go that could not be answered, the most of them."""
    found = Counter(step.tries.exhausted for step in flow.steps.values() if isinstance(step, Menu | AskSlot))
    [(target, times)] = found.most_common(1) or [("", 0)]
    return target if times > 1 else ""


def _node(flow: Flow, name: str, step: Step, file: str) -> Node:
    part, dot, _ = name.partition(".")
    written, line = flow.places.get(name) or flow.places.get(part) or (None, 1)
    return Node(name, kind_of(step), _title(step), line, written or file, part if dot else "")


def kind_of(step: Step) -> str:  # noqa: C901  # one line for each kind of step
    """The verb as authors write it."""
    match step:
        case Menu(article=article):
            return "article" if article else "menu"
        case AskSlot():
            return "ask"
        case SayStep():
            return "say"
        case InvokeStep():
            return "invoke"
        case SendStep():
            return "send"
        case Handoff():
            return "handoff"
        case TransferStep():
            return "transfer"
        case SetStep():
            return "set"
        case Branch():
            return "branch"
        case Split():
            return "split"
        case RecordStep():
            return "record"
        case Verify():
            return "verify"
        case CallbackStep():
            return "callback"
        case Goto():
            return "goto"
        case End():
            return "end"
        case _:
            assert_never(step)


def _title(step: Step) -> str:
    match step:
        case Menu() | AskSlot() | SayStep() | RecordStep() | Verify():
            return _words(step.prompt)
        case InvokeStep(service=service):
            return service
        case Handoff(queue=queue) | CallbackStep(queue=queue):
            return queue
        case TransferStep(to=to, number=number):
            return number or to
        case SendStep(by=by, text=text):
            return _cut(f"{by}: {_plain(text)}")
        case SetStep(values=values):
            return _cut(", ".join(f"{slot} = {_plain(value) or 'nothing'}" for slot, value in values.items()))
        case End(prompt=prompt):
            return _words(prompt)
        case Branch() | Split() | Goto():
            return ""
        case _:
            assert_never(step)


def ways(flow: Flow, step: Step, name: str) -> Iterator[Way]:  # noqa: C901  # one case for each kind of step
    """All that lead away from a step, but for the always-choices."""
    match step:
        case Menu():
            for choice in step.choices:
                target = choice.goto or (flow.start if choice.do == "start_over" else name)
                yield "choice", " ".join(filter(None, (choice.key, _label(choice)))), target
            yield "exhausted", "no answer", step.tries.exhausted
        case AskSlot():
            yield "next", "", step.next
            for channel, target in step.fallback.items():
                yield "case", channel, target
            yield "exhausted", "no answer", step.tries.exhausted
        case SayStep() | SetStep():
            yield "next", "", step.next
        case InvokeStep() | Verify():
            yield "next", "done", step.done
            yield "failed", "failed", step.failed
        case RecordStep() | CallbackStep():
            yield "next", "", step.next
            yield "failed", "failed", step.failed
        case SendStep():
            yield "next", "", step.next
            if step.failed:
                yield "failed", "failed", step.failed
            if step.to_step:
                yield "link", "link", step.to_step
        case Handoff():
            if step.done:
                yield "next", "done", step.done
            yield "failed", "unavailable", step.unavailable
        case TransferStep():
            if step.done:
                yield "next", "done", step.done
            yield "failed", "unanswered", step.unanswered
        case Branch():
            for conditions, target in step.cases:
                yield "case", " and ".join(map(_condition, conditions)), target
            yield "case", "else", step.otherwise
        case Split():
            for percent, target in step.ways:
                yield "case", f"{percent:g} %", target
        case Goto():
            yield "next", "", step.target
        case End():
            pass
        case _:
            assert_never(step)


TESTS = {"is": "=", "is_not": "≠", "in": "in", "known": "known", "at_least": "≥", "at_most": "≤"}


def _condition(condition: Condition) -> str:
    values = ", ".join(condition.values)
    if condition.test == "known":
        return f"{condition.subject} {'unknown' if condition.values == ('no',) else 'known'}"
    return f"{condition.subject} {TESTS[condition.test]} {values}"


def _label(choice: Choice) -> str:
    return choice.label or (choice.phrases[0] if choice.phrases else choice.do or choice.goto or "")


def _words(prompt: Prompt | None) -> str:
    return _cut(_plain(prompt.text or prompt.voice)) if prompt else ""


def _plain(template: Template) -> str:
    return "".join(part if isinstance(part, str) else f"{{{part.name}}}" for part in template)


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= TITLE else line[: TITLE - 1].rstrip() + "…"
