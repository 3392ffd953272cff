"""Five languages: all words are there, values are said and written as a native would, and read back as they were."""

from __future__ import annotations

import dataclasses
import string
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.actions import SlotType
from ivr.engine.flow import SlotSpec
from ivr.engine.formats import formatted
from ivr.engine.languages import lookup
from ivr.engine.match import find, options_of, saved_value, value_of
from ivr.engine.steps import Format
from ivr.engine.words import LANGUAGES, number_words, words_of
from tests.engine.flows import NOON

TAGS = ("en-US", "en-GB", "de-DE", "es-ES", "es-MX", "fr-FR", "ko-KR")
FIVE = ("en-US", "de-DE", "es-ES", "fr-FR", "ko-KR")
languages = st.sampled_from(TAGS)


def read(kind: SlotType, text: str, language: str) -> str | None:
    return value_of(SlotSpec("s", kind, "t", min_length=1, max_length=40), text, "text", words_of(language), NOON)


def told(form: Format, value: str, language: str, *, spoken: bool) -> str:
    return formatted(words_of(language), form, value, spoken=spoken)


# Said and written


@pytest.mark.parametrize(
    ("language", "form", "value", "spoken", "written"),
    [
        ("en-US", "date", "2026-12-03", "December 3, 2026", "Dec 3, 2026"),
        ("en-GB", "date", "2026-12-03", "3 December 2026", "3 Dec 2026"),
        ("de-DE", "date", "2026-12-03", "dritten Dezember 2026", "03.12.2026"),
        ("es-ES", "date", "2026-12-03", "3 de diciembre de 2026", "3 dic 2026"),
        ("fr-FR", "date", "2026-12-03", "3 décembre 2026", "3 déc. 2026"),
        ("ko-KR", "date", "2026-12-03", "2026년 12월 3일", "2026. 12. 3."),
        ("en-US", "time", "14:30", "2:30 PM", "2:30 PM"),
        ("en-US", "time", "09:00", "9 AM", "9:00 AM"),
        ("en-GB", "time", "14:30", "2:30 PM", "14:30"),
        ("de-DE", "time", "14:30", "14 Uhr 30", "14:30 Uhr"),
        ("de-DE", "time", "01:00", "ein Uhr", "01:00 Uhr"),
        ("es-ES", "time", "14:30", "las 14 y 30", "las 14:30"),
        ("es-ES", "time", "01:00", "la una", "la 1:00"),
        ("es-MX", "time", "14:30", "las 2 y 30 p. m.", "las 2:30 p. m."),
        ("es-MX", "time", "13:15", "la una y 15 p. m.", "la 1:15 p. m."),
        ("fr-FR", "time", "14:05", "14 heures 5", "14 h 05"),
        ("fr-FR", "time", "01:00", "une heure", "1 h 00"),
        ("ko-KR", "time", "14:30", "오후 2시 30분", "오후 2:30"),
        ("en-US", "money", "1250.50", "1250 dollars and 50 cents", "$1,250.50"),
        ("de-DE", "money", "1250.50", "1250 Euro und 50 Cent", "1.250,50 €"),
        ("de-DE", "money", "1.01", "ein Euro und ein Cent", "1,01 €"),
        ("es-ES", "money", "12.01", "12 euros y un céntimo", "12,01 €"),
        ("es-MX", "money", "12.50", "12 pesos y 50 centavos", "$12.50"),
        ("fr-FR", "money", "1250.50", "1250 euros et 50 centimes", "1 250,50 €"),
        ("ko-KR", "money", "12500.00", "12500원", "₩12,500"),
        ("de-DE", "money", "-5.00", "minus 5 Euro", "-5,00 €"),
        ("de-CH", "money", "5.20", "5 Franken und 20 Rappen", "CHF 5.20"),
        ("de-DE", "number", "-1250.5", "minus 1250,5", "-1.250,5"),
        ("fr-FR", "number", "1250.5", "1250,5", "1 250,5"),
        ("en-US", "ordinal", "3", "third", "3rd"),
        ("de-DE", "ordinal", "3", "dritte", "3."),
        ("es-ES", "ordinal", "3", "tercero", "3.º"),
        ("fr-FR", "ordinal", "1", "premier", "1er"),
        ("fr-FR", "ordinal", "3", "troisième", "3e"),
        ("ko-KR", "ordinal", "3", "세 번째", "3번째"),
        ("ko-KR", "ordinal", "100", "100 번째", "100번째"),
        ("de-DE", "spell", "ab-1", "A, B, Minus, 1", "ab-1"),
        ("fr-FR", "spell", "a@b", "A, arobase, B", "a@b"),
        ("en-US", "name", "ANN O'NEIL", "Ann O'Neil", "Ann O'Neil"),
        ("en-US", "name", "jean-luc  picard", "Jean-Luc Picard", "Jean-Luc Picard"),
        ("en-US", "name", "Ann McDonald", "Ann McDonald", "Ann McDonald"),
        ("pl-PL", "date", "2026-12-03", "3 grudnia 2026", "3 gru 2026"),
        ("pl-PL", "money", "12.50", "12,50 złotego polskiego", "12,50 zł"),
    ],
)
def test_values_in_the_words_of_a_region(language: str, form: Format, value: str, spoken: str, written: str) -> None:
    assert told(form, value, language, spoken=True) == spoken
    assert told(form, value, language, spoken=False) == written


def test_amounts_are_in_the_currency_of_the_menu_whatever_language_is_spoken() -> None:
    assert formatted(words_of("en-US", "EUR"), "money", "12.50", spoken=True) == "12 euros and 50 cents"
    assert formatted(words_of("ko-KR", "USD"), "money", "12.50", spoken=False) == "US$12.50"
    assert value_of(SlotSpec("s", "money", "t"), "12,50 €", "text", words_of("de-DE", "USD"), NOON) is None


@given(languages, st.sampled_from(["digits", "date", "time", "money", "number", "ordinal", "name", "spell"]), st.text())
def test_any_value_can_be_said_in_any_language(language: str, form: Format, value: str) -> None:
    for spoken in (True, False):
        assert isinstance(told(form, value, language, spoken=spoken), str)


# Read back


@given(languages, st.dates(date(1000, 1, 1)), st.booleans())
def test_dates_that_are_said_and_written_read_back(language: str, day: date, spoken: bool) -> None:
    text = told("date", day.isoformat(), language, spoken=spoken)
    assert read("date", text, language) == day.isoformat()
    assert read("date", f" {text.upper()}! ", language) == day.isoformat()


@given(languages, st.times(), st.booleans())
def test_times_that_are_said_and_written_read_back(language: str, time: object, spoken: bool) -> None:
    value = str(time)[:5]
    assert read("time", told("time", value, language, spoken=spoken), language) == value


@given(languages, st.decimals(0, 999_999_999, places=2), st.booleans())
def test_amounts_that_are_said_and_written_read_back(language: str, amount: Decimal, spoken: bool) -> None:
    value = f"{amount:.2f}" if language != "ko-KR" else f"{int(amount)}.00"
    assert read("money", told("money", value, language, spoken=spoken), language) == value


@given(languages, st.decimals(-999_999, 999_999, places=3), st.booleans())
def test_numbers_that_are_said_and_written_read_back(language: str, number: Decimal, spoken: bool) -> None:
    value = format(number.normalize(), "f") if number else "0"
    text = told("number", value, language, spoken=spoken)
    assert read("number", text, language) == value


@given(languages, st.text(string.digits, min_size=1, max_size=12))
def test_digits_read_back_as_they_are_said(language: str, value: str) -> None:
    assert read("digits", told("digits", value, language, spoken=True), language) == value
    names = {figure: word for word, figure in number_words(language).items() if len(figure) == 1}
    assert read("digits", " ".join(names[c] for c in value), language) == value


@given(languages, st.sampled_from(["number", "money", "date", "time"]), st.text() | st.from_regex(r"[0-9:.,-]{0,10}"))
def test_what_programs_give_means_itself_in_all_languages(language: str, kind: SlotType, text: str) -> None:
    """A canonical value survives any number of hands, whatever is spoken."""
    spec = SlotSpec("s", kind, "t")
    found = saved_value(spec, text, words_of(language), NOON)
    if found is not None:
        assert all(saved_value(spec, found, words_of(other, "USD"), NOON) == found for other in TAGS)


def test_a_point_in_what_programs_give_parts_no_thousands() -> None:
    spec = SlotSpec("s", "number", "t")
    assert saved_value(spec, "1.234", words_of("de-DE"), NOON) == "1.234"
    assert value_of(spec, "1.234", "text", words_of("de-DE"), NOON) == "1234"


# As people type and say it


@pytest.mark.parametrize(
    ("language", "kind", "text", "expected"),
    [
        ("de-DE", "date", "3. Dezember 2026", "2026-12-03"),
        ("de-DE", "date", "am 3.12.2026", "2026-12-03"),
        ("de-DE", "date", "der dritte Dezember 2026", "2026-12-03"),
        ("de-DE", "date", "Donnerstag, 3. Dez. 2026", "2026-12-03"),
        ("de-DE", "date", "3 marz 2026", "2026-03-03"),
        ("de-DE", "date", "übermorgen", "2027-01-17"),
        ("en-US", "date", "Thursday, the 3rd of December 2026", "2026-12-03"),
        ("es-ES", "date", "3 de diciembre de 2026", "2026-12-03"),
        ("es-ES", "date", "1º de enero de 2026", "2026-01-01"),
        ("es-ES", "date", "mar 3 mar 2026", "2026-03-03"),
        ("es-ES", "date", "pasado mañana", "2027-01-17"),
        ("fr-FR", "date", "le 1er decembre 2026", "2026-12-01"),
        ("fr-FR", "date", "jeudi 3 déc. 2026", "2026-12-03"),
        ("fr-FR", "date", "aujourd'hui", "2027-01-15"),
        ("ko-KR", "date", "2026년 12월 3일", "2026-12-03"),
        ("ko-KR", "date", "2026.12.3", "2026-12-03"),
        ("ko-KR", "date", "내일", "2027-01-16"),
        ("de-DE", "date", "30. Februar 2026", None),
        ("de-DE", "date", "3. Dezember", None),
        ("de-DE", "time", "14 Uhr 30", "14:30"),
        ("de-DE", "time", "um 14.30 Uhr", "14:30"),
        ("de-DE", "time", "14h", "14:00"),
        ("de-DE", "time", "acht Uhr abends", "20:00"),
        ("de-DE", "time", "Mittag", "12:00"),
        ("de-DE", "time", "25 Uhr", None),
        ("en-US", "time", "2:30 pm", "14:30"),
        ("en-US", "time", "2 p.m.", "14:00"),
        ("en-US", "time", "12:15 a.m.", "00:15"),
        ("en-US", "time", "two thirty PM", "14:30"),
        ("en-US", "time", "nine o'clock", "09:00"),
        ("en-US", "time", "2", None),
        ("en-US", "time", "noon", "12:00"),
        ("es-ES", "time", "a las 14:30", "14:30"),
        ("es-ES", "time", "a las 2 de la tarde", "14:00"),
        ("fr-FR", "time", "à 14h30", "14:30"),
        ("fr-FR", "time", "8 heures du soir", "20:00"),
        ("fr-FR", "time", "midi", "12:00"),
        ("ko-KR", "time", "오후 두 시 삼십 분", "14:30"),
        ("ko-KR", "time", "14시", "14:00"),
        ("ko-KR", "time", "정오", "12:00"),
        ("de-DE", "money", "12,50 €", "12.50"),
        ("de-DE", "money", "12 Euro 50", "12.50"),
        ("de-DE", "money", "zwölf Euro", "12.00"),
        ("de-DE", "money", "1.250 EUR", "1250.00"),
        ("de-DE", "money", "$12", None),
        ("en-US", "money", "12 dollars and 5 cents", "12.05"),
        ("en-US", "money", "50 cents", "0.50"),
        ("fr-FR", "money", "1 250,50 €", "1250.50"),
        ("es-ES", "money", "12 euros con 50 céntimos", "12.50"),
        ("ko-KR", "money", "12,500원", "12500.00"),
        ("ko-KR", "money", "12,500.50원", None),
        ("fr-FR", "number", "quatre-vingt-dix-sept", "97"),
        ("ko-KR", "number", "이십일", "21"),
        ("de-DE", "number", "einundzwanzig", "21"),
        ("es-ES", "number", "veintidos", "22"),
        ("en-US", "digits", "forty-two seventeen", "4217"),
        ("de-DE", "digits", "zwo null eins sieben", "2017"),
        ("ko-KR", "digits", "사이일칠", "4217"),
        ("ko-KR", "digits", "공일공", "010"),
        ("fr-FR", "digits", "zéro six douze", "0612"),
        ("de-DE", "yes_no", "Ja, gerne!", "yes"),
        ("es-ES", "yes_no", "si", "yes"),
        ("fr-FR", "yes_no", "D'accord.", "yes"),
        ("ko-KR", "yes_no", "아니요", "no"),
    ],
)
def test_what_people_type_and_say(language: str, kind: SlotType, text: str, expected: str | None) -> None:
    assert read(kind, text, language) == expected


@pytest.mark.parametrize(
    ("language", "kind", "keys", "expected"),
    [
        ("ko-KR", "date", "20261203", "2026-12-03"),
        ("de-DE", "date", "03122026", "2026-12-03"),
        ("en-US", "time", "1430", "14:30"),
        ("de-DE", "time", "930", "09:30"),
        ("de-DE", "time", "2561", None),
        ("de-DE", "money", "12*50", "12.50"),
    ],
)
def test_what_is_keyed_in(language: str, kind: SlotType, keys: str, expected: str | None) -> None:
    assert value_of(SlotSpec("s", kind, "t"), keys, "keys", words_of(language), NOON) == expected


# Words


@pytest.mark.parametrize("tag", FIVE)
def test_a_language_says_everything_itself(tag: str) -> None:
    """No sentence was forgotten in English."""
    words, english = words_of(tag), LANGUAGES["en"]
    if tag == "en-US":
        return
    for field in dataclasses.fields(words):
        said, original = getattr(words, field.name), getattr(english, field.name)
        if isinstance(original, str) and len(original) > 12 and "{" not in original:
            assert said != original, field.name
    assert {"label", "key"} == _fields(words.choice) == _fields(words.value)


def _fields(pattern: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(pattern) if name}


@pytest.mark.parametrize("tag", FIVE)
def test_yes_is_not_no_and_numbers_press_keys(tag: str) -> None:
    words = words_of(tag)
    spec = SlotSpec("s", "yes_no", "t")
    for text, meant in [*((y, "yes") for y in words.yes), *((n, "no") for n in words.no)]:
        found = find(options_of(spec, words), text, "speech", words)
        assert found is not None
        assert found.id == meant
    assert {number_words(tag)[word] for word in number_words(tag)} >= {str(n) for n in range(101)}


def test_other_languages_get_english_sentences() -> None:
    assert words_of("pl-PL").offer == words_of("en-US").offer
    assert words_of("xx").offer == words_of("en-US").offer


@pytest.mark.parametrize(
    ("tag", "found"),
    [("de-DE", "de-DE"), ("de", "de-DE"), ("DE-de", "de-DE"), ("de-AT", "de-DE"), ("en-GB", "en-GB"), ("pl", None)],
)
def test_which_language_is_meant(tag: str, found: str | None) -> None:
    assert lookup(tag, ("de-DE", "en-US", "en-GB")) == found
