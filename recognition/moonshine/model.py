"""The network: Moonshine tiny (English), a transformer from sound to word pieces, run by onnxruntime.

https://github.com/moonshine-ai/moonshine; its files come in the wheel `moonshine-voice` 0.1.0 (MIT). One `Model` is
shared by all utterances of a process and may be used by several threads: onnxruntime lets go of Python meanwhile.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from recognition.audio import Samples

Floats = NDArray[np.float32]

RATE = 16_000
BEGIN, END = 1, 2  # tokens
LAYERS, HEADS, WIDTH = 6, 8, 36
PARTS = ("decoder.key", "decoder.value", "encoder.key", "encoder.value")
ENCODER, DECODER, TOKENS = FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")
SHORTEST = 0.25  # seconds; the encoder's filters need more than nothing


class NoModel(Exception):
    """The model's files are not there; the message says what to do."""


def packaged() -> Path | None:
    """Where the wheel `moonshine-voice` has the model. The package itself is never imported."""
    found = importlib.util.find_spec("moonshine_voice")
    places = found.submodule_search_locations if found else None
    folder = Path(places[0], "assets", "tiny-en") if places else None
    return folder if folder and all((folder / name).is_file() for name in FILES) else None


class Model:
    """`folder` holds the three `FILES`. Raises `NoModel`."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise NoModel(
                f"{folder} has no {', '.join(missing)}; install moonshine-voice==0.1.0 and leave the setting empty, "
                "or name a directory with the three files of its assets/tiny-en"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # one utterance, one core
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False  # it keeps what the longest utterance ever needed
        self._encoder, self._decoder = (
            onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])
            for name in (ENCODER, DECODER)
        )
        self._outputs = [output.name for output in self._decoder.get_outputs()]

    def listen(self, samples: Samples) -> Floats:
        """The sound at 16,000 Hz as the encoder sees it: (1, about 41 a second, 288)."""
        short = int(SHORTEST * RATE) - len(samples)
        sound = np.pad(samples, (0, max(0, short)))[None].astype(np.float32)
        heard: Floats = self._encoder.run(
            None, {"input_values": sound, "attention_mask": np.ones(sound.shape, np.int64)}
        )[0]
        return heard

    def decode(self, feed: dict[str, NDArray[np.generic]]) -> dict[str, Floats]:
        return dict(zip(self._outputs, self._decoder.run(None, feed), strict=True))


class Beams:
    """Several beginnings of a transcript at once, that share what was heard, with the network's memory of each.
    `views`: from `Model.listen`; of several of the same sound, the mean of what the network says counts."""

    def __init__(self, model: Model, views: Sequence[Floats]) -> None:
        self._model, self._views = model, len(views)
        longest = max(view.shape[1] for view in views)
        self._heard = np.concatenate([np.pad(v, ((0, 0), (0, longest - v.shape[1]), (0, 0))) for v in views])
        self._rows = 0  # of each view
        self._sound: dict[str, Floats] = {}  # what each layer made of the sound: one row for a view
        self._widened: dict[str, Floats] = {}  # the same for so many rows of a view
        self._past: dict[str, Floats] = {}

    def begin(self, rows: int) -> Floats:
        """What transcripts begin with: see `step`, with as many rows, all the same."""
        nothing = np.zeros((self._views, HEADS, 0, WIDTH), np.float32)
        past = {f"past_key_values.{n}.{part}": nothing for n in range(LAYERS) for part in PARTS}
        out = self._model.decode(self._feed([BEGIN], False) | past)
        self._sound = {name: out[_present(name)] for name in _names("encoder")}
        self._past = {name: np.repeat(out[_present(name)], rows, axis=0) for name in _names("decoder")}
        self._rows = rows
        return np.repeat(self._mean(out["logits"]), rows, axis=0)

    def step(self, parents: Sequence[int], tokens: Sequence[int]) -> Floats:
        """Append a token to each beginning named, by its row of the step before. Gives the natural logarithms of the
        probabilities of what comes next: (rows, vocabulary)."""
        of_all = (np.arange(self._views)[:, None] * self._rows + np.array(parents)).reshape(-1)
        past = {name: value[of_all] for name, value in self._past.items()}
        out = self._model.decode(self._feed(tokens, True) | past | self._sound_for(len(tokens)))
        self._past = {name: out[_present(name)] for name in _names("decoder")}
        return self._mean(out["logits"])

    def _mean(self, logits: Floats) -> Floats:
        return log_softmax(logits[:, -1].reshape(self._views, -1, logits.shape[-1]).mean(axis=0))

    def _feed(self, tokens: Sequence[int], cached: bool) -> dict[str, NDArray[np.generic]]:
        return {
            "input_ids": np.array([*tokens] * self._views, np.int64)[:, None],
            "encoder_hidden_states": np.repeat(self._heard, len(tokens), axis=0),
            # One of samples, of which it takes each 384th: this one stands for all of any length.
            "encoder_attention_mask": np.ones((self._views * len(tokens), 1), np.int64),
            "use_cache_branch": np.array([cached]),
        }

    def _sound_for(self, rows: int) -> dict[str, Floats]:
        if rows != self._rows or not self._widened:
            self._rows = rows
            self._widened = {name: np.repeat(value, rows, axis=0) for name, value in self._sound.items()}
        return self._widened


def log_softmax(logits: Floats) -> Floats:
    shifted: Floats = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


def _names(side: str) -> list[str]:
    return [f"past_key_values.{n}.{part}" for n in range(LAYERS) for part in PARTS if part.startswith(side)]


def _present(name: str) -> str:
    return name.replace("past_key_values", "present")
