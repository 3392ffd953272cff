"""Our own prompt that comes back is known; who speaks on top of it is heard."""

from __future__ import annotations

import numpy as np
import pytest

from recognition import audio
from recognition.audio import Samples
from recognition.echo import Echo
from tests.recognition import sounds

STEP = 0.032
PROMPT = "Welcome to the help line. Say billing, orders, or agent. How can we help you today?"


def room(samples: Samples, rate: int, wet: float) -> Samples:
    """The prompt itself and its reverberation of 0.1 s."""
    count = rate // 10
    answer = np.random.default_rng(5).standard_normal(count) * np.exp(-np.arange(count) / (0.03 * rate))
    answer *= wet / np.linalg.norm(answer)
    answer[0] = 1
    return np.convolve(samples, answer)[: len(samples)].astype(np.float32)


def verdicts(
    rate: int, decibels: float, delay: float, wet: float = 0.3, speech: Samples | None = None, at: float = 1.5
) -> list[tuple[float, bool]]:
    """At each 0.13 s of what the microphone gives, where it is loud: the time, and whether it is an echo."""
    prompt = sounds.said(PROMPT, rate)
    heard = 0.001 * np.random.default_rng(6).standard_normal(len(prompt) + rate).astype(np.float32)
    begins = int(delay * rate)
    heard[begins : begins + len(prompt)] += room(prompt, rate, wet) * 10 ** (decibels / 20)
    if speech is not None:
        heard[int(at * rate) : int(at * rate) + len(speech)] += speech
    echo, found, size = Echo(rate), [], round(STEP * rate)
    echo.playing(audio.to_pcm(prompt))
    heard = audio.from_pcm(audio.to_pcm(heard))
    for nth, start in enumerate(range(0, len(heard) - size, size)):
        echo.hear(heard[start : start + size])
        window = heard[max(0, start - 3 * size) : start + size]
        if nth % 4 == 3 and np.sqrt(np.mean(window**2)) > 0.005:
            found.append(((start + size) / rate, echo.explains()))
    return found


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("wet", [0.0, 0.6])
@pytest.mark.parametrize("delay", [0.02, 0.1, 0.3, 0.5])
@pytest.mark.parametrize("decibels", [-10, -15, -20])
def test_the_prompt_is_known_when_it_comes_back(decibels: float, delay: float, wet: float, rate: int) -> None:
    found = [echo for at, echo in verdicts(rate, decibels, delay, wet) if at > delay + 0.16]
    assert len(found) > 15
    assert all(found)


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("delay", [0.02, 0.3])
@pytest.mark.parametrize("decibels", [-10, -20])
@pytest.mark.parametrize("voice", ["en-us", "en-gb+f3", "de"])
def test_who_speaks_on_top_of_it_is_no_echo(voice: str, decibels: float, delay: float, rate: int) -> None:
    speech = sounds.said("I want to track my order", rate, voice)
    found = verdicts(rate, decibels, delay, speech=speech)
    during = [echo for at, echo in found if 1.75 < at < 1.45 + len(speech) / rate]
    assert len(during) > 5
    assert not any(during)


def test_where_nothing_was_played_nothing_is_an_echo() -> None:
    echo = Echo(8000)
    echo.hear(sounds.said("yes"))
    assert not echo.possible
    assert not echo.explains()


def test_an_echo_that_is_still_under_way_is_known_after_the_prompt_was_stopped() -> None:
    prompt, echo = sounds.said(PROMPT), Echo(8000)
    echo.playing(audio.to_pcm(prompt))
    late = sounds.joined(sounds.silence(0.3), prompt * 0.2)
    echo.hear(late[:16000])
    echo.playing(b"")
    echo.hear(late[16000:18000])
    assert echo.explains()
    echo.hear(sounds.said("no, a person please")[:8000])
    assert not echo.possible


def test_a_sound_that_is_told_before_the_last_one_has_ended_follows_it() -> None:
    prompt, echo = sounds.said(PROMPT), Echo(8000)
    echo.playing(audio.to_pcm(prompt[:16000]))
    late = sounds.joined(sounds.silence(0.2), prompt * 0.2)
    echo.hear(late[:15200])  # 0.1 s before its end
    echo.playing(audio.to_pcm(prompt[16000:]))
    echo.hear(late[15200:24000])
    assert echo.explains()
