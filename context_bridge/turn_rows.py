"""A turn as the rows of one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from context_bridge.codec import dump, encode
from context_bridge.database import Turn
from context_bridge.keys import check, token
from context_bridge.messages import outbox_values
from context_bridge.records import CallbackRow, Change
from ivr.engine.data import plain


def turn_of(change: Change) -> Turn:
    """Raises `JourneyTooLarge`, and `ValueError` for what cannot be stored."""
    journey, contact, history = change.journey, change.journey.contact, change.history
    if journey.rev != change.expected_rev + 1:
        raise ValueError(f"revision {journey.rev} does not follow {change.expected_rev}")
    check(journey.id, contact.id if contact else None, change.customer, change.node)
    own = token()
    return Turn(
        expected=change.expected_rev,
        journey={
            "id": journey.id,
            "rev": journey.rev,
            "menu": journey.menu,
            "version": journey.version,
            "status": journey.status,
            "customer": change.customer,
            "contact": contact and contact.id,
            "channel": contact and contact.channel,
            "node": change.node,
            "updated_at": change.at,
            "expires_at": change.expires_at,
            "body": encode(journey),
            "step": journey.step,
        },
        history={
            "journey": journey.id,
            "rev": journey.rev,
            "at": history.at,
            "kind": history.kind,
            "body": dump(history.body),
            "token": own,
        },
        outbox=[outbox_values(row, journey.id) for row in change.outbox],
        links=[{**asdict(row), "journey": journey.id, "spent_by": None} for row in change.links],
        callbacks=[{**asdict(row), "journey": journey.id} for row in _last_of_each(change.callbacks)],
        answers=[{**plain(change.answer), "journey": journey.id, "token": own}] if change.answer else [],
    )


def _last_of_each(rows: Iterable[CallbackRow]) -> Iterable[CallbackRow]:
    """PostgreSQL refuses to replace a row twice in one statement."""
    return {row.id: row for row in rows}.values()
