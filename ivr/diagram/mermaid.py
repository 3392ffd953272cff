"""A diagram as Mermaid text, which code hosts and wikis draw."""

from __future__ import annotations

from ivr.diagram.graph import Diagram


def mermaid(drawn: Diagram) -> str:
    """Nodes are numbered: `end` is a word of Mermaid."""
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
