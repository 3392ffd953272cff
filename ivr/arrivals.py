"""Who arrives, and which journey goes on: facts from the store, the decision from `recognition.caller`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from context_bridge.contract import ContextStore
from context_bridge.identity import newcomer, normalize
from context_bridge.links import token_hash, usable
from context_bridge.records import Begun, Identifier, LinkRow
from ivr.engine.events import Arrived, Channel, Resume
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.languages import preferred
from ivr.flows import Flows
from recognition.caller import Candidate, Customer, decide, trust_tier

LINK_TRUST = 3  # who opens a link that we sent to their number has shown that the number is theirs
COOKIE_TRUST = 1  # a browser that was here before; not who sits before it


class LinkRefused(Exception):
    """The link was used, has expired or never was; which of these is nobody's business."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A contact that begins. `contact` is the adapter's own unique id for it, `node` the engine that carries it.
    `number` is what the network claims (any form, withheld forms too); `link` a token from a follow-up; `journey`
    one that the adapter knows to be this customer's (a chat's cookie), to go on with where it stands; `begins` the id
    of the journey if it is a fresh one, where the same arrival may be told twice; `language` what a fresh one is to
    speak, in the form of Accept-Language."""

    contact: str
    channel: Channel
    node: str
    menu: str
    number: str | None = None
    presentation: str = "allowed"
    attestation: str | None = None
    link: str | None = None
    journey: str | None = None
    begins: str | None = None
    language: str | None = None


class Receptionist:
    """Turns an `Arrival` into the journey it is on and the event that begins the contact. `secret`: see
    `context_bridge.identity.newcomer`."""

    def __init__(
        self,
        store: ContextStore,
        flows: Flows,
        secret: bytes,
        region: str,
        clock: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._store, self._flows, self._secret, self._region = store, flows, secret, region
        self._clock, self._new_id = clock, new_id

    async def receive(self, arrival: Arrival) -> tuple[Journey, Arrived]:
        """Raises `LinkRefused`, `UnknownMenu`, `StoreUnavailable`."""
        if arrival.link is not None:
            return await self._by_link(arrival, arrival.link)
        if arrival.journey is not None and (journey := await self._store.load(arrival.journey)) is not None:
            return journey, await self._goes_on(arrival, journey, COOKIE_TRUST, None)
        return await self._by_number(arrival)

    async def look(self, token: str) -> LinkRow | None:
        """A link that would be taken now, without spending it."""
        row = await self._store.link(token_hash(token))
        return row if row and usable(row, self._clock()) else None

    async def _by_link(self, arrival: Arrival, token: str) -> tuple[Journey, Arrived]:
        row = await self.look(token)
        journey = await self._store.load(row.journey) if row else None
        if row is None or journey is None or not await self._store.spend_link(row.token_hash, self._clock()):
            raise LinkRefused
        return journey, await self._goes_on(arrival, journey, row.trust, row.step)

    async def _goes_on(self, arrival: Arrival, journey: Journey, trust: int, step: str | None) -> Arrived:
        """The customer came back by a way that only they have."""
        customer = await self._store.customer(journey.customer) if journey.customer else None
        reach = dict(journey.contact.reach) if journey.contact else {}
        if customer is not None:
            numbers = [value for kind, value in await self._store.identifiers(customer.id) if kind == "e164"]
            reach |= {"sms": numbers[0]} if numbers else {}
        return self._event(arrival, trust, "continue", customer, reach, step)

    async def _by_number(self, arrival: Arrival) -> tuple[Journey, Arrived]:
        known = normalize(arrival.number, self._region, arrival.presentation)
        identifier = await self._store.identify(*known, newcomer(self._secret, *known)) if known else None
        trust = trust_tier(identifier, arrival.attestation, None)
        flow = self._flows.current(arrival.menu)
        begun = await self._begun(identifier, flow)
        decision = decide(identifier, trust, map(_candidate, begun), flow.menu, flow.resume, self._clock())
        found = next((one.journey for one in begun if one.journey.id == decision.journey), None)
        journey = found or Journey(id=arrival.begins or self._new_id(), menu=flow.menu, version=flow.version)
        reach = {"sms": known[1]} if known and known[0] == "e164" and trust else {}  # no texts to a forged number
        resume = decision.resume if found else "fresh"
        language = preferred(arrival.language, flow.languages) if arrival.language and not found else None
        return journey, self._event(arrival, trust, resume, decision.customer, reach, None, language)

    async def _begun(self, identifier: Identifier | None, flow: Flow) -> list[Begun]:
        """What they may go on with."""
        if identifier is None or identifier.shared or identifier.newcomer:
            return []
        rules = (*flow.resume.dropped, *flow.resume.unfinished)
        since = self._clock() - max((rule.within for rule in rules), default=0.0)
        return await self._store.unfinished(identifier.customers[0].id, flow.menu, since)

    def _event(
        self,
        arrival: Arrival,
        trust: int,
        resume: Resume,
        customer: Customer | None,
        reach: dict[str, str],
        step: str | None,
        language: str | None = None,
    ) -> Arrived:
        return Arrived(
            id=self._new_id(),
            at=self._clock(),
            contact=arrival.contact,
            channel=arrival.channel,
            node=arrival.node,
            trust=trust,
            resume=resume,
            step=step,
            reach=reach,
            customer=customer.id if customer else None,
            customer_name=customer.name if customer else "",
            language=language,
        )


def _candidate(begun: Begun) -> Candidate:
    journey = begun.journey
    return Candidate(
        journey=journey.id,
        menu=journey.menu,
        customer=journey.customer,
        status=journey.status,
        left=journey.left,
        left_at=journey.left_at,
        updated_at=begun.updated_at,
    )
