"""Look at everything that an installation needs, and say what is wrong and what to do.

Changes nothing, and may run beside a running server."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from asterisk.survey import survey as survey_asterisk
from context_bridge.contract import StoreUnavailable
from context_bridge.migrate import current, head, refuse_newer, sqlite_path
from context_bridge.redis_stream import ping
from context_bridge.store import open_store
from ivr import settings
from ivr.backoffice.survey import survey
from ivr.channels.twilio_survey import survey as survey_twilio
from ivr.cli.models import heard, unused
from ivr.engine.flow import Flow
from ivr.engine.loader import MenuMistakes
from ivr.flows import UnknownMenu, read_folder, spoken_by_phone, survey_folder
from ivr.prompts import speaker_of
from ivr.recorded_prompts import unplayable
from ivr.settings import PREFIX, Settings, SettingsError
from ivr.transfer_survey import survey as survey_transfers
from recognition.speak import Speaker, SpeakFailed

LEAST_FREE = 1 << 30  # bytes; a day of calls needs far less, a full disk stops all of them
PATIENCE = 5.0  # seconds for each server to answer


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy` is empty when all is well."""

    what: str
    state: str
    remedy: str = ""

    def __str__(self) -> str:
        state = f"{self.state}; {self.remedy}" if self.remedy else self.state
        return f"{'WRONG' if self.remedy else 'ok':6} {self.what:9} {state}"


def add(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


async def run(_chosen: argparse.Namespace) -> int:
    try:
        setting = settings.load()
    except SettingsError as error:
        for line in str(error).splitlines():
            print(Finding("settings", line, "docs/operations.md lists all settings"))
        return 1
    given = sum(name.startswith(PREFIX) for name in os.environ)
    findings = [Finding("settings", f"{given} {PREFIX} variables are set")]
    print(findings[0])
    for look in LOOKS:
        for finding in await look(setting):
            print(finding)
            findings.append(finding)
    return 1 if any(finding.remedy for finding in findings) else 0


async def _disk(setting: Settings) -> Sequence[Finding]:
    folders = {"IVR_DATA_DIR": setting.data_dir, "IVR_ASTERISK_SOUNDS": setting.asterisk_sounds}
    return [_folder(name, folder.absolute()) for name, folder in folders.items() if folder]


def _folder(name: str, folder: Path) -> Finding:
    """The nearest one that exists is looked at: a folder may not be made before the first start."""
    place = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not place.is_dir() or not os.access(place, os.W_OK):
        return Finding("disk", f"{folder} cannot be written to", f"set {name}, or correct its owner")
    free = shutil.disk_usage(place).free
    state = f"{folder} is writable, {free / (1 << 30):.1f} GB free"
    return Finding("disk", state, "" if free >= LEAST_FREE else "free at least 1 GB, or calls will stop")


async def _menus(setting: Settings) -> Sequence[Finding]:
    try:
        flows, _ = read_folder(setting.menus, setting.services)
    except MenuMistakes as error:
        state = f"mistakes in {setting.menus}: {len(error.mistakes)}, the first: {error.mistakes[0]}"
        return [Finding("menus", state, "segue check lists them all")]
    state = f"{', '.join(sorted(flows)) or 'none'} in {setting.menus}"
    wrong = "" if setting.menu in flows else f"set IVR_MENU, which is {setting.menu!r}, to one of them"
    return [Finding("menus", state, wrong)]


async def _services(setting: Settings) -> Sequence[Finding]:
    try:
        _, services = read_folder(setting.menus, setting.services)
    except MenuMistakes:
        return []  # told by _menus
    return [Finding("services", sight.state, sight.remedy) for sight in await survey(services, setting.secrets_dir)]


async def _voices(setting: Settings) -> Sequence[Finding]:
    try:
        with tempfile.TemporaryDirectory(prefix="segue-doctor-") as folder:
            async with speaker_of(replace(setting, data_dir=Path(folder), asterisk_sounds=None)) as speaker:
                found = Finding("voice", f"{setting.voice}, one of {len(await speaker.voices())}")
                return [found, *_languages(setting, speaker)]
    except SpeakFailed as error:
        return [Finding("voice", str(error), "see Voices in docs/speech.md")]


async def _recordings(setting: Settings) -> Sequence[Finding]:
    remedy = "put it there as a WAV file, or take its audio: out of the menu"
    return [Finding("prompts", told, remedy) for flow in _flows(setting) for told in unplayable(flow, setting.menus)]


async def _ears(setting: Settings) -> Sequence[Finding]:
    """A language that nobody listens to is no fault: its calls are answered by keys."""
    try:
        flows, _ = read_folder(setting.menus, setting.services)
    except MenuMistakes:
        return []  # told by _menus
    if setting.ears == 0:
        return [Finding("ears", "nobody listens, since IVR_EARS is 0: calls are answered by keys only")]
    remedy = "see IVR_VOSK_MODELS and IVR_MOONSHINE in docs/operations.md"
    idle = unused(setting.vosk, spoken_by_phone(flows.values()))
    return [
        *(
            Finding("ears", f"{one.language} {one.state}", remedy if one.wrong else "")
            for one in heard(setting, flows.values())
        ),
        *(Finding("ears", f"IVR_VOSK_MODELS: no menu speaks {language} by phone") for language in idle),
    ]


async def _database(setting: Settings) -> Sequence[Finding]:
    if (path := sqlite_path(setting.database)) is not None:
        return await asyncio.to_thread(_sqlite, path, setting.database)
    try:
        async with asyncio.timeout(PATIENCE):
            store = await open_store(setting.database)
        await store.ping()
        await store.close()
    except StoreUnavailable as error:
        return [Finding("database", str(error), "see IVR_DATABASE_URL in docs/operations.md")]
    except TimeoutError:
        return [Finding("database", f"no answer within {PATIENCE:.0f} s", "start it, or correct IVR_DATABASE_URL")]
    return [Finding("database", "answers, and is up to date")]


def _sqlite(path: str, url: str) -> Sequence[Finding]:
    """Looked at without opening it as a server does, which would bring it up to date."""
    if not Path(path).exists():
        return [Finding("database", f"{path} will be made at the first start")]
    try:
        revision = current(url)
    except sqlite3.Error as error:
        return [Finding("database", f"{path}: {error}", "correct IVR_DATABASE_URL, or put the backup in its place")]
    try:
        refuse_newer(revision)
    except StoreUnavailable as error:
        return [Finding("database", path, str(error))]
    state = "is up to date" if revision == head() else "will be brought up to date at the next start"
    return [Finding("database", f"{path} {state}")]


async def _redis(setting: Settings) -> Sequence[Finding]:
    if not setting.redis_url:
        return [Finding("redis", "none is set; live events stay in this process")]
    try:
        await ping(setting.redis_url)
    except OSError as error:
        return [Finding("redis", f"no answer ({error})", "start it, or correct IVR_REDIS_URL; calls go on without")]
    return [Finding("redis", "answers")]


def _languages(setting: Settings, speaker: Speaker) -> Sequence[Finding]:
    """Which voice speaks each of those of menus; where none does, callers hear another one."""
    try:
        flows, _ = read_folder(setting.menus, setting.services)
    except MenuMistakes:
        return []  # told by _menus
    spoken = spoken_by_phone(flows.values())
    remedy = "look for one in: espeak-ng --voices; or give the menu's prompts as recordings"
    return [
        Finding("voice", f"{language} is spoken by {speaker.speaking(language)}")
        if speaker.speaks(language)
        else Finding("voice", f"no voice speaks {language}, so {setting.voice} does", remedy)
        for language in sorted(spoken)
    ]


async def _asterisk(setting: Settings) -> Sequence[Finding]:
    sights = await survey_asterisk(setting, _flows(setting))
    return [Finding("asterisk", sight.state, sight.remedy) for sight in sights]


async def _transfers(setting: Settings) -> Sequence[Finding]:
    sights = (sight for flow in _flows(setting) for sight in survey_transfers(flow, setting))
    return [Finding("transfers", sight.state, sight.remedy) for sight in sights]


def _flows(setting: Settings) -> Iterable[Flow]:
    try:
        return read_folder(setting.menus, setting.services)[0].values()
    except MenuMistakes:
        return ()  # told by _menus


async def _twilio(setting: Settings) -> Sequence[Finding]:
    return [
        Finding("twilio", sight.state, sight.remedy) for sight in await survey_twilio(setting, await _known(setting))
    ]


async def _known(setting: Settings) -> set[str]:
    """Menus that are served: those of the folder, and those that were published from elsewhere."""
    try:
        folder = survey_folder(setting.menus, setting.services)
        found, path = {*folder.flows, *folder.broken}, sqlite_path(setting.database)
        if path is not None and not await asyncio.to_thread(_is_current, path, setting.database):
            return found  # to open it would change it
        async with asyncio.timeout(PATIENCE):
            store = await open_store(setting.database)
        try:
            return found | {entry.menu for entry in await store.in_force()}
        finally:
            await store.close()
    except (MenuMistakes, UnknownMenu, StoreUnavailable, TimeoutError, sqlite3.Error):
        return set()  # told by _menus and _database


def _is_current(path: str, url: str) -> bool:
    return Path(path).exists() and current(url) == head()


async def _port(setting: Settings) -> Sequence[Finding]:
    where = f"{setting.host}:{setting.port}"
    try:
        for family, kind, protocol, _, target in socket.getaddrinfo(
            setting.host, setting.port, type=socket.SOCK_STREAM
        ):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
                probe.bind(target)
    except OSError as error:
        if (found := await asyncio.to_thread(_server_at, setting)) is not None:
            return [found]
        remedy = "end what listens there, or set IVR_PORT"
        return [Finding("port", f"{where} cannot be listened on: {error.strerror}", remedy)]
    return [Finding("port", f"{where} is free")]


def _server_at(setting: Settings) -> Finding | None:
    """The Segue that serves there, and what it says of itself; None: it is something else."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(setting.host, setting.host)  # noqa: S104  # nothing is bound
    connection = HTTPConnection(host, setting.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        parts = json.load(connection.getresponse())["parts"]
        wrong = [f"{part['name']}: {part['wrong']}" for part in parts if part["needed"] and not part["ok"]]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
    if wrong:
        return Finding("server", f"runs on {setting.host}:{setting.port} and is not ready", "; ".join(wrong))
    return Finding("server", f"runs on {setting.host}:{setting.port}, ready")


LOOKS: Sequence[Callable[[Settings], Awaitable[Sequence[Finding]]]] = (
    _disk,
    _menus,
    _services,
    _voices,
    _recordings,
    _ears,
    _database,
    _redis,
    _asterisk,
    _twilio,
    _transfers,
    _port,
)
