"""Menu files: any text, and any slip of the keyboard, is answered with a flow or with mistakes."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.menu_files import SERVICES, SUPPORT, told


def only_mistakes(text: str | bytes) -> None:
    """`load` answers any text with a flow or with mistakes of one line each, with a place in the file and a remedy."""
    lines = len(re.split("\r\n|[\n\r\x85\u2028\u2029]|\\\\[nrx]", str(text))) + 1
    for line in told(text, "x", services=SERVICES):
        place = re.match(r"x:(\d+):(\d+): .+; \S", line)
        assert place, line
        assert 1 <= int(place[1]) <= lines
        assert int(place[2]) >= 1


anywhere = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@anywhere
@given(st.text() | st.binary() | st.text(alphabet=":-{}[]\n \t#*&!|>'\"?,%@`ab0\0\x85\u2028"))
def test_any_text_is_answered(text: str | bytes) -> None:
    only_mistakes(text)


LINES = SUPPORT.splitlines(keepends=True)
WORDS = sorted(set(re.findall(r"\w+|[^\w\s]", SUPPORT)))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The shipped menu with lines taken away, doubled, moved or indented, and words exchanged."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "double", "swap", "indent", "word", "cut"])):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "indent":
                lines[at] = "  " + lines[at]
            case "cut":
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
            case _:
                old, new = draw(st.sampled_from(WORDS)), draw(st.sampled_from([*WORDS, "null", "{}", "[]", "-1"]))
                lines[at] = lines[at].replace(old, new)
    return "".join(lines)


@anywhere
@given(mutated())
def test_any_slip_of_the_keyboard_is_answered(text: str) -> None:
    only_mistakes(text)
