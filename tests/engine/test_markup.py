"""Marks for voices: what they mean, what menus may write, and that no value can bring any."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import Say
from ivr.engine.loader import MenuMistakes, load
from ivr.engine.markup import Pause, Speech, escaped, is_marked, normal, plain, segments
from tests.engine.flows import Talk

MENU = """
menu: m
start: a
steps:
  a: {{say: {words}, next: b}}
  b: {{end: Goodbye.}}
"""


def said(words: str, channel: str = "voice", name: str = "") -> Say:
    flow = load(MENU.format(words=words), "m.yaml")
    first = Talk(flow).arrive(channel=channel, customer_name=name).actions[0]
    assert isinstance(first, Say)
    return first


def mistake(words: str) -> str:
    with pytest.raises(MenuMistakes) as caught:
        load(MENU.format(words=words), "m.yaml")
    (only,) = caught.value.mistakes
    assert (only.line, only.step) == (5, "a")
    return f"{only.problem}; {only.remedy}"


@pytest.mark.parametrize(
    ("marked", "words", "spoken"),
    [
        (
            'Hello.<break time="1.5s"/>Go on.',
            "Hello. Go on.",
            (Speech("Hello."), Pause(1.5), Speech("Go on.")),
        ),
        ("A<break/>B", "A B", (Speech("A"), Pause(0.5), Speech("B"))),
        (
            'A <prosody rate="slow">slow <emphasis level="strong">and loud</emphasis></prosody> word',
            "A slow and loud word",
            (Speech("A "), Speech("slow ", 0.75), Speech("and loud", 0.75, "strong"), Speech(" word")),
        ),
        ("It is <emphasis>not</emphasis>", "It is not", (Speech("It is "), Speech("not", 1.0, "moderate"))),
        ('Card <say-as interpret-as="digits">4217</say-as>.', "Card 4217.", (Speech("Card 4 2 1 7."),)),
        ('<say-as interpret-as="characters">ab1</say-as>', "ab1", (Speech("A, B, 1"),)),
        ('<sub alias="Acme Incorporated">Acme Inc.</sub> here', "Acme Inc. here", (Speech("Acme Incorporated here"),)),
        ("AT&amp;T &lt; Acme", "AT&T < Acme", (Speech("AT&T < Acme"),)),
        ("a < b and <c> & d", "a < b and <c> & d", (Speech("a < b and <c> & d"),)),
    ],
)  # fmt: skip
def test_what_marks_mean(marked: str, words: str, spoken: tuple[Speech | Pause, ...]) -> None:
    assert plain(marked) == words
    assert segments(marked) == spoken
    assert segments(normal(marked)) == spoken


def test_ears_get_marks_and_eyes_get_words() -> None:
    words = """'Dear {customer.name:name}, <break time="1s"/> AT&T & you.'"""
    assert said(words, name="ANN") == Say(
        "Dear Ann, AT&T & you.", markup='Dear Ann, <break time="1s"/> AT&amp;T &amp; you.'
    )
    assert said(words, "chat", "ANN") == Say("Dear Ann, AT&T & you.")


@pytest.mark.parametrize("words", ["a < b", "x <y", "1 <2> 3", "AT&T", "<3"])
def test_a_sign_that_begins_no_mark_is_a_sign(words: str) -> None:
    assert said(f'"{words}"') == Say(words, fixed=True)


def test_signs_may_be_written_as_in_xml() -> None:
    assert said('"a &lt; b &amp; c"') == Say("a < b & c", fixed=True)
    assert said('"a &lt; b &amp; c"', "chat") == Say("a < b & c", fixed=True)


def test_a_customer_cannot_speak_in_marks() -> None:
    name = '<break time="9s"/>&lt;'
    found = said("""'<emphasis>{customer.name}</emphasis>!'""", name=name)
    assert found.text == f"{name}!"
    assert segments(found.markup or "") == (Speech(name, 1.0, "moderate"), Speech("!"))
    assert said("'{customer.name}!'", name=name) == Say(f"{name}!")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("<audio/>", "<audio> is no mark that voices know; known here: break, emphasis, prosody"),
        ("<emphasis>loud", "<emphasis> is never closed; write </emphasis>"),
        ("loud</emphasis>", "</emphasis> closes nothing; take it away"),
        ("<emphasis><sub alias='a'>x</emphasis></sub>", "</emphasis> closes nothing; close <sub> first"),
        ("<break time='1s'>", "<break> has nothing inside; write it as <break time="),
        ("<break time='1m'/>", '"1m" is no pause; write it as 500ms or 2s'),
        ("<break time='11s'/>", '"11s" is no pause'),
        ("<break time=1s/>", "<break is cut off or miswritten; write <break time="),
        ("<brake time='1s'/>", "<brake> is no mark that voices know; did you mean"),
        ("<break length='1s'/>", '<break> has no "length"; write it as <break time='),
        ("<prosody rate='quick'>x</prosody>", 'rate "quick" is not known; known here: slow, medium, fast'),
        ("<prosody>x</prosody>", "<prosody> needs rate; write it as <prosody rate="),
        ("<say-as interpret-as='digit'>x</say-as>", 'interpret-as "digit" is not known; did you mean "digits"?'),
        ("<sub alias='{customer.name}'>x</sub>", "a value cannot stand inside a mark; put the mark around it"),
    ],
)  # fmt: skip
def test_mistakes_in_marks_are_told(words: str, told: str) -> None:
    assert f"say: {told}" in mistake(f'"{words}"')


def test_marks_are_for_voices_only() -> None:
    told = mistake("{voice: Hello., text: 'Hello.<break/>'}")
    assert told == "text: marks are for voices, not for eyes; take them away, or write them under voice: only"


SIGNS = ("<", ">", "&", "&lt;", "a", " ", "<b>", '"')
PIECES = (*SIGNS, "<emphasis>", "</emphasis>", "<break/>", "<sub alias='x'>", "</sub>")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_any_text_can_be_spoken_and_any_value_stays_what_it_is(text: str) -> None:
    segments(text)
    assert plain(escaped(text)) == text or "  " in text
    assert not is_marked(escaped(text))
    assert plain(normal(text)) == plain(text)


@given(st.lists(st.sampled_from([*SIGNS, "a", "<break/>", "<emphasis>x</emphasis>"])).map("".join))
def test_a_marked_wording_is_kept_as_xml(text: str) -> None:
    ET.fromstring(f"<speak>{normal(text)}</speak>")
