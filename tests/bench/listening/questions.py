"""What callers are asked in `bench_listening.py`, what they say to it, and the menu that asks: each answer leads to the
same question again, whose first words tell what was understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.engine.locale.english import ENGLISH

MISUNDERSTOOD = 0
REPLIES = ("I see.", "Wonderful.", "All right.", "Very well.", "Thank you.", "Understood.", "Good choice.")
REFUSAL = ENGLISH.cannot_listen
Step = dict[str, object]


@dataclass(frozen=True, slots=True)
class Question:
    """`answers`: what is said, in words; `meant`: which option or value that is. `rest`: for each, what must be pressed
    after a 1, which means yes where we ask back, the first option at a menu, and begins every value. `agreed`: callers
    are asked first whether what they say may be kept, and press 1."""

    prompt: str
    answers: tuple[str, ...]
    meant: tuple[str, ...]
    rest: tuple[str, ...]
    slots: Mapping[str, object]
    steps: Mapping[str, Step]
    agreed: bool = False

    @property
    def replies(self) -> list[str]:
        """What we say next when an answer was understood, by its place from 1; the first is said before any."""
        return [f"{reply} {self.prompt}" for reply in REPLIES]

    @property
    def menu(self) -> dict[str, object]:
        """A file, as a mapping."""
        slots, steps, start = dict(self.slots), dict(self.steps), "ask"
        consent: dict[str, object] = {}
        if self.agreed:
            slots["agreed"], start, consent = {"type": "yes_no"}, "may_we", {"keep_speech": {"consent": "agreed"}}
            steps["may_we"] = {"ask": {"slot": "agreed", "prompt": "May we keep what you say?"}, "next": "ask"}
        file = {"menu": "bench", "title": "Bench", "language": "en-US", "start": start, "exhausted": "bye"}
        return file | consent | ({"slots": slots} if slots else {}) | {"steps": steps | {"bye": {"end": "Goodbye."}}}


def menu(prompt: str, answers: Sequence[str]) -> Question:
    """Its keys are read out behind the prompt, as usual, so that most callers speak into it."""
    choices = [{"key": key, "label": said, "goto": f"got_{key}"} for key, said in enumerate(answers, 1)]
    meant = tuple(said.replace(" ", "_") for said in answers)  # as the loader names choices

    def step(text: str) -> Step:
        return {"menu": {"prompt": text, "choices": choices, "tries": 20}}

    steps = {f"got_{key}": step(f"{REPLIES[key]} {prompt}") for key in range(1, len(answers) + 1)}
    steps["ask"] = step(f"{REPLIES[0]} {prompt}")
    return Question(prompt, tuple(answers), meant, ("",) * len(answers), {}, steps)


def value(prompt: str, slot: Mapping[str, object], said: Mapping[str, tuple[str, str]]) -> Question:
    """`said`: words to the value that they mean, and its keys."""

    def step(text: str) -> Step:
        return {"ask": {"slot": "value", "prompt": text, "tries": 20}, "next": "sort"}

    cases: list[object] = [
        {"if": {"value": {"is": kept}}, "goto": f"forget_{n}"} for n, (kept, _) in enumerate(said.values(), 1)
    ]
    steps: dict[str, Step] = {
        "ask": step(f"{REPLIES[0]} {prompt}"),
        "sort": {"branch": [*cases, {"else": f"forget_{MISUNDERSTOOD}"}]},
    }
    for n in range(len(said) + 1):
        steps[f"forget_{n}"] = {"set": {"value": None}, "next": f"got_{n}"}
        steps[f"got_{n}"] = step(f"{REPLIES[n]} {prompt}")
    meant, keys = tuple(kept for kept, _ in said.values()), tuple(pressed[1:] for _, pressed in said.values())
    return Question(prompt, tuple(said), meant, keys, {"value": dict(slot)}, steps)


VERBS = ("track", "cancel", "change", "return", "insure", "collect")
QUESTIONS = {
    "options": menu(
        "What can we do for you today?",
        (
            "track an order",
            "opening hours",
            "report a lost card",
            "cancel my appointment",
            "change the delivery",
            "talk about my invoice",
        ),
    ),
    # Told apart by the first word alone.
    "first-words": menu("What are we to do with it?", [f"{verb} my delivery" for verb in VERBS]),
    "digits": value(
        "What is your order number?",
        {"type": "digits", "length": 6},
        {
            "one four two, seven nine three": ("142793", "142793"),
            "one eight five, three two seven": ("185327", "185327"),
            "one two six, eight zero four": ("126804", "126804"),
            "one nine three, five eight two": ("193582", "193582"),
        },
    ),
    "amount": value(
        "How much did you pay?",
        {"type": "money"},
        {
            "twelve dollars and fifty cents": ("12.50", "12*50#"),
            "fifteen dollars and twenty cents": ("15.20", "15*20#"),
            "one hundred ten dollars and seventy five cents": ("110.75", "110*75#"),
            "eighteen dollars and sixty cents": ("18.60", "18*60#"),
        },
    ),
    "date": value(
        "On which day shall we come?",
        {"type": "date"},
        {
            "December the third twenty twenty seven": ("2027-12-03", "12032027"),
            "October the twenty first twenty twenty seven": ("2027-10-21", "10212027"),
            "the fourteenth of November twenty twenty seven": ("2027-11-14", "11142027"),
            "the second of October twenty twenty eight": ("2028-10-02", "10022028"),
        },
    ),
}
