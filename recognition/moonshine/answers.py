"""From what the search found to alternatives, with how sure we may be of each.

Two witnesses speak for an answer: the network, held to the grammar, and what its free transcript means; for digits,
what was spotted in the sound (`spotter.py`); for yes and no, which of them it sounds like (`replies.py`). What their
words weigh was fitted by `tests/bench/speech/fit.py` (logistic regression), so that a confidence is the share of
answers like it that are right; but see `DIGITS`. Every other text is an alternative of its own, for who knows more than
the grammar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp

import numpy as np

from ivr.engine.events import Alternative
from recognition.listen import Hints
from recognition.meaning import understand
from recognition.moonshine.decoder import Found, Hypothesis
from recognition.moonshine.grammar import Grammar, Meaning, meanings
from recognition.moonshine.phrases import plain
from recognition.moonshine.replies import Replied
from recognition.moonshine.spotter import Spotted
from recognition.moonshine.tokens import Tokens

MOST = 5  # alternatives
MARGIN, PIECE = 15.0, -5.0  # more, or less, says nothing more
SAID = 4.0  # margin from which on an option was said in other words, which may tell more than the option
UNHEARD = 8.0  # less likely (log) than the best answer is one that was only spotted
WITNESS = 0.6  # of what was spotted, beside what the network says; from 0.7 on it made a wrong number sure
LEAST = 0.02  # confidence; what is less likely is not told
TOLD = 0.5  # how sure values behind an option must be; of less sure ones nothing is said, and they are asked for

# What a constant, and each field of `Evidence`, weighs. That of yes and no was fitted as 3.08; with it a short yes was
# asked for again (97 % were to be understood), with this other speech is rejected as before. What the second witness
# says counts twice there: a wrong yes is worse than a question.
# That another option is meant was fitted to tell for an answer (1.13), and made one of "hold on a second": it counts
# for nothing.
# `DIGITS` are those of `known_length`. They were fitted in the same way on voices that the spotter had not heard, and
# then changed by hand for two witnesses (docs/speech.md): fitted on whole numbers alone, they make answers of numbers
# that broke off. So a run of `fit.py` does not give them.
OPTIONS = (1.27, -0.52, 1.83, -0.12, 7.43, -3.59, 0.0, 0.0)
YES_NO = (3.68, -0.28, 2.79, 2.84, -1.09, -1.77, -0.65, 2.0)
VALUES = (-1.42, -0.2, 3.91, 0.37, 0.0, -0.35, 0.0, 0.0)
DIGITS = (-2.86, -0.2, 3.22, 0.0, 2.0, -0.17, 0.0, 2.31)


@dataclass(frozen=True, slots=True)
class Evidence:
    """For an answer. `margin`: how much likelier (log) the free transcript is; `share`: of the answers that the
    grammar allows, 0 to 1; `piece`: the mean of the logarithms of its pieces; `meant`: how probably the free transcript
    means it, or of digits what was spotted; `spotted`: how well digits fit that (log, for each), or yes and no the
    sound. Against it: `rival`, how well the grammar fits another answer; `others`, how probably another is meant."""

    margin: float
    share: float
    piece: float
    meant: float
    rival: float
    others: float
    spotted: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`behind`: of an option, what may be told in one breath with it, and how sure that is where the option is."""

    meaning: Meaning
    text: str
    evidence: Evidence
    behind: Mapping[Meaning, float] = field(default_factory=dict)


def known_length(hints: Hints) -> bool:
    """Whether so many digits are asked for, no more and no fewer. Where not, the spotter is not asked: it made more of
    the wrong numbers sure than of the right ones."""
    return hints.kind == "digits" and hints.least == hints.most


def ranked(
    told: Sequence[Answer], free: Hypothesis, grammar: Grammar, tokens: Tokens, hints: Hints
) -> tuple[Alternative, ...]:
    """The likeliest first."""
    found = [one for answer in told for one in _told(answer, confidence(answer, hints)) if one.confidence >= LEAST]
    text = tokens.text(free.ids)
    if text and not (grammar.automaton and grammar.automaton.tags(text)):
        left = 1.0 if hints.kind == "text" else 1.0 - max((one.confidence for one in found), default=0.0)
        found.append(Alternative(text, left * certainty(free)))
    return tuple(sorted(found, key=lambda one: -one.confidence)[:MOST])


def _told(answer: Answer, sure: float) -> Iterator[Alternative]:
    """An answer, or what is told in one breath with it; without that, where it is not sure enough to be believed."""
    option = answer.meaning.option
    if max(answer.behind.values(), default=0.0) < TOLD:
        yield Alternative(answer.meaning.value or answer.text, sure, option)
        return
    for meaning, part in answer.behind.items():
        yield Alternative(f"{meaning.words} {meaning.value}", sure * part, option)
    yield Alternative(answer.text, sure * (1.0 - max(answer.behind.values())), option)


def confidence(answer: Answer, hints: Hints) -> float:
    """0 to 1."""
    return _weighed(answer.evidence, _weights(answer, hints))


def _weighed(evidence: Evidence, weights: Sequence[float]) -> float:
    return 1 / (1 + exp(-sum(weight * sign for weight, sign in zip(weights, signs(evidence), strict=True))))


def signs(evidence: Evidence) -> tuple[float, ...]:
    """What is weighed."""
    margin, piece = min(max(evidence.margin, 0.0), MARGIN), max(evidence.piece, PIECE)
    return 1.0, margin, evidence.share, piece, evidence.meant, evidence.rival, evidence.others, evidence.spotted


def certainty(free: Hypothesis) -> float:
    """Of free speech: the mean probability of a piece."""
    return exp(free.score / (len(free.ids) + 1))


def answers(
    found: Found,
    grammar: Grammar,
    tokens: Tokens,
    hints: Hints,
    spotted: Spotted | None = None,
    numbers: Sequence[str] = (),
    replied: Replied | None = None,
) -> list[Answer]:
    """All that may be meant, in no order. `spotted`: where digits were asked for; `numbers`: the likeliest of it, which
    count though the network gave them up. `replied`: where yes or no was asked for."""
    free = tokens.text(found.free.ids)
    everything, meant = _held(found.answers, grammar, tokens), _meant(free, hints)
    found_twice = _likelier(_without_behind(everything), _held(found.beside, grammar, tokens))
    held = _with_numbers(found_twice, numbers, found.free.score)
    told = {meaning: spotted.fit(meaning.value) for meaning in held if meaning.value} if spotted else {}
    fit = told | ({meaning: replied.fit(meaning.option) for meaning in [*held, *meant]} if replied else {})
    tells = {meaning: value for meaning, value in fit.items() if meaning.option != "no"}  # of a no it never makes a yes
    scores = {
        meaning: one.score - grammar.heard_in_noise.get(meaning.option or "", 0.0) + WITNESS * tells.get(meaning, 0.0)
        for meaning, one in held.items()
    }
    shares, witnessed = _shares(scores), _shares(told)
    fits = {meaning: shares[meaning] * exp(min(0.0, one.score - found.free.score)) for meaning, one in held.items()}
    unheld = _Held(found.free.score - MARGIN, free, PIECE)
    all_answers = []
    for meaning in dict.fromkeys([*held, *meant]):
        one = held.get(meaning, unheld)
        evidence = Evidence(
            margin=found.free.score - one.score,
            share=shares.get(meaning, 0.0),
            piece=one.piece,
            meant=witnessed.get(meaning, meant.get(meaning, 0.0)),
            rival=_other(fits, meaning),
            others=_other(meant, meaning),
            spotted=fit.get(meaning, 0.0) / max(1, len(meaning.value)),
        )
        text = one.text if evidence.margin < SAID else free
        all_answers.append(Answer(meaning, text, evidence, _behind(everything, meaning.option, found.free.score)))
    return all_answers


def _without_behind(everything: Mapping[Meaning, _Held]) -> dict[Meaning, _Held]:
    """An option is the same, whatever is told behind it. Its words alone are its text: what is told may be wrong."""
    held: dict[Meaning, _Held] = {}
    for meaning, one in everything.items():
        is_behind = meaning.option is not None and meaning.value
        short = Meaning(meaning.option, "") if is_behind else meaning
        held[short] = _together(held.get(short), replace(one, text=meaning.words) if is_behind else one)
    return held


def _behind(everything: Mapping[Meaning, _Held], option: str | None, free: float) -> dict[Meaning, float]:
    """How sure each is of what may be told behind an option: as of other values."""
    ways = {meaning: one for meaning, one in everything.items() if option is not None and meaning.option == option}
    shares = _shares({meaning: one.score for meaning, one in ways.items()})
    return {
        meaning: _weighed(
            Evidence(free - one.score, shares[meaning], one.piece, 0.0, _other(shares, meaning), 0.0), VALUES
        )
        for meaning, one in ways.items()
        if meaning.value
    }


def _shares(scores: Mapping[Meaning, float]) -> dict[Meaning, float]:
    """Of the probability of all: from their logarithms."""
    whole = float(np.logaddexp.reduce([*scores.values(), -np.inf]))
    return {meaning: exp(score - whole) for meaning, score in scores.items()}


def _other(sure: Mapping[Meaning, float], meaning: Meaning) -> float:
    return max((value for other, value in sure.items() if other != meaning), default=0.0)


@dataclass(frozen=True, slots=True)
class _Held:
    """Transcripts of the grammar that mean the same: the logarithm of their probability together, the likeliest of
    them, and the mean of its pieces."""

    score: float
    text: str
    piece: float


def _likelier(one: Mapping[Meaning, _Held], other: Mapping[Meaning, _Held]) -> dict[Meaning, _Held]:
    """Not together: both may have gone the same ways."""
    better = {meaning: held for meaning, held in other.items() if meaning not in one or held.score > one[meaning].score}
    return {**one, **better}


def _with_numbers(held: Mapping[Meaning, _Held], numbers: Sequence[str], free: float) -> dict[Meaning, _Held]:
    """Those that the network gave up are no likelier than what it gives up."""
    best = max((one.score for one in held.values()), default=np.inf)
    score = min(free - MARGIN, best - UNHEARD)
    return {Meaning(None, number): _Held(score, number, PIECE) for number in numbers} | dict(held)


def _held(hypotheses: Sequence[Hypothesis], grammar: Grammar, tokens: Tokens) -> dict[Meaning, _Held]:
    held: dict[Meaning, _Held] = {}
    for hypothesis in hypotheses:
        text = tokens.text(hypothesis.ids)
        one = _Held(hypothesis.score, text, hypothesis.score / (len(hypothesis.ids) + 1))
        for meaning in meanings(grammar, text, hypothesis.tags):
            held[meaning] = _together(held.get(meaning), one)
    return held


def _together(likelier: _Held | None, one: _Held) -> _Held:
    return replace(likelier, score=float(np.logaddexp(likelier.score, one.score))) if likelier else one


def _meant(text: str, hints: Hints) -> dict[Meaning, float]:
    if not plain(text):
        return {}
    told = understand((Alternative(text, 1.0),), hints)
    return {Meaning(one.option, ""): one.confidence for one in told if one.option is not None}


def _weights(answer: Answer, hints: Hints) -> Sequence[float]:
    if answer.meaning.option is None:
        return DIGITS if known_length(hints) else VALUES
    return YES_NO if hints.kind == "yes_no" else OPTIONS
