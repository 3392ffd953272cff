"""What the desk asks of Twilio: a token for the agent's browser, and a colleague to speak with about a customer."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from ivr.channels.twilio_agent_twiml import identity
from ivr.channels.twilio_agents import Agents
from ivr.channels.twilio_consult import Consult
from ivr.channels.twilio_tokens import LASTS, Tokens
from ivr.engine.events import Passed
from ivr.http import Described, Problem, Route, answer, read

Name = Annotated[str, Meta(max_length=80, description="As the desk has it.")]


class Agent(Struct, frozen=True, forbid_unknown_fields=True):
    agent: Name = ""


class Token(Struct, frozen=True):
    """For Twilio's Voice SDK; empty for an agent whose calls ring on a phone. `lasts`: seconds; ask again before."""

    token: str
    identity: str
    lasts: int


class Colleague(Struct, frozen=True, forbid_unknown_fields=True):
    """`agent` has the customer and wants to speak with the colleague `to`, who reads `note`."""

    agent: Name
    to: Annotated[str, Meta(min_length=1, max_length=80)]
    note: Annotated[str, Meta(max_length=500)] = ""


class Begun(Struct, frozen=True):
    contact: str


class TwilioDesk(Described):
    """`tokens` is None where no API key is set: then agents take calls on phones."""

    def __init__(self, tokens: Tokens | None, agents: Agents, consult: Consult) -> None:
        self._tokens, self._agents, self._consult = tokens, agents, consult

    def table(self) -> list[Route]:
        return [
            Route(
                method="POST",
                path="/api/twilio/token",
                handler=self.token,
                summary="A token for an agent's browser, which is rung by Twilio's Voice SDK",
                body=Agent,
                answer=Token,
                problems=(403, 413, 415, 422),
                desk=True,
            ),
            Route(
                method="POST",
                path="/api/contacts/{contact:tw-CA[0-9a-f]{32}}/consult",
                handler=self.consult,
                summary="Speak with a colleague about a caller of Twilio's, who waits meanwhile",
                body=Colleague,
                answer=Begun,
                problems=(403, 409, 413, 415, 422),
                desk=True,
            ),
        ]

    async def token(self, request: web.Request) -> web.Response:
        wanted = await read(request, Agent)
        if not wanted.agent.strip():
            raise Problem(403, "No agent", "Say at the desk who you are: calls ring whom a token names.")
        name = identity(wanted.agent)
        if self._tokens is None or self._agents.address(wanted.agent) != f"client:{name}":
            return answer(Token("", name, 0))
        return answer(Token(self._tokens.issue(wanted.agent), name, LASTS))

    async def consult(self, request: web.Request) -> web.Response:
        wanted, contact = await read(request, Colleague), request.match_info["contact"]
        if wanted.to == wanted.agent:
            raise Problem(422, "That is you", "Name a colleague.")
        if not await self._consult.begin(contact, Passed(wanted.agent, wanted.note, wanted.to)):
            raise Problem(409, "Not with you", "The customer left, or is with somebody else; /api/queue has who is on.")
        return answer(Begun(contact))
