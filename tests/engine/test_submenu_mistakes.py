"""Mistakes of sub-menus and of the menus that call them, each told at its place."""

from __future__ import annotations

import pytest

from ivr.engine.loader import MenuMistakes, check_part, load
from tests.engine.bank import BANK, IDENTIFY, told


def test_mistakes_of_the_part_are_told_with_its_file_once() -> None:
    assert told(identify=IDENTIFY.replace("done: good", "done: god")) == [
        'identify.yaml:14:11: step "look": done "god" does not exist; did you mean "good"?'
    ]


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        ("return: failed", "return: faild", '19:13: step "bad": "faild" is none of the results that returns: lists'),
        ("returns: [done, failed]", "returns: [done, failed, busy]", '4:10: no step returns "busy"'),
        ("returns: [done, failed]", "returns: [done, failed, say]", '4:10: "say" is the name of a verb'),
        ("submenu: identify", "submenu: identity", "1:10: the sub-menu identity is in the file identify.yaml"),
        ("start: ask", "start: ask\nalways: []", "6:9: a sub-menu has no always: the menu that calls it has"),
        ("gives: [customer_id]", "gives: [customer]", '3:8: slot "customer" is not declared'),
        ("exhausted: bad}", "exhausted: person}", '10:54: step "ask": exhausted "person" does not exist'),
    ],
)
def test_mistakes_of_parts(before: str, after: str, mistake: str) -> None:
    found = told(identify=IDENTIFY.replace(before, after))
    assert any(line.startswith(f"identify.yaml:{mistake}; ") for line in found), found


@pytest.mark.parametrize(
    ("before", "after", "mistake"),
    [
        (
            "save: {customer: customer_id}",
            "save: {customer: customer}",
            '17:69: step "identify": sub-menu identify gives no "customer"',
        ),
        (
            'with: {card: "{card_number}"}, save',
            'with: {crad: "{card_number}"}, save',
            '17:21: step "identify": sub-menu identify takes no "crad"',
        ),
        ('with: {card: "{card_number}"}, save', "save", '17:21: step "identify": sub-menu identify takes "card"'),
        (
            "done: tell\n    failed: person\n  again",
            "done: tell\n  again",
            '17:21: step "identify": sub-menu identify may return "failed"',
        ),
        (
            "done: tell\n    failed: person\n  again",
            "done: tell\n    faild: person\n  again",
            '19:5: step "identify": sub-menu identify never returns "faild"',
        ),
        (
            "done: tell\n    failed: person\n  again",
            "done: tel\n    failed: person\n  again",
            '18:11: step "identify": done "tel" does not exist',
        ),
        (
            "{name: identify, with",
            "{name: identity, with",
            '17:21: step "identify": there is no sub-menu "identity": no file identity.yaml',
        ),
        (
            "say: You are {customer}.",
            "say: You are {identify.customer_id}.",
            '25:10: step "tell": "identify.customer_id" is inside a step',
        ),
        (
            "say: You are {customer}.\n    next: bye",
            "say: You are {customer}.\n    next: identify.ask",
            '26:11: step "tell": next "identify.ask" does not exist',
        ),
        ("end: Bye.", "return: done", '31:13: step "bye": only a sub-menu returns'),
    ],
)
def test_mistakes_of_callers(before: str, after: str, mistake: str) -> None:
    found = told(BANK.replace(before, after, 1))
    assert any(line.startswith(f"bank.yaml:{mistake}; ") for line in found), found


def test_a_secret_does_not_come_out_into_a_public_slot() -> None:
    part = IDENTIFY.replace("slots:\n", "slots:\n  customer_id: {type: text, sensitivity: private}\n")
    (mistake,) = told(identify=part)
    assert mistake.endswith(
        "customer_id of sub-menu identify is private, customer is public; declare customer with sensitivity: private"
    )


def test_sub_menus_that_call_each_other_in_a_circle_are_told_where_it_closes() -> None:
    part = IDENTIFY.replace(
        "  good:\n    return: done",
        "  good:\n    submenu: {name: identify, with: {card: '{card}'}}\n"
        "    done: good2\n    failed: bad\n  good2:\n    return: done",
    )
    (mistake,) = told(identify=part)
    assert mistake.startswith(
        'identify.yaml:17:21: step "good": sub-menus call each other in a circle: identify.yaml, identify.yaml'
    )


def test_parts_do_not_grow_without_end() -> None:
    """Twenty files that call the next one twice would be a million steps."""
    parts = {"p20.yaml": "submenu: p20\nstart: a\nsteps:\n  a: {return: done}\n"}
    for n in range(20):
        calls = f"  a: {{submenu: {{name: p{n + 1}}}, done: b}}\n  b: {{submenu: {{name: p{n + 1}}}, done: c}}\n"
        parts[f"p{n}.yaml"] = f"submenu: p{n}\nstart: a\nsteps:\n{calls}  c: {{return: done}}\n"
    menu = "menu: m\nstart: a\nsteps:\n  a: {submenu: {name: p0}, done: b}\n  b: {end: Bye.}\n"
    with pytest.raises(MenuMistakes, match="with all its sub-menus this has"):
        load(menu, "m.yaml", parts=parts)


def test_the_ways_hold_over_the_whole() -> None:
    """A circle that only closes through the caller, and a part that nobody can leave."""
    part = IDENTIFY.replace(
        'invoke: {service: cards.find, with: {card: "{card}"}, save: [customer_id]}\n    done: good\n    failed: bad',
        "goto: good",
    ).replace("gives: [customer_id]\n", "")
    menu = (
        BANK.replace(", save: {customer: customer_id}", "")
        .replace("{customer}", "nobody")
        .replace("done: tell\n    failed: person\n  again", "done: identify\n    failed: person\n  again")
    )
    found = told(menu, identify=part)
    assert any('step "identify": runs in a circle without asking anybody: identify' in line for line in found)


def test_an_unreachable_call_is_one_mistake() -> None:
    found = told(BANK.replace("goto: again", "goto: tell"))
    assert found == [
        'bank.yaml:20:3: step "again": no way leads here; lead a choice, a next or a goto here, or take the step away'
    ]


def test_keys_of_the_callers_always_choices_are_no_answers_inside() -> None:
    part = IDENTIFY.replace("type: digits, length: 8", "type: digits, length: 1-8")
    remedy = "key 0 is an answer here and an always-choice too; give the always-choice another key"
    assert set(told(identify=part)) == {
        f'identify.yaml:10:17: step "{step}": {remedy}' for step in ("again.ask", "identify.ask")
    }


def test_a_part_that_no_menu_uses_is_checked_by_itself() -> None:
    check_part("identify.yaml", {"identify.yaml": IDENTIFY})
    with pytest.raises(MenuMistakes, match=r"identify\.yaml:14:11"):
        check_part("identify.yaml", {"identify.yaml": IDENTIFY.replace("done: good", "done: god")})
