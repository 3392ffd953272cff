"""Warm transfer: an agent asks a colleague first, then the customer comes to the two of them.

The agent's call is led into a room (a conference named after the customer's contact), the colleague is called into it,
and the customer waits in the queue, where nobody can lose them: whatever becomes of the room, somebody takes them, with
the note that the agent wrote. When the colleague accepts, the customer comes into the room, and either agent may leave:
it lasts as long as the colleague is in it. Twilio alone knows who is in a room, so it is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Sequence

from ivr.channels.twilio_agent_twiml import identity, room
from ivr.channels.twilio_agents import Agents
from ivr.channels.twilio_call import ABOUT, LEG, Call, Webhook, call_of
from ivr.channels.twilio_rest import Refused, Rest, Unknown, Unreached
from ivr.channels.twilio_twiml import nothing
from ivr.driver import Driver
from ivr.engine.events import Passed

log = logging.getLogger(__name__)

TROUBLE = (Refused, Unknown, Unreached)


class Consult:
    """`public`: the address that Twilio knows us by. `sender`: our number that phones are called from; empty: who is
    asked is called in the browser only."""

    def __init__(self, driver: Driver, agents: Agents, rest: Rest, public: str, sender: str) -> None:
        self._driver, self._agents, self._rest = driver, agents, rest
        self._public, self._sender = public.rstrip("/"), sender

    def webhooks(self) -> Sequence[tuple[str, Webhook]]:
        return (
            (f"/twilio/room/{ABOUT}", self.room),
            (f"/twilio/guest/{ABOUT}", self.guest),
            (f"/twilio/guest-over/{ABOUT}/{LEG}", self.guest_over),
        )

    # what the desk asks

    async def begin(self, contact: str, passed: Passed) -> bool:
        """The agent `passed.by` wants to speak with the colleague `passed.to` about the customer. False: the customer
        is not theirs."""

        async def gather() -> None:
            await self._tried(contact, self._gather(contact, passed))

        return await self._driver.pass_on(contact, passed, gather)

    async def _gather(self, contact: str, passed: Passed) -> None:
        legs = await self._rest.legs(call_of(contact))
        if not legs:
            log.warning("call %s: the agent's own call is not found; nobody is called into a room", contact)
            return
        address, leg = self._agents.address(passed.to), legs[0]
        sender = f"client:{identity(passed.by)}" if address.startswith("client:") else self._sender
        if not sender:
            log.warning("no number of ours calls %s: IVR_TWILIO_SENDERS has none", contact)
            return
        await self._rest.lead(leg, f"{self._public}/twilio/room/{contact}")
        to = f"{address}?context={contact}" if address.startswith("client:") else address
        try:
            await self._rest.ring(
                to,
                sender,
                f"{self._public}/twilio/guest/{contact}",
                f"{self._public}/twilio/guest-over/{contact}/{leg}",
            )
        except (Refused, Unreached):
            await self._rest.hang_up(leg)
            raise

    async def has(self, contact: str, agent: str) -> bool:
        """Whether the agent who takes the customer is the colleague who is in the room. A room that another ends by
        taking the customer is closed."""
        found = await self._driver.current(contact)
        passed = found[0].passed if found else None
        if passed is None or not passed.to:
            return False
        try:
            people = await self._rest.room(contact)
            if agent == passed.to and identity(agent) in people:
                return True
            for call in people.values():
                await self._rest.hang_up(call)
        except TROUBLE as error:
            log.warning("call %s: who is in the room is not known: %s", contact, error)
        return False

    # what Twilio asks

    async def room(self, call: Call) -> bytes:
        """The agent comes into the room."""
        found = await self._driver.current(call.about)
        passed = found[0].passed if found else None
        return room(call.about, identity(passed.by) if passed else "agent", host=False)

    async def guest(self, call: Call) -> bytes:
        """The colleague has answered; on a phone, a key first."""
        found = await self._driver.current(call.about)
        passed = found[0].passed if found else None
        if found is None or passed is None or found[0].status != "queued":
            return nothing()
        if self._agents.address(passed.to).startswith("client:") or call.form.get("Digits") == "1":
            return room(call.about, identity(passed.to), host=True)
        if "Digits" in call.form:
            return nothing()
        return self._agents.ask(found[1][-1], passed.note, f"/twilio/guest/{call.about}")

    async def guest_over(self, call: Call) -> bytes:
        """The colleague's call has ended, or never began: the agent need not wait for them."""
        await self._tried(call.about, self._rest.hang_up(call.leg))
        return nothing()

    async def _tried(self, contact: str, asked: Awaitable[None]) -> None:
        """What Twilio refuses has mostly ended by itself; the customer is in the queue in any case."""
        try:
            await asked
        except TROUBLE as error:
            log.warning("call %s: a room for two agents: %s", contact, error)
