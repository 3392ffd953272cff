"""Access tokens for agents' browsers: the only importer of the library's JWT classes.

A token lets Twilio's Voice SDK be rung under one agent's identity, and nothing else: it places no calls. It is signed
with an API key's secret, lasts minutes and is renewed by the desk (docs: twilio.com/docs/iam/access-tokens).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from ivr.channels.twilio_agent_twiml import identity

LASTS = 600  # seconds
VOICE_SDK = "wss://*.twilio.com https://*.twilio.com"  # where Twilio's SDK connects to from the desk's page


@dataclass(frozen=True, slots=True)
class Tokens:
    """`key` and `secret` of an API key (SK…) of the account."""

    account: str
    key: str
    secret: str = field(repr=False)

    def issue(self, agent: str) -> str:
        token = AccessToken(self.account, self.key, self.secret, identity=identity(agent), ttl=LASTS)
        token.add_grant(VoiceGrant(incoming_allow=True))
        return str(token.to_jwt())
