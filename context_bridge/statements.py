"""Every statement of the store, but the two that PostgreSQL runs for a whole batch (`postgres.py`).

States are literal, so that a planner can match them with a partial index; it cannot match a parameter.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table, and_, case, delete, exists, func, literal_column, not_, or_, select, text, update
from sqlalchemy import bindparam as given
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import Insert

from context_bridge.records import (
    AnswerRow,
    CallbackRow,
    HistoryRow,
    JourneyRow,
    LinkRow,
    OutboxRow,
    Published,
    SpeechKeepingRow,
    SwitchRow,
)
from context_bridge.tables import (
    answer,
    callback,
    customer,
    flow,
    history,
    identifier,
    journey,
    link,
    outbox,
    published,
    speech_keeping,
    switch,
)

STUCK = 60  # seconds after which an effect that was claimed and never settled is claimed again
RECENT_TURNS = 50  # turns looked through for each journey that `recent` is to list


def _as(record: Any, table: Table) -> list[Column[Any]]:
    """The columns in the order of the record's fields."""
    return [table.c[name] for name in record.__match_args__]


ROW = _as(JourneyRow, journey)


def _unless_there(table: Table) -> Insert:
    # PostgreSQL's form; without a conflict target SQLAlchemy renders it for SQLite too, where they are the same words.
    return insert(table).on_conflict_do_nothing()


def _or_replace(table: Table, key: str) -> Insert:
    new = insert(table)
    rest = {c.name: new.excluded[c.name] for c in table.c if c.name != key}
    return new.on_conflict_do_update(index_elements=[key], set_=rest)


# a turn

INSERT_JOURNEY = _unless_there(journey)
UPDATE_JOURNEY = update(journey).where(journey.c.id == given("which"), journey.c.rev == given("expected"))
UPDATED = [c.name for c in journey.c if c.name != "id"]
INSERT_HISTORY = insert(history)
INSERT_OUTBOX = _unless_there(outbox)
INSERT_LINK = _unless_there(link)
PUT_CALLBACK = _or_replace(callback, "id")
INSERT_ANSWER = _unless_there(answer)
SNAPSHOT = select(journey.c.body).where(journey.c.id == given("id"))
SNAPSHOT_BY_CONTACT = (
    select(journey.c.body)
    .where(journey.c.contact == given("contact"))
    .order_by(journey.c.updated_at.desc())
    .limit(literal_column("1"))
)
WRITER = select(history.c.token).where(history.c.journey == given("journey"), history.c.rev == given("rev"))

# journeys

ONE = select(*ROW).where(journey.c.id == given("id"))
UNFINISHED = (
    select(journey.c.body, journey.c.updated_at)
    .where(
        journey.c.customer == given("customer"),
        journey.c.menu == given("menu"),
        journey.c.updated_at >= given("since"),
        journey.c.expires_at > given("now"),
        text("status NOT IN ('finished', 'expired')"),
    )
    .order_by(journey.c.updated_at.desc())
    .limit(given("limit"))
)
OF_CUSTOMER = (
    select(*ROW)
    .where(journey.c.customer == given("customer"))
    .order_by(journey.c.updated_at.desc())
    .limit(given("limit"))
)
_live_on = (
    journey.c.node == given("node"),
    journey.c.contact.is_not(None),
    text("status IN ('new', 'live', 'queued', 'with_agent', 'transferred')"),
)
LIVE_ON = select(*ROW).where(*_live_on).order_by(journey.c.updated_at)
COUNT_LIVE_ON = select(func.count()).select_from(journey).where(*_live_on)
# `updated_at` changes at each turn and may not be indexed (see tables.py), but the history is.
_latest = select(history.c.journey).order_by(history.c.at.desc()).limit(given("turns")).subquery()
RECENT = (
    select(*ROW)
    .where(journey.c.id.in_(select(_latest.c.journey)))
    .order_by(journey.c.updated_at.desc())
    .limit(given("limit"))
)
HISTORY = select(*_as(HistoryRow, history)).where(history.c.journey == given("journey")).order_by(history.c.rev)
EXPIRED = (
    select(*ROW)
    .where(journey.c.expires_at <= given("now"), text("status NOT IN ('finished', 'expired')"))
    .order_by(journey.c.expires_at)
    .limit(given("limit"))
)
PURGEABLE = select(journey.c.id).where(journey.c.expires_at < given("before")).limit(given("limit"))
PURGE_JOURNEY = delete(journey).where(journey.c.id == given("journey"), journey.c.expires_at < given("before"))
_gone = not_(exists().where(journey.c.id == given("journey")))
PURGE_REST = tuple(delete(t).where(t.c.journey == given("journey"), _gone) for t in (history, outbox, link, callback))

# flows

PUT_FLOW = _unless_there(flow)
FLOW_SOURCE = select(flow.c.source).where(flow.c.menu == given("menu"), flow.c.version == given("version"))

# what is in force

PUBLISH = _unless_there(published)
PUBLISHER = select(published.c.token).where(published.c.menu == given("menu"), published.c.n == given("n"))
PUBLISHED = select(*_as(Published, published)).where(published.c.menu == given("menu")).order_by(published.c.n.desc())
_latest_n = select(published.c.menu, func.max(published.c.n).label("n")).group_by(published.c.menu).subquery()
IN_FORCE = (
    select(*_as(Published, published))
    .join(_latest_n, and_(_latest_n.c.menu == published.c.menu, _latest_n.c.n == published.c.n))
    .order_by(published.c.menu)
)
STANDING = (
    select(journey.c.menu, journey.c.version, journey.c.step, func.count(), func.count(journey.c.contact))
    .where(text("status NOT IN ('finished', 'expired')"))  # as the index has it
    .group_by(journey.c.menu, journey.c.version, journey.c.step)
)
STANDING_IN = STANDING.where(journey.c.menu == given("menu"))

# outbox

_due = (
    select(outbox.c.key)
    .where(
        text("state IN ('waiting', 'sending')"),  # as the index has it
        or_(
            and_(text("state = 'waiting'"), outbox.c.due_at <= given("now")),
            and_(text("state = 'sending'"), outbox.c.claimed_at <= given("stuck_since")),
        ),
    )
    .order_by(outbox.c.due_at)
    .limit(given("limit"))
    .with_for_update(skip_locked=True)  # SQLite has one writer and leaves this out
)
CLAIM_OUTBOX = (
    update(outbox)
    .where(outbox.c.key.in_(_due))
    .values(
        state=literal_column("'sending'"),
        attempts=outbox.c.attempts + literal_column("1"),
        claimed_at=given("now"),
    )
    .returning(*_as(OutboxRow, outbox))
)
SETTLE_OUTBOX = (
    update(outbox)
    .where(outbox.c.key == given("which"))
    .values(
        state=given("new_state"),
        note=given("new_note"),
        due_at=func.coalesce(given("new_due_at", type_=outbox.c.due_at.type), outbox.c.due_at),
    )
)
OUTBOX = select(*_as(OutboxRow, outbox)).order_by(outbox.c.due_at.desc()).limit(given("limit"))

# links

LINK = select(*_as(LinkRow, link)).where(link.c.token_hash == given("token_hash"))
SPEND_LINK = (
    update(link)
    .where(
        link.c.token_hash == given("which"),
        link.c.expires_at > given("now"),
        or_(link.c.spent_at.is_(None), link.c.spent_by == given("token")),
    )
    .values(spent_at=given("now"), spent_by=given("token"))
    .returning(link.c.token_hash)
)

# answers to webhooks

_of_call = select(*_as(AnswerRow, answer)).where(answer.c.contact == given("contact"))
ANSWER = _of_call.where(answer.c.epoch == given("epoch"), answer.c.turn == given("turn"))
LAST_ANSWER = _of_call.order_by(answer.c.epoch.desc(), answer.c.at.desc(), answer.c.turn.desc()).limit(
    literal_column("1")
)
_on = exists().where(journey.c.contact == answer.c.contact)  # a call may be as long as it likes, and wait in a queue
PURGE_ANSWERS = delete(answer).where(answer.c.at < given("before"), not_(_on))

# switches

FLIP = _or_replace(switch, "name")
SWITCHES = select(*_as(SwitchRow, switch)).order_by(switch.c.name)

# keeping what customers say

KEEP_SPEECH = _or_replace(speech_keeping, "name")
SPEECH_KEEPING = select(*_as(SpeechKeepingRow, speech_keeping))

# callbacks

_open = callback.c.state == literal_column("'open'")
CALLBACKS = (
    select(*_as(CallbackRow, callback))
    .order_by(
        callback.c.state.desc(),
        case((_open, callback.c.at), else_=-callback.c.at),
    )
    .limit(given("limit"))
)
CALL_DONE = (
    update(callback)
    .where(callback.c.id == given("which"))
    .values(state=literal_column("'done'"))
    .returning(*_as(CallbackRow, callback))
)

# identity

NAME = select(customer.c.name).where(customer.c.id == given("id"))
CUSTOMERS = (
    select(identifier.c.customer, func.coalesce(customer.c.name, literal_column("''")))
    .select_from(identifier.outerjoin(customer, customer.c.id == identifier.c.customer))
    .where(identifier.c.kind == given("kind"), identifier.c.value == given("value"))
    .order_by(identifier.c.customer)
)
IDENTIFIERS = (
    select(identifier.c.kind, identifier.c.value)
    .where(identifier.c.customer == given("customer"))
    .order_by(identifier.c.kind, identifier.c.value)
)
_known = exists().where(identifier.c.kind == given("kind"), identifier.c.value == given("value"))
_first = select(*(given(c.name, type_=c.type) for c in identifier.c)).where(not_(_known))
POINT_UNLESS_KNOWN = (
    _unless_there(identifier).from_select([c.name for c in identifier.c], _first).returning(identifier.c.customer)
)
POINT = _unless_there(identifier)
ADD_CUSTOMER = _unless_there(customer)

PING = text("SELECT 1")
