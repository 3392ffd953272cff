"""Each rule finds its breach where it is, and nothing in a menu that keeps it."""

from __future__ import annotations

import pytest

from ivr.advice import RULES, advise
from ivr.engine.data import replace
from ivr.engine.loader import MenuMistakes, load

GOOD = """\
menu: parcels
start: welcome
exhausted: person
channels: [voice, chat]
slots:
  parcel: {type: digits, length: 6-10}
  pin: {type: digits, length: 4, sensitivity: secret}
always:
  - {key: 0, say: [agent], label: talk to a person, goto: person}
  - {key: 9, say: [repeat], do: repeat}
steps:
  welcome:
    menu:
      prompt: Welcome to Acme parcels.
      choices:
        - {key: 1, label: track a parcel, goto: parcel}
        - {key: 2, label: hear our opening hours, goto: hours}
  hours:
    say: We are open from eight to eight.
    next: goodbye
  parcel:
    ask: {slot: parcel, prompt: What is your parcel number?}
    next: pin
  pin:
    ask: {slot: pin, prompt: What is your PIN?}
    next: look_up
  look_up:
    invoke: {service: parcels.find, with: {number: "{parcel}", pin: "{pin}"}}
    done: forget
    failed: person
  forget:
    set: {pin: null}
    next: hours
  person:
    handoff: {queue: parcels, prompt: Somebody will be with you soon.}
    unavailable: nobody
  nobody:
    menu:
      prompt: Nobody is free.
      choices:
        - {key: 1, label: keep waiting, goto: person}
        - {key: 2, label: finish, goto: goodbye}
      exhausted: goodbye
  goodbye:
    end: Thank you, goodbye.
"""
MANY = "".join(f"\n        - {{key: {n}, label: {word}, goto: hours}}" for n, word in enumerate(
    ("parking", "cookies", "weather", "umbrellas"), start=3
))  # fmt: skip
DEEP = "".join(
    f"""
  level{n}:
    menu:
      prompt: And now?
      choices:
        - {{key: 1, label: apples, goto: {"level" + str(n + 1) if n < 4 else "hours"}}}
        - {{key: 2, label: bananas, goto: hours}}
        - {{key: 3, label: cherries, goto: hours}}"""
    for n in range(1, 5)
)
DEEP = f"goto: hours}}\n        - {{key: 3, label: know more, goto: level1}}{DEEP}\n  hours"
HOURS, FINISH = "label: hear our opening hours, goto: hours}", "label: finish, goto: goodbye}"
BEGIN = f'{HOURS}\n        - {{key: "*", label: begin again, do: start_over}}'
WAIT = f'{FINISH}\n        - {{key: "*", label: wait a while, goto: person}}'
# What cannot be broken alone
ALONG = {"V04": ["V03"], "V05": ["V06", "V20", "V14"], "V11": ["V22"], "V18": [], "V06": ["V05"], "V20": ["V05"]}
SENTENCE = "We are open from eight to eight."
PERSON = "  - {key: 0, say: [agent], label: talk to a person, goto: person}\n"
GERMAN = ("menu: parcels", "menu: parcels\nlanguage: de-DE")

TO_AGENT = "handoff: {queue: parcels, prompt: Somebody will be with you soon.}\n    unavailable: nobody"
SPOKEN, WRITTEN = "voice: I put you through.", "text: Our colleagues help you."


def dial(to: str, prompt: str, unanswered: str = "nobody") -> list[tuple[str, str]]:
    """Somebody outside in the agent's place."""
    return [(TO_AGENT, f'transfer: {{to: "{to}"{prompt}}}\n    unanswered: {unanswered}')]


# rule, what stands there instead of what in the good menu, and a part of the line that is told
BREACHES = [
    ("V00", [("start: welcome", "start: welcome\naccept: {V12: we like it}")], "accept:"),
    ("V01", [("goto: hours}\n  hours", f"goto: hours}}{MANY}\n  hours")], "      choices:"),
    ("V02", [("key: 2, label: hear", "key: 3, label: hear")], "key: 3, label: hear"),
    ("V03", [(SENTENCE, "Press 1 to stay on the line.")], "Press 1"),
    ("V03", [GERMAN, (SENTENCE, "Drücken Sie die 1, um zu warten.")], "Drücken"),
    ("V04", [("Welcome to Acme parcels.", "Welcome. For parcels, press 1.")], "press 1"),
    ("V05", [(PERSON, "")], "  welcome:"),
    ("V06", [("key: 0, say: [agent], label", "key: 8, say: [agent], label")], "key: 8"),
    ("V06", [("key: 2, label: finish", "key: 0, label: finish"), (PERSON, "")], "key: 0"),
    ("V07", [("end: Thank you, goodbye.", "end:")], "    end:"),
    ("V08", [("{slot: parcel, ", "{slot: parcel, tries: 4, ")], "tries: 4"),
    ("V09", [("{slot: parcel, ", "{slot: parcel, timeout: 20s, ")], "timeout: 20s"),
    ("V09", [("{slot: parcel, ", "{slot: parcel, interdigit: 1s, ")], "interdigit: 1s"),
    ("V10", [("{service: parcels.find,", "{service: parcels.find, timeout: 8s,")], "invoke:"),
    ("V11", [(SENTENCE, "We are open. " * 25)], "say: We are open."),
    ("V11", [("label: track a parcel", f"label: {'all that there is to know ' * 11}")], "    menu:"),
    ("V12", [(SENTENCE, "You must call again.")], "You must"),
    ("V12", [GERMAN, (SENTENCE, "Ihre Eingabe ist ungültig.")], "ungültig"),
    ("V13", [("goto: hours}\n  hours", DEEP)], "    menu:"),
    ("V14", [("say: [agent], label: talk to a person,", "say: [agent],")], "  - {key: 0"),
    ("V15", [(HOURS, BEGIN), (FINISH, WAIT)], "wait a while"),
    ("V16", [(', pin: "{pin}"', "")], "ask: {slot: pin"),
    ("V17", [("set: {pin: null}", 'set: {asked: "yes"}')], "ask: {slot: pin"),
    ("V18", [('with: {number: "{parcel}", pin', "with: {pin")], "ask: {slot: parcel"),
    ("V19", [(", prompt: Somebody will be with you soon.", "")], "handoff:"),
    ("V20", [("unavailable: nobody", "unavailable: goodbye"), ("next: hours", "next: nobody")], "unavailable: goodbye"),
    ("V19", dial("+442079460018", ""), "transfer:"),
    (
        "V20",
        [
            *dial("+442079460018", f", prompt: {{{SPOKEN}, {WRITTEN}}}", "goodbye"),
            ("next: hours", "next: nobody"),
        ],
        "unanswered: goodbye",
    ),
    ("V26", dial("+442079460018", ", prompt: I put you through."), "transfer:"),
    ("V26", dial("sip:lab@pbx.example", f", prompt: {{{SPOKEN}, {WRITTEN}}}"), "transfer:"),
    ("V21", [("  - {key: 9, say: [repeat], do: repeat}\n", "")], "  welcome:"),
    ("V22", [("label: keep waiting", "label: finishing")], "label: finish,"),
    ("V23", [(SENTENCE, "Click the link.")], "Click"),
    ("V27", [(SENTENCE, '"Your number is {{ parcel }}."')], "Your number"),
    ("V27", [('pin: "{pin}"}', 'pin: "{pin}", name: "{{customer.name}}"}')], "invoke:"),
    ("V23", [(SENTENCE, "Speak after the tone.")], "after the tone"),
]


def changed(changes: list[tuple[str, str]]) -> str:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_a_good_menu_gets_no_advice() -> None:
    assert advise(load(GOOD, "good.yaml")) == ()


@pytest.mark.parametrize(("rule", "changes", "told"), BREACHES)
def test_a_breach_is_found_at_its_line(rule: str, changes: list[tuple[str, str]], told: str) -> None:
    text = changed(changes)
    found = [advice for advice in advise(load(text, "bad.yaml"), "bad.yaml") if advice.rule == rule]
    assert found
    assert told in text.splitlines()[found[0].line - 1]
    assert {advice.rule for advice in advise(load(text, "bad.yaml"))} <= {rule, *ALONG.get(rule, ())}
    assert str(found[0]).startswith(f"bad.yaml:{found[0].line}:{found[0].column}: {rule} ")


def test_no_rule_goes_without_a_breach() -> None:
    assert {rule for rule, _, _ in BREACHES} | {"V24", "V25"} == set(RULES)


def test_a_rule_is_accepted_with_a_reason_everywhere_or_at_a_step() -> None:
    text = changed([(SENTENCE, "You must call again.")])
    assert advise(load(text.replace("start:", "accept: {V12: they asked for it}\nstart:", 1), "m.yaml")) == ()
    assert advise(load(text.replace("start:", "accept: {V12: {hours: they must}}\nstart:", 1), "m.yaml")) == ()
    elsewhere = advise(load(text.replace("start:", "accept: {V12: {goodbye: they must}}\nstart:", 1), "m.yaml"))
    assert [advice.rule for advice in elsewhere] == ["V00", "V12"]
    with pytest.raises(MenuMistakes, match="V12 is empty"):
        load(text.replace("start:", "accept: {V12: }\nstart:", 1), "m.yaml")
    with pytest.raises(MenuMistakes, match="V12: it is empty"):
        load(text.replace("start:", 'accept: {V12: " "}\nstart:', 1), "m.yaml")


def test_a_language_that_nobody_can_choose() -> None:
    flow = load(GOOD, "m.yaml")
    bilingual = replace(flow, others={"de-DE": replace(flow, language="de-DE")})
    assert [advice.rule for advice in advise(bilingual)] == ["V24"]
    choice = replace(flow.always[0], key="8", label="Deutsch", do="repeat", goto=None, language="de-DE")
    assert advise(replace(bilingual, always=(*flow.always, choice))) == ()
