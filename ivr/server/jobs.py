"""What runs beside the requests, as long as a server serves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from context_bridge.contract import StoreUnavailable
from ivr import hearable
from ivr.prompts import prepare, warm
from ivr.recordings import Recordings
from ivr.server.parts import DAY, Segue
from ivr.utterances import Utterances

log = logging.getLogger(__name__)

ANSWER_LIFE = 6 * 3600.0  # seconds that a webhook's answer is kept at least, and while its call is on
SWEEP = 60.0  # seconds between looks for journeys that were left alone for too long


async def serving(segue: Segue) -> AsyncIterator[None]:
    """Take over what a former process left, then run what runs beside the requests."""
    await segue.webphone.adopt()
    await segue.chat.start()
    jobs = {"outbox": segue.outbox.run(), "sweep": _sweep(segue), "prompts": warm(segue.speaker, segue.flows.menus)}
    jobs["menus"] = segue.flows.watch(lambda flow: prepare(segue.speaker, flow))
    jobs["hearing"] = hearable.watch(segue.ears, lambda: segue.flows.menus.values())
    jobs["switches"] = segue.driver.switches.follow()
    if segue.asterisk:
        jobs["asterisk"] = segue.asterisk.run()
    tasks = [asyncio.create_task(_watched(name, job), name=name) for name, job in jobs.items()]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if segue.asterisk:
        await segue.asterisk.close()


async def _watched(name: str, job: Coroutine[Any, Any, None]) -> None:
    try:
        await job
    except Exception:  # a job that ends must be seen in the log, not at shutdown
        log.exception("%s stopped; restart the server once the cause is mended", name)


async def _sweep(segue: Segue) -> None:
    while True:
        try:
            await sweep(segue)
        except StoreUnavailable:
            pass  # said by /readyz and by every turn
        except OSError as error:
            log.error("what was kept for its time could not be removed, it is tried again in %g s: %s", SWEEP, error)
        await asyncio.sleep(SWEEP)


async def sweep(segue: Segue) -> None:
    """Close journeys that were left alone, and remove all that was kept for its time. Raises `StoreUnavailable` and
    `OSError`."""
    while await segue.driver.expire():
        pass
    if segue.messages:
        await segue.messages.sweep()
    if segue.twilio:
        await segue.twilio.sweep()
    now = segue.driver.now()
    before = now - segue.settings.journey_days * DAY
    await segue.store.purge(now)  # journeys know their time themselves
    await segue.store.messages.purge(before)
    await segue.store.purge_answers(now - ANSWER_LIFE)
    await asyncio.to_thread(segue.speaker.forget, before)  # prompts may speak what a customer said
    await asyncio.to_thread(Recordings(segue.settings.recordings_dir).forget, before)
    await asyncio.to_thread(Utterances(segue.settings.utterances_dir).forget, now - segue.settings.speech_days * DAY)
    await segue.keeping_speech.look()
