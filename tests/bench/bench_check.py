"""How long a menu of 1,000 steps takes to load and to be advised on: python -m tests.bench.bench_check"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from ivr.advice import advise
from ivr.engine.loader import load

RUNS = 5
HEAD = """\
menu: big
start: s0
exhausted: person
slots: {account: {type: digits, length: 8}}
always:
  - {key: 0, label: talk to a person, goto: person}
  - {key: 9, do: repeat}
steps:
"""
TAIL = """\
  ask:
    ask: {slot: account, prompt: Your account number?}
    next: bye
  person:
    handoff: {queue: support, prompt: One moment.}
    unavailable: message
  message:
    record: {slot: message, prompt: Speak., longest: 1m}
    next: bye
    failed: bye
  bye:
    end: Goodbye.
"""
LABELS = ("track a parcel", "hear the opening hours", "know more")
REST = 4  # steps of the tail


def menu(steps: int) -> str:
    """Menus, says, back offices and branches by turns, each leading a few steps on."""
    last = steps - REST

    def name(n: int) -> str:
        return f"s{n}" if n < last else "bye"

    return HEAD + "".join(_step(n, name) for n in range(last)) + TAIL


def _step(n: int, name: Callable[[int], str]) -> str:
    match n % 4:
        case 0:
            choices = "".join(
                f"        - {{key: {c}, label: {label}, say: [thing {n} {c}], goto: {name(n + c)}}}\n"
                for c, label in enumerate(LABELS, start=1)
            )
            return f"  s{n}:\n    menu:\n      prompt: {{voice: Question {n}., text: {n}}}\n      choices:\n{choices}"
        case 1:
            return f"  s{n}:\n    say: We are at step {n} and go on.\n    next: {name(n + 3)}\n"
        case 2:
            asked = f"{{service: a.b, with: {{x: '{{account}}'}}, save: [v{n}]}}"
            return f"  s{n}:\n    invoke: {asked}\n    done: {name(n + 2)}\n    failed: person\n"
        case _:
            case = f"- {{if: {{account: known}}, goto: {name(n + 1)}}}"
            return f"  s{n}:\n    branch:\n      {case}\n      - {{else: ask}}\n"


def main() -> None:
    text = menu(1000)
    loads, advised = [], []
    for _ in range(RUNS):
        began = time.process_time()
        flow = load(text, "big.yaml")
        loaded = time.process_time()
        found = advise(flow)
        loads.append(loaded - began)
        advised.append(time.process_time() - loaded)
    print(f"{len(flow.steps)} steps, {len(text)} characters, {len(found)} pieces of advice; median of {RUNS}")
    print(f"load {median(loads):.2f} s, advice {median(advised):.2f} s, of processor time")


if __name__ == "__main__":
    main()
