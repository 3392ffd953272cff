"""Calls that are spoken to a real server, with a real voice and real ears: what is left of them on disk and in logs."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from ivr.server import Segue, application, build
from ivr.settings import Settings
from ivr.utterances import Utterances
from recognition import audio
from tests.channels.far_end import Exchange
from tests.players.mouth import Mouth
from tests.players.server import HASTE
from tests.servers import free_port
from tests.waiting import eventually

MENU = """
menu: line
title: Line
channels: [voice]
keep_speech: {consent: agreed}
start: agree
exhausted: bye
slots:
  agreed: {type: yes_no}
  account: {type: digits, length: 4, sensitivity: private}
steps:
  agree: {ask: {slot: agreed, prompt: May we?}, next: main}
  main:
    menu:
      prompt: How can I help you?
      choices:
        - {key: 1, label: opening hours, goto: hours}
        - {key: 2, label: my account, goto: sort}
  sort: {branch: [{if: {channel: {is: voice}}, goto: account}, {else: bye}]}
  account: {ask: {slot: account, prompt: Which account?, confirm: never}, next: bye}
  hours: {end: Nine to five.}
  bye: {end: Goodbye.}
"""
OURS = ("ivr", "asterisk", "recognition", "callbacks", "context_bridge", "root")
SAID = ("opening hours", "four two one seven", "4217", "4 2 1 7")


class Site:
    def __init__(self, segue: Segue, exchange: Exchange, mouth: Mouth) -> None:
        self.segue, self.exchange, self.mouth = segue, exchange, mouth
        self.kept = Utterances(segue.settings.utterances_dir)

    async def ask_for_hours(self, consent: str) -> None:
        await self._call(consent, "opening hours", "Nine to five.")

    async def tell_account(self) -> None:
        await self._call("12", "four two one seven", "Goodbye.")

    async def _call(self, keys: str, words: str, answer: str) -> None:
        """`keys`: pressed before anything is said."""
        phone = await self.exchange.call()
        for first, key in enumerate(keys, 1):
            await phone.until("collect")
            await phone.press(key, first)
        await phone.until("collect", speech=True)
        await phone.speak(await self.mouth.say(words))
        await phone.until("say", text=answer)
        await phone.closed()
        await self.segue.keeping_speech.close()

    def sounds(self) -> set[Path]:
        """All files of the server that are not its own prompts."""
        settings = self.segue.settings
        files = {path for path in settings.data_dir.rglob("*") if path.is_file()}
        own = (settings.prompts_dir, settings.data_dir / "segue.db", settings.data_dir / "secret")
        return {path for path in files if not any(str(path).startswith(str(part)) for part in own)}


@asynccontextmanager
async def serving(folder: Path, ears: int = 1) -> AsyncIterator[Site]:
    menus = folder / "menus"
    menus.mkdir()
    (menus / "line.yaml").write_text(MENU)
    settings = Settings(
        port=free_port(), data_dir=folder / "data", menus=menus, menu="line", ears=ears, voice_rate=HASTE
    )
    async with build(settings) as segue:
        runner = web.AppRunner(application(segue), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port).start()
        async with aiohttp.ClientSession() as http:
            try:
                await eventually(lambda: len(segue.ears.pids) == ears)
                yield Site(segue, Exchange(segue.webphone, settings.url, http), Mouth(folder / "mouth"))
            finally:
                await runner.cleanup()


async def test_by_default_a_spoken_call_leaves_no_sound_and_no_words_but_in_its_journey(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(tmp_path) as site:
        await site.ask_for_hours("1")
        await site.tell_account()
        assert site.sounds() == set()
        (journey, *_) = await site.segue.store.recent(10)
        assert "4217" in str(await site.segue.store.history(journey.id))
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name.split(".")[0] in OURS).casefold()
    out, err = capfd.readouterr()  # of the processes that listen, too
    assert [words for words in SAID if words in f"{logged}\n{out}\n{err}".casefold()] == []


async def test_it_is_kept_while_ops_want_it_where_the_customer_agreed_and_nothing_private_is_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(tmp_path) as site:
        await site.ask_for_hours("1")
        await site.segue.keeping_speech.turn_on(1, "Eva", "tests")
        await site.ask_for_hours("2")
        await site.tell_account()
        assert site.sounds() == set()
        await site.ask_for_hours("1")
        (about,) = site.kept.all()
        await site.segue.keeping_speech.stop("Eva")
        await site.ask_for_hours("1")
        assert site.kept.all() == [about]
        sound = site.kept.find(about.id)
        assert sound
        assert site.sounds() == {sound, sound.with_suffix(".json")}
        samples, rate = audio.read(sound)
    assert (about.menu, about.step, about.language, about.engine) == ("line", "main", "en-US", "moonshine")
    assert about.alternatives[0].text.strip(".").casefold() == "opening hours"
    assert about.seconds == len(samples) / rate > 0.8
    assert float(np.abs(samples).max()) > 0.1
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name.split(".")[0] in OURS).casefold()
    assert [words for words in SAID if words in logged] == []


async def test_a_server_removes_what_is_older_than_a_week_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "data/utterances"
    folder.mkdir(parents=True)
    old, young = folder / f"{'0' * 32}.wav", folder / f"{'1' * 32}.wav"
    for path, days in ((old, 7.1), (young, 6.9)):
        path.touch()
        at = time.time() - days * 86400
        os.utime(path, (at, at))
    async with serving(tmp_path, ears=0):
        await eventually(lambda: not old.exists())
        assert young.exists()
