"""Weights in a safetensors file, as views of the mapped file: every process that reads it shares one copy.

The format (its README, "Format"): 8 bytes of header length, little-endian; a JSON header of `{name: {dtype, shape,
data_offsets}}`, offsets from the end of the header; the numbers, little-endian and row by row.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float32]


class NotReadable(Exception):
    """The file is not what it should be; the message says which and why."""


def read(path: Path) -> Mapping[str, Weights]:
    """The float32 tensors of a file by name, read-only; those of other types are left out. Raises `NotReadable`."""
    try:
        mapped = np.memmap(path, np.uint8, "r")
        (length,) = struct.unpack("<Q", mapped[:8].tobytes())
        header = json.loads(mapped[8 : 8 + length].tobytes())
        header.pop("__metadata__", None)
        data = mapped[8 + length :]
        return {name: _view(data, entry) for name, entry in header.items() if entry["dtype"] == "F32"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise NotReadable(f"{path} holds no weights ({error}); install its package again") from error


def _view(data: NDArray[np.uint8], entry: Mapping[str, list[int]]) -> Weights:
    first, last = entry["data_offsets"]
    return np.asarray(data[first:last]).view("<f4").reshape(entry["shape"])
