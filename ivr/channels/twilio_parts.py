"""All that Twilio needs of a server, put together."""

from __future__ import annotations

from typing import NamedTuple

from callbacks.outbox import Outbox
from callbacks.senders import ByKind
from context_bridge.contract import ContextStore
from ivr.channels.handset import Exchange
from ivr.channels.twilio import Twilio
from ivr.channels.twilio_account import Account
from ivr.channels.twilio_desk import TwilioDesk
from ivr.channels.twilio_door import Door
from ivr.channels.twilio_media import Media
from ivr.channels.twilio_messages import TwilioMessages
from ivr.channels.twilio_proof import Proof
from ivr.channels.twilio_recordings import Fetcher
from ivr.channels.twilio_rest import Rest
from ivr.channels.twilio_sounds import Sounds
from ivr.channels.twilio_tokens import Tokens
from ivr.settings import Settings


class TwilioParts(NamedTuple):
    """None of them without an account. `media` where our own ears hear its callers, `desk` where agents take them."""

    voice: Twilio | None = None
    desk: TwilioDesk | None = None
    media: Media | None = None
    proof: Proof | None = None
    messages: TwilioMessages | None = None


def twilio_parts(
    settings: Settings,
    exchange: Exchange,
    store: ContextStore,
    outbox: Outbox,
    sender: ByKind,
    rest: Rest | None,
    secret: bytes,
) -> TwilioParts:
    """`sender` learns the errands of Twilio's; `secret` is what addresses of sounds are made of."""
    if not settings.twilio_account:
        return TwilioParts()
    driver, account = exchange.driver, Account.of(settings)
    door = Door(account.sid, account.secrets, settings.url)
    voice = Twilio(driver, store, account, settings.url, Sounds(exchange.speaker, secret, account.ours), outbox, rest)
    messages = TwilioMessages(driver, store, door, settings.menu, outbox)
    sender.add("late", messages.late)
    if rest is not None:
        sender.add("recording", Fetcher(rest, exchange.recordings, keeps=settings.twilio_keep_recordings))
    return TwilioParts(
        voice,
        TwilioDesk(_tokens(settings), voice.agents, voice.consult) if voice.consult else None,
        Media(driver, store, door, exchange) if account.our_ears else None,
        Proof(door),
        messages,
    )


def _tokens(settings: Settings) -> Tokens | None:
    if not settings.twilio_api_key:
        return None
    return Tokens(settings.twilio_account, settings.twilio_api_key, settings.twilio_api_secret)
