"""What a menu says where its author wrote nothing, in its language (see `ivr.engine.locale`)."""

from __future__ import annotations

from ivr.engine.steps import Prompt
from ivr.engine.words import words_of


def no_input(language: str) -> tuple[Prompt, ...]:
    return tuple(_fixed(*pair) for pair in words_of(language).no_input)


def no_match(language: str) -> tuple[Prompt, ...]:
    return tuple(_fixed(*pair) for pair in words_of(language).no_match)


def sorry(language: str) -> Prompt:
    return _fixed(words_of(language).sorry)


def cut_off(language: str) -> Prompt:
    """Before going on after a lost line."""
    return _fixed(words_of(language).cut_off)


def welcome_back(language: str) -> Prompt:
    return _fixed(words_of(language).welcome_back)


def offer(language: str) -> Prompt:
    """Whether to go on or to start over."""
    return _fixed(words_of(language).go_on_or_over)


def helped(language: str) -> Prompt:
    """After a knowledge article."""
    return _fixed(words_of(language).helped)


def rate(language: str) -> Prompt:
    """How content the customer is, from 1 to 5."""
    return _fixed(words_of(language).rate)


def comment(language: str) -> Prompt:
    """Behind the rating: why."""
    return _fixed(words_of(language).comment)


def _fixed(voice: str, text: str | None = None) -> Prompt:
    return Prompt((voice,), (text or voice,))
