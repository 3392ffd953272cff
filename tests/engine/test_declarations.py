"""What menu files declare about hours, switches and escalation, and the verbs split, record and callback: what is
read, and the mistakes."""

from __future__ import annotations

import pytest

from ivr.engine.flow import Flow, Hours
from ivr.engine.loader import MenuMistakes, load
from ivr.engine.steps import CallbackStep, RecordStep, Ref, Split

STEPS = """
  first:
    {verb}
  bye:
    end: Goodbye.
  person:
    handoff: {{queue: support}}
    unavailable: bye
"""
MENU = "menu: {prompt: Hello., choices: [{key: 1, label: leave, goto: bye}, {key: 2, label: ask, goto: person}]}"


def read(head: str = "", verb: str = MENU) -> Flow:
    head = head if "exhausted" in head or "escalation" in head else f"exhausted: person\n{head}"
    return load(f"menu: m\nstart: first\n{head}\nsteps:{STEPS.format(verb=verb)}", "m.yaml")


def told(head: str = "", verb: str = MENU) -> list[str]:
    """Problems with their remedies, without their places."""
    with pytest.raises(MenuMistakes) as refused:
        read(head, verb)
    return [f"{mistake.problem}; {mistake.remedy}" for mistake in refused.value.mistakes]


def test_hours() -> None:
    flow = read(
        "hours: {office: {zone: Europe/Berlin, mon-thu: [08:00-12:00, 13:00-17:00], fri: 8:00-12:00, sat: closed, "
        "sun: 00:00-24:00, holidays: DE-BY, special: {2026-12-24: 09:00-12:00, 2026-12-31: closed}}, "
        "night: {zone: Asia/Seoul, sat-mon: 22:00-02:00}}"
    )
    long, short = ((480, 720), (780, 1020)), ((480, 720),)
    week = (long, long, long, long, short, (), ((0, 1440),))
    special = {"2026-12-24": ((540, 720),), "2026-12-31": ()}
    night = ((1320, 1560),)
    assert flow.hours == {
        "office": Hours("office", "Europe/Berlin", week, special, "DE", "BY"),
        "night": Hours("night", "Asia/Seoul", (night, (), (), (), (), night, night)),
    }


@pytest.mark.parametrize(
    ("hours", "mistake"),
    [
        ("mon: 08:00-20:00", "zone is missing; name the time zone, such as America/New_York"),
        (
            "zone: Europe/Brelin, mon: 08:00-20:00",
            'zone: "Europe/Brelin" is no time zone; did you mean "Europe/Berlin"?',
        ),
        ("zone: America, mon: 08:00-20:00", 'zone: "America" is no time zone'),
        ("zone: ../../etc/passwd, mon: 08:00-20:00", "is no time zone"),
        ("zone: UTC", "mon-fri is missing; write when you are open"),
        ("zone: UTC, mno: 08:00-20:00", '"mno" is no day of the week; write mon, mon-fri and the like'),
        ("zone: UTC, mon-fir: 08:00-20:00", '"mon-fir" is no day of the week'),
        ("zone: UTC, mon: 08:00-20:00, hollidays: US", 'no day of the week; did you mean "holidays"?'),
        ("zone: UTC, mon-fri: 08:00-20:00, wed: closed", "wed has hours already; write them in one place, as a list"),
        ("zone: UTC, mon: 8-20", 'mon: "8-20" is not a span of hours; write it as 08:00-20:00'),
        ("zone: UTC, mon: 08:00-25:00", "is not a span of hours"),
        ("zone: UTC, mon: 08:60-09:00", "is not a span of hours"),
        ("zone: UTC, mon: 08:00-08:00", "is not a span of hours"),
        ("zone: UTC, mon: [closed, 08:00-12:00]", '"closed" is not a span of hours'),
        ("zone: UTC, mon: []", "mon is empty"),
        ("zone: UTC, mon: 08:00-20:00, holidays: XX", 'no holidays are known of "XX"; write a country'),
        ("zone: UTC, mon: 08:00-20:00, holidays: DE-NY", 'no holidays are known of "DE-NY"; regions of DE are: BB'),
        ("zone: UTC, mon: 08:00-20:00, special: {2026-02-30: closed}", "2026-02-30 is not a day of the calendar"),
        ("zone: UTC, mon: 08:00-20:00, special: {tomorrow: closed}", '"tomorrow" does not fit the type date'),
    ],
)
def test_mistakes_in_hours(hours: str, mistake: str) -> None:
    found = told(f"hours: {{office: {{{hours}}}}}")
    assert any(mistake in line for line in found), found
    assert len(found) == 1, found


def test_switches() -> None:
    switches = read("switches: {storm: {title: A storm, say: Hello., goto: bye}, trial: {}}").switches
    assert (switches["storm"].title, switches["storm"].goto) == ("A storm", "bye")
    assert switches["storm"].say is not None
    assert (switches["trial"].title, switches["trial"].say, switches["trial"].goto) == ("trial", None, None)


def test_a_switch_leads_to_a_step_that_is_there_and_that_nothing_else_needs_to_lead_to() -> None:
    assert told("switches: {storm: {goto: by}}") == ['goto "by" does not exist; did you mean "bye"?']
    alone = MENU + "\n  shelter:\n    end: Stay inside."
    assert told("", alone) == ["no way leads here; lead a choice, a next or a goto here, or take the step away"]
    assert read("switches: {storm: {goto: shelter}}", alone).switches["storm"].goto == "shelter"


BRANCH = "branch: [{{if: {{{condition}}}, goto: bye}}, {{else: person}}]"
HEAD = "switches: {storm: {}}\nhours: {office: {zone: UTC, mon: 08:00-20:00}}"


@pytest.mark.parametrize(
    ("condition", "mistake"),
    [
        ("hours.ofice: {is: open}", '"hours.ofice" is not declared; did you mean "hours.office"?'),
        ("switch.strom: {is: on}", '"switch.strom" is not declared; did you mean "switch.storm"?'),
        ("hours.office: {is: opened}", 'is: "opened" is not known; did you mean "open"?'),
        ("switch.storm: {is: yes}", 'is: "yes" is not known; known here: on, off'),
        ("hours.office: known", "hours.office: a mapping is wanted here; write a test: {is: …}, or known"),
        ("hours.office: {known: yes}", "hours.office is always known; test what it is: {is: …}"),
        ("switch.storm: {at_least: on}", "switch.storm is neither a number nor a date; test it by is, is_not or in"),
    ],
)
def test_mistakes_in_conditions(condition: str, mistake: str) -> None:
    assert told(HEAD, BRANCH.format(condition=condition)) == [mistake]


def test_hours_without_a_declaration() -> None:
    (line,) = told("", BRANCH.format(condition="hours.office: {is: open}"))
    assert line == '"hours.office" is not declared; write it at the top of the file, under hours:'


def test_a_split() -> None:
    verb = "split: [{percent: 12.5, goto: bye}, {percent: 30 %, goto: person}, {else: bye}]"
    assert read("", verb).steps["first"] == Split(((12.5, "bye"), (30.0, "person"), (57.5, "bye")))


@pytest.mark.parametrize(
    ("split", "mistake"),
    [
        ("[{percent: 20, goto: bye}, {percent: 5, goto: person}]", "else is missing"),
        ("[{else: bye}]", "split is empty; write at least one share"),
        ("[{else: person}, {percent: 20, goto: bye}]", "nothing can come behind else"),
        (
            "[{percent: 60, goto: bye}, {percent: 50, goto: bye}, {else: person}]",
            "else (110); lower the shares",
        ),
        ("[{percent: 0, goto: bye}, {else: person}]", '"0" is no share; write a number of percent between 0 and 100'),
        ("[{percent: many, goto: bye}, {else: person}]", '"many" is no share'),
        ("[{goto: bye}, {else: person}]", "percent is missing"),
    ],
)
def test_mistakes_in_a_split(split: str, mistake: str) -> None:
    found = told("", f"split: {split}")
    assert any(mistake in line for line in found), found


def test_a_record_makes_a_private_slot() -> None:
    verb = "record: {slot: words, prompt: Please speak., longest: 90s}\n    next: bye\n    failed: person"
    flow = read("", verb)
    step = flow.steps["first"]
    assert isinstance(step, RecordStep)
    assert (step.slot, step.longest, step.silence, step.timeout) == ("words", 90, 4, 6)
    assert (flow.slots["words"].type, flow.slots["words"].sensitivity) == ("text", "private")


def test_mistakes_in_a_record() -> None:
    verb = "record: {slot: words, prompt: Please speak.}\n    next: bye\n    failed: person"
    assert told("slots: {words: {type: digits}}", verb) == [
        '"words" is a digits, a message is a text; declare words as a text'
    ]
    assert told("", "record: {slot: words, prompt: Speak.}\n    next: person") == [
        "failed is missing; name the step for when nothing was said"
    ]


def test_a_comment_of_a_survey_is_a_text() -> None:
    verb = "survey: {rate: csat, comment: remark}\n    next: bye"
    assert '"remark" is a digits, a comment is a text; declare remark as a text' in told(
        "slots: {remark: {type: digits}}", verb
    )


def test_a_callback() -> None:
    verb = 'callback: {queue: support, number: "{number}", when: "{number}"}\n    next: bye\n    failed: ask'
    ask = "\n  ask:\n    ask: {slot: number, prompt: Which?}\n    next: person"
    step = read("slots: {number: {type: digits}}", verb + ask).steps["first"]
    assert step == CallbackStep("support", (Ref("number"),), (Ref("number"),), None, "bye", "ask")
    assert told("slots: {number: {type: digits, sensitivity: secret}}", verb + ask) == [
        "number is secret and must not be sent; leave it out"
    ]


def test_escalation_names_the_person_and_the_number_of_misses() -> None:
    flow = read("escalation: {keys_after: 1, person: person}")
    assert flow.keys_after == 1
    assert flow.steps["first"].tries.exhausted == "person"  # type: ignore[union-attr]
    assert read().keys_after == 2
    assert told("exhausted: person\nescalation: {person: bye}") == [
        "the step after the last try is named by exhausted too; keep one of the two, they mean the same"
    ]
