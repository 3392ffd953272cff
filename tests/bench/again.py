"""A menu that asks the same for ever, whose turns are measured."""

MENU = """
menu: again
title: Again
language: en-US
channels: [voice]
start: again
exhausted: enough
steps:
  again:
    menu:
      prompt: Again?
      choices: [{key: 1, label: go on, goto: again}, {key: 2, label: stop, goto: enough}]
      timeout: 60s
  enough: {end: Goodbye.}
"""
