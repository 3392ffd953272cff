"""The menu reference: every example on it is loaded, and what it says about mistakes is what the loader says.

An example that begins with `menu:` is a whole menu, one with `services:` a services file. One that begins with
`submenu:` or `article:` is a file that all other examples may use. Any other is a part of a menu: the missing rest is
put to it here, a head, ends for steps that it names but does not show, and questions where it shows no step. An example
with a block of text behind it has exactly these mistakes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes, Mistake, check_part, load, load_services
from ivr.engine.loader.verbs import VERBS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "menus.md").read_text()
LOADER = "".join(path.read_text() for path in sorted((ROOT / "ivr" / "engine" / "loader").glob("*.py")))

BLOCK = re.compile(r"^```yaml\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
EXAMPLES = [
    pytest.param(found[1], id=f"line {PAGE[: found.start()].count(chr(10)) + 1}")
    for found in BLOCK.finditer(PAGE)
    if not found[2]
]
PARTS = {
    f"{'articles/' * (kind == 'article')}{name}.yaml": f"{kind}: {name}\n{rest}"
    for kind, name, rest in re.findall(
        r"^```yaml\n(submenu|article): (\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE
    )
}
MISSING_STEP = re.compile(r'"(\w+)" does not exist$')


def loaded(text: str) -> Flow:
    """The flow of an example. Ends are put to a part as long as only they are missing; a name that is like one that is
    there is a slip of the pen, not left out on purpose."""
    if text.startswith("menu:"):
        return load(text, "example.yaml", parts=PARTS)
    text = _with_head(text)
    while missing := {step for mistake in _mistakes(text) if (step := _left_out(mistake))}:
        text += "".join(f"  {step}:\n    end: Goodbye.\n" for step in missing)
    return load(text, "example.yaml", parts=PARTS)


def _with_head(part: str) -> str:
    if first := re.search(r"^steps:\n  (\w+):", part, re.MULTILINE):
        return f"menu: example\nstart: {first[1]}\n{part}"
    slots = re.findall(r"^  (\w+): {type: ", part, re.MULTILINE)
    asks = [f"{{slot: {slot}, prompt: What?, exhausted: bye, fallback: {{voice: bye}}}}" for slot in slots]
    steps = "".join(f"  s{n}:\n    ask: {ask}\n    next: s{n + 1}\n" for n, ask in enumerate(asks))
    return f"menu: example\nstart: s0\n{part}steps:\n{steps}  s{len(asks)}:\n    end: Goodbye.\n"


def _left_out(mistake: Mistake) -> str | None:
    step = MISSING_STEP.search(mistake.problem)
    return step[1] if step and not mistake.remedy.startswith("did you mean") else None


def _mistakes(text: str) -> tuple[Mistake, ...]:
    try:
        load(text, "example.yaml", parts=PARTS)
    except MenuMistakes as found:
        return found.mistakes
    return ()


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_are_loaded(text: str) -> None:
    if "\nservices:\n" in f"\n{text}":
        assert load_services(text, "services.yaml")
    elif file := next((name for name, part in PARTS.items() if part == text), None):
        check_part(file, PARTS)
    else:
        assert loaded(text).steps


def test_the_example_of_mistakes_has_these_mistakes() -> None:
    (text, told) = next((found[1], found[2]) for found in BLOCK.finditer(PAGE) if found[2])
    with pytest.raises(MenuMistakes) as refused:
        load((text), "example.yaml")
    assert str(refused.value) == told.strip()


def test_each_mistake_of_the_table_is_one_that_the_loader_tells() -> None:
    rows = re.findall(r"^\| (`.*?`) \| .* \|$", PAGE.partition("| what is told |")[2], re.MULTILINE)
    told = [message for row in rows for message in re.findall("`([^`]+)`", row)]
    assert len(told) > 30
    for message in told:
        for words in filter(None, (words.strip(' "{}') for words in message.split("…"))):
            assert words in LOADER or words in {"is", ", … is"}, f"the loader never says: {message}"


def test_each_verb_has_a_section_with_an_example() -> None:
    for verb in VERBS:
        section = PAGE.partition(f"\n### {verb}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
        assert re.search(rf"```yaml\n.*?^    {verb}:", section, re.DOTALL | re.MULTILINE), verb
