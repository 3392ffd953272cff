"""What only shows in the whole menu: ways between steps, slots, choices, channels. Each mistake by its line."""

from __future__ import annotations

import pytest

from ivr.engine.loader import MenuMistakes, load

HEAD = """\
menu: small
start: first
exhausted: bye
slots:
  size: {type: digits, length: 2-4}
  pin: {type: digits, length: 4, sensitivity: secret}
always:
  - {key: 0, say: [agent], goto: person}
"""
STEPS = """\
steps:
  first:
    ask: {slot: size, prompt: How many?}
    next: second
  second:
    ask: {slot: pin, prompt: Your PIN?}
    next: bye
  person:
    handoff: {queue: support}
    unavailable: bye
  bye:
    end: Goodbye.
"""
QUOTE = '"'
MENU = HEAD + STEPS


def mistakes(text: str) -> list[str]:
    """`step: problem; remedy` of each mistake."""
    try:
        load(text, "m.yaml")
    except MenuMistakes as found:
        return [f"{mistake.step}: {mistake.problem}; {mistake.remedy}" for mistake in found.mistakes]
    return []


def changed(old: str, new: str) -> str:
    assert MENU.count(old) == 1
    return MENU.replace(old, new)


def test_the_menu_that_the_tests_change_has_no_mistake() -> None:
    assert mistakes(MENU) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("start: first", "start: frist", 2, 'start "frist" does not exist; did you mean "first"?'),
        ("next: second", "next: secnd", 12, 'next "secnd" does not exist; did you mean "second"?'),
        ("next: second", "next: elsewhere", 12, 'next "elsewhere" does not exist; known here: first, second'),
        ("unavailable: bye", "unavailable: by", 18, 'unavailable "by" does not exist; did you mean "bye"?'),
        ("exhausted: bye", "exhausted: byee", 3, 'exhausted "byee" does not exist; did you mean "bye"?'),
        ("goto: person", "goto: persons", 8, 'goto "persons" does not exist; did you mean "person"?'),
        ("next: second", "next: bye", 13, "no way leads here; lead a choice, a next or a goto here"),
    ],
)
def test_ways_to_nowhere(old: str, new: str, line: int, told: str) -> None:
    with pytest.raises(MenuMistakes) as found:
        load(changed(old, new), "m.yaml")
    first = found.value.mistakes[0]
    assert first.line == line
    assert told in str(first)


def test_one_misspelt_name_brings_no_other_mistakes() -> None:
    """The step that was meant is not called unreachable on top."""
    assert len(mistakes(changed("next: second", "next: secnd"))) == 1
    assert len(mistakes(changed("start: first", "start: frist"))) == 1
    assert len(mistakes(changed("  second:\n    ask:", "  second:\n    asks:"))) == 1


def test_a_step_whose_exit_is_missing_may_lead_anywhere() -> None:
    (only,) = mistakes(changed("\n    next: second", ""))
    assert only == "first: next is missing; name the step that comes then"


def test_no_way_out() -> None:
    text = """\
menu: trap
start: a
exhausted: b
steps:
  a:
    say: Hello.
    next: b
  b:
    menu:
      prompt: And now?
      choices: [{key: 1, label: again, goto: a}, {key: 2, label: more, goto: b}]
"""
    (only,) = mistakes(text)
    assert only.startswith("a: no way out: neither an end nor a handoff can be reached from here (nor from b); lead")
    assert mistakes(text.replace("goto: b", "goto: c") + "  c:\n    end:\n") == []


@pytest.mark.parametrize("kind", ["say: Round.\n    next: a", "goto: a", 'set: {x: "1"}\n    next: a'])
def test_a_circle_that_asks_nobody(kind: str) -> None:
    circle = f"menu: m\nstart: a\nsteps:\n  a:\n    goto: b\n  b:\n    {kind}\n"
    assert [line.partition(";")[0] for line in mistakes(circle)] == ["a: runs in a circle without asking anybody: a, b"]


def test_a_question_whose_answer_is_known_asks_nobody() -> None:
    """It is passed over the second time, so it ends a circle only if its slot is forgotten there."""
    again = changed("    next: bye\n  person", "    next: first\n  person")
    assert "runs in a circle without asking anybody: first, second" in mistakes(again)[0]
    steps = "    next: forget\n  forget:\n    set: {pin: null}\n    next: first\n  person"
    assert mistakes(changed("    next: bye\n  person", steps)) == []


def test_a_question_does_not_excuse_another_circle_beside_it() -> None:
    steps = """\
    next: fork
  fork:
    branch: [{if: {channel: {is: voice}}, goto: forget}, {if: {trust: {is: 2}}, goto: hello}, {else: bye}]
  hello:
    say: Hello.
    next: fork
  forget:
    set: {size: null, pin: null}
    next: first
  person"""
    (line,) = mistakes(changed("    next: bye\n  person", steps))
    assert line.startswith("fork: runs in a circle without asking anybody: fork, hello;")


def test_a_circle_through_a_menu_is_fine() -> None:
    menu = "  menu:\n    menu: {prompt: What?, choices: [{key: 1, label: again, goto: first}]}\n"
    assert mistakes(changed("    next: bye\n  person", f"    next: menu\n{menu}  person")) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("slot: size", "slot: sice", 'first: slot "sice" is not declared; did you mean "size"?'),
        ("end: Goodbye.", 'end: "{sise}"', 'bye: slot "sise" is not declared; did you mean "size"?'),
        ("end: Goodbye.", 'end: "{weather}"', 'bye: slot "weather" is not declared; declare it under slots: weather:'),
        ("end: Goodbye.", 'end: "{pin}"', "bye: pin is secret and must not be said; leave it out"),
        ("end: Goodbye.", 'end: "{link}"', "bye: {link} can only be sent; use it in the text of a send"),
        ("end: Goodbye.", 'end: "{size:date}"', "bye: format date does not fit size, a digits; use {size:digits}"),
        ("slot: pin", "slot: size", 'None: slot "pin" is never asked, saved or set; ask for it in a step'),
        ("ask: {slot: pin, prompt: Your PIN?}", "set: {sizes: null, pin: '1234'}", 'second: slot "sizes" is not decl'),
        (
            "ask: {slot: pin, prompt: Your PIN?}",
            'send: {by: sms, text: "{pin}"}',
            "second: pin is secret and must not be sent; leave it out",
        ),
        (
            "ask: {slot: pin, prompt: Your PIN?}",
            'set: {pin: "1234", copy: "{pin}"}',
            "second: pin is secret, copy is public; declare copy with sensitivity: secret",
        ),
        (
            "ask: {slot: pin, prompt: Your PIN?}",
            'set: {pin: "12"}',
            'second: pin: "12" is too short or too long for pin; its length is 4 to 4',
        ),
    ],
)
def test_slots(old: str, new: str, told: str) -> None:
    assert any(line.startswith(told) for line in mistakes(changed(old, new))), mistakes(changed(old, new))


def test_agents_and_back_offices_may_get_what_is_said_to_nobody() -> None:
    invoke = 'invoke: {service: check, with: {pin: "{pin}"}}\n    done: bye\n    failed: bye'
    text = changed("    next: bye\n  person", f"    next: look\n  look:\n    {invoke}\n  person")
    assert mistakes(text.replace("queue: support", 'queue: support, whisper: "{pin} {journey.summary}"')) == []


def menu_of(*choices: str) -> str:
    listed = "".join(f"        - {{{choice}}}\n" for choice in choices)
    return changed(
        "    ask: {slot: pin, prompt: Your PIN?}\n    next: bye\n",
        f"    menu:\n      prompt: What?\n      choices:\n{listed}",
    ).replace("  pin: {type: digits, length: 4, sensitivity: secret}\n", "")


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (("key: 1, label: a, goto: bye", "key: 1, label: b, goto: person"), 'key 1 is taken by "a"'),
        (
            ("key: 1, label: Stop it, goto: bye", "key: 2, label: b, say: [stop it!], goto: person"),
            '"stop it" is taken',
        ),
        (("key: 1, label: a, goto: bye", "key: 1, label: b, goto: bye"), 'key 1 is taken by "a"'),
        (("key: 0, label: a, goto: bye",), 'key 0 is taken by "person"; give one of the two another'),
        (("key: 1, label: Agent, goto: bye",), '"agent" is taken by "person"'),
        (("label: a, goto: bye",), "key is missing; give the choice a key"),
    ],
)
def test_choices_that_cannot_be_told_apart(choices: tuple[str, ...], told: str) -> None:
    (line,) = mistakes(menu_of(*choices))
    assert line.startswith(f"second: {told}")


def test_a_menu_may_offer_an_always_choice_by_its_name() -> None:
    assert mistakes(menu_of("key: 0, label: talk to an agent, say: [agent], goto: person")) == []


@pytest.mark.parametrize(
    ("slot", "key"),
    [
        ("{type: digits, length: 1}", "0"),
        ("{type: digits, length: 1-3}", "0"),
        ("{type: yes_no}", "2"),
        ("{type: choice, choices: [red, green]}", "1"),
        ("{type: digits, length: 4}", '"#"'),
    ],
)
def test_an_always_key_must_not_be_an_answer(slot: str, key: str) -> None:
    text = changed("{type: digits, length: 2-4}", slot).replace("key: 0", f"key: {key}")
    told = "is an answer here and an always-choice too"
    assert f"first: key {key.strip(QUOTE)} {told}" in [line.partition(";")[0] for line in mistakes(text)]


def test_an_always_key_may_begin_a_longer_answer() -> None:
    assert mistakes(changed("length: 2-4", "length: 8")) == []


@pytest.mark.parametrize(
    ("slot", "told"),
    [
        ("{type: text}", "size is a text, which keys cannot spell by phone"),
        (
            f"{{type: choice, choices: [{', '.join(f'c{n}' for n in range(10))}]}}",
            "size has 10 choices, more than there",
        ),
    ],
)
def test_what_a_phone_cannot_ask_needs_a_fallback(slot: str, told: str) -> None:
    text = changed("{type: digits, length: 2-4}", slot).replace("key: 0", 'key: "*"')
    (line,) = mistakes(text)
    assert line.startswith(f"first: {told}")
    assert line.endswith("; name where a call goes instead: fallback: {voice: a step}")
    assert mistakes(text.replace("prompt: How many?", "prompt: How many?, fallback: {voice: person}")) == []
    assert mistakes("channels: [chat, sms]\n" + text) == []


def test_a_fallback_is_for_a_channel_of_the_menu() -> None:
    (line,) = mistakes(changed("prompt: How many?", "prompt: How many?, fallback: {email: person}"))
    assert line.startswith("first: fallback for email, which is no channel of this menu")


def test_a_menu_without_voice_needs_no_keys() -> None:
    text = menu_of("label: a, goto: bye")
    assert mistakes("channels: [chat]\n" + text) == []


def test_a_condition_must_fit_its_slot() -> None:
    branch = "branch: [{if: {size: {is: many}}, goto: bye}, {else: bye}]"
    (line,) = mistakes(changed("    next: bye\n  person", f"    next: look\n  look:\n    {branch}\n  person"))
    assert line == 'look: is: "many" does not fit the type digits; write it as 0421'
