"""The driver: load the journey, step, save, carry out, answer. Every channel speaks to the engine through it.

An adapter calls `arrive` when a contact begins and `advance` for each event after that. Both answer with the actions
the channel must perform: says, then one `Collect`, `Enqueue` or `Hangup`. Sends and invokes never reach an adapter:
the driver carries them out itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from ivr.engine.actions import Action, Say
from ivr.engine.events import Channel, Event, QueueOutcome
from ivr.engine.journey import Journey


class LinkRefused(Exception):
    """The link was used, has expired or never was; which of these is nobody's business."""


class UnknownMenu(Exception):
    """No menu of this name is loaded; the message names those that are."""


Saying = Callable[[tuple[Say, ...]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A contact that begins. `contact` is the adapter's own unique id for it, `node` the engine that carries it.
    `number` is what the network claims (any form, withheld forms too); `link` a token from a follow-up."""

    contact: str
    channel: Channel
    node: str
    menu: str
    number: str | None = None
    presentation: str = "allowed"
    attestation: str | None = None
    link: str | None = None


class Leg(Protocol):
    """What the driver may tell a contact that did not ask: registered with `attach`, for as long as it is on."""

    async def moved(self) -> None:
        """The journey goes on in another contact: say so kindly and end."""

    async def joined(self, agent: str) -> None:
        """An agent took the contact: end the waiting music (web phone), show the name (chat)."""

    async def released(self, actions: tuple[Action, ...]) -> None:
        """The talk with the agent is over (or nobody came): perform these and go on."""

    async def message(self, text: str, sender: str) -> None:
        """The agent wrote (chat only)."""


class Driver(Protocol):
    """(Interface; the class of this name replaces it.)"""

    async def arrive(self, arrival: Arrival, say: Saying | None = None) -> tuple[Action, ...]:
        """Find out who it is and which journey goes on, and take the first turn. Raises nothing but
        `StoreUnavailable` and `UnknownMenu`."""
        ...

    async def advance(self, event: Event, say: Saying | None = None) -> tuple[Action, ...]:
        """One turn of the journey that `event.contact` is on. While a back office is asked, what was said before goes
        to `say` at once (voice plays it as filler); without `say` it is put before the final actions.
        An event of a contact that is on no journey any more answers `(Hangup("moved"),)`."""
        ...

    async def current(self, contact: str) -> tuple[Journey, tuple[Action, ...]] | None:
        """The journey of a contact and its current wait as actions, to repeat or to adopt after a restart;
        None when the contact is on no journey. Changes nothing."""
        ...

    async def open_contacts(self, node: str) -> list[str]:
        """The contacts that the store believes to be on at this node: to be compared with those that really are."""
        ...

    async def join(self, contact: str, agent: str) -> bool:
        """An agent takes the waiting contact; False when it is not waiting any more (somebody was quicker)."""
        ...

    async def release(self, contact: str, outcome: QueueOutcome) -> None:
        """The talk with the agent is over or nobody came: one turn, performed by the leg's `released`."""
        ...

    async def tell(self, contact: str, text: str, sender: str) -> None:
        """Words between agent and customer in a chat: kept in the history, shown live on both sides."""
        ...

    async def pop(self, journey: str) -> dict[str, object] | None:
        """All that an agent must know about a journey (see docs/api.md, screen-pop)."""
        ...

    async def waiting(self) -> list[dict[str, object]]:
        """The pops of all contacts that wait for a person or talk to one, oldest first."""
        ...

    def attach(self, contact: str, leg: Leg) -> None: ...
    def detach(self, contact: str) -> None: ...
    def new_event_id(self) -> str: ...
    def now(self) -> float: ...
