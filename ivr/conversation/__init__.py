"""Conversations: a customer's side of a story, played against a menu, and what must be heard and known on the way.

told.py    `Conversation` is one file (see docs/conversations.md)
file.py    `load` reads it, of the nodes of nodes.py
player.py  a `Player` is any way to reach a running Segue
play.py    `run` plays one on the other

The same files are played on the engine, over the web phone's socket and over a real Asterisk, so nothing here knows
how a customer is reached.
"""

from ivr.conversation.file import load, seconds
from ivr.conversation.nodes import ConversationMistakes
from ivr.conversation.play import Mismatch, Result, needs, perform, run
from ivr.conversation.player import CannotPlay, Player, Promised, Refused
from ivr.conversation.told import (
    FEATURES,
    Act,
    Answer,
    Call,
    Choose,
    Conversation,
    Deed,
    Do,
    Does,
    Flip,
    Missed,
    OtherEnd,
    Press,
    Record,
    Speak,
    Turn,
    Type,
    Wait,
)

__all__ = [
    "FEATURES",
    "Act",
    "Answer",
    "Call",
    "CannotPlay",
    "Choose",
    "Conversation",
    "ConversationMistakes",
    "Deed",
    "Do",
    "Does",
    "Flip",
    "Mismatch",
    "Missed",
    "OtherEnd",
    "Player",
    "Press",
    "Promised",
    "Record",
    "Refused",
    "Result",
    "Speak",
    "Turn",
    "Type",
    "Wait",
    "load",
    "needs",
    "perform",
    "run",
    "seconds",
]
