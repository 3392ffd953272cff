"""A customer who phones a number of Twilio's: the `Telephone` and the `Player` of the shared conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count

from ivr.channels.twilio_call import contact_of, journey_of
from ivr.conversation import Does
from ivr.engine.events import Channel
from ivr.engine.flow import Flow
from ivr.stage import ids
from tests.players.customer import Customer
from tests.players.desk import Desk
from tests.twilio.carrier import Account, Call, Carrier
from tests.twilio.office import Office
from tests.twilio.rest import Standing
from tests.twilio.texting import Texter, Thread


class TwilioTelephone:
    def __init__(self, carrier: Carrier, rest: Standing, desk: Desk) -> None:
        self._carrier, self._rest, self._desk = carrier, rest, desk
        self._call: Call
        self._heard = self._led = 0
        self._called = False  # ever
        self.new_sid: Callable[[], str] = lambda: ""  # any

    async def call(self, number: str | None, language: str | None = None) -> None:
        self._heard, self._called = 0, True
        self._call = await self._carrier.call(number or "anonymous", sid=self.new_sid(), language=language or "")

    async def press(self, keys: str) -> None:
        await self._call.press(keys)

    async def beep(self) -> None:
        """Twilio's own, which our server does not see."""

    async def record(self, seconds: float) -> None:
        await self._call.record(int(seconds))

    async def speak(self, words: str) -> None:
        await self._call.say(words)

    async def silent(self) -> None:
        """Until the question, or the queue, has waited long enough."""
        if self._call.waiting is not None and self._call.waiting.tag == "Enqueue":
            while await self._call.queue_music():
                pass
        elif self._call.waiting is not None and self._call.waiting.tag == "Dial":
            await self._call.dial_result("no-answer", 0)
        else:
            await self._call.silence()

    async def hears(self, says: Sequence[str]) -> None:
        if not self._called:
            assert not says
            return
        await self._follow()
        rest = self._call.heard[self._heard :]
        places = [n for n in range(len(rest)) if rest[n : n + len(says)] == list(says)]
        assert not says or places, f"{list(says)} was not heard in {rest}"
        self._heard += (places[0] + len(says)) if says else 0
        assert self._call.wrong == []

    async def drop(self) -> None:
        await self._call.hang_up()

    async def hang_up(self) -> None:
        await self._call.hang_up()

    async def over(self) -> None:
        await self._follow()
        assert self._call.over

    async def agent_joins(self, contact: str) -> None:
        await self._desk.accept(contact)
        await self._follow()

    async def agent_finishes(self, contact: str) -> None:
        await self._follow()
        await self._call.dial_result("completed")

    async def other_end(self, does: Does) -> None:
        match does:
            case "answers":
                await Office(self._carrier, self._rest).answer(self._call)
            case "hangs_up":
                await self._call.dial_result("completed")
            case "busy":
                await self._call.dial_result("busy", 0)
            case "unreachable":
                await self._call.dial_result("failed", 0)

    async def _follow(self) -> None:
        """Go where our server led the call by the REST API meanwhile."""
        for sid, fields in self._rest.updates[self._led :]:
            self._led += 1
            if sid == self._call.sid and not self._call.over:
                await self._call.replaced(url=fields["Url"])


def sids(flows: Iterable[Flow], splits: Mapping[str, str]) -> Callable[[], str]:
    """SIDs of calls whose journeys go the ways that `splits` names: the SID decides it."""
    calls = (f"CA{n:032x}" for n in count(1))
    by_journey: dict[str, str] = {}

    def journeys() -> Iterator[str]:
        for sid in calls:
            by_journey[name := journey_of(contact_of(sid))] = sid
            yield name

    fitting = ids(flows, splits, journeys())
    return lambda: by_journey[fitting()]


class TwilioCustomer(Customer):
    """Nobody learns from Twilio who hung up, so a hang-up is a lost line: what expects another end is not played."""

    features = Customer.features - {"hang_up"} | {"other_end"}

    def __init__(self, telephone: TwilioTelephone, *rest: object) -> None:
        told, bars, server, events, desk = rest
        super().__init__(told, bars, server, telephone, events, desk)  # type: ignore[arg-type]
        self._line = telephone
        if self._told.splits:
            telephone.new_sid = sids(self._server.segue.flows.menus.values(), self._told.splits)

    async def silence(self) -> None:
        await super().silence()
        if not self._chat:
            await self._line.silent()

    async def wait(self, seconds: float) -> None:
        await super().wait(seconds)
        if self._bars[self._turn].gives_up and not self._chat and self._calling:
            await self._line.silent()


class WritingCustomer(TwilioCustomer):
    """Who phones a number of Twilio's and writes to it."""

    features = TwilioCustomer.features | {"sms", "messenger"}

    def __init__(self, account: Account, rest: Standing, *more: object) -> None:
        super().__init__(*more)  # type: ignore[arg-type]
        self._account, self._rest = account, rest

    async def call(self, channel: Channel, number: str | None, menu: str, language: str | None = None) -> None:
        if channel not in {"sms", "messenger"}:
            await super().call(channel, number, menu, language)
            return
        kind = "whatsapp:" if channel == "messenger" else ""
        texter = Texter(self._account, f"{kind}{number}", f"{kind}{self._account.to}")
        self._chat = thread = Thread(texter, self._rest, self._server.segue)  # type: ignore[assignment]
        self._browsers.append(thread)  # type: ignore[arg-type]
        await thread.begin()
