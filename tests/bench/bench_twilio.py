"""Durable webhook turns of Twilio's on PostgreSQL, beside a bare handler: `python bench_twilio.py [FIGURES.json]`.

Calls press a key again and again, each turn when the last one is answered; requests are signed. The three servers of
`twilio_servers.py` take turns in one run. The load is this process: a socket for each call and as little Python as can
be, so that the quick ones are not slowed by it. Machines differ and are never quiet: compare within one run only.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

from ivr.channels.twilio_signature import SIGNATURE, form_content, sign
from tests.bench.twilio_servers import PUBLIC, SID, TOKEN
from tests.servers import PostgresServer, free_port, running

KINDS = ("bare", "segue", "defaults")
ROUNDS, SECONDS, CALLS = 7, 4.0, 64
TURNS = 40  # of one call
STEADY, STEADY_SECONDS = 50, 30.0  # webhooks a second, for how long
ACTION = re.compile(rb'action="([^"]+)"')
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)


@dataclass
class Case:
    port: int
    process: subprocess.Popen[bytes]
    rates: list[float] = field(default_factory=list)  # turns/s
    cpu: list[float] = field(default_factory=list)  # microseconds of that process for each turn
    waits: list[float] = field(default_factory=list)  # seconds

    def spent(self) -> float:
        """Seconds of processor time."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


def request(path: str, sid: str, digits: str) -> bytes:
    """A webhook with the fields that Twilio sends."""
    fields = {
        "AccountSid": SID,
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "CallStatus": "in-progress",
        "Called": "+15005550006",
        "CalledCountry": "US",
        "Caller": "+14155550134",
        "CallerCity": "SAN FRANCISCO",
        "CallerCountry": "US",
        "CallerState": "CA",
        "CallerZip": "94105",
        "Direction": "inbound",
        "From": f"+1{int(sid[2:12], 16) % 10**10:010d}",
        "FromCity": "SAN FRANCISCO",
        "FromCountry": "US",
        "FromState": "CA",
        "FromZip": "94105",
        "To": "+15005550006",
        "ToCountry": "US",
        "StirVerstat": "TN-Validation-Passed-A",
        **({"Digits": digits, "FinishedOnKey": "", "msg": "Gather End"} if digits else {}),
    }
    body = urlencode(fields).encode()
    signature = sign(TOKEN, PUBLIC + path, form_content(list(fields.items())))
    head = (
        f"POST {path} HTTP/1.1\r\nHost: segue.example\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        f"{SIGNATURE}: {signature}\r\nI-Twilio-Idempotency-Token: {sid}\r\n\r\n"
    )
    return head.encode() + body


class Line:
    """A connection over which one call after another is made."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._turn, self._sid, self._path = TURNS, "", ""

    async def turn(self) -> float:
        """One webhook; the seconds until it was answered."""
        if self._turn == TURNS:
            self._turn, self._sid, self._path = 0, "CA" + secrets.token_hex(16), "/twilio/voice"
        out = request(self._path, self._sid, "1" if self._turn else "")
        began = time.perf_counter()
        self._writer.write(out)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        assert length, head
        body = await self._reader.readexactly(int(length[1]))
        took = time.perf_counter() - began
        action = ACTION.search(body)
        assert head.startswith(b"HTTP/1.1 200 "), head + body
        assert action, body
        self._turn, self._path = self._turn + 1, action[1].decode()
        return took

    def close(self) -> None:
        self._writer.close()


async def lines(port: int, count: int) -> list[Line]:
    return [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]


async def full(case: Case) -> None:
    """As fast as it goes."""
    calls = await lines(case.port, CALLS)
    spent, began = case.spent(), time.perf_counter()
    end, count = began + SECONDS, 0

    async def call(line: Line) -> None:
        nonlocal count
        while time.perf_counter() < end:
            await line.turn()
            count += 1

    await asyncio.gather(*map(call, calls))
    case.rates.append(count / (time.perf_counter() - began))
    case.cpu.append((case.spent() - spent) / count * 1e6)
    for line in calls:
        line.close()


async def steady(case: Case) -> None:
    """At a given rate, whatever is still unanswered."""
    idle = await lines(case.port, 2 * STEADY)
    due, tasks = time.perf_counter(), []

    async def one() -> None:
        line = idle.pop()
        case.waits.append(await line.turn())
        idle.append(line)

    for _ in range(int(STEADY * STEADY_SECONDS)):
        tasks.append(asyncio.create_task(one()))
        due += 1 / STEADY
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
    await asyncio.gather(*tasks)
    for line in idle:
        line.close()


@contextmanager
def serving(kind: str, database: str) -> Iterator[Case]:
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("twilio_servers.py")), kind, str(port), database]
    process = subprocess.Popen(command)
    try:
        asyncio.run(_ready(port))
        yield Case(port, process)
    finally:
        process.terminate()
        process.wait()


async def _ready(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


async def measure(cases: dict[str, Case]) -> None:
    for _ in range(ROUNDS):
        for case in cases.values():
            await full(case)
    await steady(cases["segue"])


def main() -> None:
    server = PostgresServer()
    with running(server), ExitStack() as stack:
        cases = {kind: stack.enter_context(serving(kind, server.database(f"bench_{kind}"))) for kind in KINDS}
        asyncio.run(measure(cases))
    figures = {kind: _figures(case, cases) for kind, case in cases.items()}
    rows = ["| | turns/s | of the bare handler | of the libraries' defaults | CPU µs a turn |", "|---|--:|--:|--:|--:|"]
    for kind, found in figures.items():
        rows.append(
            f"| {kind} | {found['rate']:.0f} | {found['bare']:.2f} | {found['defaults']:.2f} | {found['cpu']:.0f} |"
        )
    waits = sorted(cases["segue"].waits)
    at = {name: 1e3 * waits[int(len(waits) * part)] for name, part in (("p50", 0.5), ("p99", 0.99))}
    rows.append(
        f"\nSegue at {STEADY} webhooks/s: p50 {at['p50']:.1f} ms, p99 {at['p99']:.1f} ms, {len(waits)} webhooks"
    )
    sys.stdout.write("\n".join(rows) + "\n")
    if sys.argv[1:]:
        Path(sys.argv[1]).write_text(json.dumps({"cases": figures, "steady": at}, indent=1))


def _figures(case: Case, cases: dict[str, Case]) -> dict[str, float]:
    """Ratios are of the rounds of one moment, so that a noisy neighbour meets all."""
    ratios = {
        kind: statistics.median(a / b for a, b in zip(case.rates, cases[kind].rates, strict=True))
        for kind in ("bare", "defaults")
    }
    return {"rate": statistics.median(case.rates), "cpu": statistics.median(case.cpu), **ratios}


if __name__ == "__main__":
    main()
