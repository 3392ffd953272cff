"""The word pieces that the network writes with: its file, and a tree of them by their letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIRST = 3  # what is before are marks: unknown, begin, end
BLANK = "\u2581"  # how SentencePiece writes a blank


@dataclass(slots=True)
class Branch:
    """Pieces that begin with the same lower-case letters; `ids` are those that end here."""

    branches: dict[str, Branch] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)


class Tokens:
    """Read from `tokenizer.bin`: each piece with its length before it, in one byte, or from 128 on in two.
    `sounds`: what is spoken of each piece."""

    def __init__(self, file: Path) -> None:
        self._pieces = _read(file.read_bytes())
        self.tree = Branch()
        for number, piece in enumerate(self._pieces):
            if number >= FIRST and (letters := _letters(piece)):
                self._plant(letters, number)
        self.sounds = ["".join(filter(str.isalnum, _letters(piece))) for piece in self._pieces]

    def _plant(self, letters: str, number: int) -> None:
        branch = self.tree
        for letter in letters:
            branch = branch.branches.setdefault(letter, Branch())
        branch.ids.append(number)

    def text(self, ids: Sequence[int]) -> str:
        whole = b"".join(self._pieces[i] for i in ids if i >= FIRST)
        return whole.decode("utf-8", "replace").replace(BLANK, " ").strip()


def _read(data: bytes) -> list[bytes]:
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = data[at] * 128 + length - 128, at + 1
        pieces.append(data[at : at + length])
        at += length
    return pieces


def _letters(piece: bytes) -> str:
    """Empty for half a letter and for bytes by number: no grammar has them."""
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        return ""
    return "" if text.startswith("<0x") else text.replace(BLANK, " ").lower()
