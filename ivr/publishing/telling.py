"""Values of a flow in words, for people who compare two versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from ivr.engine.flow import Hours, ResumeRule, SlotSpec, Switch
from ivr.engine.steps import Condition, Prompt, Ref, Template

NOTHING = "nothing"
LONGEST = 120  # characters of a wording; the text of the menu shows the rest
KINDS = {"text": "words", "yes_no": "yes or no", "date": "a date", "time": "a time", "money": "an amount of money"}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def step_name(name: str | None) -> str:
    return NOTHING if name is None else f"`{name}`"


def wording(template: Template) -> str:
    """As the author wrote it."""
    text = "".join(part if isinstance(part, str) else _ref(part) for part in template)
    return f"“{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}”" if text else NOTHING


def _ref(ref: Ref) -> str:
    return f"{{{ref.name}}}" if ref.format == "plain" else f"{{{ref.name}:{ref.format}}}"


def prompt(value: Prompt | None) -> str:
    """Both wordings where they differ, and the recording."""
    if value is None:
        return NOTHING
    words = wording(value.voice)
    if value.text != value.voice:
        words += f", in text {wording(value.text)}"
    return f"{words}, recorded as {value.audio}" if value.audio else words


def prompts(values: tuple[Prompt, ...]) -> str:
    return ", then ".join(map(prompt, values)) or NOTHING


def seconds(value: float) -> str:
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if value >= 2 * size and value % size == 0:
            return f"{value / size:g} {unit}"
    return f"{value:g} s"


def patience(value: float | None) -> str:
    """None: of a look-up, for which its service says it."""
    return "as long as its service may take" if value is None else seconds(value)


def slot_values(spec: SlotSpec) -> str:
    """What the slot takes: `8 digits`, `4 to 10 digits`, `a number from 1 to 5`."""
    match spec.type:
        case "digits":
            return f"{_range(spec)} digits"
        case "text" if (spec.min_length, spec.max_length) != (1, 1000):
            return f"words of {_range(spec)} characters"
        case "choice":
            return f"one of: {', '.join(spec.choices.values())}"
        case kind:
            return KINDS.get(kind, f"a {kind}") + _limits(spec)


def _range(spec: SlotSpec) -> str:
    least, most = spec.min_length, spec.max_length
    return f"{least}" if least == most else f"{least} to {most}"


def _limits(spec: SlotSpec) -> str:
    least = f" from {spec.least}" if spec.least is not None else ""
    return f"{least} to {spec.most}" if spec.most is not None else least


def templates(values: Mapping[str, Template]) -> str:
    return ", ".join(f"{name} {wording(template)}" for name, template in values.items()) or NOTHING


def targets(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} to {step_name(target)}" for name, target in values.items()) or NOTHING


def cases(values: tuple[tuple[tuple[Condition, ...], str], ...]) -> str:
    return "; ".join(f"{' and '.join(map(condition, when))} to `{target}`" for when, target in values) or NOTHING


def ways(values: tuple[tuple[float, str], ...]) -> str:
    return ", ".join(f"{percent:g} % to `{target}`" for percent, target in values)


def rules(values: tuple[ResumeRule, ...]) -> str:
    return (
        ", then ".join(f"{each.do} within {seconds(each.within)} with {prompt(each.say)}" for each in values) or NOTHING
    )


def hours(value: Hours) -> str:
    return f"{week(value.week)}, in the time of {value.zone}"


def special(values: Mapping[str, tuple[tuple[int, int], ...]]) -> str:
    return ", ".join(f"{day} {spans(of)}" for day, of in values.items()) or NOTHING


def switch(value: Switch) -> str:
    leads = f", leads to {step_name(value.goto)}" if value.goto else ""
    return f"“{value.title}”{f', says {prompt(value.say)}' if value.say else ''}{leads}"


def condition(value: Condition) -> str:
    return " ".join((value.subject, value.test.replace("_", " "), " or ".join(value.values))).rstrip()


def week(value: tuple[tuple[tuple[int, int], ...], ...]) -> str:
    """`Mon-Fri 08:00-20:00, Sat-Sun closed`."""
    found = []
    for of, group in groupby(zip(DAYS, value, strict=True), key=itemgetter(1)):
        days = [day for day, _ in group]
        found.append(f"{'-'.join(dict.fromkeys((days[0], days[-1])))} {spans(of)}")
    return ", ".join(found)


def spans(value: tuple[tuple[int, int], ...]) -> str:
    return " and ".join(f"{_clock(start)}-{_clock(end)}" for start, end in value) or "closed"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def plain(value: Any) -> str:
    """Anything else, whole: a kind of value that no other words are made for yet is told all the same."""
    if value is None or value == () or value == {}:
        return NOTHING
    if isinstance(value, Prompt):
        return prompt(value)
    if isinstance(value, Condition):
        return condition(value)
    if isinstance(value, Ref):
        return _ref(value)
    if is_dataclass(value):
        return "; ".join(f"{field.name} {plain(getattr(value, field.name))}" for field in fields(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {plain(of)}" for name, of in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(map(plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
