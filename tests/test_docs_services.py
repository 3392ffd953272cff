"""The reference of services.yaml: every example is loaded, every key has a row, and what it says of numbers is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.backoffice import client, failure
from ivr.engine.loader import MenuMistakes, load, load_services
from ivr.engine.loader.services import MOST_RETRIES
from tests.test_docs_menus import loaded

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "services.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```\n", PAGE, re.DOTALL | re.MULTILINE)
MENUS = [block for block in BLOCKS if block.startswith("steps:")]
SERVICES = [block for block in BLOCKS if not block.startswith("steps:")]

FIRST = """slots:
  order_number: {type: digits}
steps:
  first:
    ask: {slot: order_number, prompt: What?, exhausted: person}
    next: look_up
"""


def test_there_are_examples_of_both_kinds() -> None:
    assert len(MENUS) == 2
    assert len(SERVICES) >= 6


@pytest.mark.parametrize("text", SERVICES)
def test_examples_of_services_are_loaded(text: str) -> None:
    assert load_services(text, "services.yaml")


@pytest.mark.parametrize("text", MENUS)
def test_examples_of_menus_are_loaded_and_fit_the_services(text: str) -> None:
    flow = loaded(text.replace("steps:\n", FIRST, 1))
    services = load_services(SERVICES[0], "services.yaml")
    assert load(flow.source, "example.yaml", services).steps


def test_each_key_has_a_row_and_each_row_is_a_key() -> None:
    table = PAGE.partition("## One service")[2].partition("###")[0]
    with pytest.raises(MenuMistakes) as mistakes:
        load_services("services: {it: {url: 'demo:/x', zzzzzz: 1}}", "services.yaml")
    known = re.search(r"known here: (.*)", str(mistakes.value))
    assert known
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(known[1].split(", "))


def test_numbers() -> None:
    assert f"0 to {MOST_RETRIES}" in PAGE
    assert f"longer than {client.ANSWER_LIMIT // 1024} KB" in PAGE
    assert f"up to {failure.FIRST} s pass" in PAGE
    assert f"at most {failure.LONGEST:g} s" in PAGE
    assert client.REDIRECTS == 3
    assert "at most three" in PAGE


@pytest.mark.parametrize(
    "entry", re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.*?) \| (?:this|all|addr)", PAGE, re.MULTILINE)))
)
def test_entries_of_the_table_can_be_allowed(entry: str) -> None:
    assert load_services(f"allow:\n  - {entry}\nservices: {{}}\n", "services.yaml").allow
