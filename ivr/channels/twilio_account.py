"""The account of Twilio's that we serve, as the settings have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.channels.twilio_signature import Secrets
from ivr.settings import Settings, listed


@dataclass(frozen=True, slots=True)
class Account:
    """`sid` and `secrets` of the account whose webhooks we take; `menu` that its calls get; `voices`: language -> the
    voice of Twilio's that speaks it."""

    sid: str
    secrets: Secrets
    menu: str
    voices: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Account:
        tokens, keys, voices = map(
            listed, (settings.twilio_tokens, settings.twilio_shared_keys, settings.twilio_voices)
        )
        secrets = Secrets(tuple(tokens), dict(_pair(key) for key in keys))
        return cls(settings.twilio_account, secrets, settings.menu, dict(_pair(voice) for voice in voices))


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()
