"""Messages that callers speak into the web phone, over real sockets."""

import logging
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ivr.channels.webphone import WebPhone
from ivr.recordings import Recordings
from ivr.settings import Settings
from recognition import audio
from recognition.gate import Gate
from tests.channels.fake_driver import MESSAGE, SPEAK, WELCOME, FakeDriver, Records
from tests.channels.far_end import Exchange, Phone, ToneSpeaker, pitch, serving, tone
from tests.waiting import eventually

BEEP = 1000  # hertz
SILENCE = bytes(32_000)  # a second

Serve = Callable[..., Any]
PATIENT = {"silence": 60.0}  # so that no message ends because the machine is slow


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(records: Records, grace: float = 30.0, seconds: float = 0.25, **message: float) -> Exchange:
            driver = FakeDriver(records, message=MESSAGE | message)
            speaker = ToneSpeaker(tmp_path, {SPEAK: seconds})
            webphone = WebPhone(driver, speaker, Settings(data_dir=tmp_path), grace=grace)  # type: ignore[arg-type]
            return await stack.enter_async_context(serving(webphone))

        yield start


async def at_the_beep(exchange: Exchange) -> Phone:
    phone = await exchange.call()
    await phone.press("5", 1)
    await phone.until("recording", ends="#")
    return phone


async def written(folder: Path, seconds: float) -> None:
    """Wait until so much of a message is on disk."""
    takes = folder / "recordings"
    await eventually(lambda: any(path.stat().st_size >= 31_000 * seconds for path in takes.glob(".*.pcm")))


def spoken(folder: Path, recording: str) -> audio.Samples:
    """The sound of a recording."""
    found = Recordings(folder / "recordings").find(recording)
    assert found is not None
    samples, rate = audio.read(found)
    assert rate == 16_000
    return samples


async def test_a_message_is_what_was_said_between_the_beep_and_the_key(serve: Serve, tmp_path: Path) -> None:
    records = Records()
    phone = await at_the_beep(await serve(records))
    await phone.speak(tone(300, 3.0))
    await phone.press("#", 2)
    assert (await phone.until("recorded"))["seconds"] == pytest.approx(3.0, abs=0.05)
    await phone.until("say", text="Thank you.")
    [message] = records.messages()
    sound = spoken(tmp_path, message.recording)
    assert message.seconds == len(sound) / 16_000 == pytest.approx(3.0, abs=0.05)
    assert pitch(audio.to_pcm(sound)) == pytest.approx(300, abs=5)
    assert message.id.endswith(".2"), "a page that comes back must not press it again"


async def test_the_beep_comes_after_the_words_and_before_the_recording(serve: Serve) -> None:
    phone = await at_the_beep(await serve(Records()))
    events = [event["event"] for event in phone.events("record", "say", "recording")]
    assert events[-3:] == ["record", "say", "recording"]
    before = [thing for thing in phone.heard if isinstance(thing, bytes)][-15:]
    assert pitch(b"".join(before)[:8000]) == pytest.approx(BEEP, abs=30)


async def test_what_is_said_during_the_prompt_is_not_recorded(serve: Serve) -> None:
    records = Records()
    phone = await (await serve(records, seconds=60.0)).call()
    await phone.press("5", 1)
    await phone.until("say", text=SPEAK)
    await phone.speak(tone(700, 2.0))
    await phone.press("1", 2)
    await phone.until("recording")
    await phone.speak(tone(300, 2.0))
    await phone.press("#", 3)
    await phone.until("say", text="Thank you.")
    assert records.messages()[0].seconds == pytest.approx(2.0, abs=0.1)


async def test_silence_ends_a_message_and_is_cut_off(serve: Serve, tmp_path: Path) -> None:
    records = Records()
    phone = await at_the_beep(await serve(records))
    await phone.speak(tone(300, 2.0) + 3 * SILENCE)
    await phone.until("say", text="Thank you.")
    [message] = records.messages()
    assert message.seconds == pytest.approx(2.8, abs=0.1), "two seconds, the gate's pause and the tail"


async def test_a_pause_between_two_sentences_ends_nothing(serve: Serve) -> None:
    records = Records()
    phone = await at_the_beep(await serve(records))
    await phone.speak(tone(300, 1.0) + SILENCE + tone(300, 1.0) + SILENCE)
    await phone.press("#", 2)
    await phone.until("say", text="Thank you.")
    assert records.messages()[0].seconds > 2.9


async def test_the_longest_message_is_as_long_as_the_menu_says(serve: Serve) -> None:
    records = Records()
    phone = await at_the_beep(await serve(records, longest=2.0))
    await phone.speak(tone(300, 4.0))
    await phone.until("say", text="Thank you.")
    assert records.messages()[0].seconds == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    "sound", [6 * SILENCE, tone(300, 0.5) + 3 * SILENCE], ids=["nothing is said", "a cough is no message"]
)
async def test_nothing_said(serve: Serve, sound: bytes) -> None:
    records = Records()
    phone = await at_the_beep(await serve(records))
    await phone.speak(sound)
    assert (await phone.until("recorded"))["seconds"] == 0
    await phone.until("say", text="There was no message.")
    assert records.messages() == []


async def test_who_has_no_microphone_is_not_waited_for_for_ever(serve: Serve) -> None:
    phone = await at_the_beep(await serve(Records(), timeout=0.1))
    await phone.until("say", text="There was no message.")


async def test_a_key_leaves_out_the_prompt(serve: Serve) -> None:
    phone = await (await serve(Records(), seconds=60.0)).call()
    await phone.press("5", 1)
    await phone.until("say", text=SPEAK)
    await phone.press("1", 2)
    await phone.until("clear")
    await phone.until("recording")


async def test_keys_that_mean_nothing_neither_end_a_message_nor_answer_the_next_question(serve: Serve) -> None:
    records = Records()
    phone = await at_the_beep(await serve(records))
    await phone.press("12", 2)
    await phone.speak(tone(300, 2.0))
    await phone.press("#", 4)
    await phone.until("say", text="Thank you.")
    await phone.until("say", text=WELCOME)
    await phone.press("3", 5)
    await phone.until("ack", seq=5)
    assert records.inputs() == ["5", "3"]


@pytest.mark.parametrize("how", ["caller", "dropped"])
async def test_what_was_said_before_the_call_ended_is_kept(serve: Serve, tmp_path: Path, how: str) -> None:
    records = Records()
    phone = await at_the_beep(await serve(records, grace=0.05, **PATIENT))
    await phone.speak(tone(300, 2.0))
    await written(tmp_path, 2.0)
    if how == "caller":
        await phone.ws.send_json({"event": "hangup"})
    else:
        await phone.lose()
    await eventually(lambda: bool(records.left()))
    kinds = [type(event).__name__ for event in records.events]
    assert kinds[-2:] == ["Recorded", "Left"]
    assert records.left()[0][1] == how
    assert len(spoken(tmp_path, records.messages()[0].recording)) == pytest.approx(32_000, abs=800)
    await eventually(lambda: not list((tmp_path / "recordings").glob(".*.pcm")))


async def test_a_hang_up_before_a_word_is_a_hang_up(serve: Serve) -> None:
    records = Records()
    phone = await at_the_beep(await serve(records))
    await phone.ws.send_json({"event": "hangup"})
    await phone.closed()
    assert [type(event).__name__ for event in records.events] == ["Input", "Left"]


async def test_a_message_goes_on_after_a_restart_of_ours(serve: Serve, tmp_path: Path) -> None:
    records = Records()
    exchange = await serve(records, **PATIENT)
    phone = await at_the_beep(exchange)
    await phone.speak(tone(300, 2.0))
    await written(tmp_path, 2.0)
    await exchange.webphone.close()
    assert await phone.closed() == 1012
    again = await (await serve(records, **PATIENT)).call(phone.call, resume=True)
    await again.until("recording")
    assert again.said() == [], "nobody is told again to speak"
    await again.speak(tone(500, 2.0))
    await again.press("#", 2)
    await again.until("say", text="Thank you.")
    assert records.messages()[0].seconds == pytest.approx(4.0, abs=0.1)


async def test_the_line_may_be_lost_for_a_while(serve: Serve, tmp_path: Path) -> None:
    records = Records()
    exchange = await serve(records, **PATIENT)
    phone = await at_the_beep(exchange)
    await phone.speak(tone(300, 1.5))
    await written(tmp_path, 1.0)
    await phone.lose()
    again = await exchange.call(phone.call, resume=True)
    await again.until("recording")
    await again.speak(tone(300, 1.0))
    await again.press("#", 2)
    await again.until("say", text="Thank you.")
    assert records.messages()[0].seconds >= 2.0


async def test_a_full_disk_is_told_in_the_log_and_ends_no_call(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    records = Records()
    exchange = await serve(records)
    (tmp_path / "recordings").write_text("a file where the folder should be")
    phone = await exchange.call()
    await phone.press("5", 1)
    with caplog.at_level(logging.ERROR):
        await phone.until("say", text="There was no message.")
    assert "make room for recordings" in caplog.text


async def test_a_disk_that_fills_up_in_the_middle(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    phone = await at_the_beep(await serve(Records()))
    (tmp_path / "recordings").rename(tmp_path / "away")
    await phone.speak(tone(300, 3.0))
    await phone.until("say", text="There was no message.")
    assert "make room for recordings" in caplog.text


def test_recordings_are_for_our_eyes_and_go_with_age(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "new" / "recordings")
    take = recordings.take("web-1-2", 16_000)
    take.write(tone(300, 2.0))
    message = take.keep()
    assert message
    assert message.seconds == pytest.approx(2.0)
    found = recordings.find(message.recording)
    assert found is not None
    assert not stat.S_IMODE(found.parent.stat().st_mode) & stat.S_IRWXO
    assert recordings.forget(found.stat().st_mtime - 60) == 0
    assert recordings.forget(found.stat().st_mtime + 60) == 2
    assert recordings.find(message.recording) is None


def test_a_take_that_was_kept_and_grew_is_one_recording(tmp_path: Path) -> None:
    """We were killed after it was kept, and before its journey had it; the caller spoke on."""
    recordings = Recordings(tmp_path)
    take = recordings.take("web-1-2", 16_000)
    take.write(tone(300, 1.5))
    before = take.keep()
    take.write(tone(300, 1.5))
    after = recordings.take("web-1-2", 16_000).keep()
    assert before
    assert after
    assert (after.recording, after.seconds) == (before.recording, pytest.approx(3.0))
    found = recordings.find(after.recording)
    assert found
    assert audio.read(found)[0].size == 48_000
    another = recordings.take("web-1-3", 16_000)
    another.write(tone(300, 1.5))
    kept = another.keep()
    assert kept
    assert kept.recording != after.recording, "the same sound at another time is another message"


@pytest.mark.parametrize("name", ["", "../secret", "a" * 31, "0" * 32, "A" * 32])
def test_only_a_recording_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.wav").touch()
    (tmp_path / "recordings").mkdir()
    assert Recordings(tmp_path / "recordings").find(name) is None


def test_a_soft_voice_opens_the_gate_and_the_noise_of_a_line_does_not() -> None:
    noise = np.random.default_rng(1).normal(0, 0.003, 16_000).astype(np.float32)
    soft = audio.from_pcm(tone(200, 1.0)) * 0.1
    for sound, seconds in ((noise, 0.0), (soft, 1.0)):
        gate, pcm = Gate(), audio.to_pcm(sound)
        for start in range(0, len(pcm), 640):
            gate.take(pcm[start : start + 640])
        assert gate.spoken == pytest.approx(seconds, abs=0.1)
