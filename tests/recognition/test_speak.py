"""Words to sound with the real espeak-ng: right files, each made once, whatever dies meanwhile."""

import asyncio
import contextlib
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ivr.engine.actions import Say
from recognition import audio, voice
from recognition.compose import EMPTY, LONGEST, PAUSE, speakable
from recognition.speak import RATES, Clip, Speaker, SpeakFailed
from recognition.voice import Voice
from recognition.voice_process import VoiceProcess

HELLO = "Welcome to Acme support."
BOUND = 60  # seconds that nothing here needs


@pytest.fixture
async def speaker(tmp_path: Path) -> AsyncIterator[Speaker]:
    recordings = tmp_path / "menus"
    recordings.mkdir()
    async with asyncio.timeout(BOUND), Speaker(tmp_path / "cache", "gmw/en-us", 165, recordings) as speaker:
        yield speaker


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the engine was asked for each text."""
    counter: Counter[str] = Counter()
    sound = Voice.sound

    async def counting(self: Voice, text: str, voice: str | None = None, speed: float = 1.0) -> bytes:
        counter[text] += 1
        return await sound(self, text, voice, speed)

    monkeypatch.setattr(Voice, "sound", counting)
    return counter


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when the worker is about to get a prompt."""
    event = asyncio.Event()
    ask = VoiceProcess._ask

    async def telling(self: VoiceProcess, asked: Any, limit: float) -> bytes:
        event.set()
        return await ask(self, asked, limit)

    monkeypatch.setattr(VoiceProcess, "_ask", telling)
    return event


def worker(speaker: Speaker) -> int:
    child = speaker._voices.espeak._process.child
    assert child is not None
    return child.pid


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def opened(process: int) -> set[str]:
    """What the open files of a process are."""
    return {str(entry.readlink()) for entry in Path(f"/proc/{process}/fd").iterdir() if entry.is_symlink()}


def sounds(clip: Clip) -> audio.Samples:
    samples, rate = audio.read(clip.path)
    assert rate == clip.rate
    assert len(samples) / rate == clip.seconds
    return samples


async def test_a_prompt_is_a_file_that_asterisk_and_browsers_play(speaker: Speaker, tmp_path: Path) -> None:
    for rate in RATES:
        clip = await speaker.clip(HELLO, rate)
        assert clip.path.parent == tmp_path / "cache" / str(rate)
        assert len(clip.path.stem) == 20
        samples = sounds(clip)
        assert 1 < clip.seconds < 4
        assert 0.05 < np.sqrt(np.mean(samples**2)) < 0.15
    assert len(files(tmp_path / "cache")) == len(RATES)


async def test_nothing_above_the_telephone_band_is_left_in_8_khz(speaker: Speaker) -> None:
    samples = sounds(await speaker.clip("Six thick thistle sticks, so she says.", 8000))
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / 8000)
    assert spectrum[hertz > 3850].sum() / spectrum.sum() < 1e-4


async def test_voice_and_speed_make_a_difference(speaker: Speaker, tmp_path: Path) -> None:
    usual = await speaker.clip(HELLO, 8000)
    async with (
        Speaker(tmp_path / "cache", "gmw/en-us+f3", 165) as other,
        Speaker(tmp_path / "cache", "de", 300) as fast,
    ):
        assert (await other.clip(HELLO, 8000)).path != usual.path
        assert (await fast.clip(HELLO, 8000)).seconds < 0.75 * usual.seconds
        assert "gmw/en-us" in await fast.voices()


async def test_a_prompt_asked_for_by_50_at_once_is_made_once(speaker: Speaker, spoken: Counter[str]) -> None:
    texts = [f"Order {n % 10} is on its way." for n in range(50)]
    clips = await asyncio.gather(*(speaker.clip(text, 8000) for text in texts))
    assert len({clip.path for clip in clips}) == 10
    assert spoken == Counter(set(texts))


async def test_what_is_cached_needs_no_engine(speaker: Speaker, tmp_path: Path, spoken: Counter[str]) -> None:
    clip = await speaker.clip(HELLO, 8000)
    assert await speaker.clip(f"  {HELLO}\n", 8000) == clip
    async with Speaker(tmp_path / "cache", "gmw/en-us", 165) as restarted:
        assert await restarted.clip(HELLO, 8000) == clip
    assert spoken == {HELLO: 1}


@pytest.mark.parametrize("left", [0, 10, audio.HEADER, 1000])
@pytest.mark.parametrize("restart", [True, False])
async def test_a_broken_cache_file_is_made_anew(speaker: Speaker, tmp_path: Path, left: int, restart: bool) -> None:
    clip = await speaker.clip(HELLO, 8000)
    os.truncate(clip.path, left)
    if restart:
        async with Speaker(tmp_path / "cache", "gmw/en-us", 165) as again:
            assert await again.clip(HELLO, 8000) == clip
    else:
        assert await speaker.clip(HELLO, 8000) == clip
    sounds(clip)


async def test_a_cache_file_that_somebody_removed_is_made_anew(speaker: Speaker) -> None:
    clip = await speaker.clip(HELLO, 8000)
    clip.path.unlink()
    sounds(await speaker.clip(HELLO, 8000))


async def test_several_says_are_one_clip_with_pauses(speaker: Speaker, spoken: Counter[str]) -> None:
    parts = [HELLO, "Your order is on its way.", HELLO]
    whole = await speaker.joined(list(map(Say, parts)), 8000)
    lengths = [(await speaker.clip(part, 8000)).seconds for part in parts]
    assert whole.seconds == pytest.approx(sum(lengths) + 2 * PAUSE, abs=0.001)
    assert await speaker.joined(list(map(Say, parts)), 8000) == whole
    assert spoken.total() == 2
    assert await speaker.joined([Say(HELLO)], 8000) == await speaker.clip(HELLO, 8000)
    assert (await speaker.joined([], 8000)).seconds == EMPTY


@pytest.mark.parametrize("text", ["", " \n", "\x00\x07", "\ud800"])
async def test_no_words_are_a_short_silence(speaker: Speaker, text: str) -> None:
    clip = await speaker.clip(text, 8000)
    assert clip.seconds == EMPTY
    assert not sounds(clip).any()


@pytest.mark.parametrize("text", ["-", "…", "<speak>&", "🙂", '{"text": 1}', "日本", "-v nope", "[[h@l'oU]]"])
async def test_odd_words_do_not_stop_a_call(speaker: Speaker, text: str) -> None:
    sounds(await speaker.clip(text, 8000))


def test_a_long_text_is_cut_after_a_sentence() -> None:
    assert speakable("A short one. " * 200) == ("A short one. " * 153).strip()
    assert speakable("word " * 500) == ("word " * 400).strip()
    assert speakable("w" * 3000) == "w" * LONGEST


async def test_a_long_first_prompt_is_spoken_whole_without_a_retry(
    speaker: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await speaker.clip("This is one of very many sentences. " * 60, 8000)).seconds > 60
    assert not caplog.records


async def test_every_fresh_engine_speaks_at_the_same_speed() -> None:
    voices = [Voice("gmw/en-us", 165) for _ in range(8)]
    async with asyncio.timeout(BOUND):
        await asyncio.gather(*(fresh.start() for fresh in voices))
        sounds = await asyncio.gather(*(fresh.sound(HELLO) for fresh in voices))
        await asyncio.gather(*(fresh.stop() for fresh in voices))
    lengths = [len(sound) for sound in sounds]
    assert max(lengths) < 1.05 * min(lengths)


async def test_warming_makes_all_clips_and_tells_how_far_it_is(speaker: Speaker, spoken: Counter[str]) -> None:
    steps: list[tuple[int, int]] = []
    assert (
        await speaker.warm(map(Say, [HELLO, "Goodbye.", HELLO]), progress=lambda done, of: steps.append((done, of)))
        == 4
    )
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert spoken == {HELLO: 1, "Goodbye.": 1}  # for both rates
    before = spoken.copy()
    await speaker.clip("Goodbye.", 16000)
    assert spoken == before


async def test_old_clips_can_be_forgotten(speaker: Speaker) -> None:
    old, new = await speaker.clip("Order 4217.", 8000), await speaker.clip(HELLO, 8000)
    os.utime(old.path, (1000, 1000))
    assert speaker.forget(before=2000) == 1
    assert not old.path.exists()
    assert new.path.exists()


# Recordings


def record(path: Path, seconds: float, rate: int = 44100) -> None:
    tone = np.sin(np.arange(round(seconds * rate)) * (2 * np.pi * 440 / rate)).astype(np.float32)
    audio.write(path, tone, rate)


async def test_a_recording_stands_for_the_words(speaker: Speaker, tmp_path: Path, spoken: Counter[str]) -> None:
    record(tmp_path / "menus" / "hello.wav", 2.0)
    clip = await speaker.clip(HELLO, 8000, "hello.wav")
    assert clip.seconds == pytest.approx(2.0, abs=0.1)
    record(tmp_path / "menus" / "hello.wav", 3.0)
    assert (await speaker.clip(HELLO, 8000, "hello.wav")).seconds == pytest.approx(3.0, abs=0.1)
    assert not spoken


@pytest.mark.parametrize("name", ["none.wav", "../secret.wav", "{root}/secret.wav", "link.wav", "text.wav", ".", "\0"])
async def test_without_a_usable_recording_the_words_are_spoken(
    speaker: Speaker, tmp_path: Path, spoken: Counter[str], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    record(tmp_path / "secret.wav", 1.0)
    (tmp_path / "menus" / "link.wav").symlink_to(tmp_path / "secret.wav")
    (tmp_path / "menus" / "text.wav").write_text("I am no recording")
    for rate in RATES:
        await speaker.clip(HELLO, rate, name.format(root=tmp_path))
    assert spoken == {HELLO: 1}  # for both rates
    assert len(caplog.records) == 1
    assert "its words are spoken instead" in caplog.text
    assert HELLO not in caplog.text


# What dies, hangs or is full


async def test_a_worker_killed_in_the_middle_is_replaced(
    speaker: Speaker, asked: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    first = worker(speaker)
    os.kill(first, signal.SIGSTOP)  # so that it cannot be quicker than we are
    clip = asyncio.create_task(speaker.clip(HELLO, 8000))
    await asked.wait()
    os.kill(first, signal.SIGKILL)
    sounds(await clip)
    assert worker(speaker) != first
    assert HELLO not in caplog.text


async def test_a_worker_killed_between_prompts_is_not_missed(speaker: Speaker) -> None:
    os.kill(worker(speaker), signal.SIGKILL)
    assert speaker._voices.espeak._process.child is not None
    await speaker._voices.espeak._process.child.wait()
    sounds(await speaker.clip(HELLO, 8000))


async def test_a_worker_that_hangs_is_replaced(speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "LIMIT", 2.0)
    first = worker(speaker)
    end = os.pidfd_open(first)
    os.kill(first, signal.SIGSTOP)
    sounds(await speaker.clip(HELLO, 8000))
    assert worker(speaker) != first
    assert gone(end)


NONSENSE = "print('no JSON')"
NOTHING = """
import sys
print('{"voices": {}, "unknown": false}', flush=True)
for line in sys.stdin:
    print('{"samples": 0}', flush=True)
"""


@pytest.mark.parametrize("program", [NONSENSE, NOTHING], ids=["nonsense", "nothing"])
async def test_when_every_worker_fails_the_command_speaks(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text(program)
    monkeypatch.setattr(voice, "WORKER", broken)
    os.kill(worker(speaker), signal.SIGKILL)
    good = await speaker.clip(HELLO, 8000)
    assert 1 < good.seconds < 4
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeakFailed, match="apt-get install espeak-ng"):
        await speaker.clip("Goodbye.", 8000)
    assert await speaker.clip(HELLO, 8000) == good
    speaker.ahead = (8000,)
    assert await speaker.warm(map(Say, [HELLO, "Goodbye."])) == 1


async def test_one_who_hangs_up_does_not_stop_the_prompt_for_others(
    speaker: Speaker, asked: asyncio.Event, spoken: Counter[str]
) -> None:
    hangs_up = asyncio.create_task(speaker.clip(HELLO, 8000))
    stays = asyncio.create_task(speaker.clip(HELLO, 8000))
    await asked.wait()
    hangs_up.cancel()
    sounds(await stays)
    assert spoken == {HELLO: 1}
    with pytest.raises(asyncio.CancelledError):
        await hangs_up


async def test_closing_ends_the_worker_and_tells_those_who_wait(tmp_path: Path, asked: asyncio.Event) -> None:
    async with asyncio.timeout(BOUND):
        async with Speaker(tmp_path, "gmw/en-us", 165) as speaker:
            end = os.pidfd_open(worker(speaker))
            os.kill(worker(speaker), signal.SIGSTOP)
            waits = asyncio.create_task(speaker.joined([Say(HELLO), Say("Goodbye.")], 8000))
            await asked.wait()
        assert gone(end)
        with pytest.raises(SpeakFailed, match="stopping"):
            await waits
        with pytest.raises(SpeakFailed, match="stopping"):
            await speaker.clip("Late.", 8000)


async def test_a_full_disk_is_told_and_leaves_no_half_file(tmp_path: Path) -> None:
    script = """
        import asyncio, resource, sys
        from pathlib import Path
        from recognition.speak import Speaker, SpeakFailed

        async def main():
            async with Speaker(Path(sys.argv[1]), "gmw/en-us", 165) as speaker:
                resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
                try:
                    await speaker.clip("Welcome to Acme support.", 8000)
                except SpeakFailed as error:
                    print(error)
                print([path.name for path in Path(sys.argv[1]).rglob("*.*")])
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                print((await speaker.clip("Welcome to Acme support.", 8000)).seconds > 1)

        asyncio.run(main())
    """
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=BOUND,
    )
    told, left, recovered = done.stdout.splitlines()
    assert "File too large" in told
    assert "make room" in told
    assert (left, recovered) == ("[]", "True")
    assert len(files(tmp_path)) == 1


async def test_a_cache_that_cannot_be_written_to_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    with pytest.raises(SpeakFailed, match="make room there, or let us write"):
        async with Speaker(tmp_path / "cache", "gmw/en-us", 165):
            pass


async def test_half_files_of_a_killed_server_are_cleaned_up(tmp_path: Path) -> None:
    left = tmp_path / "8000" / ".0123.wav.99.part"
    left.parent.mkdir()
    left.write_bytes(b"RIFF")
    async with Speaker(tmp_path, "gmw/en-us", 165):
        assert not left.exists()


@pytest.mark.parametrize(
    ("name", "near"), [("gmw/en-usa", "gmw/en-us"), ("anna", "gmw/en-us"), ("gmw/en-us+zz", "gmw/en-us")]
)
async def test_an_unknown_voice_is_told_at_the_start(tmp_path: Path, name: str, near: str) -> None:
    with pytest.raises(SpeakFailed, match=r"IVR_VOICE") as told:
        async with Speaker(tmp_path, name, 165):
            pass
    assert near in str(told.value)


async def test_a_missing_engine_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SpeakFailed, match="apt-get install espeak-ng"):
        async with Speaker(tmp_path, "gmw/en-us", 165, python="/bin/false"):
            pass


async def test_the_worker_gets_none_of_our_sockets(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        inode = f"socket:[{os.fstat(listening.fileno()).st_ino}]"
        async with Speaker(tmp_path, "gmw/en-us", 165) as speaker:
            assert inode in opened(os.getpid())
            assert inode not in opened(worker(speaker))


@contextlib.contextmanager
def server_with_worker(cache: Path) -> Iterator[tuple[int, int]]:
    """A process that has a speaker and waits; its id and that of its worker."""
    script = """
        import asyncio, json, os, sys
        from pathlib import Path
        from recognition.speak import Speaker

        async def main():
            async with Speaker(Path(sys.argv[1]), "gmw/en-us", 165) as speaker:
                print(json.dumps([os.getpid(), speaker._voices.espeak._process.child.pid]), flush=True)
                await asyncio.Event().wait()

        asyncio.run(main())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(cache)], stdout=subprocess.PIPE
    ) as server:
        try:
            assert server.stdout
            server_pid, worker_pid = json.loads(server.stdout.readline())
            yield server_pid, worker_pid
        finally:
            server.kill()


def gone(pidfd: int) -> bool:
    """Whether a process has ended, waiting for it within bounds."""
    with os.fdopen(pidfd) as process:
        return bool(select.select([process], [], [], BOUND)[0])


def test_a_killed_server_leaves_no_worker_behind(tmp_path: Path) -> None:
    with server_with_worker(tmp_path) as (server_pid, worker_pid):
        end = os.pidfd_open(worker_pid)
        os.kill(server_pid, signal.SIGKILL)
        assert gone(end)


async def test_no_word_reaches_a_log(
    speaker: Speaker, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], asked: asyncio.Event
) -> None:
    caplog.set_level(logging.DEBUG)
    os.kill(worker(speaker), signal.SIGSTOP)
    clip = asyncio.create_task(speaker.clip("Your code is quetzal.", 8000))
    await asked.wait()
    os.kill(worker(speaker), signal.SIGKILL)
    await clip
    output = capfd.readouterr()
    assert "quetzal" not in caplog.text + output.out + output.err
