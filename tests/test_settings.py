"""Settings: what is not understood is refused, with a sentence that helps."""

from __future__ import annotations

import pytest

from ivr.settings import SettingsError, load


def test_everything_has_a_default_that_works_on_loopback() -> None:
    settings = load({"PATH": "/bin"})
    assert settings.url == "http://127.0.0.1:8080"
    assert settings.database.startswith("sqlite:///")


def test_a_typo_is_refused_and_the_right_name_is_offered() -> None:
    with pytest.raises(SettingsError, match="did you mean IVR_DATABASE_URL"):
        load({"IVR_DATABSE_URL": "sqlite:///x"})


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"IVR_PORT": "many", "IVR_DEMO": "perhaps", "IVR_NOPE": "1"})
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IVR_PORT", "0"),
        ("IVR_HOST", "0.0.0.0"),
        ("IVR_DATABASE_URL", "mysql://x"),
        ("IVR_AMI_URL", "tcp://x"),
        ("IVR_REDIS_URL", "http://x"),
        ("IVR_PUBLIC_URL", "example.org"),
        ("IVR_SECRET", "short"),
        ("IVR_VOSK_MODELS", "/models/de"),
        ("IVR_EARS", "many"),
        ("IVR_TWILIO_SENDERS", "+14155550100"),  # these four need what they are of
        ("IVR_TWILIO_SIP_DOMAINS", "pbx.example"),
        ("IVR_ASTERISK_TRUNK", "carrier"),
        ("IVR_ASTERISK_SIP", "outbound"),
    ],
)
def test_what_cannot_work_is_refused_before_the_server_starts(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({name: value})


TWILIO = {"IVR_TWILIO_ACCOUNT": "AC" + "b" * 32, "IVR_TWILIO_TOKENS": "t", "IVR_PUBLIC_URL": "https://help.example/"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IVR_TWILIO_ACCOUNT", "ACME"),
        ("IVR_PUBLIC_URL", "https://help.example/segue"),  # our documents would lead Twilio beside it
        ("IVR_TWILIO_SENDERS", f"+14155550100, MG{'1' * 32}"),  # some customers would get messages from nobody
        ("IVR_TWILIO_WHATSAPP", "whatsapp:+14155550100"),
        ("IVR_TWILIO_WHATSAPP", "+14155550100, +14155550101"),
        ("IVR_TWILIO_WHATSAPP", "MG" + "1" * 32),
    ],
)
def test_what_twilio_would_not_take_is_refused_too(name: str, value: str) -> None:
    load({**TWILIO, "IVR_TWILIO_SENDERS": f"MG{'1' * 32}", "IVR_TWILIO_WHATSAPP": "+14155550100"})
    with pytest.raises(SettingsError, match=name):
        load({**TWILIO, name: value})


@pytest.mark.parametrize("name", ["IVR_ASTERISK_TRUNK", "IVR_ASTERISK_SIP"])
def test_endpoints_are_taken_with_an_asterisk_that_is_there_or_is_started_beside(name: str) -> None:
    load({name: "outbound", "IVR_AMI_URL": "ami://segue:secret@127.0.0.1"})
    load({name: "outbound"}, asterisk=True)


def test_the_agents_page_may_face_others_once_it_has_a_key() -> None:
    environ = {"IVR_HOST": "0.0.0.0", "IVR_DESK_KEY": "k" * 12}
    assert load({**environ, "IVR_PUBLIC_URL": "https://help.example"}).host == "0.0.0.0"
    with pytest.raises(SettingsError, match="IVR_PUBLIC_URL"):
        load(environ)  # links would lead nowhere
