"""The worker processes that listen are kept running: each is started again when it ends, later and later while it does
not start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from recognition.ear_process import EarProcess, Told
from recognition.ear_wire import EngineSpec

AGAIN: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)  # seconds before a worker that does not start is started again
HOPELESS: Final = 3  # starts in a row that failed, after which nobody waits for the next one

log = logging.getLogger(__name__)


class Supervisor:
    """Of `count` workers. `came`: one more is ready; `lost`: one of `ready` has ended, perhaps by itself (and was not
    killed)."""

    def __init__(
        self,
        specs: Sequence[EngineSpec],
        count: int,
        python: str,
        told: Told,
        came: Callable[[], None],
        lost: Callable[[EarProcess, bool], None],
    ) -> None:
        self._specs, self._count, self._python, self._told = specs, count, python, told
        self._came, self._lost = came, lost
        self._tasks: list[asyncio.Task[None]] = []
        self._deadly: set[int] = set()  # specs whose models killed a worker that loaded them
        self._failures = 0  # starts that failed since the last one that did not
        self.ready: list[EarProcess] = []
        self.missing: dict[int, str] = {}  # specs that have no engine, and why

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep(), name="ears") for _ in range(self._count)]

    async def stop(self) -> None:
        """End them all, none of which is `lost`."""
        self.ready.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def hopeful(self) -> bool:
        """Whether those that are not ready will be soon, as far as we know."""
        return self._failures < HOPELESS

    async def _keep(self) -> None:
        """One worker after the other."""
        while True:
            specs = [
                EngineSpec("", spec.language) if place in self._deadly else spec
                for place, spec in enumerate(self._specs)
            ]
            worker = EarProcess(specs, self._python, self._told)
            try:
                await worker.start()
                self._add(worker)
                await worker.run()
            except (OSError, EOFError) as error:
                self._failures += 1
                log.error("a process that listens does not start: %s", str(error) or type(error).__name__)
            finally:
                self._died(worker, await worker.stop())
            await asyncio.sleep(AGAIN[min(self._failures, len(AGAIN) - 1)])

    def _add(self, worker: EarProcess) -> None:
        self._failures = 0
        for place, engine in enumerate(worker.engines):
            if isinstance(engine, str) and place not in self.missing:
                spec = self._specs[place]
                log.error("%s does not hear %s, so it is keys only: %s", spec.name, spec.language, engine)
                self.missing[place] = engine
        self.ready.append(worker)
        self._came()

    def _died(self, worker: EarProcess, by_itself: bool) -> None:
        if worker in self.ready:
            self.ready.remove(worker)
            self._lost(worker, by_itself)
        elif by_itself and worker.in_hand and not worker.engines:
            self._deadly.add(worker.in_hand - 1)
