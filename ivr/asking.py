"""Asking back offices: a journey that waits for one goes on until it waits for its customer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from context_bridge.codes import is_code
from context_bridge.contract import ContextStore
from ivr.backoffice import Attempt, BackOffice, BackOfficeError
from ivr.engine.actions import Action, Hangup, Invoke, Say
from ivr.engine.events import Event, Invoked, InvokeFailed
from ivr.engine.steps import CODE_SERVICE
from ivr.stepper import Answering, Stepper
from ivr.turns import outward

log = logging.getLogger(__name__)

Actions = tuple[Action, ...]
Saying = Callable[[tuple[Say, ...]], Awaitable[None]]


def asks(actions: Actions) -> bool:
    """Whether a turn's actions wait for a back office."""
    return bool(actions) and isinstance(actions[-1], Invoke)


class Asking:
    """`secret`: what one-time codes are derived from."""

    def __init__(
        self,
        stepper: Stepper,
        store: ContextStore,
        back_office: BackOffice,
        secret: bytes,
        clock: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._stepper, self._store, self._back_office, self._secret = stepper, store, back_office, secret
        self._clock, self._new_id = clock, new_id

    async def until_answered(
        self, contact: str, actions: Actions, say: Saying | None, answering: Answering | None
    ) -> Actions:
        """The actions of a turn; where it waits for a back office, those of the turn that ends the asking. What is said
        meanwhile goes to `say`, or without it before the final actions."""
        said: Actions = ()
        while actions and isinstance(actions[-1], Invoke):
            wait, says = actions[-1], tuple(action for action in actions if isinstance(action, Say))
            speaking = asyncio.ensure_future(say(says)) if say and says else None
            event = await self._ask(contact, wait)
            if speaking is not None:
                await speaking
            else:
                said += says
            journey = await self._store.by_contact(contact)
            if journey is None:
                return (Hangup("moved"),)
            actions = outward(await self._stepper.turn(journey, event, answering, said))
        return said + actions

    async def _ask(self, contact: str, wait: Invoke) -> Event:
        try:
            result = await self._answer_to(wait)
        except BackOfficeError as error:
            log.warning("back office: %s", error)
            return InvokeFailed(id=self._new_id(), at=self._clock(), contact=contact, turn=wait.turn, reason=str(error))
        return Invoked(id=self._new_id(), at=self._clock(), contact=contact, turn=wait.turn, result=result)

    async def _answer_to(self, wait: Invoke) -> Mapping[str, str]:
        """A back office's; whether a one-time code is right is known here. Raises `BackOfficeError`."""
        if wait.service == CODE_SERVICE:
            return {"ok": "yes" if is_code(self._secret, **wait.arguments) else "no"}
        return await self._back_office.ask(wait.service, wait.arguments, wait.timeout, Attempt(wait.key, wait.again))
