"""Menu files to load: the one we ship, and small ones written for a test."""

from __future__ import annotations

from pathlib import Path

from ivr.engine.loader import MenuMistakes, load, load_services
from ivr.flows import parts_in

ROOT = Path(__file__).parents[2]
MENUS = ROOT / "ivr" / "menus"
SUPPORT = (MENUS / "support.yaml").read_text()
PARTS = parts_in(MENUS)
SERVICES = load_services((MENUS / "services.yaml").read_bytes(), "services.yaml")

HEAD = "menu: small\nstart: first\nexhausted: bye\n"
BYE = "  bye:\n    end: Goodbye.\n"


def told(text: str | bytes, name: str = "small.yaml", **options: object) -> list[str]:
    """The lines about the mistakes of a file; none when there is no mistake."""
    try:
        load(text, name, **options)  # type: ignore[arg-type]
    except MenuMistakes as mistakes:
        return str(mistakes).splitlines()
    return []


def with_steps(steps: str, head: str = "") -> str:
    return f"{HEAD}{head}steps:\n{steps}{BYE}"


def with_ask(slot: str, head: str = "") -> str:
    return with_steps("  first:\n    ask: {slot: it, prompt: Yes?}\n    next: bye\n", f"slots:\n  it: {slot}\n{head}")
