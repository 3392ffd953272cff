"""What journeys, events and actions are made of: values that never change, cheap to make and to replace.

They are structs of msgspec and no dataclasses, since a turn makes half a hundred of them: one is made in a sixth of the
time, and a journey with its thirty fields is replaced in a fifteenth (decision 13).
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs
from msgspec.structs import astuple as astuple

if TYPE_CHECKING:
    from dataclasses import replace as replace  # mypy checks the fields of this one alone
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """The same with other fields; of dataclasses too. Raises `TypeError` for a field that there is not."""
        if isinstance(value, msgspec.Struct):
            return structs.replace(value, **changes)
        return dataclasses.replace(value, **changes)


class Data(msgspec.Struct, frozen=True):
    """Compared by value, and by class."""


def plain(value: Data) -> dict[str, Any]:
    """Its fields, for JSON."""
    return structs.asdict(value)


def empty() -> Any:
    """The default of a field that holds a mapping."""
    return msgspec.field(default_factory=dict)
