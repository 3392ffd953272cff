"""A flow as a graph for people: steps are nodes, the ways between them edges. Pure.

What leads away from every question would hide the rest if it were drawn: the always-choices, and the step where
unanswered questions go, are told beside the diagram instead (`Diagram.always`, `Diagram.exhausted`).
"""

from ivr.diagram.graph import AlwaysChoice, Diagram, Edge, Node, diagram
from ivr.diagram.mermaid import mermaid

__all__ = ["AlwaysChoice", "Diagram", "Edge", "Node", "diagram", "mermaid"]
