"""Messages in and out: what was sent as what, what became of it, who writes to us, and what they want of us.

A message is intended before it is sent, under its key of the outbox, and is attributed to the provider's id (SID) when
that is known. An attribution that we were told is sure; one that we found by looking may be wrong when two messages
have the same words: then it gives way to a sure one, and the message that loses it is due again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, delete, exists, func, literal_column, not_, null, or_, select, update
from sqlalchemy import bindparam as given
from sqlalchemy.dialects.postgresql import insert

from context_bridge.codec import dump
from context_bridge.database import Database, Row, Step, Values
from context_bridge.records import ConsentRow, DeliveryRow, OutboxRow, SentRow, ThreadRow
from context_bridge.statements import INSERT_OUTBOX
from context_bridge.tables import consent, delivery, intent, outbox, thread

ONE: ColumnElement[int] = literal_column("1")

OUTBOX_ROW = select(*(outbox.c[name] for name in OutboxRow.__slots__)).where(outbox.c.key == given("key"))

_this = and_(intent.c.key == given("which"), intent.c.part == given("which_part"))
_sent = [intent.c[name] for name in SentRow.__slots__]
INSERT_INTENT = insert(intent).on_conflict_do_nothing()
INTENDED = select(*_sent).where(intent.c.key == given("key"), intent.c.part == given("part"))
TRY = (
    update(intent)
    .where(_this, intent.c.sid.is_(None), or_(intent.c.tried_at.is_(None), intent.c.tried_at <= given("unless_since")))
    .values(tried_at=given("now"))
    .returning(intent.c.key)
)
WITHDRAW = update(intent).where(_this, intent.c.sid.is_(None)).values(tried_at=null())
_others = and_(
    intent.c.sid == given("its_sid"), or_(intent.c.key != given("which"), intent.c.part != given("which_part"))
)
DUE_AGAIN = (
    update(outbox)
    .where(outbox.c.key.in_(select(intent.c.key).where(_others)))
    .values(state=literal_column("'waiting'"))
)
TAKE_AWAY = update(intent).where(_others).values(sid=null())
SENT_AS = update(intent).where(_this).values(sid=given("its_sid"), tried_at=null())
_other = intent.alias("other")
_taken = exists().where(
    _other.c.sid == given("its_sid"), or_(_other.c.key != given("which"), _other.c.part != given("which_part"))
)
FOUND_AS = (
    update(intent)
    .where(_this, or_(intent.c.sid.is_(None), intent.c.sid == given("its_sid")), not_(_taken))
    .values(sid=given("its_sid"), tried_at=null())
    .returning(intent.c.key)
)

_told = insert(delivery)
DELIVERED = _told.on_conflict_do_update(
    index_elements=["sid"],
    set_={name: _told.excluded[name] for name in ("state", "rank", "code", "at")},
    where=_told.excluded.rank > delivery.c.rank,
).returning(delivery.c.sid)
_delivery = select(
    intent.c.key,
    intent.c.part,
    intent.c.sid,
    func.coalesce(delivery.c.state, literal_column("''")),
    func.coalesce(delivery.c.code, literal_column("''")),
).select_from(intent.outerjoin(delivery, delivery.c.sid == intent.c.sid))
DELIVERIES = _delivery.where(intent.c.key == given("key"), intent.c.sid.is_not(None)).order_by(intent.c.part)
_recent = select(outbox.c.key).order_by(outbox.c.due_at.desc()).limit(given("limit"))
RECENT = _delivery.where(intent.c.key.in_(_recent), intent.c.sid.is_not(None)).order_by(intent.c.key, intent.c.part)

_heard = insert(thread)
HEAR = _heard.on_conflict_do_update(
    index_elements=["contact"],
    set_={"heard_at": _heard.excluded.heard_at},
    where=_heard.excluded.heard_at > thread.c.heard_at,
)
_thread = select(*(thread.c[name] for name in ThreadRow.__slots__))
THREAD = _thread.where(thread.c.contact == given("contact"))
THREAD_WITH = _thread.where(thread.c.theirs == given("theirs")).order_by(thread.c.heard_at.desc()).limit(ONE)

AGREE = insert(consent).on_conflict_do_nothing()
CONSENT = (
    select(*(consent.c[name] for name in ConsentRow.__slots__))
    .where(consent.c.address == given("address"))
    .order_by(consent.c.at.desc(), consent.c.id.desc())
    .limit(ONE)
)
PURGE = (
    delete(intent).where(intent.c.at < given("before")),
    delete(delivery).where(delivery.c.at < given("before")),
    delete(thread).where(thread.c.heard_at < given("before")),
)


class Messages:
    """Part of the store, on the same database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # the outbox, beside turns

    async def put_outbox(self, row: OutboxRow) -> None:
        """A message that no turn promised; one whose key is there already is not there twice."""
        await self._database.write(Step(INSERT_OUTBOX, outbox_values(row, row.journey)))

    async def outbox_row(self, key: str) -> OutboxRow | None:
        rows = await self._database.read(OUTBOX_ROW, {"key": key})
        return outbox_row(rows[0]) if rows else None

    # what was sent as what

    async def intend(self, key: str, part: int, at: float, unless_since: float) -> SentRow | None:
        """Before a message is sent: as it stood before this attempt, which is ours alone. Its `tried_at` says that an
        earlier attempt may have sent it, its `sid` that it is sent. None: another attempt began after `unless_since`,
        and nobody knows its outcome yet."""
        await self._database.write(
            Step(INSERT_INTENT, {"key": key, "part": part, "at": at, "tried_at": None, "sid": None})
        )
        [row] = await self._database.read(INTENDED, {"key": key, "part": part})
        before = SentRow(*row)
        if before.sid is not None:
            return before
        values = {"which": key, "which_part": part, "unless_since": unless_since, "now": at}
        return before if await self._database.write(Step(TRY, values)) else None

    async def withdraw(self, key: str, part: int) -> None:
        """The attempt sent nothing, surely."""
        await self._database.write(Step(WITHDRAW, {"which": key, "which_part": part}))

    async def sent_as(self, key: str, part: int, sid: str) -> None:
        """We were told that it is this message. Another that was believed to be it is due again."""
        values = {"which": key, "which_part": part, "its_sid": sid}
        await self._database.write(
            Step(DUE_AGAIN, values), Step(TAKE_AWAY, values), Step(SENT_AS, values), lock=f"message {sid}"
        )

    async def found_as(self, key: str, part: int, sid: str) -> bool:
        """It may be this message, unless that is another one's; then False."""
        values = {"which": key, "which_part": part, "its_sid": sid}
        return bool(await self._database.write(Step(FOUND_AS, values), lock=f"message {sid}"))

    # what became of it

    async def delivered(self, sid: str, state: str, rank: int, code: str, at: float) -> bool:
        """False when we knew that already, or more: reports come late and twice. A higher rank is later."""
        values = {"sid": sid, "state": state, "rank": rank, "code": code, "at": at}
        return bool(await self._database.write(Step(DELIVERED, values)))

    async def deliveries(self, key: str) -> list[DeliveryRow]:
        """Of the parts that were sent, in order."""
        return [DeliveryRow(*row) for row in await self._database.read(DELIVERIES, {"key": key})]

    async def recent_deliveries(self, limit: int) -> list[DeliveryRow]:
        """Of the messages that `ContextStore.outbox` lists."""
        return [DeliveryRow(*row) for row in await self._database.read(RECENT, {"limit": limit})]

    # who writes to us, and what they want of us

    async def hear(self, row: ThreadRow) -> None:
        """They wrote; an earlier message changes nothing."""
        await self._database.write(Step(HEAR, asdict(row)))

    async def thread(self, contact: str) -> ThreadRow | None:
        rows = await self._database.read(THREAD, {"contact": contact})
        return ThreadRow(*rows[0]) if rows else None

    async def thread_with(self, theirs: str) -> ThreadRow | None:
        """Where this address wrote to us last."""
        rows = await self._database.read(THREAD_WITH, {"theirs": theirs})
        return ThreadRow(*rows[0]) if rows else None

    async def agree(self, row: ConsentRow) -> None:
        await self._database.write(Step(AGREE, asdict(row)))

    async def consent(self, address: str) -> ConsentRow | None:
        """The last line of this address; None: they never said anything."""
        rows = await self._database.read(CONSENT, {"address": address})
        return ConsentRow(*rows[0]) if rows else None

    async def purge(self, before: float) -> None:
        """What is older. What customers want of us is kept for ever: they said it once."""
        await self._database.write(*(Step(statement, {"before": before}) for statement in PURGE))


def outbox_row(row: Row) -> OutboxRow:
    key, journey, kind, payload, due_at, state, attempts, note = row
    return OutboxRow(key, journey, kind, msgspec.json.decode(payload), due_at, state, attempts, note)


def outbox_values(row: OutboxRow, journey: str) -> Values:
    values: dict[str, Any] = asdict(row)
    return {**values, "journey": journey, "payload": dump(row.payload), "claimed_at": None}
