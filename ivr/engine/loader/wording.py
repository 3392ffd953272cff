"""What a menu says where its author wrote nothing: tapered, and never blaming the caller. English, as `words.py` is."""

from __future__ import annotations

from ivr.engine.flow import Prompt


def fixed(voice: str, text: str | None = None) -> Prompt:
    return Prompt((voice,), (text or voice,))


NO_INPUT = (
    fixed("Sorry, I did not hear anything.", "Are you still there?"),
    fixed("I still did not hear you. Please take your time.", "I am still here. Please take your time."),
)
NO_MATCH = (
    fixed("Sorry, I did not get that."),
    fixed("I am afraid that did not work either. Let us try once more."),
)
SORRY = fixed("I am sorry, something went wrong on our side. Please contact us again; we have kept what you told us.")
CONTINUE = fixed("Welcome back. Let us go on where we were.")
WELCOME_BACK = fixed("Welcome back.")
OFFER = fixed("Would you like to go on where you left off, or start over?")
