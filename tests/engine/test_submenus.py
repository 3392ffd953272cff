"""Sub-menus: a part that several menus share, with parameters and results."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, check_part, load
from ivr.engine.loader.bundle import bundle, unbundle, version_of
from ivr.engine.loader.renamed import renamed
from ivr.engine.loader.ways import led_to
from ivr.engine.steps import CODE_SERVICE, Goto, Step
from tests.engine.flows import Talk
from tests.engine.strategies import NAMES, SPECS, steps

BANK = """\
menu: bank
start: welcome
exhausted: person
slots:
  card_number: {type: digits, length: 8, title: your card, sensitivity: private}
always:
  - {key: 0, say: agent, goto: person}
steps:
  welcome:
    menu:
      prompt: Hello.
      choices:
        - {key: 1, label: activate, goto: identify}
        - {key: 2, label: pay, goto: again}
        - {key: 3, label: give your card, goto: card}
  identify:
    submenu: {name: identify, with: {card: "{card_number}"}, save: {customer: customer_id}}
    done: tell
    failed: person
  again:
    submenu: {name: identify, with: {card: "{card_number}"}}
    done: tell
    failed: person
  tell:
    say: You are {customer}.
    next: bye
  person:
    handoff: {queue: q, whisper: "{journey.summary}"}
    unavailable: bye
  bye:
    end: Bye.
  card:
    ask: {slot: card_number, prompt: Which card?}
    next: welcome
"""
IDENTIFY = """\
submenu: identify
takes: [card]
gives: [customer_id]
returns: [done, failed]
start: ask
slots:
  card: {type: digits, length: 8, title: your card, sensitivity: private}
steps:
  ask:
    ask: {slot: card, prompt: Your card?, exhausted: bad}
    next: look
  look:
    invoke: {service: cards.find, with: {card: "{card}"}, save: [customer_id]}
    done: good
    failed: bad
  good:
    return: done
  bad:
    return: failed
"""


def bank(menu: str = BANK, **parts: str) -> Flow:
    return load(
        menu, "bank.yaml", parts={f"{name}.yaml": text for name, text in {"identify": IDENTIFY, **parts}.items()}
    )


def told(menu: str = BANK, **parts: str) -> list[str]:
    with pytest.raises(MenuMistakes) as refused:
        bank(menu, **parts)
    return str(refused.value).splitlines()


def test_a_sub_menu_asks_and_its_result_comes_back() -> None:
    talk = Talk(bank()).arrive().press("1")
    assert talk.said == ["Your card?"]
    assert talk.press("12345678").invoke.arguments == {"card": "12345678"}
    assert talk.invoked(customer_id="Jane").said == ["You are Jane.", "Bye."]


def test_what_the_caller_knows_is_not_asked_by_the_sub_menu() -> None:
    talk = Talk(bank()).arrive().press("3").press("12345678").press("1")
    assert talk.invoke.arguments == {"card": "12345678"}


def test_what_was_handed_on_may_be_said_back_in_the_contact_that_gave_it_and_in_no_other() -> None:
    part = IDENTIFY.replace("start: ask", "start: tell").replace(
        "steps:\n",
        "steps:\n  tell:\n"
        "    menu: {prompt: 'Card {card}.', choices: [{key: 1, label: go, goto: ask}], exhausted: bad}\n",
    )
    talk = Talk(bank(identify=part)).arrive(trust=1).press("3").press("12345678").press("1")
    assert talk.said[0] == "Card 12345678."
    assert talk.leave().arrive("call-2", trust=1, resume="continue").said[1] == "Card your card."


def test_each_result_leads_where_the_caller_says() -> None:
    talk = Talk(bank()).arrive().press("1").press("12345678").invoke_fails()
    assert talk.journey.step == "person"


def test_two_calls_are_two_instances() -> None:
    flow = bank()
    assert {"identify.ask", "again.ask"} <= flow.steps.keys()
    assert {"identify.card", "again.card"} <= flow.slots.keys()
    talk = Talk(flow).arrive().press("1").press("12345678").leave()
    talk.arrive("call-2", step="again")
    assert talk.said[-1] == "Your card?"


def test_a_journey_resumes_inside_a_sub_menu() -> None:
    talk = Talk(bank()).arrive().press("1").leave("dropped").arrive("chat-1", "chat", resume="continue")
    assert (talk.journey.step, talk.said[-1]) == ("identify.ask", "Your card?")


def test_always_choices_of_the_caller_work_inside() -> None:
    assert Talk(bank()).arrive().press("1").press("0").journey.step == "person"


def test_steps_know_where_they_are_written() -> None:
    flow = bank()
    assert flow.places["identify"] == (None, 16)
    assert flow.places["identify.look"] == ("identify.yaml", 12)
    assert flow.places["again.look"] == flow.places["identify.look"]


def test_a_part_that_changes_makes_another_version_and_one_that_is_not_used_none() -> None:
    one = bank()
    assert one.version == bank(other="submenu: other\n").version
    assert one.version != bank(identify=IDENTIFY.replace("Your card?", "Which card?")).version
    assert one.parts == {"identify.yaml": IDENTIFY}
    assert one.version == version_of(BANK, one.parts)


def test_a_bundle_is_taken_apart_as_it_was_put_together() -> None:
    flow = bank()
    source, parts = unbundle(bundle(flow.source, flow.parts))
    assert load(source, "x", parts=parts).version == flow.version
    for text in ("", "a", "a\n", "a\r\n\n"):
        assert unbundle(bundle(text, {"b.yaml": text, "a.yaml": "é"})) == (text, {"a.yaml": "é", "b.yaml": text})
    with pytest.raises(ValueError, match="---"):
        bundle("menu: a\n--- # file: b.yaml", {})


OUTER = """\
submenu: outer
takes: [known]
start: inner
slots: {known: {type: digits, length: 8, sensitivity: private}}
steps:
  inner:
    submenu: {name: identify, with: {card: "{known}"}}
    done: back
    failed: back
  back:
    return: done
"""


def test_sub_menus_call_sub_menus() -> None:
    menu = BANK.replace(
        '{name: identify, with: {card: "{card_number}"}}\n    done: tell\n    failed: person',
        '{name: outer, with: {known: "{card_number}"}}\n    done: tell',
    )
    flow = bank(menu, outer=OUTER)
    assert "again.inner.ask" in flow.steps
    assert flow.slots["again.inner.card"].sensitivity == "private"
    assert flow.places["again.inner.ask"] == ("identify.yaml", 9)
    assert flow.parts.keys() == {"identify.yaml", "outer.yaml"}


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


def test_a_part_asks_for_the_hours_of_its_caller() -> None:
    branch = "    branch: [{if: {hours.office: {is: open}}, goto: look}, {else: bad}]\n"
    part = IDENTIFY.replace("    next: look\n", "    next: now\n") + f"  now:\n{branch}"
    assert any('"hours.office" is not declared' in line for line in told(identify=part))
    bank(BANK.replace("steps:", "hours: {office: {zone: Europe/Berlin, mon-fri: 08:00-20:00}}\nsteps:"), identify=part)
    check_part("identify.yaml", {"identify.yaml": part})  # by itself it has none to ask for


def test_a_part_that_no_menu_uses_is_checked_by_itself() -> None:
    check_part("identify.yaml", {"identify.yaml": IDENTIFY})
    with pytest.raises(MenuMistakes, match=r"identify\.yaml:14:11"):
        check_part("identify.yaml", {"identify.yaml": IDENTIFY.replace("done: good", "done: god")})


BOTH = {"Hello.": "Hallo.", "activate": "aktivieren", "pay": "zahlen", "give your card": "Karte angeben"}
BOTH |= {"Which card?": "Welche Karte?", "Bye.": "Ende.", "your card": "Ihre Karte", "Your card?": "Ihre Karte?"}


def in_two_languages(text: str) -> str:
    for english, german in BOTH.items():
        for key in ("prompt", "label", "title", "end"):
            for after in (",", "}", "\n"):
                both = f'{key}: {{en: "{english}", de: "{german}"}}{after}'
                text = text.replace(f"{key}: {english}{after}", both)
    return text


def test_a_part_speaks_the_languages_of_its_caller() -> None:
    menu = in_two_languages(BANK).replace("menu: bank", "menu: bank\nlanguages: [en-US, de-DE]")
    menu = menu.replace("say: You are {customer}.", 'say: "{customer}."')
    part = in_two_languages(IDENTIFY)
    assert Talk(bank(menu, identify=part).others["de-DE"]).arrive().press("1").said == ["Ihre Karte?"]
    assert any(line.startswith("identify.yaml:10:") for line in told(menu))
    english = "languages: [en-US]\n"
    assert any("speaks de-DE, this sub-menu does not" in line for line in told(menu, identify=IDENTIFY + english))
    both = part + "languages: [de-DE, en-US]\n"
    assert Talk(bank(identify=both)).arrive().press("1").said == ["Your card?"]


@settings(max_examples=200, deadline=None)
@given(steps)
def test_a_renamed_step_names_nothing_of_before(step: Step) -> None:
    """A new kind of step, or a new field of one, that renaming does not know fails here."""
    inner = renamed(step, "p", {spec.name for spec in SPECS})
    assert led_to(inner) == tuple(f"p.{name}" for name in led_to(step))
    for name in (*NAMES, *(spec.name for spec in SPECS)):
        assert f"'{name}'" not in repr(inner).replace(f"id='{name}'", ""), name


def test_a_name_that_is_not_the_parts_own_stays() -> None:
    assert renamed(Goto("a"), "p", ()) == Goto("p.a")
    assert CODE_SERVICE == "segue.code"
