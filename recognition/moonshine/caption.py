"""What somebody who still speaks has said so far, for screens: the likeliest words, not held to what may be answered.

Of questions that are answered in words only. Half a number is mostly taken for something else ("one four-tube
seven-minute"), and costs more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from recognition.audio import Samples
from recognition.listen import Kind
from recognition.moonshine.model import END, RATE, Beams, Model
from recognition.moonshine.tokens import Tokens

IN_WORDS: Final[Collection[Kind]] = frozenset({"options", "choice", "text"})
A_SECOND: Final = 5  # word pieces; with more, a network that has lost its place goes on and on


def so_far(model: Model, tokens: Tokens, sound: Samples, hurry: Callable[[], bool]) -> str:
    """Without the last word, of which only a half may have been said. Empty where `hurry` came true between two passes
    of the network: on one core, 40 ms for 2.4 s of sound, then some 15 ms for each piece of a word."""
    view = model.listen(sound)
    if hurry():
        return ""
    beams, ids = Beams(model, [view]), list[int]()
    logs = beams.begin(1)
    for _ in range(int(A_SECOND * len(sound) / RATE)):
        piece = int(logs[0].argmax())
        if hurry():
            return ""
        if piece == END:
            break
        ids.append(piece)
        logs = beams.step([0], [piece])
    return " ".join(tokens.text(ids).split()[:-1]).rstrip(".,?!")
