"""Menu files: YAML text to a checked `Flow`, or every mistake at once.

source.py    YAML text -> nodes that know their place; nothing but text, lists and mappings
values.py    a text -> a duration, a length, a key, a date
template.py  a text with `{name}` parts -> a template
reader.py    one mapping, read key by key; what is wrong becomes a mistake, and reading goes on
steps.py     the ten verbs of a step
menu.py      the whole file -> Flow
services.py  the declared back offices -> ServiceSpec
check.py     what only shows when the whole flow is there: ways between steps, slots, choices, channels
mistakes.py  what is told to the author: file, line, column, step, problem, remedy
"""

from ivr.engine.loader.menu import load
from ivr.engine.loader.mistakes import MenuMistakes, Mistake
from ivr.engine.loader.services import load_services

__all__ = ["MenuMistakes", "Mistake", "load", "load_services"]
