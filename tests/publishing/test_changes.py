"""What differs between two versions, as people read it. Nothing is published unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

import pytest
from hypothesis import given

from ivr.engine.flow import Flow, Hours, Switch
from ivr.engine.steps import CallbackStep, Choice, Goto, Prompt, RecordStep, Split, Step, TransferStep, Verify
from ivr.publishing import renames
from ivr.publishing.changes import APART, changes, text_changes
from ivr.publishing.phrases import KINDS
from tests.engine.flows import SUPPORT, prompt, tries, with_fields, with_steps
from tests.engine.strategies import flows
from tests.publishing.menus import RENAMED, menu, text

NOTES = "nothing that a customer could notice: only notes, layout or order in the file"
DEED = "at every question: the choice “again” now does this: start_over (before: repeat)"
REMIND = (
    "for who comes back the menu after a lost line now does this: continue within 20 minutes with “Welcome back.”, "
    "then offer within 7 days with “Welcome back.” (before: continue within 10 minutes with “Welcome back.”, "
    "then offer within 7 days with “Welcome back.”)"
)
WEEK = (((480, 1200),),) * 5 + ((), ())
OTHER_STEPS: Mapping[str, Step] = {
    "split": Split(((20.0, "track"), (80.0, "note"))),
    "record": RecordStep("note", prompt("Your message, please."), 120.0, 4.0, 6.0, "bye", "sorry"),
    "verify": Verify(
        "pin", prompt("Your PIN."), tries(), "cards.pin", {"pin": ("x",)}, 3.0, "bye", "sorry", 3, "sms", ("{code}",)
    ),
    "callback": CallbackStep("support", ("{number}",), ("noon",), prompt("We call you."), "bye", "sorry"),
    "transfer": TransferStep(
        "sip:a@b.example", "", prompt("One moment."), "ours", {"X-A": ("b",)}, ("Hello.",), 30.0, "sorry", "bye"
    ),
}
# One of every kind of step and of every noun
FULL = replace(
    SUPPORT,
    source="full",
    steps={**SUPPORT.steps, **OTHER_STEPS},
    hours={"office": Hours("office", "Europe/Berlin", WEEK, {"2026-12-24": ((540, 720),)}, "DE", "BY")},
    switches={"emergency": Switch("emergency", "Emergency", prompt("We are closed."), "bye")},
    others={"de-DE": replace(SUPPORT, language="de-DE", steps={**SUPPORT.steps, **OTHER_STEPS})},
    articles={"battery": "Charge the battery"},
)


@pytest.mark.parametrize(
    ("exchanged", "sentence"),
    [
        ([("Welcome to Acme.", "Hello.")], "step `welcome` now says “Hello.” (before: “Welcome to Acme.”)"),
        (
            [("prompt: Welcome to Acme.", "prompt: {voice: Hello., text: Welcome to Acme.}")],
            "step `welcome` now says “Hello.” by voice (before: “Welcome to Acme.”)",
        ),
        (
            [("Order {order:digits} is", "Your order {order} is")],
            "step `told` now says “Your order {order} is on its way.” (before: “Order {order:digits} is on its way.”)",
        ),
        ([("length: 4-10", "length: 8")], "step `track` now asks for 8 digits (before: 4 to 10 digits)"),
        (
            [("your order number", "the number")],
            "the slot `order` is now titled “the number” (before: “your order number”)",
        ),
        ([("title: your", "sensitivity: private, title: your")], "the slot `order` is now private (before: public)"),
        (
            [("{key: 2, label", "{key: 3, label")],
            "step `welcome`: the choice “hear our hours” is now on key 3 (before: 2)",
        ),
        (
            [("say: [hours], goto: hours", "say: [hours], goto: bye")],
            "step `welcome`: the choice “hear our hours” now leads to `bye` (before: `hours`)",
        ),
        (
            [("        - {key: 2, label: hear our hours, say: [hours], goto: hours}\n", "")],
            "step `welcome`: the choice “hear our hours” is gone",
        ),
        (
            [("goto: hours}\n  track", "goto: hours}\n        - {key: 3, label: leave, goto: bye}\n  track")],
            "step `welcome`: the choice “leave” is new on key 3, leads to `bye`",
        ),
        (
            [("say: [track]", "say: [track, where]")],
            "step `welcome`: the choice “track an order” is now taken by the words track, where (before: track)",
        ),
        ([("say: [again], do: repeat", "say: [again], do: start_over")], DEED),
        ([("number please.}", "number please., tries: 2}")], "step `track` now gives 2 tries (before: 3)"),
        (
            [("number please.}", "number please., timeout: 9s}")],
            "step `track` now waits 9 s for an answer (before: 6 s)",
        ),
        ([("next: told", "next: hours")], "step `track` now goes on to `hours` (before: `told`)"),
        ([("within: 10m", "within: 20m")], REMIND),
        ([("title: Acme", "title: Better")], "the menu is now titled “Better support” (before: “Acme support”)"),
        ([("start: welcome", "start: hours")], "the menu now begins at `hours` (before: `welcome`)"),
        (
            [("start: welcome", "channels: [voice]\nstart: welcome")],
            "the menu now serves voice (before: voice, chat, sms)",
        ),
        (
            [("end: Goodbye.", "handoff: {queue: support, prompt: One moment.}\n    unavailable: hours")],
            "step `bye` is now a hand-off to a person, “One moment.” (before: an end, “Goodbye.”)",
        ),
        ([*RENAMED], "step `track` is now called `number`"),
        ([("title: Acme", "title:  Acme")], NOTES),
    ],
)
def test_each_kind_of_change_has_its_sentence(exchanged: list[tuple[str, str]], sentence: str) -> None:
    found = changes(menu(), menu(*exchanged))
    assert sentence in found


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (
            "hours",
            {"office": replace(FULL.hours["office"], week=(((540, 1200),),) * 7)},
            "the hours `office` are now Mon-Sun 09:00-20:00 (before: Mon-Fri 08:00-20:00, Sat-Sun closed)",
        ),
        (
            "hours",
            {"office": replace(FULL.hours["office"], special={})},
            "the hours `office` now keep these days apart: nothing (before: 2026-12-24 09:00-12:00)",
        ),
        ("hours", {}, "the hours `office` are gone"),
        ("switches", {}, "the switch `emergency` is gone"),
        (
            "switches",
            {**FULL.switches, "strike": Switch("strike", "On strike", goto="bye")},
            "the switch `strike` is new: “On strike”, leads to `bye`",
        ),
        (
            "steps",
            {**FULL.steps, "split": Split(((50.0, "track"), (50.0, "note")))},
            "step `split` now splits so: 50 % to `track`, 50 % to `note` (before: 20 % to `track`, 80 % to `note`)",
        ),
        (
            "steps",
            {**FULL.steps, "look_up": with_fields(FULL.steps["look_up"], service="orders.find", timeout=5.0)},
            "step `look_up` now asks the service orders.find (before: orders.status)",
        ),
        (
            "steps",
            {**FULL.steps, "link_or_not": with_fields(FULL.steps["link_or_not"], cases=())},
            "step `link_or_not` now decides so: nothing (before: wants_link is yes to `send`)",
        ),
        ("keys_after", 3, "the menu now offers keys after 3 answers by speech that were not understood (before: 2)"),
    ],
)
def test_so_have_those_that_few_menus_use(field: str, value: Any, sentence: str) -> None:
    changed: dict[str, Any] = {"version": "v2", field: value}
    assert sentence in changes(FULL, replace(FULL, **changed))


def test_a_step_that_was_renamed_is_told_once_and_not_at_every_way_to_it() -> None:
    assert changes(menu(), menu(*RENAMED)) == ["step `track` is now called `number`"]


def test_steps_that_lead_to_each_other_can_be_renamed_together() -> None:
    both = menu(*RENAMED, ("next: told", "next: answer"), ("goto: told", "goto: answer"), ("  told:\n", "  answer:\n"))
    assert renames.find(menu(), both) == {"track": "number", "told": "answer"}


def test_a_step_that_changed_as_well_is_gone_and_another_is_new() -> None:
    found = changes(menu(), menu(*RENAMED, ("Your order number please.", "Which order?")))
    assert {"step `track` is gone", "step `number` is new: a question for 4 to 10 digits"} <= {*found}


def test_of_two_steps_that_are_alike_none_is_taken_for_renamed() -> None:
    twins = with_steps(first=Goto("bye"), second=Goto("bye"))
    other = with_steps(one=Goto("bye"), two=Goto("bye"))
    assert renames.find(twins, other) == {}


def test_another_type_of_slot_is_told_with_care() -> None:
    found = changes(menu(), menu(("type: digits, length: 4-10", "type: date"), ("{order:digits}", "{order:date}")))
    assert "step `track` now asks for a date (before: 4 to 10 digits)" in found
    assert any(told.startswith("careful: the slot `order` is of another type now") for told in found)


def test_a_slot_that_is_gone_takes_its_answers_with_it() -> None:
    found = changes(
        menu(), menu(("order:", "parcel:"), ("slot: order", "slot: parcel"), ("{parcel:digits}", "{parcel:digits}"))
    )
    assert "the slot `order` is gone: who goes on in this version loses the answer that they gave to it" in found
    assert "the slot `parcel` is new: 4 to 10 digits" in found


def test_languages_that_come_and_go() -> None:
    german = replace(FULL.others["de-DE"], language="de-DE")
    without = replace(FULL, others={})
    assert "the language de-DE is new" in changes(without, FULL)
    assert "the language de-DE is gone" in changes(FULL, without)
    turned = replace(german, others={"en-US": replace(FULL, others={})}, hours=FULL.hours, switches=FULL.switches)
    assert "the language spoken first is now de-DE (before: en-US)" in changes(FULL, turned)


def test_other_words_in_another_language_are_told_for_that_language_only() -> None:
    german = FULL.others["de-DE"]
    steps = {**german.steps, "tell": with_fields(german.steps["tell"], prompt=prompt("Unterwegs."))}
    found = changes(FULL, replace(FULL, version="v2", others={"de-DE": replace(german, steps=steps)}))
    assert len(found) == 1
    assert found[0].startswith("in de-DE: step `tell` now says “Unterwegs.” (before: ")


def test_a_part_that_changed_without_a_trace_is_told() -> None:
    assert changes(FULL, replace(FULL, version="v2", parts={"card.yaml": "# a note"})) == [NOTES]


@given(flows)
def test_equal_flows_give_no_sentence(flow: Flow) -> None:
    assert changes(flow, flow) == []


@given(flows, flows)
def test_flows_that_differ_give_sentences_and_each_once(old: Flow, new: Flow) -> None:
    found = changes(old, replace(new, version="v2"))
    assert found
    assert len(found) == len(set(found))


def test_every_kind_of_step_has_a_name_for_people() -> None:
    assert {kind.__name__ for kind in get_args(Step)} == KINDS.keys()
    assert {type(step) for step in FULL.steps.values()} == set(get_args(Step))


def mutants(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: C901  # one case for each kind of value
    """Everything that differs from `value` in one place, and where that is. (A choice's id is made of its words.)"""
    match value:
        case str():
            yield path, f"{value} more"
        case bool():
            yield path, not value
        case int() | float():
            yield path, value + 1
        case tuple():
            for n, item in enumerate(value):
                yield from ((p, (*value[:n], m, *value[n + 1 :])) for p, m in mutants(item, f"{path}[{n}]"))
        case Mapping():
            for key, item in value.items():
                yield from ((p, {**value, key: m}) for p, m in mutants(item, f"{path}[{key}]"))
        case _ if is_dataclass(value):
            skip = APART - {"steps", "slots", "others"} if isinstance(value, Flow) else set()
            for field in fields(value):
                if field.name not in skip and (type(value), field.name) != (Choice, "id"):
                    inner = mutants(getattr(value, field.name), f"{path}.{field.name}")
                    yield from ((p, replace(value, **{field.name: m})) for p, m in inner)  # type: ignore[type-var]


def test_no_field_of_any_noun_changes_unseen() -> None:
    plain = replace(FULL, others={})
    unseen = [path for path, mutant in mutants(plain) if not seen(plain, mutant)]
    german = ((path, replace(FULL, others={"de-DE": other})) for path, other in mutants(FULL.others["de-DE"]))
    unseen += [f"de-DE {path}" for path, mutant in german if not seen(FULL, mutant)]
    by_services = (".safe", ".patience")
    assert [path for path in unseen if not path.endswith(by_services)] == []


def seen(old: Flow, new: Flow) -> bool:
    return changes(old, replace(new, version="v2")) not in ([], [NOTES])


def test_the_fields_that_lead_to_steps_are_all_known() -> None:
    there = {
        name: renames.renamed(step, {name: f"new {name}" for name in FULL.steps}) for name, step in FULL.steps.items()
    }
    names_of_other_things = {"slot", "id", "label", "phrases", "subject", "name"}
    for name, step in there.items():
        left = [path for path, text in leaves(step) if text in FULL.steps]
        assert {path.rpartition(".")[2] for path in left} <= names_of_other_things, (name, left)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case tuple():
            for item in value:
                yield from leaves(item, path)
        case Mapping():
            for item in value.values():
                yield from leaves(item, path)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from leaves(getattr(value, field.name), f"{path}.{field.name}")


def test_the_text_differs_file_by_file() -> None:
    found = text_changes({"a.yaml": "one\ntwo\n", "gone.yaml": "x"}, {"a.yaml": "one\n2\n", "new.yaml": "y\n"})
    assert "--- a.yaml (before)\n+++ a.yaml (now)\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n" in found
    assert "-x\n" in found
    assert "+y\n" in found
    assert text_changes({"a": text()}, {"a": text()}) == ""


def test_what_is_recorded_is_told() -> None:
    steps = {**FULL.steps, "tell": with_fields(FULL.steps["tell"], prompt=Prompt(("a",), ("a",), "tell.wav"))}
    found = changes(FULL, replace(FULL, version="v2", steps=steps))
    assert "step `tell` now says the recording tell.wav (before: nothing)" in found
