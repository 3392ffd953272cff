"""How a call of Twilio's begins: who calls, which menu they get, and whether their call is taken."""

from __future__ import annotations

from collections.abc import Collection

from context_bridge.contract import ContextStore
from ivr.channels import twilio_wire as wire
from ivr.channels.twilio_call import NODE, Call, journey_of
from ivr.channels.twilio_ends import Ends
from ivr.channels.twilio_menu import arrive
from ivr.channels.twilio_refusal import Refusal
from ivr.channels.twilio_turns import Turns
from ivr.driver import Answering, Arrival, Driver
from ivr.engine.actions import Action


class Start:
    """`menu`: what calls get whose webhook names none. `exchanges`: see `twilio_wire.caller_of`."""

    def __init__(
        self,
        driver: Driver,
        store: ContextStore,
        turns: Turns,
        refusal: Refusal,
        ends: Ends,
        menu: str,
        exchanges: Collection[str],
    ) -> None:
        self._driver, self._store, self._turns, self._refusal, self._ends = driver, store, turns, refusal, ends
        self._menu, self._exchanges = menu, exchanges

    async def __call__(self, call: Call) -> bytes:
        """A call begins, or its beginning is told again."""
        caller = wire.caller_of(call.form, self._exchanges)
        if (told := await self._store.answer(call.contact, 0, 0)) is not None:
            return told.body.encode()
        if (refused := await self._refusal.of(call, caller.number)) is not None:
            return refused
        arrival = self._arrival(call, caller)

        async def begin(answering: Answering) -> tuple[Action, ...]:
            actions = await arrive(
                arrival, self._menu, lambda known: self._driver.arrive(known, answering=answering, ask=False)
            )
            await self._ends.begun(call.contact)
            return actions

        return await self._turns.take(call, begin)

    def _arrival(self, call: Call, caller: wire.Caller) -> Arrival:
        return Arrival(
            contact=call.contact,
            channel="voice",
            node=NODE,
            menu=call.menu or self._menu,
            number=caller.number,
            presentation=caller.presentation,
            attestation=caller.attestation,
            begins=journey_of(call.contact),
            language=call.language,
        )
