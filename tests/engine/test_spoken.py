"""What is said aloud: each form that people use, and the law that whatever we read back is understood again."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import num2words
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.engine.actions import SlotType
from ivr.engine.flow import SlotSpec
from ivr.engine.formats import formatted, read_back
from ivr.engine.locale import cldr
from ivr.engine.match import meanings, value_of
from ivr.engine.words import words_of
from tests.engine.flows import NOON

TONGUES = ("en-US", "de-DE", "es-ES", "fr-FR", "ko-KR")
LAW = settings(max_examples=150, deadline=None)


def spec(kind: SlotType, least: str | None = None, most: str | None = None) -> SlotSpec:
    return SlotSpec("x", kind, "x", max_length=1000, least=least, most=most)


def said(language: str, kind: SlotType, text: str) -> list[str]:
    """What it may mean, likeliest first."""
    return [one.value for one in meanings(spec(kind), text, "speech", words_of(language), NOON)]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en-US", "four two one seven", "4217"),
        ("en-US", "double four triple oh", "44000"),
        ("en-US", "four to one seven", "4217"),
        ("en-US", "for ate too won", "4821"),
        ("en-US", "it's forty-two seventeen please", "4217"),
        ("en-US", "four thousand two hundred and seventeen", "4217"),
        ("en-US", "four two um one seven", "4217"),
        ("en-US", "oh oh seven", "007"),
        ("en-US", "nineteen eighty five", "1985"),
        ("en-GB", "treble nine", "999"),
        ("de-DE", "vier zwo eins sieben", "4217"),
        ("de-DE", "zweiundvierzig siebzehn", "4217"),
        ("de-DE", "viertausendzweihundertsiebzehn", "4217"),
        ("de-DE", "doppel vier null", "440"),
        ("es-ES", "cuatro dos uno siete", "4217"),
        ("es-ES", "doble cuatro cero", "440"),
        ("es-ES", "cuatro mil doscientos diecisiete", "4217"),
        ("fr-FR", "quatre deux un sept", "4217"),
        ("fr-FR", "quarante-deux dix-sept", "4217"),
        ("fr-FR", "double quatre zéro", "440"),
        ("ko-KR", "사 이 일 칠", "4217"),
        ("ko-KR", "사이일칠", "4217"),
        ("ko-KR", "공일공", "010"),
        ("ko-KR", "사천이백십칠", "4217"),
    ],
)
def test_digits(language: str, text: str, value: str) -> None:
    assert said(language, "digits", text) == [value]


def test_digits_that_could_be_grouped_otherwise_are_those_that_the_slot_has_room_for() -> None:
    four = SlotSpec("x", "digits", "x", min_length=5, max_length=5)
    assert value_of(four, "soixante dix sept", "speech", words_of("fr-FR"), NOON) == "60107"
    assert said("fr-FR", "digits", "soixante dix sept") == ["77"]


@pytest.mark.parametrize("text", ["for", "to", "no", "track four", "for you", "", "hundred thousand dogs"])
def test_no_digits(text: str) -> None:
    assert said("en-US", "digits", text) == []


def test_homophones_are_no_digits_in_writing() -> None:
    assert value_of(spec("digits"), "for to", "text", words_of("en-US"), NOON) is None


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en-US", "nine ninety nine", ["9.99", "999.00"]),
        ("en-US", "twelve oh five", ["12.05", "1205.00"]),
        ("en-US", "twelve dollars and fifty cents", ["12.50"]),
        ("en-US", "twelve dollars fifty", ["12.50"]),
        ("en-US", "a hundred dollars", ["100.00"]),
        ("en-US", "twenty five hundred", ["2500.00"]),
        ("en-US", "two thousand five hundred dollars", ["2500.00"]),
        ("en-US", "three point five", ["3.50"]),
        ("en-US", "fifty cents", ["0.50"]),
        ("de-DE", "zwölf Euro fünfzig", ["12.50"]),
        ("de-DE", "zweitausend Euro", ["2000.00"]),
        ("de-DE", "neun Komma neun neun", ["9.99"]),
        ("es-ES", "doce euros con cincuenta", ["12.50"]),
        ("es-ES", "mil euros", ["1000.00"]),
        ("fr-FR", "douze euros cinquante", ["12.50"]),
        ("fr-FR", "deux cents euros", ["200.00"]),
        ("ko-KR", "만이천원", ["12000.00"]),
        ("ko-KR", "삼만 오천 원", ["35000.00"]),
    ],
)
def test_money(language: str, text: str, values: list[str]) -> None:
    assert said(language, "money", text) == values


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en-US", "minus three point five", "-3.5"),
        ("en-US", "one hundred twenty three thousand four hundred and five", "123405"),
        ("de-DE", "drei Komma fünf", "3.5"),
        ("de-DE", "neunzehnhundertfünfundachtzig", "1985"),
        ("es-ES", "tres coma cinco", "3.5"),
        ("fr-FR", "trois virgule cinq", "3.5"),
        ("ko-KR", "삼점오", "3.5"),
    ],
)
def test_numbers(language: str, text: str, value: str) -> None:
    assert said(language, "number", text) == [value]


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en-US", "the third of december twenty twenty six", ["2026-12-03"]),
        ("en-US", "december twenty first two thousand twenty six", ["2026-12-21"]),
        ("en-US", "december third", ["2027-12-03", "2028-12-03", "2026-12-03"]),
        ("en-US", "next tuesday", ["2027-01-19"]),
        ("en-US", "next saturday", ["2027-01-16", "2027-01-23"]),
        ("en-US", "last tuesday", ["2027-01-12"]),
        ("en-US", "from tuesday", ["2027-01-19", "2027-01-12"]),
        ("en-US", "tomorrow", ["2027-01-16"]),
        ("de-DE", "am dritten Dezember zweitausendsechsundzwanzig", ["2026-12-03"]),
        ("de-DE", "dritter zwölfter zweitausendsechsundzwanzig", ["2026-12-03"]),
        ("de-DE", "letzten Dienstag", ["2027-01-12"]),
        ("es-ES", "el tres de diciembre de dos mil veintiséis", ["2026-12-03"]),
        ("fr-FR", "le premier mars deux mille vingt-sept", ["2027-03-01"]),
        ("fr-FR", "mardi dernier", ["2027-01-12"]),
        ("ko-KR", "이천이십육년 십이월 삼일", ["2026-12-03"]),
        ("ko-KR", "다음 주 화요일", ["2027-01-19"]),
    ],
)
def test_dates(language: str, text: str, values: list[str]) -> None:
    """It is Friday, January 15, 2027."""
    assert said(language, "date", text) == values


def test_a_day_of_the_week_is_sure_where_the_slot_has_room_for_one_only() -> None:
    past, words = spec("date", most="2027-01-15"), words_of("en-US")
    (one,) = meanings(past, "tuesday", "speech", words, NOON)
    assert (one.value, one.sure) == ("2027-01-12", True)
    assert not any(one.sure for one in meanings(spec("date"), "tuesday", "speech", words, NOON))


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("en-US", "half past two", ["14:30", "02:30"]),
        ("en-US", "quarter to nine in the morning", ["08:45"]),
        ("en-US", "two thirty p m", ["14:30"]),
        ("en-US", "two o'clock", ["14:00", "02:00"]),
        ("en-US", "ten past eight", ["08:10", "20:10"]),
        ("en-US", "two oh five", ["14:05", "02:05"]),
        ("en-US", "nine at night", ["21:00"]),
        ("en-US", "noon", ["12:00"]),
        ("de-DE", "halb drei", ["14:30", "02:30"]),
        ("de-DE", "viertel vor neun abends", ["20:45"]),
        ("de-DE", "vierzehn Uhr dreißig", ["14:30"]),
        ("es-ES", "las dos y media de la tarde", ["14:30"]),
        ("es-ES", "las nueve menos cuarto", ["08:45", "20:45"]),
        ("fr-FR", "deux heures et demie", ["14:30", "02:30"]),
        ("fr-FR", "neuf heures moins le quart du matin", ["08:45"]),
        ("fr-FR", "quatorze heures trente", ["14:30"]),
        ("ko-KR", "오후 두 시 반", ["14:30"]),
        ("ko-KR", "오전 아홉 시 십오 분", ["09:15"]),
    ],
)
def test_times(language: str, text: str, values: list[str]) -> None:
    assert said(language, "time", text) == values


def test_a_time_is_sure_where_the_slot_has_room_for_one_half_of_the_day_only() -> None:
    office = spec("time", "08:00", "18:30")
    (one,) = meanings(office, "half past two", "speech", words_of("en-US"), NOON)
    assert (one.value, one.sure) == ("14:30", True)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        *[("en-US", text, "yes") for text in ("yeah sure", "yes please", "that's right", "uh yes", "yes yes yes")],
        *[("en-US", text, "no") for text in ("nope", "no no", "no thank you", "um no", "no way")],
        *[("de-DE", text, "yes") for text in ("ja genau", "ja bitte", "klar", "ähm ja", "ja das stimmt")],
        *[("de-DE", text, "no") for text in ("nee", "nein danke", "nein das ist falsch")],
        *[("es-ES", text, "yes") for text in ("sí claro", "vale", "eso es")],
        *[("es-ES", text, "no") for text in ("no gracias", "no no es correcto")],
        *[("fr-FR", text, "yes") for text in ("ouais", "oui bien sûr", "tout à fait", "euh oui")],
        *[("fr-FR", text, "no") for text in ("non merci", "non pas du tout")],
        *[("ko-KR", text, "yes") for text in ("네 맞아요", "네 네", "그럼요")],
        *[("ko-KR", text, "no") for text in ("아니요 아니에요", "아뇨")],
    ],
)
def test_yes_and_no(language: str, text: str, value: str) -> None:
    assert said(language, "yes_no", text) == [value]


@pytest.mark.parametrize("text", ["yes no", "maybe", "please", "no I said 4218", ""])
def test_neither_yes_nor_no(text: str) -> None:
    assert said("en-US", "yes_no", text) == []


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en-US", "B as in Bravo one two", "B12"),
        ("en-US", "a b dash one", "AB-1"),
        ("en-US", "alfa bravo four", "AB4"),
        ("de-DE", "B wie Berta eins zwei", "B12"),
        ("es-ES", "b de Barcelona uno", "B1"),
        ("fr-FR", "b comme Bernard un", "B1"),
        ("en-US", "it fell down", "it fell down"),
        ("en-US", "one two", "one two"),
    ],
)
def test_letters(language: str, text: str, value: str) -> None:
    assert said(language, "text", text)[0] == value


# Whatever we say to ask whether it is right is understood when it is said: in figures, and in words as voices read it

amounts = st.decimals(0, 99_999, places=2).map(lambda amount: f"{amount:.2f}")
values = {
    "digits": st.text("0123456789", min_size=1, max_size=12),
    "number": st.decimals(-99_999, 999_999, places=1).map(lambda n: format(n.normalize() + 0, "f")),
    "money": amounts,
    "date": st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat),
    "time": st.times().map(lambda time: f"{time:%H:%M}"),
    "yes_no": st.sampled_from(["yes", "no"]),
    "text": st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ-", min_size=2, max_size=8).filter(lambda t: re.match("[A-Z]", t)),
}
told = st.sampled_from(sorted(values)).flatmap(lambda kind: st.tuples(st.just(kind), values[kind]))


@LAW
@given(st.sampled_from(TONGUES), told)
def test_what_is_read_back_is_understood(language: str, kind_and_value: tuple[SlotType, str]) -> None:
    kind, value = kind_and_value
    words = words_of(language)
    if kind == "money" and not cldr.has_parts(words.currency):
        value = f"{Decimal(value):.0f}.00"
    assert value in said(language, kind, read_back(words, kind, value))


@LAW
@given(st.sampled_from(TONGUES), told.filter(lambda pair: pair[0] not in {"text", "yes_no"}))
def test_it_is_understood_in_number_words_too(language: str, kind_and_value: tuple[SlotType, str]) -> None:
    kind, value = kind_and_value
    words = words_of(language)
    if kind == "money" and not cldr.has_parts(words.currency):
        value = f"{Decimal(value):.0f}.00"
    assert value in said(language, kind, in_words(language, read_back(words, kind, value)))


def in_words(language: str, text: str) -> str:
    """As a voice reads it: numbers in words, but for decimals, which are one by one."""
    point = next(iter(sorted(words_of(language).spoken.point)))
    text = text.replace("1er ", "premier ")
    text = re.sub(r"(?<=[0-9])[.,](?=[0-9])", f" {point} ", text.replace(":", " "))
    return re.sub("[0-9]+", lambda figures: f" {_words(language, figures[0])} ", text)


def _words(language: str, figures: str) -> str:
    """Without the commas that no voice says."""
    return num2words.num2words(int(figures), lang=language.partition("-")[0]).replace(",", "")


@LAW
@given(st.sampled_from(TONGUES), st.integers(0, 999_999))
def test_cardinals_are_understood_in_words(language: str, number: int) -> None:
    assert said(language, "number", _words(language, str(number))) == [str(number)]


@LAW
@given(st.sampled_from(TONGUES), st.sampled_from(sorted(values)), st.text(max_size=40))
def test_nothing_that_is_said_raises(language: str, kind: SlotType, text: str) -> None:
    for one in meanings(spec(kind), text, "speech", words_of(language), NOON):
        assert one.value
        assert formatted(words_of(language), "plain", one.value, spoken=True) == one.value
