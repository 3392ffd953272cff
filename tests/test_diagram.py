"""A flow as a graph for people, and as Mermaid text."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings

from ivr.diagram import Diagram, Edge, diagram, mermaid
from ivr.diagram.ways import ways
from ivr.engine.flow import Flow
from ivr.engine.loader import load
from ivr.engine.loader.ways import led_to
from ivr.flows import read_folder
from tests.engine.strategies import flows

MENU = """
menu: shop
exhausted: person
always:
  - {key: 0, say: [person], goto: person}
  - {key: 9, say: [again], do: repeat}
start: hello
steps:
  hello:
    menu:
      prompt: 'Welcome to "our" shop & more.'
      choices:
        - {key: 1, label: orders, goto: order}
        - {key: 2, label: hear it again, do: repeat}
  order:
    ask: {slot: number, prompt: Your order number?}
    next: known
  known:
    branch:
      - {if: {number: {is: "1234"}, channel: {is: voice}}, goto: end}
      - {else: hello}
  person:
    handoff: {queue: support}
    unavailable: end
  end:
    end: Goodbye.
slots:
  number: {type: digits, length: 4}
"""


def drawn() -> Diagram:
    return diagram(load(MENU, "shop.yaml"), "shop.yaml")


def test_steps_are_nodes_that_know_where_they_are_written() -> None:
    nodes = {node.id: node for node in drawn().nodes}
    assert list(nodes) == ["hello", "order", "known", "person", "end"]
    assert (nodes["order"].kind, nodes["order"].title, nodes["order"].file) == (
        "ask",
        "Your order number?",
        "shop.yaml",
    )
    assert MENU.splitlines()[nodes["order"].line - 1] == "  order:"


def test_choices_are_labels_and_what_works_everywhere_is_told_apart() -> None:
    found = drawn()
    assert Edge("hello", "order", "1 orders", "choice") in found.edges
    assert Edge("hello", "hello", "2 hear it again", "choice") in found.edges
    assert Edge("known", "end", "number = 1234 and channel = voice", "case") in found.edges
    assert [(choice.key, choice.to) for choice in found.always] == [("0", "person"), ("9", "")]
    assert found.exhausted == "person"
    assert not [edge for edge in found.edges if edge.kind == "exhausted"]


def test_mermaid_survives_any_words_and_a_step_called_end() -> None:
    text = mermaid(drawn())
    assert text.startswith("flowchart TD\n")
    assert "#34;our#34; shop #38; more" in text
    assert 's0 -->|"1 orders"| s1' in text
    assert "end" not in {word for line in text.splitlines() for word in line.split()[:1]}


def test_the_shipped_menus_are_drawn_whole() -> None:
    folder = Path(__file__).parents[1] / "ivr" / "menus"
    flow = read_folder(folder)[0]["support"]
    found = diagram(flow)
    assert {node.id for node in found.nodes} == set(flow.steps)
    assert {edge.target for edge in found.edges} <= set(flow.steps)


@settings(max_examples=50, deadline=None)
@given(flows)
def test_every_way_that_the_engine_may_go_is_drawn(flow: Flow) -> None:
    for name, step in flow.steps.items():
        assert {target for _, _, target in ways(flow, step, name)} >= set(led_to(step)), step


def test_a_transfer_shows_whom_it_calls_and_both_ways_on() -> None:
    text = (Path(__file__).parent / "conversations/menus/switchboard.yaml").read_text("utf-8")
    drawn = diagram(load(text, "switchboard.yaml"))
    [node] = [node for node in drawn.nodes if node.id == "pharmacy"]
    assert (node.kind, node.title) == ("transfer", "+44 20 7946 0018")
    ways = {(edge.target, edge.label, edge.kind) for edge in drawn.edges if edge.source == "pharmacy"}
    assert ways == {("anything", "done", "next"), ("nobody", "unanswered", "failed")}
