"""Hand-off to a person: the caller goes into app_queue and waits there whether we live or not."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from asterisk.leg import Leg, sound
from ivr.engine.actions import Enqueue
from ivr.engine.events import QueueOutcome

NAME = re.compile(r"[\w-]+")  # a comma would end app_queue's argument
STATUS: dict[str, QueueOutcome] = {"TIMEOUT": "timeout", "CONTINUE": "done"}  # all others: nobody there

log = logging.getLogger(__name__)


async def enqueue(leg: Leg, wait: Enqueue, whisper: Path | None, desk: str) -> bool:
    """Redirect the caller into the queue; False when Asterisk has no such queue. `whisper` is played to the agent
    who answers, `desk` is the page that their phone may open."""
    if not NAME.fullmatch(wait.queue) or not await leg.has_queue(wait.queue):
        log.error("%s: Asterisk has no queue %r; add it to queues.conf", leg.contact, wait.queue)
        return False
    leg.set("SEGUE_QUEUE", wait.queue)
    leg.set("SEGUE_QUEUE_TIMEOUT", max(1, round(wait.timeout)))
    leg.set("SEGUE_WHISPER", sound(whisper))
    leg.set("__SEGUE_DESK", desk)
    leg.set("SEGUE_QUEUED", wait.turn)
    leg.set("QUEUESTATUS", "")
    leg.set("MEMBERNAME", "")
    await leg.redirect("segue-queue", "s")
    return True


async def outcome(leg: Leg) -> QueueOutcome:
    """How the wait in the queue ended, of a caller who came back. Whom an agent sent back has no QUEUESTATUS, but the
    name of that agent."""
    if status := await leg.get("QUEUESTATUS"):
        return STATUS.get(status, "unavailable")
    return "done" if await leg.get("MEMBERNAME") else "unavailable"


async def has_been(leg: Leg, wait: Enqueue) -> bool:
    """Whether this wait was carried out already, by us or by the process before us."""
    return await leg.get("SEGUE_QUEUED") == str(wait.turn)


async def has_left(leg: Leg) -> bool:
    """Whether the caller comes from a queue, and so needs to hear again what was asked before. Once."""
    left = bool(await leg.get("QUEUESTATUS"))
    leg.set("QUEUESTATUS", "")
    return left
