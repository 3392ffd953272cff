"""Templates are names between braces and nothing else: no Python, no look into objects, no network, no second round."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.flow import Flow
from ivr.engine.journey import Journey, Slot
from ivr.engine.loader import MenuMistakes, load, template
from ivr.engine.loader.mistakes import Unfit
from ivr.engine.render import for_agent, for_customer, for_send, for_service, for_slot
from ivr.engine.steps import Ref

# Where a menu takes a template; %s is it. All stand in line 9.
PLACES = {
    "say": 'say: "%s"\n    next: bye',
    "prompt for eyes": 'say: {voice: Hello., text: "%s"}\n    next: bye',
    "menu": 'menu: {prompt: "%s", choices: [{key: 1, label: go, goto: bye}], exhausted: bye}',
    "no match": 'ask: {slot: name, prompt: What?, no_match: ["%s"], exhausted: bye}\n    next: bye',
    "argument": 'invoke: {service: it, with: {x: "%s"}}\n    done: bye\n    failed: bye',
    "filler": 'invoke: {service: it, filler: "%s"}\n    done: bye\n    failed: bye',
    "message": 'send: {by: sms, text: "%s"}\n    next: bye',
    "whisper": 'handoff: {queue: q, whisper: "%s"}\n    unavailable: bye',
    "value": 'set: {other: "%s"}\n    next: bye',
    "end": 'end: "%s"',
}
REFUSED = [
    *(
        "{name.__class__}",
        "{name.__init__.__globals__}",
        "{customer.__class__}",
        "{customer.name.upper}",
        "{__class__}",
    ),
    *("{0}", "{}", "{0.__class__.__mro__[1]}", "{name[0]}", "{name[__class__]}", "{self}", "{name()}", "{name!r}"),
    *("{name:>99999999}", "{name:99999999}", "{name:{name}}", "{name:x}", "{name:%Y}", "{name.}", "{.name}", "{na me}"),
    *("{__import__('os').system('id')}", "{7*7}", "{'a'*99999999}", "{lambda: 0}", "{name=}", "{name or 1}"),
    *("{{name}", "{name}}", "}{", "{", "{{}", "{secret:TOKEN}", "{env:HOME}", "{http://127.0.0.1/}"),
    *("#{name.length}", "${name.length()}", "{% raw %}", "{% import os %}", "{{{7*7}}}", "{ｎame}", "{na\u200bme}"),
]
LITERAL = {
    "{{name}}": "{name}",
    "{{7*7}}": "{7*7}",
    "{{{{config}}}}": "{{config}}",
    "$name ${{HOME}} $(id) `id`": "$name ${HOME} $(id) `id`",
    "%s %(name)s %n {{0}}": "%s %(name)s %n {0}",
    "<%= 7*7 %> <?php 1 ?>": "<%= 7*7 %> <?php 1 ?>",
    "[[name]] @name@ #name": "[[name]] @name@ #name",
}


def menu(place: str, text: str) -> str:
    lines = [
        "menu: escapes",
        "start: here",
        "channels: [chat]",
        "slots:",
        "  name: {type: text}",
        "  pin: {type: digits, sensitivity: secret}",
        "steps:",
        "  here:",
        f"    {PLACES[place].replace('%s', text)}",
        "  bye: {end: Bye.}",
        "  asks: {ask: {slot: name, prompt: 'Name?', exhausted: pins}, next: pins}",
        "  pins: {ask: {slot: pin, prompt: 'PIN?', exhausted: bye}, next: bye}",
    ]
    return "\n".join(lines)


def about_line_9(place: str, text: str) -> list[str]:
    try:
        load(menu(place, text), "m.yaml")
    except MenuMistakes as error:
        # That nothing leads to the steps that fill the slots is no matter here.
        return [str(mistake) for mistake in error.mistakes if mistake.line == 9]
    return []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", REFUSED)
def test_an_escape_is_a_mistake_with_its_place(place: str, text: str) -> None:
    [line, *_] = about_line_9(place, text)
    assert line.startswith("m.yaml:9:")
    assert 'step "here"' in line


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", LITERAL)
def test_what_means_something_to_others_is_text(place: str, text: str) -> None:
    assert about_line_9(place, text) == []
    assert template.parse(text) == (LITERAL[text],)


@given(st.text(alphabet="{}.:!()[]ab_0 %$'", max_size=20))
def test_what_is_taken_is_text_and_names(text: str) -> None:
    try:
        parts = template.parse(text)
    except Unfit:
        return
    for part in parts:
        if isinstance(part, Ref):
            assert all(word.isidentifier() for word in part.name.split("."))


@pytest.fixture(scope="module")
def flow() -> Flow:
    return load((menu("say", "Hello {name}.")).replace("next: bye", "next: asks", 1), "m.yaml")


@pytest.mark.parametrize("value", [*REFUSED, "{pin}", "{link}", "{name}", "{{pin}}", "%(pin)s"])
def test_what_a_customer_says_is_never_a_template(flow: Flow, value: str) -> None:
    slots = {name: Slot(text, "chat", "c", 0.0) for name, text in {"name": value, "pin": "9157"}.items()}
    journey = Journey(id="j", menu="escapes", version=flow.version, slots=slots)
    words = template.parse("[{name}]")
    said = [render(flow, journey, words) for render in (for_customer, for_agent, for_service)]
    assert said == [f"[{value}]"] * 3
    assert for_slot(flow, journey, words, "name") == f"[{value}]"
    assert for_send(flow, journey, words) == f"[{value}]".replace("{link}", "link")  # only the menu sends links
