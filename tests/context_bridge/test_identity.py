from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context_bridge.identity import WITHHELD, newcomer, normalize
from context_bridge.records import IdentifierKind

NUMBER: tuple[IdentifierKind, str] = ("e164", "+442071838750")


@pytest.mark.parametrize(
    "raw",
    [
        "+442071838750",
        "020 7183 8750",
        "(020) 7183-8750",
        "tel:+44-20-7183-8750",
        "sip:+442071838750@carrier.example",
        "sip:+442071838750;user=phone@carrier.example:5060;transport=tls",
        '"Anna" <sip:+442071838750@carrier.example;user=phone>;tag=7',
        "SIPS:+442071838750@carrier.example",
    ],
)
def test_one_number_in_many_forms(raw: str) -> None:
    assert normalize(raw, "GB", "allowed_passed_screen") == NUMBER


@pytest.mark.parametrize(
    "presentation", ["prohib", "prohib_passed_screen", "unavailable", "restricted", "", "ALLOWED?"]
)
def test_a_number_that_may_not_be_shown_identifies_nobody(presentation: str) -> None:
    assert normalize("+442071838750", "GB", presentation) is None


@pytest.mark.parametrize("region", ["US", "GB", "DE", "IS"])
@pytest.mark.parametrize("word", sorted(WITHHELD))
@pytest.mark.parametrize(
    "form", ["{}", "+{}", "sip:{}@carrier.example", '"x" <sip:{}@anonymous.invalid>', "tel:{}", "1{}", "+1{}"]
)
def test_withheld_however_it_is_spelt(region: str, word: str, form: str) -> None:
    for raw in (form.format(word), form.format(word.upper()), form.format(" " + word)):
        assert normalize(raw, region, "allowed") is None


@pytest.mark.parametrize(
    "word", ["7378742833", "7378742883", "2562533", "8566696", "8656696", "86282452253", "266696687"]
)
def test_what_twilio_writes_for_no_number_is_withheld(word: str) -> None:
    assert word in WITHHELD


@pytest.mark.parametrize("raw", ["+464", "+1464"])
def test_what_is_too_short_for_a_number_is_none(raw: str) -> None:
    assert normalize(raw, "US", "allowed") is None


@pytest.mark.parametrize("raw", ["737-874-2833", "(737) 874-2833", "+1 737 874 2833", "256-2533", "+1-266696687"])
def test_withheld_with_separators(raw: str) -> None:
    assert normalize(raw, "US", "allowed") is None


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        " ",
        "+442071838750" * 30,
        "sip:+442071838750@anonymous.invalid",
        "sip:x@a.unknown.invalid",
        "sip:@x",
        "<>",
    ],
)
def test_nobody(raw: str | None) -> None:
    assert normalize(raw, "GB", "allowed") is None


def test_an_extension_is_no_number_of_the_public_network() -> None:
    assert normalize("1001", "GB", "allowed") == ("sip", "1001")
    assert normalize("1", "GB", "allowed") is None
    assert normalize("+441001", "GB", "allowed") is None


def test_a_person_behind_a_shared_number_is_not_the_number() -> None:
    assert normalize("+1 415-555-2671;ext=12", "US", "allowed") == ("sip", "+14155552671;ext=12")
    assert normalize("+14155552671", "US", "allowed") == ("e164", "+14155552671")


def test_an_address_of_letters_is_the_same_in_any_case() -> None:
    assert normalize("sip:Alice@Example.com:5060;transport=tcp", "US", "allowed") == ("sip", "alice@example.com")
    assert normalize("1-800-FLOWERS", "US", "allowed") is None


def test_a_newcomer_is_the_same_customer_wherever_they_come_and_cannot_be_guessed_without_the_secret() -> None:
    first = newcomer(b"a secret of ours", *NUMBER)
    assert first == newcomer(b"a secret of ours", *NUMBER)
    others = {newcomer(b"another's secret", *NUMBER), newcomer(b"a secret of ours", "sip", NUMBER[1])}
    assert first not in others
    assert len(others) == 2


@given(st.text(), st.sampled_from(["US", "GB", "", "XX"]))
def test_nothing_that_a_network_sends_is_an_error(raw: str, region: str) -> None:
    found = normalize(raw, region, "allowed")
    assert found is None or (found[1] and found[1].isprintable())
    if found and found[0] == "e164":
        assert normalize(found[1], region, "allowed") == found
