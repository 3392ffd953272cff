"""A menu file with one mistake: it begins at a step that it does not have."""

WRONG = """
menu: wrong
title: Wrong
language: en-US
start: helo
steps:
  hello:
    say: Hello.
    next: bye
  bye:
    end: Goodbye.
"""
