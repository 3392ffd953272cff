"""docs/checks.md: its list of rules is the table of rules, and every rule has a place there to link to."""

from __future__ import annotations

from pathlib import Path

from ivr.advice.told import ENTRIES, Entry

PAGE = Path(__file__).parents[1] / "docs/checks.md"


def told(entry: Entry) -> str:
    reason = f"{entry.reason[:1].upper()}{entry.reason[1:]}."
    if entry.level == "error":
        return f'<a id="{entry.id.casefold()}"></a>\n### {entry.id}: {entry.title}\n\n{reason}\n'
    remedy = f"{entry.remedy[:1].upper()}{entry.remedy[1:]}."
    head = f'<a id="{entry.id.casefold()}"></a>\n### {entry.id}: {entry.title}\n'
    return f"{head}\n{reason}\n\n*What to do:* {remedy}\n\n*Source:* {entry.source}.\n"


def rules() -> str:
    errors = "\n".join(told(entry) for entry in ENTRIES if entry.level == "error")
    advice = "\n".join(told(entry) for entry in ENTRIES if entry.level == "warning")
    return f"Mistakes. Each says itself what to do.\n\n{errors}\nAdvice.\n\n{advice}"


def test_the_rules_of_the_page_are_the_rules() -> None:
    """After a change of a rule: python -m tests.test_docs_checks"""
    assert PAGE.read_text("utf-8").partition("\n## Rules\n\n")[2] == rules()


if __name__ == "__main__":
    page, _, _ = PAGE.read_text("utf-8").partition("\n## Rules\n\n")
    PAGE.write_text(f"{page}\n## Rules\n\n{rules()}", "utf-8")
