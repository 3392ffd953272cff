"""Menu files: every mistake is told at once, with its place and its remedy."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.engine.menu_files import ROOT, SERVICES, told, with_ask, with_steps


def test_ten_mistakes_are_ten_messages() -> None:
    text = (ROOT / "tests/fixtures/ten_mistakes.yaml").read_text()
    assert told(text, "ten.yaml", services=SERVICES) == [
        'ten.yaml:3:11: language: "English" is not a language tag; write it as en-US, de-DE or en',
        'ten.yaml:7:40: length: "10-6" is not a length; write it as 8 or 6-10, the smaller number first',
        'ten.yaml:8:3: slot "pin" is never asked, saved or set; ask for it in a step, or take it away',
        'ten.yaml:14:49: step "welcome": goto "trak" does not exist; did you mean "track"?',
        'ten.yaml:15:11: step "welcome": key 1 is taken by "track an order"; give one of the two another',
        'ten.yaml:16:14: step "welcome": tries: "0" is not possible here; write a whole number from 1 to 20',
        'ten.yaml:18:39: step "track": slot "order_nummer" is not declared; did you mean "order_number"?',
        'ten.yaml:18:73: step "track": timeout: "soon" is not a duration; write it as 3s, 10m, 2h or 7d',
        'ten.yaml:21:23: step "look_up": service "order.status" is not declared; did you mean "orders.status"?',
        'ten.yaml:26:5: step "tell": "nxet" is no key of step; did you mean "next"?',
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "1:1: the file is not a mapping"),
        ("- a\n", "1:1: the file is not a mapping"),
        ("\0\1\2", "1:1: the character '\\x00' cannot stand here; save the file as text"),
        (b"menu: \xff", "1:7: the character '\\udcff' cannot stand here; save the file as text in UTF-8"),
        ("menu: \ud800", "1:7: the character '\\ud800'"),
        (
            "menu: a\n\tstart: b\n",
            "2:1: this is not YAML: found a tab character that violates indentation; indent with blanks, not tabs",
        ),
        ("menu: a\nsteps:\n\t- b", "indent with blanks, not tabs"),
        (
            "always:\n  - {key: #, do: repeat}\n\nsteps:\n  a: b\n",
            "2:5: this is not YAML: the bracket that opens here is not closed; close it; put a text that contains #",
        ),
        ("always: [{say: It's 5: or 6, do: repeat}]\n", "or a colon and a blank in quotes, or close the bracket"),
        ("titl: a\nmenu: b\n", 'did you mean "title"?'),
        ("langauge: en\nmnu: b\n", 'did you mean "menu"?'),
        ("title: Acme: support\n", "put a text that contains a colon and a blank in quotes"),
        ('title: "Acme\n', "close the quotes"),
        ("channels: [voice\n", "1:11: this is not YAML: the bracket that opens here is not closed"),
        ("a: &x [1]\n", "1:4: anchors are not used"),
        ("always: [{key: *, do: repeat}]\n", "put * and & in quotes"),
        ("a: *x\n", "1:4: aliases are not used"),
        ("a: !!python/object:os.system x\n", "1:4: tags are not used"),
        ("--- {menu: a}\n--- {menu: b}\n", "2:1: a second document"),
        ("? [a]\n: b\n", "1:3: a key must be a word"),
        ("a: " + "[" * 50_000, "more than 16 levels"),
        ("a: " + "x" * 10_000_000, "longer than 1,000,000 characters"),
        ("menu: a\nmenu: b\n", '2:1: "menu" is there twice; the first is in line 1'),
        ("steps: 3\n", "1:8: steps: a mapping is wanted here"),
        ("yes: 1\nno: 2\n1: 3\nnull: 4\n", '"no" is no key of a menu file'),
    ],
    ids=lambda value: str(value)[:20].encode("ascii", "replace").decode(),
)
def test_texts_that_are_no_menu(text: str | bytes, part: str) -> None:
    assert part in "\n".join(told(text))


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x]\n" + "".join(f"{b}: &{b} [{('*' + a + ', ') * 9}]\n" for a, b in pairwise("abcdefgh"))
    assert told(bomb) == [
        "small.yaml:1:4: anchors are not used in menus; write it out; put & in quotes where it begins a text"
    ]


@pytest.mark.parametrize(
    ("slot", "part"),
    [
        ("{type: digits, length: 0}", '"0" is not a length; write it as 8 or 6-10'),
        ("{type: yes_no, length: 3}", '"length" is no key of it'),
        ("{type: number, least: ten}", '"ten" does not fit the type number; write it as 3.5'),
        ("{type: number, least: 2.50, most: 2}", "least 2.5 is more than most 2; exchange the two"),
        ("{type: number, least: 10, most: 9}", "least 10 is more than most 9; exchange the two"),
        ("{type: date, least: 2026-12-01, most: 2026-11-30}", "least 2026-12-01 is more than most 2026-11-30"),
        ("{type: date, most: 2026-02-30}", "2026-02-30 is not a day of the calendar"),
        ("{type: choice}", "choices is missing"),
        ("{type: digits, sensitivity: privat}", 'did you mean "private"?'),
        ("{}", "type is missing; write one of: digits, number"),
        ("digits", "it: a mapping is wanted here; write its type: {type: digits}"),
    ],
)
def test_slots_that_cannot_be(slot: str, part: str) -> None:
    assert part in "\n".join(told(with_ask(slot)))


@pytest.mark.parametrize(
    ("step", "part"),
    [
        ("say: Hi.\n    end: Bye.", "has 2 verbs: say, end; make a step of each"),
        ("next: bye", "has no verb; give it one of: menu, ask, say"),
        ("asks: {slot: it}", '"asks" is no verb; did you mean "ask"?'),
        ("say: ''\n    next: bye", "say: it is empty; write some words"),
        ("say:\n    next: bye", "say is empty; write what is said"),
        ("say: {audio: a.wav}\n    next: bye", "text is missing; write the words; a recording needs them too"),
        ("say: {text: A., audio: ../a.wav}\n    next: bye", 'audio: "../a.wav" is not possible'),
        ("say: {text: A., voice: Well, come in.}\n    next: bye", "inside { }, a comma ends a text"),
        ("say: {customer.name}\n    next: bye", "put the text in quotes, since it begins with {"),
        ('say: "{"\n    next: bye', "a { stands alone; write {name} around a name, and {{ or }} for the brace"),
        ('say: "a }"\n    next: bye', "a } stands alone"),
        ('say: "{1+1}"\n    next: bye', "{1+1} is not a name"),
        ('say: "{customer.name:upper}"\n    next: bye', 'format "upper" is not known; known here: digits, date'),
        ("menu: {prompt: Hi., choices: []}", "choices is empty; write at least one choice"),
        ("menu: {prompt: Hi., choices: [{key: 1, label: a}]}", "goto is missing; write where it leads"),
        ("menu: {prompt: Hi., choices: [{key: 12, label: a, goto: bye}]}", 'key: "12" cannot be pressed; use one of 0'),
        ("menu: {prompt: Hi., choices: [{key: #, label: a\n      }]}", "key is empty"),
        ("menu: {prompt: Hi., choices: [{label: a, goto: bye}]}", "key is missing; give the choice a key"),
        (
            "menu: {prompt: Hi., choices: [{key: 1, label: a, goto: bye}], no_match: [Sorry, no.]}",
            '"Sorry" seems cut off: inside [ ], a comma ends a text; put each sentence in quotes',
        ),
        ("handoff: {queue: support}", "unavailable is missing; name the step for when nobody is there"),
        ("send: {by: fax, text: Hi.}\n    next: bye", '"fax" is not known; known here: sms, email'),
        ("send: {by: sms}\n    next: bye", "text is missing; write what is sent"),
        ("set: {}\n    next: bye", "set is missing; write at least one slot"),
        ("set: {trust: '4'}\n    next: bye", '"trust" has a meaning of its own; give the slot another name'),
        ("branch: [{if: {channel: {is: fax}}, goto: bye}, {else: bye}]", '"fax" is not known; known here: voice'),
        ("branch: [{if: {trust: {at_least: 5}}, goto: bye}, {else: bye}]", "write a whole number from 0 to 4"),
        ("branch: [{if: {trust: known}, goto: bye}, {else: bye}]", "write a test: {is: …}"),
        ("branch: [{if: {channel: {at_most: voice}}, goto: bye}, {else: bye}]", "neither a number nor a date"),
        ("branch: [{if: {trust: {is: [1, 2]}}, goto: bye}, {else: bye}]", "is takes one value; use in for a list"),
        ("branch: [{if: {trust: {iss: 1}}, goto: bye}, {else: bye}]", '"iss" is no key of trust; did you mean "is"?'),
        ("branch: [{if: {trust: {is: 1}}, goto: bye}]", "else is missing; write at the end of the list"),
        ("branch: [{else: bye}, {if: {trust: {is: 1}}, goto: bye}]", "nothing can come behind else"),
        ("ask: {slot: it, prompt: Yes?, next: bye}", 'write it beside "ask:", one level up'),
        ("say: Hi.\n    tries: 3\n    next: bye", "write it inside the step's verb, one level down"),
    ],
)
def test_steps_that_cannot_be(step: str, part: str) -> None:
    assert part in "\n".join(told(with_steps(f"  first:\n    {step}\n")))


@pytest.mark.parametrize(
    ("head", "part"),
    [
        ("title:\n", "title is empty"),
        ("titel: Acme\n", '"titel" is no key of a menu file; did you mean "title"?'),
        ("language: en_US\n", 'language: "en_US" is not a language tag'),
        ("channels: [voice, fax]\n", 'channels: "fax" is not known; known here: voice'),
        ("resume: {dropped: {within: 0, do: continue}}\n", '"0" is not a duration'),
        ("resume: {dropped: {within: 10 min, do: continue}}\n", '"10 min" is not a duration'),
        ("resume: {dropped: {within: 1m, do: go_on}}\n", 'do: "go_on" is not known; known here: continue, offer'),
        ("resume: {dropped: {do: offer}}\n", "within is missing; write how long it holds"),
        (
            "resume: {unfinished: [{within: 2d, do: continue}, {within: 1d, do: offer}]}\n",
            "the rule before it reaches as far; put the shortest first",
        ),
    ],
)
def test_menus_that_cannot_be(head: str, part: str) -> None:
    assert part in "\n".join(told(with_steps("  first:\n    say: Hi.\n    next: bye\n", head)))


def test_an_exhausted_question_must_lead_somewhere() -> None:
    step = "  first:\n    menu: {prompt: Hi., choices: [{key: 1, label: a, goto: bye}]}\n"
    (line,) = told(with_steps(step).replace("exhausted: bye\n", ""))
    assert "exhausted is missing; name the step after the last try, here or for all questions by a top-level" in line


@pytest.mark.parametrize(
    ("invoke", "part"),
    [
        ("{service: orders.status, save: [eta]}", "service orders.status needs order; write with: {order"),
        ('{service: orders.status, with: {order: "1", x: "2"}}', 'service orders.status takes no "x"'),
        ('{service: orders.status, with: {order: "1"}, save: [etta]}', 'not answer "etta"; did you mean "eta"?'),
        ('{service: orders.status, with: {order: "1"}, timeout: 9s}', "orders.status gets no more than 3 s; shorten"),
        ("{service: orders.stats}", 'service "orders.stats" is not declared; did you mean "orders.status"?'),
    ],
)
def test_invokes_are_held_against_the_declared_services(invoke: str, part: str) -> None:
    step = f"  first:\n    invoke: {invoke}\n    done: bye\n    failed: bye\n"
    assert part in "\n".join(told(with_steps(step), services=SERVICES))


def test_a_flood_of_mistakes_is_cut_at_a_hundred() -> None:
    assert len(told("menu: a\n" + "".join(f"k{n}: 1\n" for n in range(10_000)))) == 100
