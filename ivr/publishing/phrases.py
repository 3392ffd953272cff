"""How a change of each field is said. What is missing here is told all the same, plainly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr.publishing import telling
from ivr.publishing.telling import prompt, prompts, seconds, step_name, wording

Words = Callable[[Any], str]

KINDS: Mapping[str, str] = {
    "Menu": "a menu", "AskSlot": "a question", "SayStep": "an announcement", "InvokeStep": "a look-up",
    "SendStep": "a message to the customer", "Handoff": "a hand-off to a person", "SetStep": "a change of slots",
    "Branch": "a branch", "Goto": "a jump", "End": "an end", "Split": "a split by percent",
    "RecordStep": "a recording", "Verify": "a check of a PIN or code", "CallbackStep": "a promise to call back",
    "TransferStep": "a transfer to somebody else",
}  # fmt: skip

# Field, or Noun.field -> how a new value is told, and the words for it and for the one before.
SAYS: Mapping[str, tuple[str, Words]] = {
    "next": ("now goes on to {}", step_name),
    "target": ("now goes on to {}", step_name),
    "otherwise": ("now goes to {} when nothing else fits", step_name),
    "exhausted": ("now goes to {} after the last try", step_name),
    "done": ("now goes to {} when it is done", step_name),
    "failed": ("now goes to {} when it fails", step_name),
    "unavailable": ("now goes to {} when nobody is free", step_name),
    "unanswered": ("now goes to {} when nobody answers", step_name),
    "TransferStep.number": ("now tells who writes to call {}", lambda number: number or telling.NOTHING),
    "to": ("now calls {}", str),
    "caller_id": ("now shows the number of {}", str),
    "headers": ("now sends the headers {}", telling.templates),
    "to_step": ("now sends a link to {}", step_name),
    "goto": ("now leads to {}", step_name),
    "start": ("now begins at {}", step_name),
    "prompt": ("now says {}", prompt),
    "filler": ("now says {} while it is busy", prompt),
    "say": ("now says {}", prompt),
    "offer": ("now offers to go on with {}", prompt),
    "sorry": ("now says {} when it cannot go on", prompt),
    "no_input": ("now says {} after silence", prompts),
    "no_match": ("now says {} after an answer that does not fit", prompts),
    "text": ("now writes {}", wording),
    "whisper": ("now whispers {} to the agent", wording),
    "TransferStep.whisper": ("now whispers {} to whoever answers", wording),
    "tries": ("now gives {} tries", str),
    "timeout": ("now waits {}", telling.patience),
    "Tries.timeout": ("now waits {} for an answer", seconds),
    "interdigit": ("now waits {} between two keys", seconds),
    "longest": ("now takes up to {}", seconds),
    "silence": ("now ends after {} of silence", seconds),
    "service": ("now asks the service {}", str),
    "slot": ("now fills the slot {}", step_name),
    "queue": ("now uses the queue {}", str),
    "trust": ("now raises the trust to {}", str),
    "key": ("is now on key {}", telling.plain),
    "label": ("is now called {}", lambda label: f"“{label}”"),
    "phrases": ("is now taken by the words {}", telling.plain),
    "do": ("now does this: {}", telling.plain),
    "language": ("now goes on in {}", telling.plain),
    "title": ("is now titled {}", lambda title: f"“{title}”"),
    "channels": ("now serves {}", telling.plain),
    "keys_after": ("now offers keys after {} answers by speech that were not understood", str),
    "keep_speech": ("may now keep what customers say who agree in the slot {}", telling.plain),
    "sensitivity": ("is now {}", str),
    "week": ("are now {}", telling.week),
    "zone": ("are now told in the time of {}", str),
    "special": ("now keep these days apart: {}", telling.special),
    "country": ("now keep the public holidays of {}", telling.plain),
    "region": ("now keep the public holidays of the region {}", telling.plain),
    "dropped": ("after a lost line now does this: {}", telling.rules),
    "unfinished": ("when they left by themselves now does this: {}", telling.rules),
    "arguments": ("now sends {} to the service", telling.templates),
    "save": ("now keeps of the answer: {}", telling.plain),
    "values": ("now sets {}", telling.templates),
    "fallback": ("now goes elsewhere where a channel cannot do it: {}", telling.targets),
    "cases": ("now decides so: {}", telling.cases),
    "ways": ("now splits so: {}", telling.ways),
    "skills": ("now needs the skills {}", telling.plain),
    "number": ("now takes the number from {}", wording),
    "when": ("now takes the time from {}", wording),
    "articles": ("now has the articles {}", telling.plain),
    "SendStep.by": ("now goes by {}", str),
}
