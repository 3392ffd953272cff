"""The Reads of one call: which of them runs, which keys are whose, and what the leg's mark says of it.

While we ask, a Read is always running in Asterisk, so that it keeps the keys when we are gone. A question is a Read
with a prompt; asking is to queue it and to end the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from asterisk.adoption import Found
from asterisk.leg import READ, Leg
from asterisk.mark import Mark, Tail
from recognition.keys import Answer, KeyPad
from recognition.speak import Clip

AGAIN = 3  # how often a Read that ends at once is begun again; after that the events alone bring the keys
AT_ONCE = 0.5  # seconds
MARGIN = 0.5  # seconds that a prompt may take longer than it is


class Reads:
    """`found`: on a leg that another process left behind. `clock` is the event loop's. `playing` is told what the
    caller hears from now on. The collect itself, its keys and times, is the `pad`'s."""

    def __init__(
        self,
        leg: Leg,
        clock: Callable[[], float],
        playing: Callable[[Clip | None], None] = lambda _clip: None,
        found: Found | None = None,
    ) -> None:
        mark, typed = (found.mark, found.keys) if found else (None, "")
        self.pad = KeyPad(typed)
        self._leg, self._clock, self._playing = leg, clock, playing
        self._mark = mark
        self._number = int(mark.read.rpartition("_")[2]) + 1 if mark else 0
        self._running = [mark.read] if mark else []  # queued and not finished, oldest first
        self._keys = typed  # since the last Read was queued, those ahead first
        self._pressed = 0  # during the oldest Read
        self._turn = mark.asked if mark else 0
        self._clip: Clip | None = None
        self._began, self._short = 0.0, 0
        self._touched = False  # a key or a voice has stopped the prompt of the Read that runs
        self._found = bool(found and found.playing)  # how long its prompt goes on we do not know

    def ask(self, turn: int, clip: Clip | None) -> None:
        """Queue the Read of this turn, its prompt too unless the caller is keying already."""
        self._turn, self._short = turn, 0
        self._begin(clip)

    def fill(self, clip: Clip) -> str:
        """Play something while the caller waits for us; its name. Ends by itself when it was heard, and a silent Read
        follows: keys that come while a leg has no command at all keep Asterisk from playing the next prompt."""
        self._begin(clip, wait=0.1)
        self._clip = None
        return self._listened_after(self._running[-1])

    def record(self, how: Callable[[str], None]) -> str:
        """Let a recording follow the Read that runs, and a silent Read follow it; its name."""
        return self._listened_after(self.queue(how))

    def _listened_after(self, name: str) -> str:
        self._write(Mark(f"{self._turn}_{self._number}", self.pad.typed, behind=self._behind()))
        self._append(self._leg.read)
        return name

    def is_running(self, name: str) -> bool:
        return name in self._running

    def press(self, key: str, at: float) -> Answer | None:
        self._keys += key
        self._pressed += bool(self._running)
        self._touched = len(self._running) == 1
        answer = self.pad.press(key, at)
        if answer or self.pad.deadline is None:
            return answer
        if not self.pad.typed:
            # A key that means nothing here, such as the # of a number that was complete without it: it did stop the
            # prompt in Asterisk, so the prompt is said again.
            self._begin(self._clip if self._unheard() else None)
        elif len(self._running) > 1:
            # The key was in time for the Read before: the prompt that has begun since must stop, as it would have.
            self._begin(None)
        return None

    def hush(self) -> None:
        """Somebody speaks: what is said to them stops, and is not said again."""
        if len(self._running) > 1:
            self._begin(None)  # its prompt has not begun, or just now
        elif self._running and not self._is_quiet():
            self._leg.hush()
            self._touched = True
            self._playing(None)
        self._clip = None

    def _unheard(self) -> bool:
        return self._clip is not None and self._clock() - self._began < self._clip.seconds

    def finished(self, name: str) -> None:
        if name not in self._running:
            return  # a command of the process before us
        del self._running[: self._running.index(name) + 1]
        self._pressed = 0
        if not self._running and self.pad.deadline is not None:
            self._ended_by_itself()

    def _ended_by_itself(self) -> None:
        """We still wait: its own time was up, the caller's phone did send an END, or ours came a little late."""
        lasted = self._clock() - self._began
        self._short = self._short + 1 if lasted < AT_ONCE else 0
        if self._short <= AGAIN:
            again = self._unheard() and not self.pad.typed and self._short <= 1
            self._begin(self._clip if again else None)

    def answered(self, turn: int) -> None:
        """The pad has an answer, and the driver is about to take it."""
        if self._mark:
            self._write(self._mark.answered(turn, len(self._keys) - len(self.pad.typed)))

    def forget(self) -> None:
        """The answer cannot be dealt with: it is not to be tried again."""
        if self._mark:
            self._write(replace(self._mark, before=self._mark.used))

    def queue(self, how: Callable[[str], None]) -> str:
        """Let another command of that name follow the Read that runs; its name."""
        return self._follow(how, self._is_quiet())

    def _follow(self, how: Callable[[str], None], quiet: bool) -> str:
        before = self._running[-1] if self._running else None
        name = self._append(how)
        if before and quiet:
            self._leg.stop_read(before)
        elif before:
            self._leg.end_read()
        return name

    def _append(self, how: Callable[[str], None]) -> str:
        name = f"{self._turn}_{self._number}"
        self._number += 1
        how(name)
        self._running.append(name)
        return name

    def _is_quiet(self) -> bool:
        """Whether the prompt of the one Read that runs is certainly over."""
        over = not self._clip or self._clock() - self._began > self._clip.seconds + MARGIN
        return len(self._running) == 1 and (self._touched or (over and not self._found))

    def _begin(self, clip: Clip | None, wait: float = READ) -> None:
        quiet = self._is_quiet()
        name, behind, sent = f"{self._turn}_{self._number}", self._behind(), self._heard_since(clip)
        self._clip, self._began, self._keys = clip, self._clock(), self.pad.typed
        self._touched = self._found = False
        # The mark goes first: should we die in between, the question is put again rather than never.
        self._write(Mark(name, self.pad.typed, behind=behind, sent=sent))
        if clip:
            self._leg.count(lambda packets: self._counted(name, packets))
        self._follow(lambda name: self._leg.read(name, clip.path if clip else None, wait), quiet)
        self._playing(clip)

    def _behind(self) -> tuple[Tail, ...]:
        """The Reads whose keys may still come; only the oldest can have taken any."""
        return tuple(Tail(read, self._pressed if n == 0 else 0) for n, read in enumerate(self._running))

    def _heard_since(self, clip: Clip | None) -> int:
        """A Read without a prompt goes on with the question of its turn."""
        return self._mark.sent if self._mark and clip is None and self._mark.asked == self._turn else -1

    def _counted(self, name: str, packets: int) -> None:
        if self._mark and self._mark.read == name:
            self._write(replace(self._mark, sent=packets))

    def _write(self, mark: Mark) -> None:
        self._mark = mark
        self._leg.set("SEGUE_MARK", mark)
