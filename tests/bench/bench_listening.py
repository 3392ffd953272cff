"""How long callers wait for the next prompt after their last word, how soon a prompt stops when they speak into it, and
what becomes of them when too many speak.

A server as its own process, a durable turn for each answer, and callers in real time: at the web phone's socket, and as
SIP telephones at a real Asterisk. They answer as soon as they have heard 1.0 to 2.5 s of a question, and go on for
`SECONDS`. Times are of what a caller hears: the web phone's page plays 0.06 s behind what came and drops what it has
when it is told to, and of a telephone counts what Asterisk has sent to it.

    python tests/bench/bench_listening.py [FIGURES.json] [--callers 1 20] [--lines web asterisk]
        [--question options | first-words | digits | amount | date] [--patient] [--seconds 30]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import aiohttp
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from recognition import audio
from recognition.audio import Samples
from recognition.speak import Speaker
from tests.asterisk import rtp
from tests.bench.listening.callers import Caller, Figures
from tests.bench.listening.lines import PERIOD, Line, SipLine, WebLine
from tests.bench.listening.questions import QUESTIONS, Question
from tests.bench.listening.server import Served, megabytes, serving
from tests.players.mouth import RATE, Mouth

LOUD = 0.02
BEGINNING = 4000  # samples at 8,000 Hz: a prompt's first words
VOICES = ("slt", "rms", "awb")
APART = 3.0  # seconds in which the callers begin, one by one
WARM = 8.0  # seconds in which models load while the server already serves

Speech = list[list[bytes]]


def framed(pcm: bytes, rate: int) -> list[bytes]:
    """From the first loud frame to the last."""
    samples, size = audio.from_pcm(pcm), int(rate * PERIOD)
    loud = np.nonzero(np.abs(samples) > LOUD)[0] // size
    frames = [audio.to_pcm(samples[at : at + size]) for at in range(0, len(samples), size)]
    return frames[loud[0] : loud[-1] + 1]


async def spoken(question: Question, folder: Path) -> tuple[list[Speech], list[Speech]]:
    """What callers say, in each voice: PCM for the web phone, mu-law for telephones."""
    web, telephone = [], []
    for voice in VOICES:
        mouth = Mouth(folder, (voice,))
        said = [await mouth.say(words) for words in question.answers]
        web.append([framed(pcm, RATE) for pcm in said])
        narrow = [audio.to_pcm(audio.resample(audio.from_pcm(pcm), RATE, 8000)) for pcm in said]
        telephone.append(
            [[rtp.encode(np.frombuffer(frame, "<i2")) for frame in framed(pcm, 8000)] for pcm in narrow]
        )
    return web, telephone


async def beginnings(question: Question, folder: Path) -> list[Samples]:
    """`folder`: of the server, so that these are the very sounds that it plays."""
    async with Speaker(folder, "gmw/en-us", 165) as speaker:
        clips = [await speaker.clip(text, 8000) for text in question.replies]
    return [audio.read(clip.path)[0][:BEGINNING] for clip in clips]


async def measure(
    count: int, seconds: float, call: Callable[[], Line], question: Question, said: Sequence[Speech], patient: bool
) -> Figures:
    figures, until = Figures(), asyncio.get_running_loop().time() + seconds

    async def one() -> None:
        await asyncio.sleep(random.random() * min(APART, count))
        await Caller(call(), question, random.choice(said), figures, patient=patient).run(until)

    await asyncio.gather(*(one() for _ in range(count)))
    return figures


HEAD = (
    "| line | callers | answers | next prompt p50 ms | p95 | into a prompt | stops p50 ms | p95 | understood | "
    "of those into a prompt | became | refused | lost |\n|---|" + "--:|" * 9 + "---|--:|--:|"
)


def shown(row: dict[str, object]) -> str:
    became = row["became"]
    assert isinstance(became, dict)
    others = ", ".join(f"{name} {count}" for name, count in became.items() if name != "understood")
    return f"| {' | '.join(str(value) for name, value in row.items() if name not in {'became', 'refused', 'lost', 'cpu s'})} | {others} | {row['refused']} | {row['lost']} |"


def row(line: str, count: int, figures: Figures, refused: int, spent: dict[str, float]) -> dict[str, object]:
    def percentiles(values: list[float]) -> list[int]:
        return [round(float(n)) for n in np.percentile(values, [50, 95])] if values else [0, 0]

    waits, stops, answers = percentiles(figures.waits), percentiles(figures.stops), sum(figures.became.values())
    return {
        "line": line,
        "callers": count,
        "answers": answers,
        "p50": waits[0],
        "p95": waits[1],
        "into": sum(figures.into.values()),
        "stops p50": stops[0],
        "stops p95": stops[1],
        "understood": figures.became["understood"],
        "into understood": figures.into[True],
        "became": dict(figures.became.most_common()),
        "refused": refused,
        "lost": figures.lost,
        "cpu s": spent,
    }


async def compared(chosen: argparse.Namespace, served: Served, folder: Path) -> list[dict[str, object]]:
    question = QUESTIONS[chosen.question]
    web, telephone = await spoken(question, folder / "mouths")
    known = await beginnings(question, served.prompts) if served.sip_port else []
    found = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        ways: dict[str, tuple[Callable[[], Line], list[Speech]]] = {
            "web": (lambda: WebLine(http, served.url), web),
            "asterisk": (lambda: SipLine(served.sip_port, known), telephone),
        }
        for line in chosen.lines:
            call, said = ways[line]
            await measure(1, WARM, call, question, said, False)
            for count in chosen.callers:
                before, spent = await served.became(), served.spent()
                figures = await measure(count, chosen.seconds, call, question, said, chosen.patient)
                after = await served.became()
                refused = after.get("refused", 0) - before.get("refused", 0)
                cost = {name: round(now - spent[name], 1) for name, now in served.spent().items()}
                found.append(row(line, count, figures, refused, cost))
                print(shown(found[-1]), flush=True)
                print("  seconds of processor time:", cost, "MB:", megabytes(served.pids["server"]), flush=True)
    return found


async def main(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with serving(QUESTIONS[chosen.question], folder, asterisk="asterisk" in chosen.lines) as served:
            print(f"{chosen.question}{', patient' if chosen.patient else ''}\n\n{HEAD}", flush=True)
            found = await compared(chosen, served, folder)
    if chosen.figures:
        chosen.figures.write_text(json.dumps({"question": chosen.question, "rows": found}, indent=2))


if __name__ == "__main__":
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("figures", nargs="?", type=Path)
    asks.add_argument("--callers", nargs="+", type=int, default=[1, 20])
    asks.add_argument("--lines", nargs="+", choices=("web", "asterisk"), default=["web", "asterisk"])
    asks.add_argument("--question", choices=sorted(QUESTIONS), default="options")
    asks.add_argument("--patient", action="store_true")
    asks.add_argument("--seconds", type=float, default=30.0)
    asyncio.run(main(asks.parse_args()))
