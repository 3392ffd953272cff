"""Put the menus of a folder in force, on all servers of the database and without a restart.

Calls that are on end as they began; who calls anew gets the new version. All menus of the folder are published, or
none. Refused while customers stand at a step that would be gone: keep it, or say with --moved where they go on. Refused
too where the folder is older than what is in force, so that nobody's work is undone unseen."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ivr import settings
from ivr.cli.complaint import Complaint
from ivr.cli.models import cannot_hear, heard
from ivr.cli.progress import Progress
from ivr.cli.published import Press, add_story, folder_flows, moves, named, opened, tell
from ivr.engine.flow import Flow
from ivr.hearable import summary
from ivr.prompts import fixed_says, speaker_of
from ivr.publishing.publisher import Draft
from ivr.settings import OUR_MENUS, Settings
from recognition.speak import SpeakFailed


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, help="with the menus; otherwise IVR_MENUS")
    add_story(parser)


async def run(chosen: argparse.Namespace) -> int:
    setting, moved = settings.load(), moves(chosen.moved)
    if chosen.folder is None and setting.menus == OUR_MENUS:  # in a shell without the server's settings
        raise Complaint(f"IVR_MENUS is not set; name the folder: segue publish DIR -m WHY (ours are in {OUR_MENUS})")
    flows = folder_flows(chosen.folder or setting.menus, setting)
    async with opened(setting, first=True) as press:
        drafts = [await _draft(press, flow, chosen, moved) for flow in flows.values()]
        if unused := moved.keys() - {step for draft in drafts for step in draft.moved}:
            raise Complaint(f"--moved names no step that goes away: {', '.join(sorted(unused))}; check the names")
        for draft in drafts:
            await press.publisher.check(draft)
        await _speak_ahead(setting, flows.values())
        outcomes = [await press.publisher.publish(draft) for draft in drafts]
        for outcome in [outcome for outcome in outcomes if outcome.new] or outcomes:  # among many, what is new
            await tell(setting, outcome)
    await asyncio.to_thread(_tell_unheard, setting, list(flows.values()))
    return 0


async def _speak_ahead(setting: Settings, flows: Iterable[Flow]) -> None:
    """The fixed prompts of all, before anybody can call: a server that shares the folder of prompts finds them there,
    another makes its own."""
    says = dict.fromkeys(says for flow in flows if "voice" in flow.channels for says in fixed_says(flow))
    try:
        async with speaker_of(setting) as speaker:
            spoken = [say for say in says if say.audio is None]
            new = [say for say in spoken if not all(speaker.ready(say, rate) for rate in speaker.ahead)]
            with Progress("prompts spoken", len(new) * len(speaker.ahead)) as progress:
                await speaker.warm(new, progress=lambda done, _all: progress.at(done))
    except SpeakFailed as error:
        print(f"segue: the prompts are not spoken ahead: {error}", file=sys.stderr)


def _tell_unheard(setting: Settings, flows: Sequence[Flow]) -> None:
    """What callers may say in vain. Only models that were set up know too few words for a menu. They take seconds to
    load, and a damaged one may end the process: nothing that matters comes after."""
    able = [one for one in heard(setting, flows) if one.spec and one.spec.name == "vosk" and not one.wrong]
    found: list[str] = []
    for one in able if setting.ears != 0 else ():
        try:
            found += cannot_hear([one], flows)
        except Exception as error:  # Vosk raises no other; the menus are in force all the same
            print(f"segue: {one.language} {one.state}: {error}; unpack the model again", file=sys.stderr)
    if found:
        print(f"segue: {summary(found)}", file=sys.stderr)


async def _draft(press: Press, flow: Flow, chosen: argparse.Namespace, moved: Mapping[str, str]) -> Draft:
    """With those moves that are about steps which this menu takes away."""
    entries = await press.store.published(flow.menu)
    now = entries[0] if entries else None
    if now and flow.version != now.version and any(entry.version == flow.version for entry in entries):
        raise Complaint(
            f"the folder has an older version of {flow.menu} than {named(now)}, which {now.author} published: "
            f"{now.message}. Bring that into the folder (`segue versions {flow.menu} --save DIR`), or go back to this "
            f"one: segue rollback {flow.menu} {flow.version} -m WHY"
        )
    old = await press.publisher.version(flow.menu, now.version) if now and moved else None
    known = [*old.steps, *(name.partition(".")[0] for name in old.steps)] if old else []
    mine = {step: target for step, target in moved.items() if step in known and step not in flow.steps}
    return Draft(flow, now.version if now else None, chosen.by, chosen.message, mine)
