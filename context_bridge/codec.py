"""Snapshots: a journey as typed JSON with the number of its layout, readable in the database.

A field with a default may be added to `Journey` without a new number. Any other change of the layout raises `VERSION`
and adds the step from the former one to `UPGRADES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from context_bridge.contract import JourneyTooLarge, StoreUnavailable
from ivr.engine.journey import Journey

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

VERSION = 1
UPGRADES: Mapping[int, Upgrade] = {}  # from this version to the next
LIMIT = 64 * 1024  # bytes; a journey of 40 turns has about 8 KB


class SnapshotTooNew(StoreUnavailable):
    """A newer Segue wrote this journey. Update this instance, or let newer ones take its contacts."""


class _Snapshot(msgspec.Struct):
    v: int
    journey: msgspec.Raw


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(f"{type(value).__name__} has no place in a journey")


_json = msgspec.json.Encoder(enc_hook=_plain)
_snapshot = msgspec.json.Decoder(_Snapshot)
_journey = msgspec.json.Decoder(Journey)


def dump(value: object) -> str:
    """JSON text of anything JSON-ready. Half a surrogate pair, which JSON from a browser may hold and no database
    takes, becomes U+FFFD; NUL is escaped by JSON."""
    try:
        return _json.encode(value).decode()
    except UnicodeEncodeError:
        return _json.encode(_whole(msgspec.to_builtins(value, enc_hook=_plain))).decode()


def _whole(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        case dict():
            return {_whole(k): _whole(v) for k, v in value.items()}
        case list() | tuple():
            return [_whole(v) for v in value]
        case _:
            return value


def encode(journey: Journey) -> str:
    """Raises `JourneyTooLarge`."""
    text = dump({"v": VERSION, "journey": journey})
    if len(text) > LIMIT or (not text.isascii() and len(text.encode()) > LIMIT):
        raise JourneyTooLarge(
            f"journey {journey.id} would take more than {LIMIT} bytes; nothing was saved. "
            "Shorten what its slots may hold, or end the journey."
        )
    return text


def decode(text: str, *, version: int = VERSION, upgrades: Mapping[int, Upgrade] = UPGRADES) -> Journey:
    """Raises `SnapshotTooNew`. Older layouts are brought up to date, here and not in the database, so that older
    instances go on while an update is rolled out."""
    snapshot = _snapshot.decode(text)
    if snapshot.v == version:
        return _journey.decode(snapshot.journey)
    if snapshot.v > version:
        raise SnapshotTooNew(
            f"this journey was written in layout {snapshot.v}, this instance knows {version}: update Segue here"
        )
    body = msgspec.json.decode(snapshot.journey)
    for v in range(snapshot.v, version):
        body = upgrades[v](body)
    return msgspec.convert(body, Journey)
