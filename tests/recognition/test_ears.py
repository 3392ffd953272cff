"""Worker processes that listen: crashes, limits, and that each utterance comes to exactly one end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from recognition import ear_captions, ear_poison, ear_pool, ear_process, ear_supervisor
from recognition.ear_pool import Pool
from recognition.ear_utterance import Utterance, Verdict
from recognition.ear_wire import EngineSpec, Opening
from recognition.ears import Ears
from recognition.endpoint import AFTER, BEFORE
from recognition.listen import Deaf, Heard, Hints, Partial, SpeechStarted, Told
from tests.recognition import scripted, sounds
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOUND = 120.0  # seconds that nothing here needs
WHOLE = EngineSpec("tests.recognition.scripted:whole", "en")
STREAMING = EngineSpec("tests.recognition.scripted:streaming", "de-DE")
SECOND = bytes(16000)  # of sound


def opening(do: str = "", engine: int = 0, captions: bool = False) -> Opening:
    return Opening(engine, 8000, Hints("options", "en-US", {"do": (do,)} if do else {}, captions=captions))


class Told1:
    """What is told of one utterance."""

    def __init__(self) -> None:
        self.all: list[Verdict] = []
        self.end: asyncio.Future[Heard | Deaf] = asyncio.get_running_loop().create_future()

    def __call__(self, verdict: Verdict) -> None:
        self.all.append(verdict)
        if not isinstance(verdict, Partial):
            self.end.set_result(verdict)  # raises when there is a second one


async def ready(pool: Pool | Ears, count: int = 1) -> None:
    await eventually(lambda: len(pool.pids) >= count)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Pool]:
    """Processes take long to start, so most tests have the same."""
    async with Pool([WHOLE, STREAMING], 2) as pool:
        yield pool


@pytest_asyncio.fixture(loop_scope="module")
async def pool(shared: Pool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    """Two idle processes of a pool that remembers nothing. Patient: how long a process takes to start on a busy machine
    is nothing to test."""
    monkeypatch.setattr(ear_pool, "START", BOUND)
    monkeypatch.setattr(ear_pool, "ANSWER", BOUND)
    monkeypatch.setattr(ear_captions, "SLOW", BOUND)
    shared._captions = ear_captions.Captions()
    shared._cost = [ear_pool.COST] * 2
    shared._poison.clear()
    await eventually(lambda: len(shared.pids) == 2 and not any(worker.in_hand for worker in shared._workers))
    yield shared
    assert not shared._utterances


def speak(pool: Pool, what: Opening, seconds: int = 1) -> Told1:
    """Someone speaks and ends."""
    told = Told1()
    utterance = begin(pool, what, told)
    for _ in range(seconds):
        utterance.feed(SECOND)
    utterance.finish()
    return told


def begin(pool: Pool, what: Opening, told: Told1) -> Utterance:
    utterance = pool.start(what, told)
    assert isinstance(utterance, Utterance)
    return utterance


def seconds(heard: Heard | Deaf | None) -> float:
    assert isinstance(heard, Heard), heard
    return float(heard.alternatives[0].text)


@pytest.mark.parametrize("engine", [0, 1])
async def test_what_was_said_is_heard_whole(pool: Pool, engine: int) -> None:
    told = [speak(pool, opening(engine=engine), n) for n in range(1, 9)]
    assert [seconds(await one.end) for one in told] == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_what_becomes_of_each_utterance_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear_pool, "START", BOUND)
    monkeypatch.setattr(ear_pool, "ANSWER", BOUND)
    counted: list[tuple[str, float]] = []
    async with (
        asyncio.timeout(BOUND),
        Pool([WHOLE], 1, note=lambda what, seconds: counted.append((what, seconds))) as pool,
    ):
        await ready(pool)
        paused = begin(pool, opening(), told := Told1())
        paused.feed(SECOND)
        guess: asyncio.Future[Heard | None] = asyncio.get_running_loop().create_future()
        paused.pause(b"", guess.set_result)
        await guess
        assert not counted, "a guess is none"
        paused.finish()
        await told.end
        assert isinstance(await speak(pool, opening("slow")).end, Heard)
        assert await speak(pool, opening("raise")).end == Deaf("failed")
        begin(pool, opening(), Told1()).drop()
        begin(pool, opening(), Told1())
        pool._cost = [ear_pool.FULL]
        assert pool.start(opening(), Told1()) == Deaf("busy")
    assert [what for what, _ in counted] == ["heard", "heard", "failed", "dropped", "refused", "failed"]
    waits = [seconds for _, seconds in counted]
    assert waits[1] >= scripted.SLOW > waits[0]


async def test_nothing_was_an_answer(pool: Pool) -> None:
    assert await speak(pool, opening("no")).end == Heard(())


async def test_an_engine_that_works_while_somebody_speaks_shows_what_it_has(pool: Pool) -> None:
    told = Told1()
    utterance, shown = begin(pool, opening(engine=1), told), asyncio.Event()
    utterance._tell = lambda verdict: (told(verdict), shown.set())  # type: ignore[assignment,func-returns-value]
    for _ in range(10):
        utterance.feed(SECOND)
    async with asyncio.timeout(BOUND):
        await shown.wait()
    assert isinstance(told.all[0], Partial)
    utterance.finish()
    assert seconds(await told.end) == 10


async def both_work(pool: Pool) -> None:
    """Both processes hear something, so they are through with all that came before."""
    assert [seconds(await one.end) for one in [speak(pool, opening("slow")) for _ in range(2)]] == [1, 1]


class TestCaptions:
    """What an engine that hears utterances as a whole shows of one that goes on."""

    @pytest.fixture(autouse=True)
    def nothing_else_ends_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ear_process, "HANG", 10 * BOUND)

    async def test_who_is_shown_what_they_say_is_shown_it(self, pool: Pool) -> None:
        utterance = begin(pool, opening(captions=True), told := Told1())
        utterance.feed(SECOND)
        await eventually(lambda: told.all == [Partial("1 seconds")])
        utterance.feed(SECOND)
        await eventually(lambda: told.all == [Partial("1 seconds"), Partial("2 seconds")])
        utterance.finish()
        assert seconds(await told.end) == 2

    async def test_nobody_works_for_captions_that_nobody_sees(self, pool: Pool) -> None:
        utterance = begin(pool, opening(), told := Told1())
        utterance.feed(SECOND)
        utterance.feed(SECOND)
        await both_work(pool)
        utterance.finish()
        assert seconds(await told.end) == 2
        assert len(told.all) == 1

    async def test_they_are_for_times_when_hardly_anybody_speaks(self, pool: Pool) -> None:
        others = [begin(pool, opening(), Told1()) for _ in range(2)]
        utterance = begin(pool, opening(captions=True), told := Told1())
        utterance.feed(SECOND)
        utterance.feed(SECOND)
        await both_work(pool)
        utterance.finish()
        assert seconds(await told.end) == 2
        assert len(told.all) == 1
        for other in others:
            other.drop()

    async def test_an_answer_takes_their_place_at_once(self, pool: Pool) -> None:
        """Both processes would draw for ever."""
        drawn = [begin(pool, opening("draw", captions=True), Told1()) for _ in range(2)]
        for one in drawn:
            one.feed(SECOND)
        await eventually(lambda: all(worker.in_hand for worker in pool._workers))
        async with asyncio.timeout(BOUND):
            assert [seconds(await speak(pool, opening(), n).end) for n in (1, 2, 3)] == [1, 2, 3]
        for one in drawn:
            one.drop()
        await eventually(lambda: not any(worker.in_hand for worker in pool._workers))

    async def test_a_guess_takes_their_place_too(self, pool: Pool) -> None:
        drawn = [begin(pool, opening("draw", captions=True), Told1()) for _ in range(2)]
        for one in drawn:
            one.feed(SECOND)
        await eventually(lambda: all(worker.in_hand for worker in pool._workers))
        async with asyncio.timeout(BOUND):
            assert [seconds(await guessing(one)) for one in drawn] == [1.5, 1.5]
        for one in drawn:
            one.drop()

    async def test_who_falls_silent_has_them_given_up(self, pool: Pool) -> None:
        """So that what was said is not found out beside them, on the same cores."""
        drawn = begin(pool, opening("draw", captions=True), told := Told1())
        drawn.feed(SECOND)
        await eventually(lambda: any(worker.in_hand for worker in pool._workers))
        drawn.finish()
        assert seconds(await told.end) == 1
        await eventually(lambda: not any(worker.in_hand for worker in pool._workers))

    async def test_there_are_none_where_one_took_long(self, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ear_captions, "SLOW", 0.0)
        utterance = begin(pool, opening(captions=True), told := Told1())
        utterance.feed(SECOND)
        await eventually(lambda: told.all == [Partial("1 seconds")])
        utterance.feed(SECOND)
        utterance.feed(SECOND)
        await both_work(pool)
        utterance.drop()
        assert told.all == [Partial("1 seconds")]

    async def test_a_caption_that_kills_costs_no_answer(self, pool: Pool) -> None:
        before = pool.pids
        utterance = begin(pool, opening("smear", captions=True), told := Told1())
        utterance.feed(SECOND)
        await eventually(lambda: len(pool.pids) == 2 and pool.pids != before)
        utterance.finish()
        assert seconds(await told.end) == 1
        assert len(told.all) == 1


def guessing(utterance: Utterance) -> asyncio.Future[Heard | None]:
    """Half a second of silence, which may be its end. What it is then."""
    guessed: asyncio.Future[Heard | None] = asyncio.get_running_loop().create_future()
    utterance.pause(SECOND[:8000], guessed.set_result)
    return guessed


async def test_what_was_found_out_in_a_pause_is_told_when_that_is_the_end(pool: Pool) -> None:
    utterance = begin(pool, opening(), told := Told1())
    utterance.feed(SECOND)
    assert seconds(await guessing(utterance)) == 1.5
    assert not told.all
    utterance.feed(SECOND)
    utterance.finish(cut=True)
    assert seconds(await told.end) == 1.5
    assert await told.end == Heard((await told.end).alternatives, cut=True)  # type: ignore[union-attr]


async def test_who_ends_while_it_is_being_found_out_waits_for_that(pool: Pool) -> None:
    utterance = begin(pool, opening("slow"), told := Told1())
    utterance.feed(SECOND)
    guessed = guessing(utterance)
    utterance.finish()
    assert seconds(await told.end) == 1.5
    assert not guessed.done()


async def test_who_goes_on_after_a_pause_is_heard_whole(pool: Pool) -> None:
    """Nobody guesses twice: that would be twice the work."""
    utterance = begin(pool, opening(), told := Told1())
    utterance.feed(SECOND)
    early = guessing(utterance)
    utterance.resume()
    utterance.feed(SECOND)
    again = guessing(utterance)
    assert seconds(await speak(pool, opening()).end) == 1
    utterance.feed(SECOND)
    utterance.finish()
    assert seconds(await told.end) == 3
    assert not early.done()
    assert not again.done()


async def test_where_something_is_missing_the_next_pause_is_looked_at_too(pool: Pool) -> None:
    utterance = begin(pool, opening("more"), told := Told1())
    utterance.feed(SECOND)
    assert await guessing(utterance) is None
    utterance.resume()
    utterance.feed(SECOND)
    assert seconds(await guessing(utterance)) == 2.5
    utterance.finish()
    assert seconds(await told.end) == 2.5


async def test_who_does_not_go_on_though_something_is_missing_is_heard_before_the_pause_is_over(pool: Pool) -> None:
    utterance = begin(pool, opening("more"), told := Told1())
    utterance.feed(SECOND[:8000])
    assert await guessing(utterance) is None
    utterance.feed(SECOND[:8000])
    assert seconds(await guessing(utterance)) == 1.5
    utterance.finish()
    assert seconds(await told.end) == 1.5


async def test_who_ends_though_something_is_missing_is_heard(pool: Pool) -> None:
    utterance = begin(pool, opening("more"), told := Told1())
    utterance.feed(SECOND)
    guessing(utterance)
    utterance.finish()
    assert seconds(await told.end) == 1
    await eventually(lambda: not pool._utterances)


async def test_a_guess_that_nobody_began_is_made_in_the_next_pause(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear_pool, "QUEUE", BOUND)
    busy = [speak(pool, opening("slow")) for _ in range(2)]
    utterance = begin(pool, opening(), told := Told1())
    utterance.feed(SECOND)
    guessing(utterance)
    utterance.resume()
    utterance.feed(SECOND)
    assert seconds(await guessing(utterance)) == 2.5
    utterance.finish()
    assert seconds(await told.end) == 2.5
    assert [seconds(await one.end) for one in busy] == [1, 1]


@pytest.mark.parametrize(("ahead", "taken_for"), [(2, 1.5), (4, 1)])
async def test_a_guess_waits_for_a_worker_but_not_behind_many(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, ahead: int, taken_for: float
) -> None:
    monkeypatch.setattr(ear_pool, "QUEUE", BOUND)
    busy = [speak(pool, opening("slow")) for _ in range(ahead)]
    utterance = begin(pool, opening(), told := Told1())
    utterance.feed(SECOND)
    guessed = guessing(utterance)
    utterance.finish()
    assert seconds(await told.end) == taken_for
    assert not guessed.done()
    assert [seconds(await one.end) for one in busy] == [1] * ahead


async def test_a_guess_that_fails_costs_a_caller_nothing(pool: Pool) -> None:
    utterance = begin(pool, opening("slow"), told := Told1())
    utterance.feed(SECOND)
    guessing(utterance)
    await eventually(lambda: any(worker.in_hand for worker in pool._workers))
    os.kill(next(worker.pid for worker in pool._workers if worker.in_hand), signal.SIGKILL)
    utterance.finish()
    assert seconds(await told.end) == 1
    await ready(pool, 2)


async def test_a_question_that_kills_while_guessing_ends_once(pool: Pool) -> None:
    utterance = begin(pool, opening("crash"), told := Told1())
    utterance.feed(SECOND)
    guessing(utterance)
    utterance.finish()
    assert await told.end == Deaf("failed")
    await ready(pool, 2)


async def test_what_is_dropped_takes_its_guess_along(pool: Pool) -> None:
    utterance = begin(pool, opening("slow"), told := Told1())
    utterance.feed(SECOND)
    guessed = guessing(utterance)
    utterance.drop()
    assert not pool._utterances
    assert seconds(await speak(pool, opening()).end) == 1
    assert not told.all
    assert not guessed.done()


async def test_who_speaks_alone_is_never_told_that_we_are_busy(pool: Pool) -> None:
    pool._cost = [ear_pool.FULL * 10] * 2
    assert seconds(await speak(pool, opening(), 20).end) == 20


async def test_what_is_dropped_is_not_told(pool: Pool) -> None:
    told = Told1()
    utterance = begin(pool, opening(), told)
    utterance.feed(SECOND)
    utterance.finish()
    utterance.drop()
    assert seconds(await speak(pool, opening()).end) == 1
    assert seconds(await speak(pool, opening()).end) == 1
    assert not told.all


async def test_what_is_dropped_at_the_last_moment_is_not_told_either(pool: Pool) -> None:
    utterance = begin(pool, opening(), told := Told1())
    utterance.tell(Heard(()))
    utterance.drop()
    assert seconds(await speak(pool, opening()).end) == 1
    assert not told.all


async def test_an_error_costs_one_utterance_and_its_text_is_not_logged(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    pids = set(pool.pids)
    assert await speak(pool, opening("raise")).end == Deaf("failed")
    assert seconds(await speak(pool, opening()).end) == 1
    assert set(pool.pids) == pids
    assert "RuntimeError in scripted.py" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("do", ["crash", "hang"])
async def test_a_crash_costs_the_utterance_in_hand_and_no_other(
    pool: Pool, do: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ear_process, "HANG", 2.0)
    others = [begin(pool, opening(engine=n % 2), Told1()) for n in range(6)]
    told = [Told1() for _ in others]
    for one, tell in zip(others, told, strict=True):
        one._tell = tell
        one.feed(SECOND)
    assert await speak(pool, opening(do)).end == Deaf("failed")
    for one in others:
        one.feed(SECOND)
        one.finish()
    assert [seconds(await one.end) for one in told] == [2] * 6
    assert caplog.text.count("ended and is started again") == 1
    await ready(pool, 2)


async def test_a_question_that_kills_is_not_asked_again_and_again(pool: Pool) -> None:
    for _ in range(ear_poison.DEATHS):
        assert await speak(pool, opening("crash")).end == Deaf("failed")
    await ready(pool, 2)
    pids = set(pool.pids)
    assert pool.start(opening("crash"), Told1()) == Deaf("failed")
    assert seconds(await speak(pool, opening()).end) == 1
    assert set(pool.pids) == pids


async def test_a_worker_killed_a_hundred_times_costs_an_utterance_at_most_each_time(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ear_pool, "QUEUE", BOUND)
    lost = 0
    for nth in range(100):
        await ready(pool)
        told = [speak(pool, opening(engine=n % 2)) for n in range(4)]
        os.kill(pool.pids[nth % len(pool.pids)], signal.SIGKILL)
        ends = [await one.end for one in told]
        failed = [end for end in ends if end == Deaf("failed")]
        assert len(failed) <= 1
        assert all(seconds(end) == 1 for end in ends if end not in failed)
        lost += len(failed)
    assert lost < 100
    await ready(pool, 2)


async def test_who_would_have_to_wait_too_long_is_told_at_once(pool: Pool) -> None:
    told = [speak(pool, opening("slow")) for _ in range(6)]
    for one in told:
        assert isinstance(await one.end, Heard)
    found: list[Told1 | Deaf] = []
    for _ in range(60):
        utterance = pool.start(opening("slow"), tell := Told1())
        found.append(utterance if isinstance(utterance, Deaf) else tell)
        if isinstance(utterance, Utterance):
            utterance.feed(SECOND)
            utterance.finish()
    ends = [one if isinstance(one, Deaf) else await one.end for one in found]
    assert ends.count(Deaf("busy")) >= 30
    assert sum(isinstance(end, Heard) for end in ends) + ends.count(Deaf("busy")) == 60
    assert isinstance(await speak(pool, opening()).end, Heard)


async def test_who_ends_with_many_others_is_told_that_we_are_busy(pool: Pool) -> None:
    told = [Told1() for _ in range(20)]
    speaking = [begin(pool, opening("slow"), tell) for tell in told]
    for utterance in speaking:
        for _ in range(6):
            utterance.feed(SECOND)
    for utterance in speaking:
        utterance.finish()
    ends = [await tell.end for tell in told]
    assert isinstance(ends[0], Heard)
    assert ends[-1] == Deaf("busy")


async def test_who_speaks_before_the_models_are_loaded_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear_pool, "START", BOUND)
    async with asyncio.timeout(BOUND), Pool([WHOLE, STREAMING], 1) as pool:
        assert not pool.pids
        told = [speak(pool, opening(engine=n % 2)) for n in range(5)]
        assert [seconds(await one.end) for one in told] == [1] * 5


async def test_what_was_said_before_the_last_process_died_goes_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which begins later than who waits in a queue is told that we are busy."""
    monkeypatch.setattr(ear_supervisor, "AGAIN", (1.5 * ear_pool.QUEUE,))
    monkeypatch.setattr(ear_pool, "START", BOUND)
    monkeypatch.setattr(ear_pool, "ANSWER", BOUND)
    async with asyncio.timeout(BOUND), Pool([WHOLE], 1) as pool:
        await ready(pool)
        first, *others = [speak(pool, opening("slow")) for _ in range(3)]
        await eventually(lambda: any(worker.in_hand for worker in pool._workers))
        os.kill(pool.pids[0], signal.SIGKILL)
        assert await first.end == Deaf("failed")
        assert [seconds(await one.end) for one in others] == [1, 1]


async def test_who_speaks_while_nobody_listens_is_told_so_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear_supervisor, "AGAIN", (BOUND,))
    monkeypatch.setattr(ear_pool, "START", 0.05)
    monkeypatch.setattr(ear_pool, "ANSWER", BOUND)
    async with asyncio.timeout(BOUND), Pool([WHOLE], 1) as pool:
        await ready(pool)
        os.kill(pool.pids[0], signal.SIGKILL)
        await eventually(lambda: not pool.pids)
        assert await speak(pool, opening()).end == Deaf("failed")


async def test_whoever_still_speaks_when_the_server_ends_is_told(caplog: pytest.LogCaptureFixture) -> None:
    told = Told1()
    async with asyncio.timeout(BOUND), Pool([WHOLE], 1) as pool:
        await ready(pool)
        begin(pool, opening(), told).feed(SECOND)
    assert await told.end == Deaf("failed")
    assert not caplog.records


async def test_a_language_without_its_model_is_keys_only_and_the_log_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = EngineSpec(STREAMING.name, "de-DE", str(tmp_path / "nothing"))
    async with asyncio.timeout(BOUND), Ears([broken, WHOLE], 1) as ears:
        await ready(ears)
        assert not ears.hears("de-DE")
        assert ears.hears("en-GB")
        assert "scripted:streaming does not hear de-DE: " in ears.trouble
    assert "scripted:streaming does not hear de-DE, so it is keys only" in caplog.text
    assert "unpack one there" in caplog.text


async def test_a_model_that_kills_its_worker_takes_no_other_language_with_it(caplog: pytest.LogCaptureFixture) -> None:
    deadly = EngineSpec("tests.recognition.scripted:deadly", "de-DE")
    async with asyncio.timeout(BOUND), Ears([deadly, WHOLE], 2) as ears:
        await ready(ears, 2)
        assert not ears.hears("de-DE")
        assert ears.hears("en-GB")
    assert "look whether the model is complete" in caplog.text


async def test_workers_that_never_start_leave_calls_to_keys(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ear_supervisor, "AGAIN", (0.0,))
    with caplog.at_level(logging.ERROR):
        async with asyncio.timeout(BOUND), Ears([WHOLE], 1, python="/bin/false") as ears:
            assert not ears.trouble
            await eventually(lambda: not ears.hears("en-US"))
            assert ears.trouble == "the processes that listen do not start: the log says why"
            told: list[Told] = []
            ear = ears.open(8000, told.append)
            ear.begin(Hints("yes_no", "en-US", {}))
            for frame in sounds.frames(sounds.joined(sounds.said("yes please"), sounds.silence(1))):
                ear.feed(frame)
            assert told == [SpeechStarted(), Deaf("failed")]
    assert "does not start" in caplog.text


async def test_a_call_is_heard_from_its_first_word_to_its_last() -> None:
    spoken = sounds.said("I want to track my order")
    told, end = list[Told](), asyncio.Event()

    def tell(what: Told) -> None:
        told.append(what)
        if isinstance(what, Heard | Deaf):
            end.set()

    async with asyncio.timeout(BOUND), Ears([WHOLE], 1) as ears:
        ear = ears.open(8000, tell)
        ear.begin(Hints("options", "en-US", {"orders": ("track my order",)}))
        for frame in sounds.frames(sounds.joined(sounds.silence(1), spoken, sounds.silence(1))):
            ear.feed(frame)
        await end.wait()
        ear.close()
    assert told[0] == SpeechStarted()
    heard = told[-1]
    assert isinstance(heard, Heard)
    assert seconds(heard) == pytest.approx(len(spoken) / 8000 + BEFORE + AFTER, abs=0.2)


async def test_without_processes_or_engines_nobody_listens() -> None:
    for ears in (Ears([WHOLE], 0), Ears([], 2)):
        async with ears:
            assert not ears.hears("en-US")
            assert not ears.trouble
            assert not ears.pids
            with pytest.raises(RuntimeError, match="hears"):
                ears.open(8000, lambda _told: None)


async def test_a_question_is_checked_by_its_engine() -> None:
    hints = Hints("options", "en-GB", {"fax": ("send a fax", "billing")})
    async with asyncio.timeout(BOUND), Ears([WHOLE], 1) as ears:
        await ready(ears)
        assert await asyncio.to_thread(ears.check, hints) == ["send a fax is no word"]
        other = Hints("options", "de-DE", {})
        assert await asyncio.to_thread(ears.check, other) == ["there is no engine for de-DE, so it is keys only"]
