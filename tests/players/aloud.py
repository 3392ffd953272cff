"""The story of a conversation, told by somebody who says what others would press."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.conversation import Act, Conversation, Press, Speak, run
from ivr.engine.actions import Collect, Option, Wait
from ivr.engine.data import replace
from ivr.engine.flow import Flow
from ivr.rehearsal import rehearsal_of

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ENGLISH = {"Deutsch": "german", "Español": "spanish", "Français": "french", "한국어": "korean"}


async def aloud(told: Conversation, flows: Mapping[str, Flow]) -> Conversation:
    """Where ears may answer, a key that chooses becomes the words of its option, and a number is read out digit by
    digit. What no words stand for stays as it is: wrong keys, secrets, and keys typed ahead."""
    turns = []
    async with rehearsal_of(told, flows) as player:
        for turn in told.turns:
            act = spoken(turn.act, player.waits_for)
            turns.append(replace(turn, act=act, shown=f"speak: {act.text}") if isinstance(act, Speak) else turn)
            await run(replace(told, turns=(turn,)), player)
    return replace(told, turns=tuple(turns))


def spoken(act: Act | None, wait: Wait | None) -> Act | None:
    if not isinstance(act, Press) or not isinstance(wait, Collect) or wait.secret or not wait.speech:
        return act
    if not wait.language.startswith("en"):
        return act
    for option in (*wait.options, *wait.always):
        if option.key == act.keys:
            return _words(option) or act
    number = act.keys.removesuffix("#")
    if wait.type == "digits" and number.isdigit() and wait.keys.min <= len(number) <= wait.keys.max:
        return Speak(_read(number))
    return act


def _words(option: Option) -> Speak | None:
    """As somebody says it who speaks English only; None: they cannot."""
    label = option.label or option.phrases[0]
    word = ENGLISH.get(label, label)
    return Speak(word) if word in (label, *option.phrases) else None


def digits_of(text: str) -> str:
    """The number that was read out so; "": it was none."""
    words = text.replace(",", "").split()
    return "".join(str(DIGITS.index(word)) for word in words) if set(words) <= set(DIGITS) else ""


def _read(number: str) -> str:
    """In groups, as people read numbers out: the last of four, the others of three, or all of four."""
    size = 4 if len(number) % 4 == 0 else 3
    starts = [*range(0, max(len(number) - 4, 0), size)]
    groups = [number[at : at + size] for at in starts if at + size <= len(number) - 4]
    groups.append(number[len("".join(groups)) :])
    return ", ".join(" ".join(DIGITS[int(digit)] for digit in group) for group in groups)
