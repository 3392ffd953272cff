"""From what the search found to alternatives, with how sure we may be of each."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np

from ivr.engine.events import Alternative
from recognition.moonshine.decoder import Found
from recognition.moonshine.grammar import Grammar, Meaning, meanings
from recognition.moonshine.tokens import Tokens

MOST = 5  # alternatives


@dataclass(frozen=True, slots=True)
class Answer:
    """All transcripts that mean the same. `score`: the logarithm of their probability together; `text`: the likeliest
    of them; `share`: of all answers of the grammar, 0 to 1; `margin`: how much likelier (log) free speech is; `piece`:
    the mean of the logarithms of the pieces of `text`."""

    meaning: Meaning
    text: str
    score: float
    share: float
    margin: float
    piece: float


def answers(found: Found, grammar: Grammar, tokens: Tokens) -> list[Answer]:
    scores: dict[Meaning, float] = {}
    best: dict[Meaning, tuple[str, float]] = {}
    for hypothesis in found.answers:
        text = tokens.text(hypothesis.ids)
        for meaning in meanings(grammar, text, hypothesis.tags):
            scores[meaning] = float(np.logaddexp(scores.get(meaning, -np.inf), hypothesis.score))
            best.setdefault(meaning, (text, hypothesis.score / (len(hypothesis.ids) + 1)))
    whole = float(np.logaddexp.reduce(list(scores.values()))) if scores else 0.0
    ranked = sorted(scores, key=lambda meaning: -scores[meaning])
    return [
        Answer(
            meaning,
            best[meaning][0],
            scores[meaning],
            exp(scores[meaning] - whole),
            found.free.score - scores[meaning],
            best[meaning][1],
        )
        for meaning in ranked[:MOST]
    ]


def ranked(found: Found, grammar: Grammar, tokens: Tokens) -> tuple[Alternative, ...]:
    """The answers; then the words as they are, for those who know more than the grammar."""
    told = [
        Alternative(answer.meaning.value or answer.text, confidence(answer), answer.meaning.option)
        for answer in answers(found, grammar, tokens)
    ]
    text = tokens.text(found.free.ids)
    if text:
        told.append(Alternative(text, certainty(found)))
    return tuple(sorted(told, key=lambda alternative: -alternative.confidence))


def confidence(answer: Answer) -> float:
    return answer.share / (1 + exp(answer.margin - 6))


def certainty(found: Found) -> float:
    """Of free speech: the mean probability of a piece."""
    return exp(found.free.score / (len(found.free.ids) + 1)) / 2
