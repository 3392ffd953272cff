"""The screen-pop: all that an agent must know about a journey, so that nothing is asked again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from context_bridge.records import HistoryRow, Identifier, JourneyRow
from ivr.engine.actions import Enqueue
from ivr.engine.data import plain
from ivr.engine.flow import Flow
from ivr.engine.journey import Journey
from ivr.engine.render import article_at, summary, taken_at, title_for_agent
from ivr.engine.step import current_wait
from ivr.engine.steps import HELPED, NOT_HELPED, Handoff

TRUST = (
    "not known: the number is withheld or unknown",
    "claimed: the number says so, or several people share it",
    "attested: the carrier vouches for the number, and only one customer has it",
    "proven: opened a link that was sent to them, or gave a PIN",
    "proven twice",
)


def pop(
    flow: Flow, journey: Journey, row: JourneyRow, who: Identifier | None, name: str, history: Sequence[HistoryRow]
) -> dict[str, Any]:
    """JSON-ready; described in docs/api.md. Secret slots are left out."""
    flow = flow.in_language(journey.language)
    contact = journey.contact
    wait = next((a for a in current_wait(flow, journey) if isinstance(a, Enqueue)), None)
    trust = contact.trust if contact else 0
    return {
        "journey": journey.id,
        "rev": journey.rev,
        "menu": journey.menu,
        "title": flow.title,
        "contact": contact.id if contact else row.contact,
        "channel": contact.channel if contact else row.channel,
        "node": contact.node if contact else row.node,
        "status": journey.status,
        "agent": journey.agent,
        "at": row.updated_at,
        "queue": wait.queue if wait else "",
        "why": wait.why if wait else summary(flow, journey),
        "whisper": wait.whisper if wait else "",
        "passed": plain(journey.passed) if journey.passed else None,
        "queues": sorted({step.queue for step in flow.steps.values() if isinstance(step, Handoff)}),
        "summary": summary(flow, journey),
        "customer": {"id": journey.customer, "name": name},
        "identifier": who.value if who else "",
        "trust": trust,
        "trust_words": TRUST[trust],
        "candidates": [{"id": c.id, "name": c.name} for c in who.customers] if who and who.shared else [],
        "slots": _slots(flow, journey),
        "answered": [title_for_agent(flow, name) for name, slot in journey.slots.items() if slot.channel is not None],
        "path": [{"step": v.step, "channel": v.channel, "at": v.at, "chose": taken_at(flow, v)} for v in journey.path],
        "tried": _tried(flow, journey),
        "contacts": _contacts(history),
        "proven": [{**row.body["proof"], "at": row.at} for row in history if "proof" in row.body],
    }


def _tried(flow: Flow, journey: Journey) -> list[dict[str, Any]]:
    """The articles that the customer has read or heard and judged, by their newest judgement."""
    judged = [visit for visit in journey.path if visit.chose in {HELPED, NOT_HELPED}]
    titles = [(article_at(flow, visit), visit) for visit in judged]
    newest = {
        title: {"title": title, "helped": visit.chose == HELPED, "at": visit.at} for title, visit in titles if title
    }
    return list(newest.values())


def _slots(flow: Flow, journey: Journey) -> list[dict[str, Any]]:
    """What may be shown. That a secret was given is told by `answered`."""
    return [
        {
            "name": name,
            "title": title_for_agent(flow, name),
            "value": slot.value,
            "channel": slot.channel,
            "at": slot.at,
        }
        for name, slot in journey.slots.items()
        if _sensitivity(flow, name) != "secret"
    ]


def _sensitivity(flow: Flow, name: str) -> str:
    return flow.slots[name].sensitivity if name in flow.slots else "public"


def _contacts(history: Sequence[HistoryRow]) -> list[dict[str, Any]]:
    """One line for each contact, oldest first, with how it ended."""
    found: list[dict[str, Any]] = []
    for row in history:
        if row.kind == "Arrived":
            found.append({"channel": row.body.get("channel"), "at": row.at, "left": ""})
        elif row.kind == "Left" and found:
            found[-1]["left"] = row.body.get("reason", "")
    return found
