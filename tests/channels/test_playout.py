"""Pacing, by a clock that only the sounds move."""

from pathlib import Path

import pytest

from ivr.channels import webphone_wire as wire
from ivr.channels.line import Line
from ivr.channels.playout import LEAD, Playout, Sound, Unplayable, read


class DryLine(Line):
    """Time passes when it is waited for, and at once. Keeps what was sent and when."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 100.0
        self.sent: list[tuple[float, bytes | wire.ToPhone]] = []

    def now(self) -> float:
        return self.time

    async def until(self, when: float) -> None:
        self.time = max(self.time, when)

    async def sound(self, frame: bytes) -> None:
        self.sent.append((self.time, frame))

    async def send(self, message: wire.ToPhone) -> None:
        self.sent.append((self.time, message))


async def test_no_frame_is_sent_earlier_than_the_lead_or_later_than_its_time() -> None:
    line = DryLine()
    playout = Playout(line)
    playout.queue(Sound(bytes(640 * 100)))
    await playout.finished()
    assert len(line.sent) == 100
    for nth, (at, _) in enumerate(line.sent):
        early = 100 + nth * wire.FRAME_SECONDS - at
        assert -1e-6 <= early <= 0.1 + 1e-6
    assert line.now() == pytest.approx(102)


async def test_sounds_follow_each_other_with_their_captions_in_time() -> None:
    line = DryLine()
    playout = Playout(line)
    first, second = wire.Say("one", 1.0), wire.Say("two", 1.0)
    playout.queue(Sound(bytes(32_000), first), Sound(bytes(32_000), second))
    assert playout.ends == pytest.approx(102)
    await playout.finished()
    captions = {message: at for at, message in line.sent if isinstance(message, wire.Say)}
    assert captions[first] == pytest.approx(100)
    assert captions[second] == pytest.approx(101 - LEAD)


async def test_the_last_frame_is_filled_with_silence() -> None:
    line = DryLine()
    playout = Playout(line)
    playout.queue(Sound(b"\1" * 1000))
    await playout.finished()
    assert [len(frame) for _, frame in line.sent if isinstance(frame, bytes)] == [640, 640]
    assert line.sent[-1][1] == b"\1" * 360 + bytes(280)


async def test_after_a_stall_words_are_late_but_not_lost_or_in_one_burst() -> None:
    line = DryLine()
    playout = Playout(line)

    async def stall(frame: bytes) -> None:
        line.sent.append((line.time, frame))
        if len(line.sent) == 10:
            line.time += 5

    line.sound = stall  # type: ignore[method-assign]  # the network stands still once
    playout.queue(Sound(bytes(640 * 100)))
    await playout.finished()
    assert len(line.sent) == 100
    resumed = line.sent[10][0]
    assert sum(at <= resumed for at, _ in line.sent[10:]) <= LEAD / wire.FRAME_SECONDS + 1


async def test_a_rehearsal_plays_faster() -> None:
    line = DryLine()
    playout = Playout(line, speed=10)
    playout.queue(Sound(bytes(32_000 * 10)))
    assert playout.ends == pytest.approx(101)
    await playout.finished()
    assert len(line.sent) == 500
    assert line.now() == pytest.approx(101)


async def test_clearing_tells_the_listener_only_when_something_was_unheard() -> None:
    line = DryLine()
    playout = Playout(line)
    playout.queue(Sound(bytes(32_000)))
    await playout.clear()
    assert line.sent[-1][1] == wire.Clear()
    line.sent.clear()
    await playout.clear()
    assert line.sent == []
    assert playout.ends == line.now()


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all, just words" * 10])
def test_a_broken_file_is_named_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(content)
    with pytest.raises(Unplayable, match=r"broken\.wav.*delete it"):
        read(broken)
