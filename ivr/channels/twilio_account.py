"""The account of Twilio's that we serve, as the settings have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.channels.twilio_signature import Secrets
from ivr.settings import Settings, listed

OURS = "ours"  # in the place of a voice of Twilio's


@dataclass(frozen=True, slots=True)
class Account:
    """`sid` and `secrets` of the account whose webhooks we take; `menu` that its calls get; `voices`: language -> the
    voice of Twilio's that speaks it; `ours`: the languages that our own voice speaks; `phones`: agents who take calls
    on a phone -> its number or SIP address; `sender`: our number that phones are called from; `caller_id`: the
    one that is shown to whom callers are put through to, if it is another; `our_ears`: hear what
    callers say, by media streams; `blocked`: numbers whose calls are refused; `most_calls` at a time, 0: any number;
    `exchanges`: hosts whose SIP addresses are taken at their word."""

    sid: str
    secrets: Secrets
    menu: str
    voices: Mapping[str, str] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()
    phones: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    caller_id: str = ""
    our_ears: bool = False
    speech_model: str = ""
    blocked: frozenset[str] = frozenset()
    most_calls: int = 0
    exchanges: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Account:
        tokens, keys = listed(settings.twilio_tokens), listed(settings.twilio_shared_keys)
        voices = dict(map(_pair, listed(settings.twilio_voices)))
        return cls(
            sid=settings.twilio_account,
            secrets=Secrets(tuple(tokens), dict(map(_pair, keys))),
            menu=settings.menu,
            voices={language: voice for language, voice in voices.items() if voice != OURS},
            ours=frozenset(language for language, voice in voices.items() if voice == OURS),
            phones=dict(map(_pair, listed(settings.twilio_phones))),
            sender=next((number for number in listed(settings.twilio_senders) if number.startswith("+")), ""),
            caller_id=settings.caller_id,
            blocked=frozenset(listed(settings.twilio_blocked)),
            most_calls=settings.twilio_most_calls,
            exchanges=frozenset(host.lower() for host in listed(settings.twilio_sip_domains)),
            speech_model=settings.twilio_speech_model,
            our_ears=settings.twilio_ears == "ours",
        )


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()
