"""A call over a media stream in which the caller speaks, and our own recognizer understands it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from ivr.server import Segue
from recognition import audio
from recognition.ears import Ears, engines
from tests.players.mouth import RATE, Mouth
from tests.twilio.carrier import Carrier
from tests.twilio.streaming import MediaStream
from tests.twilio.test_media import carrier, reaching, segue  # noqa: F401 - fixtures
from tests.twilio.test_voice import NUMBER, journey
from tests.waiting import eventually


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    async with Ears(engines({}), processes=1) as ears:
        await eventually(lambda: bool(ears.pids))
        yield ears


async def test_words_that_are_spoken_lead_to_the_order(
    segue: Segue,  # noqa: F811
    carrier: Carrier,  # noqa: F811
    tmp_path: Path,
) -> None:
    mouth = Mouth(tmp_path / "mouth", ("slt",))
    call = await carrier.call(NUMBER)
    async with MediaStream(carrier.account, call) as line:
        async with reaching(segue, "order"):
            await line.plays()
            await line.say(await telephone(mouth, "track an order"))
        await line.plays()  # the next question, which is open then
        async with reaching(segue, "what_next"):
            await line.say(await telephone(mouth, "four two one seven"))
        await line.press("3")
        await line.ends()
    assert (await journey(segue, call)).slots["order_number"].value == "4217"
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"
    assert call.wrong == []


async def telephone(mouth: Mouth, words: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """As a telephone line carries it."""
    samples = audio.resample(audio.from_pcm(await mouth.say(words)), RATE, 8000)
    return np.frombuffer(audio.to_pcm(samples), "<i2")
