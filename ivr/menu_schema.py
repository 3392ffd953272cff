"""The JSON Schema of menu files, sub-menus and articles, for editors: completion, and lines under what is no key.

Draft 7, which is what editors' YAML servers know best. It knows keys and forms; what a step leads to, and whether a
slot is declared, is known to `segue check`. The tests hold its keys to those that the loader reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from ivr.advice import RULES
from ivr.engine.actions import SlotType
from ivr.engine.events import Channel
from ivr.engine.flow import Sensitivity
from ivr.engine.loader.conditions import TESTS
from ivr.engine.loader.verbs import VERBS
from ivr.engine.steps import Confirm, Deed

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}  # YAML's numbers and yes are words to us
NAME: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,59}$"}
LANGUAGE: Final = "^[a-z]{2,3}(-([A-Z]{2}|[0-9]{3}))?$"
DURATION: Final[Schema] = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\s*\d{1,6}(\.\d{1,3})?\s*[smhd]?\s*$"}]
}
KEY: Final[Schema] = {"enum": [*range(10), *map(str, range(10)), "*", "#"]}
SHARE: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}
STEP: Final[Schema] = {**NAME, "description": "the name of a step"}
SPANS: Final[Schema] = {"$ref": "#/definitions/words"}


def schema() -> Schema:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A menu of Segue, a sub-menu, or a knowledge article",
        "type": "object",
        "definitions": _definitions(),
        "anyOf": [
            {"required": ["menu"], **_closed(TOP)},
            {"required": ["submenu"], **_closed(SUBMENU)},
            {"required": ["article"], **_closed(ARTICLE)},
        ],
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _closed(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _named(what: Schema) -> Schema:
    """By names of the author's own."""
    return {"type": "object", "additionalProperties": what}


def _several(what: Schema) -> Schema:
    return {"anyOf": [what, {"type": "array", "items": what}]}


def _by_language(what: Schema) -> Schema:
    return {"type": "object", "minProperties": 1, "patternProperties": {LANGUAGE: what}, "additionalProperties": False}


def _one_of(values: Sequence[str]) -> Schema:
    return {"enum": list(values)}


WORDING: Final = _ref("wording")
PROMPT: Final = _ref("prompt")
WORDS: Final = _ref("words")
TRIES: Final[Mapping[str, Schema]] = {
    "no_input": _ref("prompts"),
    "no_match": _ref("prompts"),
    "tries": {"type": "integer", "minimum": 1, "maximum": 20},
    "timeout": DURATION,
    "interdigit": DURATION,
}
EXHAUSTED: Final = {"exhausted": STEP}
CHOICE: Final[Mapping[str, Schema]] = {
    "key": KEY,
    "label": WORDING,
    "say": WORDS,
    "goto": STEP,
    "do": _one_of(get_args(Deed)),
    "language": {"type": "string", "pattern": LANGUAGE},
}
SLOT: Final[Mapping[str, Schema]] = {
    "type": _one_of(get_args(SlotType)),
    "title": WORDING,
    "sensitivity": _one_of(get_args(Sensitivity)),
    "length": {"type": ["string", "integer"]},
    "choices": {},
    "least": TEXT,
    "most": TEXT,
    "say": WORDS,
}
HOURS_DAY: Final = "^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$"
RULE: Final[Mapping[str, Schema]] = {"within": DURATION, "do": _one_of(["continue", "offer"]), "say": PROMPT}

# What stands inside each verb; a verb that is no mapping has its schema at once.
INSIDE: Final[Mapping[str, Mapping[str, Schema]]] = {
    "menu": {"prompt": PROMPT, "choices": _ref("choices"), "open": {"type": "boolean"}, **TRIES, **EXHAUSTED},
    "ask": {
        "slot": NAME,
        "prompt": PROMPT,
        "fallback": _closed(dict.fromkeys(get_args(Channel), STEP)),
        "confirm": _one_of(get_args(Confirm)),
        **TRIES,
        **EXHAUSTED,
    },
    "invoke": {"service": TEXT, "with": _named(TEXT), "timeout": DURATION, "filler": PROMPT, "save": {}},
    "send": {"by": _one_of(["sms", "email"]), "text": WORDING, "to_step": STEP},
    "handoff": {"queue": NAME, "skills": _several(NAME), "prompt": PROMPT, "whisper": TEXT, "timeout": DURATION},
    "transfer": {
        "to": TEXT,
        "prompt": PROMPT,
        "caller_id": TEXT,
        "headers": {"type": "object", "patternProperties": {"^X-": TEXT}, "additionalProperties": False},
        "whisper": WORDING,
        "timeout": DURATION,
    },
    "record": {"slot": NAME, "prompt": PROMPT, "longest": DURATION, "silence": DURATION, "timeout": DURATION},
    "verify": {
        "pin": NAME,
        "code": _one_of(["sms", "email"]),
        "service": TEXT,
        "with": _named(TEXT),
        "text": WORDING,
        "prompt": PROMPT,
        "trust": {"type": "integer", "minimum": 1, "maximum": 4},
        **TRIES,
    },
    "callback": {"queue": NAME, "number": TEXT, "when": WORDING, "prompt": PROMPT},
    "article": {"show": NAME, "prompt": PROMPT, **TRIES},
    "survey": {
        "rate": NAME,
        "prompt": PROMPT,
        "comment": NAME,
        "comment_prompt": PROMPT,
        "voice": _one_of(["record", "skip"]),
    },
    "submenu": {"name": NAME, "with": _named(TEXT), "save": {}},
}
ELSE: Final = _closed({"else": STEP})
WHOLE: Final[Mapping[str, Schema]] = {
    "say": PROMPT,
    "set": _named({"type": ["string", "number", "boolean", "null"]}),
    "branch": {"type": "array", "items": {"anyOf": [_closed({"if": _ref("conditions"), "goto": STEP}), ELSE]}},
    "split": {"type": "array", "items": {"anyOf": [_closed({"percent": {"type": "number"}, "goto": STEP}), ELSE]}},
    "goto": STEP,
    "end": {"anyOf": [PROMPT, {"type": "null"}]},
    "return": NAME,
}
# What stands beside each verb; None: the results of a sub-menu have names of their own.
BESIDE: Final[Mapping[str, Sequence[str] | None]] = {
    "menu": (),
    "ask": ("next",),
    "say": ("next",),
    "invoke": ("done", "failed"),
    "send": ("next", "failed"),
    "handoff": ("unavailable", "done"),
    "transfer": ("unanswered", "done"),
    "set": ("next",),
    "branch": (),
    "split": (),
    "goto": (),
    "end": (),
    "record": ("next", "failed"),
    "verify": ("done", "failed"),
    "callback": ("next", "failed"),
    "article": ("helped", "not_helped"),
    "survey": ("next",),
    "submenu": None,
    "return": (),
}
STEPS: Final = _named(_ref("step"))
SLOTS: Final = _named(_closed(SLOT))
LANGUAGES: Final[Mapping[str, Schema]] = {
    "language": {"type": "string", "pattern": LANGUAGE},
    "languages": _several({"type": "string", "pattern": LANGUAGE}),
}
TOP: Final[Mapping[str, Schema]] = {
    "menu": NAME,
    "title": WORDING,
    **LANGUAGES,
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "channels": _several(_one_of(get_args(Channel))),
    "start": STEP,
    **EXHAUSTED,
    "escalation": _closed({"keys_after": {"type": "integer", "minimum": 1, "maximum": 20}, "person": STEP}),
    "speech": _closed({"accept": SHARE, "confirm": SHARE}),
    "keep_speech": _closed({"consent": NAME}),
    "resume": _closed({"dropped": _several(_closed(RULE)), "unfinished": _several(_closed(RULE)), "offer": PROMPT}),
    "hours": _named(
        {
            "type": "object",
            "properties": {"zone": TEXT, "holidays": TEXT, "special": _named(SPANS)},
            "patternProperties": {HOURS_DAY: SPANS},
            "additionalProperties": False,
        }
    ),
    "switches": _named(_closed({"title": WORDING, "say": PROMPT, "goto": STEP})),
    "slots": SLOTS,
    "always": _ref("choices"),
    "steps": STEPS,
    "sorry": PROMPT,
    "accept": _closed({rule: {"anyOf": [TEXT, _named(TEXT)]} for rule in sorted(RULES)}),
}
SUBMENU: Final[Mapping[str, Schema]] = {
    "submenu": NAME,
    **LANGUAGES,
    "takes": _several(NAME),
    "gives": _several(NAME),
    "returns": _several(NAME),
    "start": STEP,
    **EXHAUSTED,
    "slots": SLOTS,
    "steps": STEPS,
}
ARTICLE: Final[Mapping[str, Schema]] = {
    "article": NAME,
    **LANGUAGES,
    "title": WORDING,
    "voice": WORDING,
    "text": WORDING,
    "link": TEXT,
}


def _definitions() -> Schema:
    spoken = _closed({"voice": WORDING, "text": WORDING, "audio": WORDING})
    texts = _several(TEXT)
    return {
        "wording": {"anyOf": [TEXT, _by_language(TEXT)]},
        "words": {"anyOf": [texts, _by_language(texts)]},
        "prompt": {"anyOf": [TEXT, spoken, _by_language({"anyOf": [TEXT, spoken]})]},
        "prompts": {"anyOf": [PROMPT, {"type": "array", "items": PROMPT}, _by_language(_several(PROMPT))]},
        "choices": {"type": "array", "items": _closed(CHOICE)},
        "conditions": _named({"anyOf": [_one_of(["known"]), _closed(dict.fromkeys(TESTS, texts))]}),
        "step": _step(),
    }


def _step() -> Schema:
    """One verb, and beside it only what belongs to it."""
    inside = {verb: _closed(keys) for verb, keys in INSIDE.items()} | dict(WHOLE)
    exits = {key: STEP for keys in BESIDE.values() for key in keys or ()}
    beside = {verb: {"propertyNames": {"enum": [verb, *keys]}} for verb, keys in BESIDE.items() if keys is not None}
    return {
        "type": "object",
        "properties": exits | {verb: inside[verb] for verb in VERBS},
        "oneOf": [{"required": [verb]} for verb in VERBS],
        "dependencies": beside,
    }
