"""Find out what happened to a customer: their journeys, and each of them turn by turn.

segue journeys                       the newest ones
segue journeys +4915112345678        those of who is known by this number
segue journeys ID                    what happened in one, turn by turn
segue journeys ID --json             the same for programs, or for the customer who asks what is kept of them

What customers said is in it, as it is in the database; secrets are not, they were never stored. Answers to secret
questions are shown as dots. `segue replay ID` keeps a journey as a test, with nothing of the customer in it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from context_bridge.contract import ContextStore
from context_bridge.identity import normalize
from context_bridge.records import HistoryRow, JourneyRow
from ivr import settings
from ivr.cli.complaint import Complaint
from ivr.cli.installation import opened
from ivr.cli.published import day

NEWEST = 20


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("who", nargs="?", help="a number with its country code, or the id of a journey")
    parser.add_argument("--limit", type=_count, default=NEWEST, help=f"how many are listed ({NEWEST})")
    parser.add_argument("--json", action="store_true", help="all that is kept of one, or of those that are listed")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of journeys; write 1 or more")
    return int(text)


async def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    async with opened(setting) as store:
        one = await store.row(chosen.who) if chosen.who else None
        rows = [one] if one else await _listed(store, chosen.who, setting.region, chosen.limit)
        if chosen.json:
            told = [await _whole(store, row) for row in rows]
            print(json.dumps(told[0] if one else told, indent=2, ensure_ascii=False))
        elif one:
            for line in _turns(await store.history(one.id)):
                print(line)
        else:
            for row in rows:
                print(_line(row))
    return 0


async def _listed(store: ContextStore, who: str | None, region: str, limit: int) -> list[JourneyRow]:
    if not who:
        return await store.recent(limit)
    known = normalize(who, region, "allowed")
    if known is None:
        raise Complaint(f"{who!r} is neither a journey nor a number; write the number as +4915112345678")
    customers = (await store.identify(*known)).customers
    rows = [row for customer in customers for row in await store.of_customer(customer.id, limit)]
    if not rows:
        raise Complaint(f"no journey of {who} is kept; who withheld the number is found by time only: segue journeys")
    return sorted(rows, key=attrgetter("updated_at"), reverse=True)[:limit]


async def _whole(store: ContextStore, row: JourneyRow) -> Mapping[str, Any]:
    known = await store.identifiers(row.customer) if row.customer else []
    turns = [{"rev": turn.rev, "at": turn.at, "kind": turn.kind, **turn.body} for turn in await store.history(row.id)]
    return {**asdict(row), "identifiers": [list(one) for one in known], "turns": turns}


def _line(row: JourneyRow) -> str:
    return f"{row.id}  {day(row.updated_at)}  {row.menu:<12}  {row.status:<11}  {row.rev} turns"


def _turns(history: list[HistoryRow]) -> Iterator[str]:
    """Of each turn when it was, what came in, and the step to which that led; then what was said."""
    for turn in history:
        body = turn.body
        when = f"{datetime.fromtimestamp(turn.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
        led = f" → {body['step']}" if body.get("step") else ""
        yield f"{when}  {body.get('channel') or '':<5}  {_came(turn.kind, body)}{led}"
        yield from (f"    said: {said}" for said in body.get("said", ()))


def _came(kind: str, body: Mapping[str, Any]) -> str:
    """What came in, in words where a customer did it."""
    if "heard" in body:
        return f"heard “{body['heard']}” ({body.get('mode', 'keys')})"
    told = [str(body[key]) for key in ("reason", "detail") if body.get(key)]
    told += [f"{name}: {value}" for name, value in (body.get("result") or {}).items()]
    return f"{kind} ({', '.join(told)})" if told else kind
