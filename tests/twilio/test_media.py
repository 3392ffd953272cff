"""Calls whose sound comes to us: keys, words and silence over a media stream are turns like any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from ivr.channels.handset import Exchange
from ivr.channels.twilio_door import Door
from ivr.channels.twilio_media import Media
from ivr.channels.twilio_signature import Secrets
from ivr.engine.data import replace
from ivr.engine.events import Alternative
from ivr.recordings import Recordings
from ivr.server import Segue, application, build
from ivr.settings import Settings
from recognition.listen import Deaf, Heard, Hints, SpeechStarted, Told
from tests.twilio.carrier import Call, Carrier
from tests.twilio.conftest import PUBLIC, SID, TOKEN, phoning
from tests.twilio.rest import Standing
from tests.twilio.streaming import SILENCE, MediaStream
from tests.twilio.test_voice import NUMBER, journey

QUICKLY = 3.0  # times as fast as people listen; a prompt still lasts long enough to be interrupted


class Ears:
    """They hear what a test has told them, as soon as anything but silence comes. `frames`: all that came."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.will_hear: list[Heard | Deaf] = []

    def hears(self, _language: str) -> bool:
        return True

    def open(self, rate: int, tell: Callable[[Told], None], keys: bool = False) -> Ear:
        assert rate == 16_000
        return Ear(self, tell)

    def check(self, _hints: Hints) -> Sequence[str]:
        return ()


class Ear:
    def __init__(self, ears: Ears, tell: Callable[[Told], None]) -> None:
        self._ears, self._tell = ears, tell
        self._on = False

    def feed(self, frame: bytes) -> None:
        self._ears.frames.append(frame)
        if self._on and self._ears.will_hear and any(frame):
            self._on = False
            self._tell(SpeechStarted())
            self._tell(self._ears.will_hear.pop(0))

    def begin(self, _hints: Hints) -> None:
        self._on = True

    def playing(self, pcm: bytes) -> None: ...

    def end(self) -> None:
        self._on = False

    def close(self) -> None: ...


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def segue(settings: Settings, ears: Ears) -> AsyncIterator[Segue]:
    async with build(replace(settings, twilio_ears="ours", ears=0)) as found:
        recordings = Recordings(settings.recordings_dir)
        exchange = Exchange(found.driver, found.speaker, recordings, "", 0.0, QUICKLY, ears)
        media = Media(found.driver, found.store, Door(SID, Secrets((TOKEN,)), PUBLIC), exchange)
        segue = replace(found, twilio_media=media)
        runner = web.AppRunner(application(segue), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            yield segue
        finally:
            await runner.cleanup()


@pytest.fixture
async def carrier(segue: Segue) -> AsyncIterator[Carrier]:
    async with phoning(segue) as carrier:
        yield carrier


def stream(carrier: Carrier, call: Call) -> MediaStream:
    return MediaStream(carrier.account, call)


def speech(seconds: float = 0.5) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    at = np.arange(int(8000 * seconds)) / 8000
    return (8000 * np.sin(2 * np.pi * 440 * at)).astype(np.int16)


@asynccontextmanager
async def reaching(segue: Segue, step: str) -> AsyncIterator[None]:
    """What is done in it leads a journey to that step."""
    async with segue.bus.subscribe(None) as events:
        yield
        async with asyncio.timeout(20):
            while (event := await anext(events)).kind != "turn" or event.body["step"] != step:
                pass


def heard(text: str, option: str | None = None) -> Heard:
    return Heard((Alternative(text, 0.9, option),))


async def test_a_call_is_led_by_keys_to_a_person(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    async with stream(carrier, call) as line:
        await line.plays()
        await line.press("14217#3")
        await line.ends()
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"
    found = await journey(segue, call)
    assert (found.status, found.slots["order_number"].value) == ("queued", "4217")
    assert call.wrong == []


async def test_what_is_said_stops_the_prompt_and_is_an_answer(segue: Segue, carrier: Carrier, ears: Ears) -> None:
    ears.will_hear = [heard("track an order")]
    call = await carrier.call(NUMBER)
    async with stream(carrier, call) as line:
        await line.plays()
        await line.say(SILENCE)
        await line.say(speech())
        await line.falls_silent()
        await line.press("4217#")
        await line.press("3")
        await line.ends()
    assert (await journey(segue, call)).slots["order_number"].value == "4217"
    kinds = [(row.kind, row.body.get("mode")) for row in await segue.store.history((await journey(segue, call)).id)]
    assert ("Input", "speech") in kinds


async def test_the_ears_get_the_sound_as_it_was(carrier: Carrier, ears: Ears) -> None:
    call = await carrier.call(NUMBER)
    async with stream(carrier, call) as line:
        await line.plays()
        await line.say(speech(1.0))
        await line.press("14217#3")
        await line.ends()
    sound = np.frombuffer(b"".join(ears.frames), "<i2").astype(float)
    assert all(len(frame) == 640 for frame in ears.frames)
    spectrum = np.abs(np.fft.rfft(sound))
    loudest = np.argmax(spectrum) * 16_000 / len(sound)
    assert loudest == pytest.approx(440, abs=2)
    assert np.abs(sound).max() == pytest.approx(8000, rel=0.1)


async def test_a_question_whose_stream_is_lost_is_put_again_and_at_last_to_twilios_ears(
    segue: Segue, carrier: Carrier
) -> None:
    call = await carrier.call(NUMBER)
    async with stream(carrier, call) as line, reaching(segue, "order"):
        await line.press("1")
    before = await journey(segue, call)
    await call.stream_ended(line.sid)
    for _ in range(3):
        assert call.waiting is not None
        assert call.waiting.tag == "Connect"
        async with stream(carrier, call) as line:
            await line.plays()
        await call.stream_ended(line.sid)
    assert (await journey(segue, call)).turn == before.turn
    assert call.waiting is not None
    assert call.waiting.tag == "Gather"
    await call.press("4217#")
    assert (await journey(segue, call)).slots["order_number"].value == "4217"
    assert call.waiting is not None
    assert call.waiting.tag == "Connect"
    assert call.wrong == []


async def test_who_hangs_up_goes_on_with_the_next_call(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    async with stream(carrier, call) as line:
        await line.press("14217#")
        await line.plays()
        await line.stop()
    await call.hang_up()
    left = await journey(segue, call)
    assert (left.status, left.slots["order_number"].value) == ("dropped", "4217")
    again = await carrier.call(NUMBER)
    async with stream(carrier, again) as line:
        await line.plays()
        await line.press("3")
        await line.ends()
    assert (await journey(segue, again)).id == left.id
    assert call.wrong == again.wrong == []


async def test_a_second_stream_of_a_call_ends_the_first(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    async with stream(carrier, call) as first:
        await first.plays()
        async with stream(carrier, call) as second:
            await second.plays()
            await first.closes()
            await second.press("14217#3")
            await second.ends()
    history = [row.kind for row in await segue.store.history((await journey(segue, call)).id)]
    assert history.count("Arrived") == 1
    assert call.waiting is not None
    assert call.waiting.tag == "Enqueue"


async def test_who_is_led_elsewhere_is_not_heard_here_any_more(segue: Segue, carrier: Carrier, rest: Standing) -> None:
    call = await carrier.call(NUMBER)
    async with stream(carrier, call) as line:
        await line.plays()
        other = await carrier.call(NUMBER)  # from the same number: the journey goes on there
        await line.press("1")
        await line.ends()
    assert call.heard[-1] == "Thank you. We go on in your other conversation. Goodbye."
    assert (call.over, (await journey(segue, other)).contact is not None) == ("document", True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "another"},
        {"signed_for": "https://segue.example/twilio/media/0.1"},
        {"signed_for": "wss://evil.example/"},
    ],
)
async def test_a_socket_that_twilio_did_not_sign_is_refused(carrier: Carrier, wrong: dict[str, str]) -> None:
    call = await carrier.call(NUMBER)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with MediaStream(carrier.account, call, **wrong):
            pass
    assert refused.value.status == 403


async def test_a_stream_of_another_account_hears_nothing(segue: Segue, carrier: Carrier) -> None:
    call = await carrier.call(NUMBER)
    async with MediaStream(carrier.account, call, as_account="AC" + "e" * 32) as line:
        await line.ends()
    assert line.played == b""
    assert (await journey(segue, call)).turn == 1


async def test_what_we_could_not_hear_is_asked_again(segue: Segue, carrier: Carrier, ears: Ears) -> None:
    ears.will_hear = [Deaf("failed"), heard("track an order")]
    call = await carrier.call(NUMBER)
    async with stream(carrier, call) as line:
        await line.plays()
        await line.say(speech())
        await line.falls_silent()
        await line.plays()
        await line.say(speech())
        await line.press("4217#")
        await line.press("3")
        await line.ends()
    assert [row.kind for row in await segue.store.history((await journey(segue, call)).id)].count("Unheard") == 1
