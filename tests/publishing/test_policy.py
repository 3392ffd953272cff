"""Where journeys go whose step is gone: maps over several versions, there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from context_bridge.records import Published, Standing
from ivr.engine.data import replace
from ivr.engine.flow import Flow
from ivr.publishing import policy
from tests.engine.flows import SUPPORT, with_steps

NAMES = st.sampled_from("abcdef")
HOLDS = SUPPORT.steps["nobody"]


def flow(*names: str) -> Flow:
    return replace(SUPPORT, steps=dict.fromkeys(names, HOLDS))


def entries(*maps: dict[str, str]) -> list[Published]:
    """The latest first."""
    found = [Published("support", n, f"v{n}", 0.0, "Kim", "", moved) for n, moved in enumerate(maps, 1)]
    return found[::-1]


def test_maps_are_followed_to_the_end() -> None:
    history = entries({}, {"a": "b"}, {"b": "c", "x": "y"}, {"c": "d"})
    assert policy.composed(history, flow("d", "y")) == {"a": "d", "b": "d", "c": "d", "x": "y"}


def test_a_step_that_came_back_is_itself_again() -> None:
    assert policy.composed(entries({"a": "b"}, {"b": "a"}), flow("a")) == {"b": "a"}


def test_a_later_word_on_a_step_counts_more() -> None:
    assert policy.composed(entries({"a": "b"}, {"a": "c"}), flow("b", "c")) == {"a": "c"}


@given(st.lists(st.dictionaries(NAMES, NAMES, max_size=3), max_size=5), st.sets(NAMES))
def test_a_map_always_leads_from_what_is_gone_to_what_is_there(maps: list[dict[str, str]], there: set[str]) -> None:
    for step, target in policy.composed(entries(*maps), flow(*there)).items():
        assert step not in there
        assert target in there


def test_maps_are_undone_where_that_is_clear() -> None:
    assert policy.undone(entries({"a": "b"}, {"b": "c"}), flow("a")) == {"c": "a"}
    assert policy.undone(entries({"a": "c", "b": "c"}), flow("a", "b")) == {}  # which of the two was it?


def test_what_a_moved_step_was_expanded_to_goes_along() -> None:
    old, new = flow("identify", "identify.ask", "identify.gone"), flow("check", "check.ask")
    assert policy.expanded({"identify": "check"}, old, new) == {"identify": "check", "identify.ask": "check.ask"}


def test_who_was_left_behind_by_an_earlier_version_counts_no_more() -> None:
    standing = [
        Standing("support", "v1", "a", 2),
        Standing("support", "v2", "b", 1),
        Standing("support", "v0", None, 5),
    ]
    left = policy.stranded(flow("b", "c"), flow("c"), {}, standing)
    assert left == (policy.Stranded("b", 1, None),)
    assert policy.stranded(flow("b", "c"), flow("c"), {"b": "c"}, standing) == ()
    # What is in force cannot be read, so all of them may depend on it
    assert [each.step for each in policy.stranded(None, flow("c"), {}, standing)] == ["a", "b"]


def test_the_map_is_there_in_every_language() -> None:
    german = with_steps()
    both = replace(SUPPORT, others={"de-DE": replace(german, language="de-DE")})
    found = policy.with_moves(both, {"old": "track"})
    assert found.kept("old") == found.in_language("de-DE").kept("old") == "track"
