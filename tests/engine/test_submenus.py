"""Sub-menus: a part that several menus share, with parameters and results."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from ivr.engine.loader import check_part, load
from ivr.engine.loader.bundle import bundle, unbundle, version_of
from ivr.engine.loader.renamed import renamed
from ivr.engine.loader.ways import led_to
from ivr.engine.steps import CODE_SERVICE, Goto, Step
from tests.engine.bank import BANK, IDENTIFY, bank, told
from tests.engine.flows import Talk
from tests.engine.strategies import NAMES, SPECS, steps


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


def test_a_part_asks_for_the_hours_of_its_caller() -> None:
    branch = "    branch: [{if: {hours.office: {is: open}}, goto: look}, {else: bad}]\n"
    part = IDENTIFY.replace("    next: look\n", "    next: now\n") + f"  now:\n{branch}"
    assert any('"hours.office" is not declared' in line for line in told(identify=part))
    bank(BANK.replace("steps:", "hours: {office: {zone: Europe/Berlin, mon-fri: 08:00-20:00}}\nsteps:"), identify=part)
    check_part("identify.yaml", {"identify.yaml": part})  # by itself it has none to ask for


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
