"""A menu in several languages: how it is written, and how a customer changes the language."""

from __future__ import annotations

from time import process_time

import pytest

from ivr.engine.actions import Say
from ivr.engine.data import replace
from ivr.engine.events import Input
from ivr.engine.flow import Flow
from ivr.engine.languages import preferred
from ivr.engine.loader import load
from ivr.engine.step import current_wait
from ivr.engine.steps import Menu
from ivr.prompts import fixed_says
from tests.engine.flows import Talk

CLINIC = """
menu: clinic
languages: [en-US, de-DE, ko-KR]
start: welcome
exhausted: person
slots:
  day: {type: date, title: {en: your day, de: Ihren Tag, ko: 고객님의 날짜}}
  kind: {type: choice, choices: {a: {en: check-up, de: Vorsorge, ko: 검진}, b: {en: pain, de: Schmerzen, ko: 통증}}}
  size: {type: choice, choices: [{en: small one, de: kleine, ko: 작은}, {en: big one, de: große, ko: 큰}]}
  tongue: {type: text}
always:
  - {key: 8, label: Deutsch, say: [deutsch, german], language: de}
  - {key: 9, label: 한국어, language: ko-KR, do: repeat}
  - {key: 0, say: [agent, mitarbeiter], goto: person}
steps:
  welcome:
    menu:
      prompt: {en: Hello., de: Guten Tag., ko: 안녕하세요.}
      choices:
        - key: 1
          label: {en: book a visit, de: Termin buchen, ko: 예약}
          say: {en: [book], de: [termin, buchen], ko: [예약할게요]}
          goto: day
        - {key: 2, label: {en: go on in English, de: Englisch, ko: 영어}, goto: english}
        - {key: 3, label: {en: as you know me, de: wie immer, ko: 평소대로}, goto: known}
      no_input: {en: [Hello?, Still there?], de: [Hallo?], ko: [여보세요?]}
  day:
    ask:
      slot: day
      prompt:
        voice: {en: When?, de: Wann?, ko: 언제입니까?}
        text: {en: Which day?, de: Welcher Tag?, ko: 며칠입니까?}
        audio: {en: when-en.wav, de: when-de.wav, ko: when-ko.wav}
    next: kind
  kind:
    ask: {slot: kind, prompt: {en: What for?, de: {voice: Wofür?, text: Weshalb?}, ko: 무엇 때문입니까?}}
    next: size
  size:
    ask: {slot: size, prompt: {en: Which room?, de: Welches Zimmer?, ko: 어느 방입니까?}}
    next: tell
  tell:
    say: {en: "On {day:date}.", de: "Am {day:date}.", ko: "{day:date}입니다."}
    next: where
  where:
    branch:
      - {if: {language: {is: de}}, goto: german}
      - {else: person}
  german: {say: {en: Never., de: Auf Deutsch., ko: 아니요.}, next: person}
  english: {set: {language: en-US}, next: welcome}
  known: {set: {language: "{tongue}", tongue: ko}, next: known_too}
  known_too: {set: {language: "{tongue}"}, next: welcome}
  person:
    handoff: {queue: desk, prompt: {en: Please hold., de: Bitte warten., ko: 기다려 주세요.}, whisper: "{day}"}
    unavailable: bye
  bye: {end: {en: Bye., de: Tschüss., ko: 안녕히 가세요.}}
"""


@pytest.fixture(scope="module")
def clinic() -> Flow:
    return load(CLINIC, "clinic.yaml")


def test_one_file_is_one_flow_for_each_language_with_the_same_steps_and_ids(clinic: Flow) -> None:
    assert clinic.languages == ("en-US", "de-DE", "ko-KR")
    assert {flow.currency for flow in (clinic, *clinic.others.values())} == {"USD"}
    for other in clinic.others.values():
        assert other.version == clinic.version  # whoever speaks it stays pinned when they come back
        assert list(other.steps) == list(clinic.steps)
        assert list(other.slots["size"].choices) == ["small_one", "big_one"]
        for name, step in clinic.steps.items():
            if isinstance(step, Menu):
                there = other.steps[name]
                assert isinstance(there, Menu)
                assert [(c.id, c.key, c.goto) for c in there.choices] == [(c.id, c.key, c.goto) for c in step.choices]
    assert clinic.others["de-DE"].slots["day"].title == "Ihren Tag"


def test_a_customer_changes_the_language_where_they_are(clinic: Flow) -> None:
    talk = Talk(clinic).arrive()
    assert talk.said == [
        "Hello.",
        "To book a visit, press 1.",
        "To go on in English, press 2.",
        "To as you know me, press 3.",
        "Für Deutsch drücken Sie die 8.",
        "한국어, 9번을 눌러 주십시오.",
    ]
    assert [say.language for say in talk.actions if isinstance(say, Say)][-2:] == ["de-DE", "ko-KR"]
    talk.press("1").press("8")
    assert talk.actions[0] == Say("Wann?", "when-de.wav", fixed=True, language="de-DE")
    assert talk.collect.language == "de-DE"
    assert (talk.journey.step, talk.journey.language) == ("day", "de-DE")
    talk.write("am 3. Dezember 2026")
    assert talk.said == ["Wofür?", "Für Vorsorge drücken Sie die 1.", "Für Schmerzen drücken Sie die 2."]
    talk.press("2").press("1")
    assert talk.said == ["Am dritten Dezember 2026.", "Auf Deutsch.", "Bitte warten."]
    assert talk.enqueue.why == "Gewählt: book a visit; angegeben: Tag 2026-12-03, kind Schmerzen, size kleine."


GREETING = """
menu: clinic
languages: [en-US, es-US]
start: language
always:
  - {key: 7, label: English, say: [inglés], language: en-US, do: repeat}
  - {key: 8, label: Español, say: [spanish], language: es-US, do: repeat}
steps:
  language:
    menu:
      prompt: {en: Welcome., es: Le damos la bienvenida.}
      choices:
        - {key: 1, label: English, say: [inglés], language: en-US, goto: what}
        - {key: 2, label: Español, say: [spanish], language: es-US, goto: what}
      exhausted: bye
  what:
    menu:
      prompt: {en: What is it?, es: ¿Qué desea?}
      choices:
        - {key: 1, label: {en: finish, es: terminar}, goto: bye}
      exhausted: bye
  bye:
    end: {en: Goodbye., es: Adiós.}
"""


def test_a_menu_that_offers_a_language_itself_offers_it_once() -> None:
    talk = Talk(load(GREETING, "clinic.yaml")).arrive()
    assert talk.said == ["Welcome.", "For English, press 1.", "Para Español, pulse 2."]
    talk.send(Input, text="spanish", mode="speech")
    assert talk.said == ["¿Qué desea?", "Para terminar, pulse 1.", "For English, press 7."]


def test_the_language_survives_a_lost_line_and_a_change_of_channel(clinic: Flow) -> None:
    talk = Talk(clinic).arrive().press("8").leave("dropped")
    back = talk.later(60).arrive("chat-1", "chat", "continue")
    assert back.said == ["Willkommen zurück. Machen wir da weiter, wo wir waren.", "Guten Tag."]
    assert back.collect.options[0].label == "Termin buchen"
    assert back.write("buchen").said == ["Welcher Tag?"]


def test_silence_and_misunderstandings_are_answered_in_the_language(clinic: Flow) -> None:
    talk = Talk(clinic).arrive().press("9")
    assert talk.silence().said[0] == "여보세요?"
    assert talk.press("7").said[0] == "죄송합니다. 잘 알아듣지 못했습니다."


def test_a_step_sets_the_language_or_takes_it_from_a_slot(clinic: Flow) -> None:
    talk = Talk(clinic).arrive().press("8").press("2")
    assert (talk.said[0], talk.journey.language) == ("Hello.", "en-US")
    talk.press("3")
    assert (talk.said[0], talk.journey.language) == ("안녕하세요.", "ko-KR")
    assert set(talk.journey.slots) == {"tongue"}


def test_a_language_that_a_newer_version_does_not_speak_is_that_of_the_flow(clinic: Flow) -> None:
    talk = Talk(clinic).arrive().press("9").leave("dropped")
    talk.flow = replace(clinic, version="v2", others={})
    assert talk.arrive("call-2", resume="continue").said[-2:] != []
    assert "Hello." in talk.said


def test_prompts_of_all_languages_are_made_ahead(clinic: Flow) -> None:
    says = fixed_says(clinic)
    assert len(says) == len(set(says))
    for language, words in (("en-US", "When?"), ("de-DE", "Wann?"), ("ko-KR", "언제입니까?")):
        assert words in {say.text for say in says if say.language == language}
    assert Say("Einen Moment bitte.", fixed=True, language="de-DE") in says


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("de-DE", "de-DE"),
        ("de", "de-DE"),
        ("de-AT, de;q=0.9, en;q=0.8", "de-DE"),
        ("en;q=0.5, ko;q=0.7", "ko-KR"),
        ("pl, en-GB;q=0.8", "en-US"),
        ("pl, *;q=0.1", "en-US"),
        ("de;q=0, ko;q=0.000", None),
        ("pl", None),
        ("", None),
        (";q=1,,de;q=nonsense, <script>", None),
        ("pl," * 40 + "de", None),
    ],
)
def test_the_language_that_is_asked_for_most_and_spoken(wish: str, found: str | None) -> None:
    assert preferred(wish, ["en-US", "de-DE", "ko-KR"]) == found


PRICES = """
menu: prices
languages: [en-US, de-DE]
currency: EUR
start: ask
exhausted: bye
always: [{key: "*", label: Deutsch, language: de}]
slots: {price: {type: money}}
steps:
  ask: {ask: {slot: price, prompt: {en: How much?, de: Wie viel?}}, next: tell}
  tell: {say: "{price:money}", next: bye}
  bye: {end: {en: Bye., de: Tschüss.}}
"""


def test_the_currency_is_the_menus_in_all_languages() -> None:
    flow = load(PRICES, "prices.yaml")
    assert {each.currency for each in (flow, *flow.others.values())} == {"EUR"}
    assert Talk(flow).arrive().write("€12.50").said[0] == "12 euros and 50 cents"
    assert Talk(flow).arrive().press("*").write("12,50 €").said[0] == "12 Euro und 50 Cent"
    assert Talk(flow).arrive("chat", "chat").write("€12.50").said[0] == "€12.50"


def test_what_comes_too_late_hears_the_question_in_the_language_again(clinic: Flow) -> None:
    talk = Talk(clinic).arrive().press("8").press("1", turn=1)
    assert talk.said[0] == "Guten Tag."
    assert current_wait(clinic, talk.journey)[0] == talk.actions[0]


def test_a_menu_of_a_thousand_steps_in_two_languages_loads_in_time() -> None:
    """Counted in processor time, which others on the machine do not change much; 0.7 s when it was written."""
    steps = "\n".join(
        f"  s{n}:\n    menu:\n      prompt: {{en: Number {n}., de: Nummer {n}.}}\n      choices:\n"
        f"        - {{key: 1, label: {{en: go on {n}, de: weiter {n}}}, goto: s{(n + 1) % 1000}}}\n"
        f"        - {{key: 2, label: {{en: end {n}, de: Ende {n}}}, goto: bye}}"
        for n in range(1000)
    )
    top = "menu: m\nlanguages: [en, de]\nstart: s0\nexhausted: bye"
    text = f"{top}\nsteps:\n{steps}\n  bye: {{end: {{en: Bye, de: Ende}}}}\n"
    began = process_time()
    assert len(load(text, "m.yaml").others["de"].steps) == 1001
    assert process_time() - began < 10
