"""How the layers behind the encoder learn: by Adam (Kingma and Ba, 2015), in batches of sounds about as long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from recognition.moonshine.model import Floats


class Heard(Protocol):
    @property
    def heard(self) -> Floats:
        """What the encoder made of it: (moments, 288)."""


Sample = TypeVar("Sample", bound=Heard)
Batch = TypeVar("Batch", bound=Heard, contravariant=True)


class Layer(Protocol[Batch]):
    weights: dict[str, NDArray[np.float32]]

    def learn(self, batch: Sequence[Batch], chance: np.random.Generator) -> tuple[float, dict[str, Floats]]:
        """The mean loss, and the slope of it by each weight."""


@dataclass(frozen=True, slots=True)
class Course:
    """`rate`: of learning, at the beginning; a tenth of it at the end. `steepest`: what a slope counts for at most."""

    epochs: int
    together: int  # samples in a batch
    rate: float
    steepest: float = np.inf


def moments(heard: Sequence[Heard]) -> tuple[Floats, Floats]:
    """The mean and the spread of what the encoder makes of sounds, by a third of them."""
    everything = np.concatenate([one.heard for one in heard[::3]]).astype(np.float32)
    return everything.mean(0), everything.std(0) + 1e-3


def train(layer: Layer[Sample], heard: Sequence[Sample], course: Course) -> None:
    """Tells the mean loss of each epoch."""
    chance = np.random.default_rng(1)
    by_length = sorted(heard, key=lambda one: len(one.heard))
    batches = [by_length[at : at + course.together] for at in range(0, len(heard), course.together)]
    first, second = ({name: np.zeros_like(value) for name, value in layer.weights.items()} for _ in range(2))
    step = 0
    for epoch in range(course.epochs):
        losses = []
        for number in chance.permutation(len(batches)):
            loss, slopes = layer.learn(batches[number], chance)
            losses.append(loss)
            step += 1
            speed = course.rate * (1 - 0.9 * epoch / course.epochs) / (1 - 0.9**step)
            for name, slope in slopes.items():
                clipped = np.clip(slope, -course.steepest, course.steepest)
                first[name] = 0.9 * first[name] + 0.1 * clipped
                second[name] = 0.999 * second[name] + 0.001 * clipped**2
                layer.weights[name] -= speed * first[name] / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
        print(f"{epoch + 1} of {course.epochs}: {np.mean(losses):.3f}", flush=True)
