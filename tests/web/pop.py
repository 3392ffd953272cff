"""A screen-pop with everything in it that one can have."""

from __future__ import annotations

import time
from typing import Any

NOW = time.time()
RECORDING = "5e60e" + 27 * "0"
POP: dict[str, Any] = {
    "contact": None,
    "journey": "j0",
    "rev": 7,
    "menu": "support",
    "title": "Acme support",
    "channel": "chat",
    "node": "chat",
    "queue": "support",
    "status": "queued",
    "at": NOW,
    "agent": "",
    "customer": {"id": "c1", "name": "Maria Gomez"},
    "identifier": "+1 415 555 0142",
    "trust": 3,
    "trust_words": "Proven by a signed link",
    "why": "Wants to change the delivery of order 4217",
    "summary": "Looked up order 4217: on its way, arrives on Tuesday.",
    "whisper": "Maria Gomez, order 4217",
    "passed": None,
    "queues": ["billing", "support"],
    "slots": [
        {"name": "order_number", "title": "Order number", "value": "4217", "channel": "voice", "at": NOW - 400},
        {"name": "status", "title": "Status of the order", "value": "on its way", "channel": None, "at": NOW - 395},
        {
            "name": "note",
            "title": "What they said",
            "value": f"recording:{RECORDING}",
            "channel": "voice",
            "at": NOW - 90,
        },
        {"name": "eta", "title": "Arrives", "value": "2026-11-24", "channel": None, "at": NOW - 395},
    ],
    "answered": ["Order number", "What it is about"],
    "path": [
        {"step": "welcome", "channel": "voice", "at": NOW - 420, "chose": "track an order"},
        {"step": "track", "channel": "voice", "at": NOW - 400, "chose": "4217"},
        {"step": "change_delivery", "channel": "voice", "at": NOW - 390, "chose": ""},
        {"step": "change_delivery", "channel": "voice", "at": NOW - 300, "chose": "by link"},
        {"step": "change_delivery", "channel": "chat", "at": NOW - 80, "chose": "talk to a person"},
    ],
    "candidates": [],
    "tried": [
        {"title": "Track a parcel yourself", "helped": False, "at": NOW - 350},
        {"title": "Opening hours", "helped": True, "at": NOW - 340},
    ],
    "proven": [{"by": "code", "trust": 3, "at": NOW - 70}],
    "contacts": [
        {"channel": "voice", "at": NOW - 425, "left": "dropped"},
        {"channel": "voice", "at": NOW - 330, "left": "caller"},
        {"channel": "chat", "at": NOW - 90, "left": ""},
    ],
}
