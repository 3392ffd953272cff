"""WordPiece: text to the numbers of a BERT vocabulary, as uncased models read it (Devlin et al. 2018)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

WORDS = re.compile(r"\w+|[^\w\s]")
LONGEST_WORD = 100  # letters; a longer one is unknown, as in the original


class WordPiece:
    """`vocabulary`: the file with one piece a line, its number being that of the line."""

    def __init__(self, vocabulary: Path) -> None:
        pieces = vocabulary.read_text("utf-8").splitlines()
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._unknown, self._begin, self._end = (self._numbers[mark] for mark in ("[UNK]", "[CLS]", "[SEP]"))

    def numbers(self, text: str, most: int) -> list[int]:
        """Those of a text between the marks of beginning and end, at most `most` of them."""
        bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        pieces = [number for word in WORDS.findall(bare) for number in self._of_word(word)]
        return [self._begin, *pieces[: most - 2], self._end]

    def _of_word(self, word: str) -> list[int]:
        """The longest known beginning, then the longest of the rest, and so on."""
        try:
            return list(self._pieces(word)) if len(word) <= LONGEST_WORD else [self._unknown]
        except LookupError:
            return [self._unknown]

    def _pieces(self, word: str) -> Iterator[int]:
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            end = next(end for end in range(len(word), start - 1, -1) if self._known(mark + word[start:end]))
            if end == start:
                raise LookupError(word)
            yield self._numbers[mark + word[start:end]]
            start = end

    def _known(self, piece: str) -> bool:
        return piece in self._numbers or piece in {"", "##"}
