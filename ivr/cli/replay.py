"""Keep a journey that happened as a conversation test, with nothing in it that a customer said.

Phone numbers become fictitious ones; private values and free texts are replaced by made-up ones of the same type and
length with which the menu goes the same way; secrets were never stored. The test is played before it is written."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from context_bridge.contract import ContextStore
from ivr import conversation, settings
from ivr.cli.complaint import Complaint
from ivr.cli.installation import opened
from ivr.cli.transcript import Transcript, mapping
from ivr.engine.flow import Flow
from ivr.publishing.stored import stored
from ivr.rehearsal import rehearsal_of
from ivr.replay import CannotReplay, Played, replayed


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("journey", help="its id, as the agent's page and the API show it")
    parser.add_argument(
        "--as-test", nargs="?", const="-", required=True, metavar="FILE", help="where to write it; - or none prints it"
    )


async def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    async with opened(setting) as store:
        text = await as_test(store, chosen.journey, setting.region)
    write(text, chosen.as_test)
    return 0


async def as_test(store: ContextStore, id_: str, region: str) -> str:
    """The text of a conversation file that passes on the journey's own version of its menu. Raises `Complaint`."""
    journey = await store.load(id_)
    if journey is None:
        raise Complaint(f"there is no journey {id_!r}; copy its id from the agent's page, or from /api/journeys")
    flow = await stored(store, journey.menu, journey.version)
    if flow is None:
        raise Complaint(f"version {journey.version} of menu {journey.menu} is not in the store any more")
    customer = await store.customer(journey.customer) if journey.customer else None
    known = await store.identifiers(customer.id) if customer else []
    numbers = [value for kind, value in known if kind == "e164"]
    try:
        rows = await store.history(id_)
        played = await replayed(flow, journey, rows, customer.name if customer else "", numbers, region)
        return await _checked(played, flow, region)
    except CannotReplay as error:
        raise Complaint(f"journey {id_} cannot be kept as a test: {error}") from error


async def _checked(played: Played, flow: Flow, region: str) -> str:
    """Played once more as it will be written. A menu that asked what was known already may do so in the test too."""
    for head in (_head(played), _head(played) | {"never_asked_twice": "false"}):
        text = Transcript(list(played.turns), head, "Say here what this shows (from a journey that happened)").as_test(
            played.menu, played.services
        )
        told = conversation.load(text, "replay")
        async with rehearsal_of(told, {flow.menu: flow}, region) as player:
            result = await conversation.run(told, player)
        if result.passed:
            return text
    raise CannotReplay(f"played again, it goes another way:\n{result.mismatch}")


def _head(played: Played) -> dict[str, str]:
    head: dict[str, str] = {"at": datetime.fromtimestamp(played.at, UTC).strftime("%Y-%m-%d %H:%M UTC")}
    if played.customers:
        head["customers"] = mapping({name: numbers[0] for name, numbers in played.customers.items()})
    if played.splits:
        head["splits"] = mapping(played.splits)
    return head


def write(text: str, file: str) -> None:
    if file == "-":
        print(text, end="")
        return
    try:
        Path(file).write_text(text, "utf-8")
    except OSError as error:
        raise Complaint(f"{file} cannot be written: {error.strerror}; name another file") from error
    print(f"Written to {file}; give it a name and take out what does not matter.")
