"""How long callers wait for the next prompt after their last word, how soon a prompt stops when they speak into it, and
what becomes of them when too many speak.

A server as its own process, a durable turn for each answer, and callers in real time: at the web phone's socket, and as
SIP telephones at a real Asterisk. They answer as soon as they have heard 1.0 to 2.5 s of a question, and go on for
`--seconds`. Times are of what a caller hears: the web phone's page plays 0.06 s behind what came and drops what it has
when it is told to, and of a telephone counts what Asterisk has sent to it.

    python tests/bench/bench_listening.py [FIGURES.json] [--callers 1 20] [--lines web asterisk]
        [--question options | first-words | digits | amount | date] [--patient] [--seconds 30] [--kept]

`--kept`: callers agree by key that what they say is kept, and what of it reached the engine is told: was the beginning
there? Of words that are the same to the engine whole and cut, that is the only measure.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from recognition import audio
from recognition.audio import Samples
from recognition.speak import Speaker
from tests.asterisk import rtp
from tests.bench.listening.callers import AROUND, Caller, Figures
from tests.bench.listening.kept import Reached, Said, clear, reached
from tests.bench.listening.lines import PERIOD, Line, SipLine, WebLine
from tests.bench.listening.questions import QUESTIONS, REFUSAL, Question
from tests.bench.listening.server import Served, serving
from tests.players.mouth import RATE, Mouth

LOUD = 0.02
BEGINNING = 4000  # samples at 8,000 Hz: a prompt's first words
VOICES = ("slt", "rms", "awb")
APART = 3.0  # seconds in which the callers begin, one by one
WARM = 8.0  # seconds in which models load while the server already serves

Speech = list[list[bytes]]


def framed(pcm: bytes, rate: int) -> list[bytes]:
    """From the first loud frame to the last, and `AROUND` more: words begin and end softly."""
    samples, size = audio.from_pcm(pcm), int(rate * PERIOD)
    loud = np.nonzero(np.abs(samples) > LOUD)[0] // size
    frames = [audio.to_pcm(samples[at : at + size]) for at in range(0, len(samples), size)]
    return frames[loud[0] - AROUND : loud[-1] + 1 + AROUND]


async def spoken(question: Question, folder: Path) -> tuple[list[Speech], list[Speech]]:
    """What callers say, in each voice: PCM for the web phone, mu-law for telephones."""
    web, telephone = [], []
    for voice in VOICES:
        mouth = Mouth(folder, (voice,))
        said = [await mouth.say(words) for words in question.answers]
        web.append([framed(pcm, RATE) for pcm in said])
        narrow = [audio.to_pcm(audio.resample(audio.from_pcm(pcm), RATE, 8000)) for pcm in said]
        telephone.append([[rtp.encode(np.frombuffer(frame, "<i2")) for frame in framed(pcm, 8000)] for pcm in narrow])
    return web, telephone


async def beginnings(question: Question, folder: Path) -> list[Samples]:
    """`folder`: of the server, so that these are the very sounds that it plays."""
    async with Speaker(folder, "gmw/en-us", 165) as speaker:
        clips = [await speaker.clip(text, 8000) for text in (*question.replies, REFUSAL)]
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
    "| line | callers | answers | next prompt p50 | p95 ms | into a prompt | it stops p50 | p95 ms | understood "
    "| of those into a prompt | others | refused | lost |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|"
)

KEPT_HEAD = (
    "| line | callers | utterances kept | of these begun whole | of these heard rightly | others of these |\n"
    "|---|--:|--:|--:|--:|---|"
)
Row = dict[str, object]


def shown(line: str, count: int, figures: Figures, refused: int) -> str:
    waits, stops = (percentiles(times) for times in (figures.waits, figures.stops))
    answers, into = sum(figures.became.values()), len(figures.into)
    others = ", ".join(f"{name} {n}" for name, n in figures.became.most_common() if name != "understood")
    cells = (
        *(line, count, answers, *waits, into, *stops),
        *(figures.became["understood"], sum(figures.into), others, refused, figures.lost),
    )
    return f"| {' | '.join(map(str, cells))} |"


def percentiles(times: Sequence[float]) -> tuple[int, int]:
    """The 50th and the 95th; 0 of none."""
    p50, p95 = np.percentile(times, [50, 95]) if times else (0.0, 0.0)
    return round(float(p50)), round(float(p95))


def begun(line: str, count: int, utterances: Sequence[Reached]) -> str:
    whole = [one for one in utterances if one.whole]
    wrong = Counter(one.words for one in whole if not one.right)
    others = ", ".join(f"{words} {n}" for words, n in wrong.most_common())
    cells = (line, count, len(utterances), len(whole), len(whole) - wrong.total(), others)
    return f"| {' | '.join(map(str, cells))} |"


@dataclass(frozen=True, slots=True)
class Way:
    """`said`: each answer in each voice, as frames; `sound` makes samples of them."""

    call: Callable[[], Line]
    said: Sequence[Speech]
    sound: Callable[[bytes], Samples]


async def compared(chosen: argparse.Namespace, question: Question, served: Served, folder: Path) -> list[Row]:
    rows, kept = list[Row](), list[str]()
    web, telephone = await spoken(question, folder / "mouths")
    known = await beginnings(question, served.data / "prompts") if served.sip_port else []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        ways = {
            "web": Way(lambda: WebLine(http, served.url), web, audio.from_pcm),
            "asterisk": Way(lambda: SipLine(served.sip_port, known), telephone, rtp.samples),
        }
        for line in chosen.lines:
            way = ways[line]
            answers = [
                Said(words, meant, way.sound(b"".join(frames)))
                for speech in way.said
                for words, meant, frames in zip(question.answers, question.meant, speech, strict=True)
            ]
            await measure(1, WARM, way.call, question, way.said, False)
            for count in chosen.callers:
                clear(served.utterances)
                before, spent = await served.became(), served.spent()
                figures = await measure(count, chosen.seconds, way.call, question, way.said, chosen.patient)
                refused = (await served.became()).get("refused", 0) - before.get("refused", 0)
                print(shown(line, count, figures, refused), flush=True)
                kept.append(begun(line, count, reached(served.utterances, answers)))
                rows.append({"line": line, "callers": count, "refused": refused} | vars(figures))
                rows[-1] |= {"load": os.getloadavg()[0], "processor s": served.spent_since(spent)}
    if question.agreed:
        print("\n".join(["", KEPT_HEAD, *kept]))
    return rows


async def main(chosen: argparse.Namespace) -> None:
    question = replace(QUESTIONS[chosen.question], agreed=chosen.kept)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with serving(question, folder, asterisk="asterisk" in chosen.lines) as served:
            print(f"{chosen.question}{', patient' if chosen.patient else ''}\n\n{HEAD}", flush=True)
            rows = await compared(chosen, question, served, folder)
            print(f"\nMB: {served.megabytes()}")
    for row in rows:
        print(f"{row['line']}, {row['callers']}: load {row['load']:.1f}, processor seconds {row['processor s']}")
    if chosen.figures:
        chosen.figures.write_text(json.dumps({"question": chosen.question, "rows": rows}, indent=2))


if __name__ == "__main__":
    asks = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asks.add_argument("figures", nargs="?", type=Path)
    asks.add_argument("--callers", nargs="+", type=int, default=[1, 20])
    asks.add_argument("--lines", nargs="+", choices=("web", "asterisk"), default=["web", "asterisk"])
    asks.add_argument("--question", choices=sorted(QUESTIONS), default="options")
    asks.add_argument("--patient", action="store_true")
    asks.add_argument("--kept", action="store_true")
    asks.add_argument("--seconds", type=float, default=30.0)
    asyncio.run(main(asks.parse_args()))
