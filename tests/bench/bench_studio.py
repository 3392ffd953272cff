"""How soon a menu of 1,000 steps is open in the studio: its text, and its diagram, in Chromium on this machine.

python tests/bench/bench_studio.py [RESULT.json]
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.web.studio_site import ops, site

STEPS = 1000
ROUNDS = 7
SECONDS = 2.0  # to hold


def menu(steps: int) -> str:
    """Menus of four ways each, with announcements between them, as a tree; from each a way back."""
    ways: dict[int, list[int]] = {n: [] for n in range(steps - 2)}
    following = 1
    for n in ways:
        while following < steps - 2 and len(ways[n]) < (4 if n % 3 == 0 else 1):
            ways[n].append(following)
            following += 1
    lines = [step for n, targets in ways.items() for step in _step(n, targets)]
    head = ["menu: big", "title: A thousand steps", "start: s0", "exhausted: person", "steps:"]
    tail = ["  person:", "    handoff: {queue: support}", "    unavailable: bye", "  bye:", "    end: Goodbye."]
    return "\n".join([*head, *lines, *tail, ""])


def _step(n: int, targets: list[int]) -> list[str]:
    if n % 3 or not targets:
        target = f"s{targets[0]}" if targets else "bye"
        return [f"  s{n}:", f"    say: This is what we can tell you about number {n}.", f"    next: {target}"]
    choices = [
        f"        - {{key: {key}, label: topic {target}, goto: s{target}}}" for key, target in enumerate(targets, 1)
    ]
    back = ["        - {key: 9, label: back to the beginning, goto: s0}"] if n else []
    return [
        f"  s{n}:",
        "    menu:",
        f"      prompt: What would you like at number {n}?",
        "      choices:",
        *choices,
        *back,
    ]


async def measure() -> dict[str, float]:
    text, drawn = [], []
    with tempfile.TemporaryDirectory() as folder:
        menus = Path(folder) / "menus"
        menus.mkdir()
        (menus / "big.yaml").write_text(menu(STEPS))
        async with site(Path(folder) / "data", menus=menus, menu="big") as segue, ops(segue.settings.url) as person:
            for _ in range(ROUNDS):
                began = time.perf_counter()
                await person.page.goto(f"{person.url}/studio/big")
                await person.page.locator(".cm-line").first.wait_for()
                text.append(time.perf_counter() - began)
                await person.page.locator("g.node").first.wait_for()
                drawn.append(time.perf_counter() - began)
    return {
        "steps": STEPS,
        "text_p50": statistics.median(text),
        "diagram_p50": statistics.median(drawn),
        "diagram_worst": max(drawn),
    }


def main() -> None:
    found = asyncio.run(measure())
    print("| a menu of 1,000 steps | seconds |\n|---|---|")
    for name, seconds in list(found.items())[1:]:
        print(f"| {name.replace('_', ' ')} | {seconds:.2f} |")
    print(f"\nTo hold: the diagram within {SECONDS:g} s.")
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
