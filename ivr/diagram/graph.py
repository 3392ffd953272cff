"""The steps of a flow as nodes, the ways between them as edges, and what is told beside them."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct, field

from ivr.diagram.titles import kind_of, title_of
from ivr.diagram.ways import EdgeKind, label_of, ways
from ivr.engine.flow import Flow
from ivr.engine.steps import AskSlot, Menu, Step


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
            AlwaysChoice(c.key or "", label_of(c), c.goto or (flow.start if c.do == "start_over" else ""))
            for c in flow.always
        ),
        exhausted=common,
    )


def _usual(flow: Flow) -> str:
    """Where at least two questions go that could not be answered, the most of them."""
    found = Counter(step.tries.exhausted for step in flow.steps.values() if isinstance(step, Menu | AskSlot))
    [(target, times)] = found.most_common(1) or [("", 0)]
    return target if times > 1 else ""


def _node(flow: Flow, name: str, step: Step, file: str) -> Node:
    part, dot, _ = name.partition(".")
    written, line = flow.places.get(name) or flow.places.get(part) or (None, 1)
    return Node(name, kind_of(step), title_of(step), line, written or file, part if dot else "")
