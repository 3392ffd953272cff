"""The context store: the only truth about journeys, in SQLite or PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

import msgspec

from context_bridge import statements as sql
from context_bridge.codec import decode, dump
from context_bridge.contract import ContextStore
from context_bridge.database import Database, Refused, Row, Step, Turn
from context_bridge.keys import check, possible, token
from context_bridge.lane import Lane
from context_bridge.messages import Messages, outbox_row
from context_bridge.migrate import sqlite_path
from context_bridge.postgres import Postgres
from context_bridge.records import (
    AnswerRow,
    Begun,
    CallbackRow,
    Change,
    Conflict,
    Customer,
    HistoryRow,
    Identifier,
    IdentifierKind,
    JourneyRow,
    LinkRow,
    OutboxRow,
    Published,
    Saved,
    SpeechKeepingRow,
    Standing,
    StepTraffic,
    SwitchRow,
)
from context_bridge.sqlite import Sqlite
from context_bridge.traffic import TRAFFIC, traffic_of
from context_bridge.turn_rows import turn_of
from ivr.engine.data import plain
from ivr.engine.journey import Journey

Clock = Callable[[], float]

PURGE_BATCH = 100  # journeys in one transaction: turns wait for it no longer than for each other
UNFINISHED = 20  # journeys that may go on when a customer comes; who has begun more is a machine
SETTLED = ("waiting", "sent", "failed")


async def open_store(url: str, clock: Clock = time.time) -> ContextStore:
    """Open `sqlite:///path`, `sqlite://` (in memory, for tests and rehearsals) or `postgresql://…`.

    SQLite is embedded, so it is brought up to date here. A PostgreSQL that is not is refused: several servers may be
    running on it. Raises `StoreUnavailable`."""
    database: Sqlite | Postgres
    database = Postgres(url) if (path := sqlite_path(url)) is None else Sqlite(path)
    try:
        await database.open()
    except BaseException:
        await database.close()
        raise
    return Store(database, clock)


class Store:
    """`ContextStore` on any `Database`. Loads and saves go through lanes; all else is one statement, or a few."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self.messages = Messages(database)
        self._saves: Lane[Turn, Refused | None] = Lane(database.save, lambda turn: turn.journey["id"], width=2)
        self._loads: Lane[str, str | None] = Lane(self._load_ids, str)
        self._contacts: Lane[str, str | None] = Lane(self._load_contacts, str)

    # journeys

    async def load(self, journey: str) -> Journey | None:
        body = await self._loads.submit(journey) if possible(journey) else None
        return decode(body) if body is not None else None

    async def by_contact(self, contact: str) -> Journey | None:
        body = await self._contacts.submit(contact) if possible(contact) else None
        return decode(body) if body is not None else None

    async def save(self, change: Change) -> Saved | Conflict:
        """Raises `JourneyTooLarge`, and `StoreUnavailable`: then nothing was saved, or all of it and only the answer
        was lost. Saving the same again is safe, and so is loading again to see."""
        refused = await self._saves.submit(turn_of(change))
        if refused is None:
            return Saved(change.journey.rev)
        return Conflict(decode(refused.body) if refused.body is not None else None)

    async def row(self, journey: str) -> JourneyRow | None:
        return next(iter(await self._rows(sql.ONE, id=journey)), None) if possible(journey) else None

    async def unfinished(self, customer: str, menu: str, since: float) -> list[Begun]:
        """Touched at or after `since`, neither over nor expired; the latest first, `UNFINISHED` of them at most."""
        values = {"customer": customer, "menu": menu, "since": since, "now": self._clock(), "limit": UNFINISHED}
        rows = await self._database.read(sql.UNFINISHED, values)
        return [Begun(decode(body), updated_at) for body, updated_at in rows]

    async def of_customer(self, customer: str, limit: int) -> list[JourneyRow]:
        """All that is kept, the latest first."""
        return await self._rows(sql.OF_CUSTOMER, customer=customer, limit=limit)

    async def live_on(self, node: str) -> list[JourneyRow]:
        return await self._rows(sql.LIVE_ON, node=node)

    async def count_live_on(self, node: str) -> int:
        [[count]] = await self._database.read(sql.COUNT_LIVE_ON, {"node": node})
        return int(count)

    async def recent(self, limit: int) -> list[JourneyRow]:
        """The latest first. Looks through the last `RECENT_TURNS` x `limit` turns, so a few journeys with very many
        turns may leave room for fewer."""
        return await self._rows(sql.RECENT, limit=limit, turns=limit * sql.RECENT_TURNS)

    async def history(self, journey: str) -> list[HistoryRow]:
        rows = await self._database.read(sql.HISTORY, {"journey": journey})
        return [HistoryRow(id_, rev, at, kind, msgspec.json.decode(body)) for id_, rev, at, kind, body in rows]

    async def expired(self, now: float, limit: int) -> list[JourneyRow]:
        """Left alone until their time was over, and not closed yet."""
        return await self._rows(sql.EXPIRED, now=now, limit=limit)

    async def purge(self, before: float) -> int:
        """Remove the journeys whose time was over before that, with all that hangs on them; how many."""
        count = 0
        while ids := await self._database.read(sql.PURGEABLE, {"before": before, "limit": PURGE_BATCH}):
            steps = [
                Step(statement, {"journey": id_, "before": before})
                for (id_,) in ids
                for statement in (sql.PURGE_JOURNEY, *sql.PURGE_REST)
            ]
            await self._database.write(*steps)
            count += len(ids)
        return count

    # flows

    async def put_flow(self, menu: str, version: str, source: str) -> None:
        await self._database.write(Step(sql.PUT_FLOW, {"menu": menu, "version": version, "source": source}))

    async def flow_source(self, menu: str, version: str) -> str | None:
        rows = await self._database.read(sql.FLOW_SOURCE, {"menu": menu, "version": version})
        return rows[0][0] if rows else None

    # what is in force

    async def publish(self, entry: Published, source: str) -> bool:
        """Put it in force; False when somebody else published the `n`-th version of this menu before."""
        check(entry.menu, entry.version)
        own = token()
        row = {**asdict(entry), "moved": dump(entry.moved), "token": own}
        rows = await self._database.write(
            Step(sql.PUT_FLOW, {"menu": entry.menu, "version": entry.version, "source": source}),
            Step(sql.PUBLISH, row),
            Step(sql.PUBLISHER, {"menu": entry.menu, "n": entry.n}),
        )
        return bool(rows[0][0] == own)

    async def published(self, menu: str) -> list[Published]:
        """The latest, which is in force, first."""
        rows = await self._database.read(sql.PUBLISHED, {"menu": menu}) if possible(menu) else ()
        return [_published(row) for row in rows]

    async def in_force(self) -> list[Published]:
        """One of each menu."""
        return [_published(row) for row in await self._database.read(sql.IN_FORCE, {})]

    async def standing(self, menu: str | None = None) -> list[Standing]:
        """Where the journeys are that are not over, of one menu or of all."""
        if menu is None:
            return [Standing(*row) for row in await self._database.read(sql.STANDING, {})]
        rows = await self._database.read(sql.STANDING_IN, {"menu": menu}) if possible(menu) else ()
        return [Standing(*row) for row in rows]

    async def traffic(self, menu: str, since: float) -> Mapping[str, StepTraffic]:
        """By step, of all versions of a menu."""
        return traffic_of(await self._database.read(TRAFFIC, {"menu": menu, "since": since}))

    # outbox

    async def claim_outbox(self, now: float, limit: int) -> list[OutboxRow]:
        """Take what is due, for this worker alone; also what another one took `STUCK` seconds ago and never settled.
        The order is that of their times."""
        values = {"now": now, "stuck_since": now - sql.STUCK, "limit": limit}
        rows = await self._database.write(Step(sql.CLAIM_OUTBOX, values))
        return sorted((outbox_row(row) for row in rows), key=lambda row: (row.due_at, row.key))

    async def settle_outbox(self, key: str, state: str, note: str, due_at: float | None) -> None:
        """`sent`, `failed`, or `waiting` for another try at `due_at`."""
        if state not in SETTLED:
            raise ValueError(f"an effect is settled as one of {', '.join(SETTLED)}, not {state!r}")
        values = {"which": key, "new_state": state, "new_note": note, "new_due_at": due_at}
        await self._database.write(Step(sql.SETTLE_OUTBOX, values))

    async def outbox(self, limit: int) -> list[OutboxRow]:
        """The latest first."""
        return [outbox_row(row) for row in await self._database.read(sql.OUTBOX, {"limit": limit})]

    # links

    async def link(self, token_hash: str) -> LinkRow | None:
        rows = await self._database.read(sql.LINK, {"token_hash": token_hash}) if possible(token_hash) else ()
        return LinkRow(*rows[0]) if rows else None

    async def spend_link(self, token_hash: str, now: float) -> bool:
        """True for the one who used it: once, before it expires."""
        if not possible(token_hash):
            return False
        return bool(
            await self._database.write(Step(sql.SPEND_LINK, {"which": token_hash, "now": now, "token": token()}))
        )

    # answers to webhooks

    async def answer(self, contact: str, epoch: int, turn: int) -> AnswerRow | None:
        """What was said in that turn."""
        if not possible(contact):
            return None
        rows = await self._database.read(sql.ANSWER, {"contact": contact, "epoch": epoch, "turn": turn})
        return AnswerRow(*rows[0]) if rows else None

    async def last_answer(self, contact: str) -> AnswerRow | None:
        """What was said last on that contact."""
        rows = await self._database.read(sql.LAST_ANSWER, {"contact": contact}) if possible(contact) else ()
        return AnswerRow(*rows[0]) if rows else None

    async def put_answer(self, row: AnswerRow) -> None:
        """Without a turn; the first one of its place stays."""
        check(row.contact)
        await self._database.write(Step(sql.INSERT_ANSWER, {**plain(row), "token": token()}))

    async def purge_answers(self, before: float) -> None:
        """Remove what was said before that on contacts which are over."""
        await self._database.write(Step(sql.PURGE_ANSWERS, {"before": before}))

    # switches

    async def flip(self, name: str, state: Literal["on", "off"], who: str, at: float) -> None:
        check(name)
        await self._database.write(Step(sql.FLIP, {"name": name, "state": state, "who": who, "at": at}))

    async def switches(self) -> list[SwitchRow]:
        return [SwitchRow(*row) for row in await self._database.read(sql.SWITCHES, {})]

    # keeping what customers say

    async def keep_speech(self, row: SpeechKeepingRow) -> None:
        await self._database.write(Step(sql.KEEP_SPEECH, {"name": "speech", **asdict(row)}))

    async def speech_keeping(self) -> SpeechKeepingRow | None:
        rows = await self._database.read(sql.SPEECH_KEEPING, {})
        return SpeechKeepingRow(*rows[0]) if rows else None

    # callbacks

    async def callbacks(self, limit: int) -> list[CallbackRow]:
        """Those that are open, the oldest first; then those that are done, the latest first."""
        return [CallbackRow(*row) for row in await self._database.read(sql.CALLBACKS, {"limit": limit})]

    async def call_done(self, callback: str) -> CallbackRow | None:
        """The customer was called; None when there is no such callback."""
        rows = await self._database.write(Step(sql.CALL_DONE, {"which": callback})) if possible(callback) else ()
        return CallbackRow(*rows[0]) if rows else None

    # identity

    async def identify(self, kind: IdentifierKind, value: str, newcomer: str = "") -> Identifier:
        """Who it points to. `newcomer`: the customer that is made of one that was never seen, the same whoever asks
        (`identity.newcomer`); empty: none is."""
        check(value)
        who = {"kind": kind, "value": value}
        rows = await self._database.read(sql.CUSTOMERS, who)
        if not rows and newcomer:
            if await self._database.write(Step(sql.POINT_UNLESS_KNOWN, {**who, "customer": newcomer})):
                return Identifier(kind, value, (Customer(newcomer),), newcomer=True)
            rows = await self._database.read(sql.CUSTOMERS, who)  # somebody was quicker
        return Identifier(kind, value, tuple(Customer(*row) for row in rows))

    async def attach(self, customer: Customer, kind: IdentifierKind, value: str) -> None:
        """One more identifier of a customer. Others that have it keep it: then it is shared."""
        check(customer.id, value)
        await self._database.write(
            Step(sql.ADD_CUSTOMER, asdict(customer)),
            Step(sql.POINT, {"kind": kind, "value": value, "customer": customer.id}),
        )

    async def customer(self, customer: str) -> Customer:
        """With the name that we know them by."""
        rows = await self._database.read(sql.NAME, {"id": customer})
        return Customer(customer, rows[0][0] if rows else "")

    async def identifiers(self, customer: str) -> list[tuple[IdentifierKind, str]]:
        return [(kind, value) for kind, value in await self._database.read(sql.IDENTIFIERS, {"customer": customer})]

    # life

    async def ping(self) -> None:
        await self._database.read(sql.PING, {})

    async def close(self) -> None:
        """Waits for the turns under way, then lets the database go."""
        for lane in (self._saves, self._loads, self._contacts):
            await lane.close()
        await self._database.close()

    async def _load_ids(self, ids: Sequence[str]) -> Sequence[str | None]:
        return await self._database.load("id", ids)

    async def _load_contacts(self, contacts: Sequence[str]) -> Sequence[str | None]:
        return await self._database.load("contact", contacts)

    async def _rows(self, statement: Any, **values: Any) -> list[JourneyRow]:
        return [JourneyRow(*row) for row in await self._database.read(statement, values)]


def _published(row: Row) -> Published:
    menu, n, version, at, author, message, moved, rolled_back_from = row
    return Published(menu, n, version, at, author, message, msgspec.json.decode(moved), rolled_back_from)
