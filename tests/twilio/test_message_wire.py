"""Forms of messages to our types, and long texts to several messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.channels import twilio_message_wire as wire
from ivr.channels.twilio_wire import WrongForm

SMS, WHATSAPP = "SM" + "1" * 32, "MM" + "2" * 32


def test_a_whatsapp_message_with_a_picture() -> None:
    """The fields that Twilio documents, and one that it does not."""
    form = {
        "MessageSid": WHATSAPP, "SmsMessageSid": WHATSAPP, "From": "whatsapp:+14155550134",
        "To": "whatsapp:+15005550009", "WaId": "14155550134",
        "Body": " Look ", "NumMedia": "1", "MediaContentType0": "image/jpeg", "ProfileName": "Ada",
        "NumSegments": "1", "Unheard": "of",
    }  # fmt: skip
    heard = wire.heard(form)
    assert (heard.text, heard.media, heard.channel, heard.number) == ("Look", 1, "messenger", "+14155550134")
    assert wire.heard({**form, "From": "messenger:12345"}).number is None
    assert wire.heard({**form, "From": "+1415", "NumMedia": "many"}).channel == "sms"
    assert wire.heard({**form, "OptOutType": "STOP"}).handled == "stop"


@pytest.mark.parametrize("missing", [{"MessageSid": ""}, {"MessageSid": "SM1"}, {"From": ""}, {"To": ""}])
def test_a_form_that_is_none(missing: dict[str, str]) -> None:
    with pytest.raises(WrongForm):
        wire.heard({"MessageSid": SMS, "From": "+1", "To": "+2", **missing})


def test_a_report() -> None:
    report = wire.report({"MessageSid": SMS, "MessageStatus": "undelivered", "ErrorCode": "30003"})
    assert (report.state, report.code) == ("undelivered", "30003")
    assert wire.report({"MessageSid": SMS, "MessageStatus": "sent", "ErrorCode": "0"}).code == ""
    with pytest.raises(WrongForm):
        wire.report({"MessageSid": SMS, "MessageStatus": "teleported"})


@given(st.text(), st.integers(0, 99))
def test_an_address_brings_back_its_message(key: str, part: int) -> None:
    if not key.isprintable():
        return
    place = wire.place_of(key, part)
    assert wire.at_place(place) == (key, part)
    assert set(place) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.")


@pytest.mark.parametrize("place", ["", "x", ".", "azE.x", "é.0", "_w.0"])
def test_an_address_of_no_message(place: str) -> None:
    with pytest.raises(WrongForm):
        wire.at_place(place)


@given(st.text(alphabet="ab \n😀", max_size=200), st.integers(5, 40))
def test_parts_hold_every_word_and_are_never_too_long(text: str, longest: int) -> None:
    parts = wire.parts(text, longest)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part and part == part.strip() and len(part.encode("utf-16-le")) // 2 <= longest for part in parts)


def test_a_link_is_not_cut() -> None:
    link = "https://segue.example/l/abcdefghijklmnop"
    assert wire.parts(f"Go on here, please: {link} Thank you", 45) == ["Go on here, please:", link, "Thank you"]
