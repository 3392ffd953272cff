"""The files that the model of meanings is read from: what is broken is told, and nothing is read past its end."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from recognition.meaning.safetensors import NotReadable, read
from recognition.meaning.sentences import Sentences
from recognition.meaning.wordpiece import WordPiece


def tensors(header: object, data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(shape: list[int], first: int, last: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [first, last]}


def test_tensors_are_read_by_name_and_shape(tmp_path: Path) -> None:
    numbers = np.arange(6, dtype="<f4")
    header = {"__metadata__": {"format": "pt"}, "w": entry([2, 3], 0, 24), "ids": entry([1], 24, 32, "I64")}
    (tmp_path / "w").write_bytes(tensors(header, numbers.tobytes() + bytes(8)))
    found = read(tmp_path / "w")
    assert found.keys() == {"w"}
    assert found["w"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01",
        b"\xff" * 64,
        struct.pack("<Q", 5) + b"{]   ",
        tensors([], b""),
        tensors({"w": {"dtype": "F32"}}, b""),
        tensors({"w": entry([4], 0, 16)}, bytes(8)),
    ],
)
def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w").write_bytes(content)
    with pytest.raises(NotReadable, match="install its package again"):
        read(tmp_path / "w")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match=r"model\.safetensors"):
        Sentences(tmp_path)


def test_words_are_cut_into_the_longest_known_pieces(tmp_path: Path) -> None:
    pieces = ["[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "cafe", "!", "##a"]
    (tmp_path / "vocab.txt").write_text("\n".join(pieces), "utf-8")
    read = WordPiece(tmp_path / "vocab.txt")
    assert read.numbers("Unaffable café!", 64) == [1, 3, 4, 5, 6, 7, 2]
    assert read.numbers("xyz unx", 64) == [1, 0, 0, 2]
    assert read.numbers("un " * 99, 5) == [1, 3, 3, 3, 2]
