"""Drafts: edited menus that are played before anybody publishes them.

draft.py    a menu on a stage of its own: a store in memory, its own driver, phone and chat
answers.py  back offices that answer as somebody typed; of real ones only the demo's are asked
api.py      the studio's routes, and which drafts there are

A draft sees no customer and no customer sees it: nothing is sent, nothing outlives it.
"""

from ivr.drafts.api import Drafts

__all__ = ["Drafts"]
