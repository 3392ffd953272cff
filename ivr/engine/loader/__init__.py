"""Menu files: YAML text to a checked `Flow`, or every mistake at once.

source.py    YAML text -> nodes that know their place; nothing but text, lists and mappings
values.py    a text -> a duration, a length, a key, a date
template.py  a text with `{name}` parts -> a template
draft.py     what is known of a file while it is read
mapping.py   one mapping, read key by key; what is wrong becomes a mistake, and reading goes on
reader.py    the same with words: in which language, and as which prompt
steps.py     the verbs that are one step each
choices.py   the choices of a menu
verbs.py     all verbs, and the steps of a file
slots.py     the slots of a file
speech.py    what is said about hearing
keep_speech.py   who may have what they say kept
menu.py      the whole file -> Flow
parts.py     the files that a menu is made of beside its own
submenus.py  a sub-menu's steps under the name of the step that calls it
bundle.py    a menu with its parts as one text, and its version
translations.py  what those say in another language, in files of their own
services.py  the declared back offices -> ServiceSpec
check.py     what only shows when the whole flow is there: ways between steps, slots, choices, channels
mistakes.py  what is told to the author: file, line, column, step, problem, remedy
"""

from ivr.engine.loader.bundle import bundle, unbundle
from ivr.engine.loader.menu import load
from ivr.engine.loader.mistakes import MenuMistakes, Mistake
from ivr.engine.loader.parts import ARTICLES, check_part, is_submenu
from ivr.engine.loader.services import load_services
from ivr.engine.loader.translations import FOLDER as WORDS
from ivr.engine.loader.translations import idle

__all__ = [
    "ARTICLES",
    "WORDS",
    "MenuMistakes",
    "Mistake",
    "bundle",
    "check_part",
    "idle",
    "is_submenu",
    "load",
    "load_services",
    "unbundle",
]
