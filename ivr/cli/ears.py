"""Keep what customers say for some hours, where they agree, to find out why they are misunderstood.

segue ears                                              whether it is kept
segue ears keep --hours 2 --why "orders are misheard"
segue ears stop"""

from __future__ import annotations

import argparse
import getpass
import time

from context_bridge.records import SpeechKeepingRow
from ivr import settings
from ivr.cli.complaint import Complaint
from ivr.cli.installation import opened
from ivr.cli.published import day
from ivr.speech_keeping import SpeechKeeping
from ivr.utterances import Utterances


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("do", choices=["keep", "stop"], nargs="?", help="otherwise it says how things stand")
    parser.add_argument("--hours", type=float, help="for how long, at most 24")
    parser.add_argument("--why", metavar="TEXT", help="what for; it goes into the servers' logs")
    parser.add_argument("--by", metavar="NAME", default=getpass.getuser(), help="who wants it; otherwise you")


async def run(chosen: argparse.Namespace) -> int:
    if (chosen.do == "keep") != bool(chosen.hours is not None and chosen.why):
        raise Complaint("write `segue ears keep --hours 2 --why TEXT`, `segue ears stop`, or `segue ears`")
    setting = settings.load()
    async with opened(setting) as store:
        keeping = SpeechKeeping(store, Utterances(setting.utterances_dir), time.time)
        try:
            row = await _done(keeping, chosen)
        except ValueError as error:
            raise Complaint(str(error)) from error
        print(_told(row, on=keeping.is_on(row)))
    return 0


async def _done(keeping: SpeechKeeping, chosen: argparse.Namespace) -> SpeechKeepingRow | None:
    if chosen.do == "keep":
        return await keeping.turn_on(chosen.hours, chosen.by, chosen.why)
    return await (keeping.stop(chosen.by) if chosen.do == "stop" else keeping.look())


def _told(row: SpeechKeepingRow | None, *, on: bool) -> str:
    if row is None:
        return "what customers say is not kept"
    if on:
        return f"what customers say is kept until {day(row.until)}, where they agree ({row.who}: {row.why})"
    ended = f"it ended {day(row.until)}" if row.until else f"{row.who} stopped it {day(row.at)}"
    return f"what customers say is not kept; {ended}"
