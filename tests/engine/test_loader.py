"""Menu files: what they become, and that every mistake is told at once, with its place and its remedy."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.engine.loader import MenuMistakes, load, load_services, source
from ivr.engine.steps import AskSlot, Branch, Condition, Handoff, InvokeStep, Menu, Ref, SendStep, SetStep
from ivr.flows import parts_in

ROOT = Path(__file__).parents[2]
MENUS = ROOT / "ivr" / "menus"
SUPPORT = (MENUS / "support.yaml").read_text()
PARTS = parts_in(MENUS)
SERVICES = load_services((MENUS / "services.yaml").read_bytes(), "services.yaml")

HEAD = "menu: small\nstart: first\nexhausted: bye\n"
BYE = "  bye:\n    end: Goodbye.\n"


def told(text: str | bytes, name: str = "small.yaml", **options: object) -> list[str]:
    """The lines about the mistakes of a file; none when there is no mistake."""
    try:
        load(text, name, **options)  # type: ignore[arg-type]
    except MenuMistakes as mistakes:
        return str(mistakes).splitlines()
    return []


def with_steps(steps: str, head: str = "") -> str:
    return f"{HEAD}{head}steps:\n{steps}{BYE}"


def with_ask(slot: str, head: str = "") -> str:
    return with_steps("  first:\n    ask: {slot: it, prompt: Yes?}\n    next: bye\n", f"slots:\n  it: {slot}\n{head}")


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
        ("title: Acme: support\n", "put a text that contains a colon and a blank in quotes"),
        ('title: "Acme\n', "close the quotes"),
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
    first, second = flow.steps["first"].prompt, flow.steps["second"].prompt  # type: ignore[union-attr]
    assert (first.voice, first.text, first.audio) == (("Hear.",), ("Read.",), "hello.wav")
    assert second.text == second.voice == ("Both.",)


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


def test_a_late_drop_is_offered_what_other_unfinished_matters_are() -> None:
    head = "resume: {dropped: {within: 5m, do: continue}, unfinished: {within: 1d, do: offer, say: Hello again.}}\n"
    policy = load(with_steps("  first:\n    goto: bye\n", head), "x").resume
    assert [(rule.within, rule.do, rule.say.text) for rule in policy.dropped][1:] == [
        (86400, "offer", ("Hello again.",))
    ]


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


def test_both_parsers_of_pyyaml_make_the_same_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load(SUPPORT, "x", SERVICES, PARTS)
    monkeypatch.setattr(source, "Loader", yaml.SafeLoader)
    assert load(SUPPORT, "x", SERVICES, PARTS) == fast


def only_mistakes(text: str | bytes) -> None:
    """`load` answers any text with a flow or with mistakes of one line each, with a place in the file and a remedy."""
    lines = len(re.split("\r\n|[\n\r\x85\u2028\u2029]|\\\\[nrx]", str(text))) + 1
    for line in told(text, "x", services=SERVICES):
        place = re.match(r"x:(\d+):(\d+): .+; \S", line)
        assert place, line
        assert 1 <= int(place[1]) <= lines
        assert int(place[2]) >= 1


anywhere = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@anywhere
@given(st.text() | st.binary() | st.text(alphabet=":-{}[]\n \t#*&!|>'\"?,%@`ab0\0\x85\u2028"))
def test_any_text_is_answered(text: str | bytes) -> None:
    only_mistakes(text)


LINES = SUPPORT.splitlines(keepends=True)
WORDS = sorted(set(re.findall(r"\w+|[^\w\s]", SUPPORT)))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The shipped menu with lines taken away, doubled, moved or indented, and words exchanged."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "indent", "word", "cut"])):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "indent":
                lines[at] = "  " + lines[at]
            case "cut":
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            case _:
                old, new = draw(st.sampled_from(WORDS)), draw(st.sampled_from([*WORDS, "null", "{}", "[]", "-1"]))
                lines[at] = lines[at].replace(old, new)
    return "".join(lines)


@anywhere
@given(mutated())
def test_any_slip_of_the_keyboard_is_answered(text: str) -> None:
    only_mistakes(text)
