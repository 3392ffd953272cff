from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from context_bridge.codec import LIMIT, UPGRADES, VERSION, SnapshotTooNew, decode, dump, encode
from context_bridge.contract import JourneyTooLarge
from ivr.engine.journey import Ask, Contact, Journey, Proof, Slot, Visit
from tests.context_bridge.turns import journey, told

time = st.floats(allow_nan=False, allow_infinity=False)
journeys = st.builds(
    Journey,
    slots=st.dictionaries(st.text(), st.builds(Slot, at=time)).map(MappingProxyType),
    ledger=st.lists(st.builds(Ask, at=time), max_size=2).map(tuple),
    path=st.lists(st.builds(Visit, at=time), max_size=2).map(tuple),
    contact=st.none() | st.builds(Contact, reach=st.dictionaries(st.text(), st.text())),
    left_at=st.none() | time,
    proofs=st.dictionaries(st.text(), st.builds(Proof, missed_at=time, sent_at=time)),
)


@settings(max_examples=50)
@given(journeys)
def test_any_journey_comes_back(any_journey: Journey) -> None:
    assert decode(encode(any_journey)) == any_journey


def test_a_snapshot_can_be_read_in_the_database() -> None:
    snapshot = json.loads(encode(told(journey(), order="4217")))
    assert snapshot["v"] == VERSION
    assert snapshot["journey"]["slots"]["order"]["value"] == "4217"


def test_the_limit_counts_bytes() -> None:
    room = LIMIT - len(encode(told(journey(), note="")))
    encode(told(journey(), note="x" * room))
    for text in ("x" * (room + 1), "é" * (room // 2 + 1)):
        with pytest.raises(JourneyTooLarge, match="65536 bytes"):
            encode(told(journey(), note=text))


def test_there_is_a_way_up_from_every_older_layout() -> None:
    assert sorted(UPGRADES) == list(range(1, VERSION))


def test_an_older_layout_is_brought_up_to_date() -> None:
    def rename(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "menu": body.pop("flow_name")}

    def shout(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "menu": body["menu"].upper()}

    oldest = {"v": 1, "journey": {"id": "j1", "flow_name": "support", "version": "abc"}}
    assert decode(json.dumps(oldest), version=3, upgrades={1: rename, 2: shout}) == Journey("j1", "SUPPORT", "abc")


def test_a_snapshot_of_before_proofs_and_languages_can_be_read() -> None:
    before = json.loads(encode(journey()))
    for added in ("proofs", "language", "misheard"):
        del before["journey"][added]
    assert decode(json.dumps(before)) == journey()


def test_a_newer_layout_is_refused_whatever_is_in_it() -> None:
    with pytest.raises(SnapshotTooNew, match=r"layout 9, this instance knows 1: update Segue here"):
        decode('{"v": 9, "journey": ["quite", "different"]}')


def test_a_field_that_a_newer_segue_added_is_no_obstacle() -> None:
    added = json.loads(encode(journey()))
    added["journey"]["mood"] = "good"
    assert decode(json.dumps(added)) == journey()


def test_half_surrogate_pairs_are_replaced_everywhere() -> None:
    assert json.loads(dump({"a\ud800": ["b\udfff", {"c": "\ud83d\ude00"}]})) == {"a\ufffd": ["b\ufffd", {"c": "😀"}]}
