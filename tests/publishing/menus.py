"""Menus to publish: a support line as text, with parts of it exchanged."""

from __future__ import annotations

from ivr.engine.flow import Flow
from ivr.engine.loader import load

SUPPORT = """\
menu: support
title: Acme support
start: welcome
exhausted: bye
resume:
  dropped: {within: 10m, do: continue, say: Welcome back.}
  unfinished: {within: 7d, do: offer}
slots:
  order: {type: digits, length: 4-10, title: your order number}
always: # so that a way to a step may be taken away
  - {key: 6, say: [my order], goto: told}
  - {key: 7, label: opening times, say: [times], goto: hours}
  - {key: 8, label: my number, say: [number], goto: track}
  - {key: 9, say: [again], do: repeat}
steps:
  welcome:
    menu:
      prompt: Welcome to Acme.
      choices:
        - {key: 1, label: track an order, say: [track], goto: track}
        - {key: 2, label: hear our hours, say: [hours], goto: hours}
  track:
    ask: {slot: order, prompt: Your order number please.}
    next: told
  told:
    say: Order {order:digits} is on its way.
    next: welcome
  hours:
    say: We are here all day.
    next: welcome
  bye:
    end: Goodbye.
"""


def text(*exchanged: tuple[str, str]) -> str:
    """The support line with some words exchanged, wherever they stand."""
    made = SUPPORT
    for old, new in exchanged:
        assert old in made, old
        made = made.replace(old, new)
    return made


def menu(*exchanged: tuple[str, str]) -> Flow:
    return load(text(*exchanged), "support.yaml", {})


# The step `track` is called `number`, and is the same otherwise
RENAMED = (("goto: track", "goto: number"), ("  track:\n", "  number:\n"))
