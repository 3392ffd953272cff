"""Menu files: what they become."""

from __future__ import annotations

import re

import pytest
import yaml

from ivr.engine.loader import load, source
from ivr.engine.steps import (
    AskSlot,
    Branch,
    Condition,
    Handoff,
    InvokeStep,
    Menu,
    Prompt,
    Ref,
    SayStep,
    SendStep,
    SetStep,
)
from tests.engine.menu_files import PARTS, SERVICES, SUPPORT, with_steps


def test_the_shipped_menu_is_loaded() -> None:
    flow = load(SUPPORT, "support.yaml", SERVICES, PARTS)
    assert (flow.menu, flow.language, flow.start) == ("support", "en-US", "welcome")
    assert flow.channels == ("voice", "chat", "sms")
    assert [(rule.within, rule.do) for rule in flow.resume.dropped] == [(600, "continue"), (7 * 86400, "offer")]
    assert [(rule.within, rule.do) for rule in flow.resume.unfinished] == [(7 * 86400, "offer")]
    welcome, look_up, link = flow.steps["welcome"], flow.steps["look_up"], flow.steps["link"]
    assert isinstance(welcome, Menu)
    assert [(choice.key, choice.goto) for choice in welcome.choices][:2] == [("1", "order"), ("2", "hours")]
    assert isinstance(look_up, InvokeStep)
    assert look_up.arguments == {"order": (Ref("order_number"),)}
    assert look_up.save == {"status": "status", "eta": "eta"}
    assert isinstance(link, SendStep)
    assert (link.to_step, link.failed, Ref("link") in link.text) == ("what_next", "no_number", True)
    assert isinstance(flow.steps["forget_order"], SetStep)
    assert flow.steps["forget_order"].values == {"order_number": (), "asked_again": ("yes",)}
    assert isinstance(flow.steps["person"], Handoff)
    assert flow.steps["person"].timeout == 120
    assert flow.slots["asked_again"].sensitivity == "public"  # nobody declared it, yet it has a title and a type
    assert SUPPORT.splitlines()[flow.places["look_up"][1] - 1] == "  look_up:"
    assert flow.source == SUPPORT


def test_the_version_is_that_of_the_content() -> None:
    one, same, other = (load(text, "x", SERVICES, PARTS) for text in (SUPPORT, SUPPORT.encode(), SUPPORT + "# more\n"))
    assert one.version == same.version != other.version
    assert re.fullmatch("[0-9a-f]{12}", one.version)


def test_words_of_yaml_stay_the_words_that_were_written() -> None:
    choice = "{key: 0, label: yes, say: [no, 012, 1e3, 2026-12-01], goto: bye}"
    steps = f"  first:\n    menu: {{prompt: on, choices: [{choice}]}}\n"
    first = load(with_steps(steps), "x").steps["first"]
    assert isinstance(first, Menu)
    assert first.prompt.text == ("on",)
    assert (first.choices[0].key, first.choices[0].label) == ("0", "yes")
    assert first.choices[0].phrases == ("no", "012", "1e3", "2026-12-01")


def test_prompts_may_differ_by_channel_and_be_recorded() -> None:
    steps = "  first:\n    say: {voice: Hear., text: Read., audio: hello.wav}\n    next: second\n"
    steps += "  second:\n    say: {voice: Both.}\n    next: bye\n"
    flow = load(with_steps(steps), "x")
    first, second = flow.steps["first"], flow.steps["second"]
    assert isinstance(first, SayStep)
    assert isinstance(second, SayStep)
    assert first.prompt == Prompt(("Hear.",), ("Read.",), "hello.wav")
    assert second.prompt == Prompt(("Both.",), ("Both.",))


def test_questions_have_tapered_prompts_and_limits_of_their_own() -> None:
    steps = """\
  first:
    menu:
      prompt: Hello.
      choices: [{key: "#", label: go on, goto: second}]
  second:
    ask:
      {slot: it, prompt: Yes?, no_input: Hello?, no_match: [No., "No, really."], tries: 5, timeout: 2m, interdigit: 1.5}
    next: bye
"""
    flow = load(with_steps(steps, "slots: {it: {type: yes_no}}\n"), "x")
    first, second = flow.steps["first"], flow.steps["second"]
    assert isinstance(first, Menu)
    assert isinstance(second, AskSlot)
    assert (first.tries.tries, first.tries.timeout, first.tries.interdigit) == (3, 6, 3)
    assert len({prompt.voice for prompt in first.tries.no_match}) > 1
    assert (second.tries.tries, second.tries.timeout, second.tries.interdigit) == (5, 120, 1.5)
    assert [prompt.voice for prompt in second.tries.no_match] == [("No.",), ("No, really.",)]


def test_branches_have_declared_conditions() -> None:
    steps = """\
  first:
    branch:
      - {if: {channel: {in: [voice, sms]}, it: known}, goto: bye}
      - {if: {trust: {at_least: 2, at_most: 3}}, goto: ask}
      - {if: {it: {is_not: ["12.5", 3]}, channel: {is: chat}}, goto: ask}
      - {if: {it: {known: no}}, goto: ask}
      - {else: bye}
  ask:
    ask: {slot: it, prompt: How much?}
    next: bye
"""
    first = load(with_steps(steps, "slots: {it: {type: money}}\n"), "x").steps["first"]
    assert isinstance(first, Branch)
    assert [conditions for conditions, _ in first.cases] == [
        (Condition("channel", "in", ("voice", "sms")), Condition("it", "known", ())),
        (Condition("trust", "at_least", ("2",)), Condition("trust", "at_most", ("3",))),
        (Condition("it", "is_not", ("12.50", "3.00")), Condition("channel", "is", ("chat",))),
        (Condition("it", "known", ("no",)),),
    ]
    assert [target for _, target in first.cases] == ["bye", "ask", "ask", "ask"]


def test_templates() -> None:
    steps = '  first:\n    set: {a: "{{x}} {customer.name}", b: "{a:date}!"}\n    next: bye\n'
    first = load(with_steps(steps), "x").steps["first"]
    assert isinstance(first, SetStep)
    assert first.values == {"a": ("{x} ", Ref("customer.name")), "b": (Ref("a", "date"), "!")}


def test_a_late_drop_is_offered_what_other_unfinished_matters_are() -> None:
    head = "resume: {dropped: {within: 5m, do: continue}, unfinished: {within: 1d, do: offer, say: Hello again.}}\n"
    policy = load(with_steps("  first:\n    goto: bye\n", head), "x").resume
    assert [(rule.within, rule.do, rule.say.text) for rule in policy.dropped][1:] == [
        (86400, "offer", ("Hello again.",))
    ]


def test_both_parsers_of_pyyaml_make_the_same_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load(SUPPORT, "x", SERVICES, PARTS)
    monkeypatch.setattr(source, "Loader", yaml.SafeLoader)
    assert load(SUPPORT, "x", SERVICES, PARTS) == fast
