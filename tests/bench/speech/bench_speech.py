"""How well, how fast and in how much memory callers are understood: `make bench-speech`.

It makes its own test set with the voices that are installed here (kept in var/bench/voices) and asks each engine for
English that the settings name; `EVERY=1` takes all of the set, not each third, and `SPOTTER=var/bench/spotter.npz` the
layer that `train_spotter` made without some voices. One utterance at a time, on one core. Voices are not people: see
docs/speech.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from ivr import settings
from recognition.ear_wire import EngineSpec
from recognition.ear_worker import load
from recognition.ears import engines
from recognition.engine import Engine
from recognition.moonshine.engine import Moonshine
from recognition.vad import Vad
from tests.bench.speech.confirmed import endings, row
from tests.bench.speech.corpus import Utterance, utterances
from tests.bench.speech.line import LINES
from tests.bench.speech.measure import Outcome, answered, outcomes, percentile
from tests.bench.speech.sounds import sounds
from tests.bench.speech.texts import ASK_MENU, ASK_YES_NO
from tests.bench.speech.voices import installed

VOICES = Path("var/bench/voices")
EVERY = int(os.environ.get("EVERY", "3"))
SOUND_SECONDS = 60
MEMORY = """\
import sys, numpy, msgspec
from recognition.ear_wire import EngineSpec
from recognition.ear_worker import load
from tests.bench.speech.texts import said
engine = load(msgspec.json.decode(sys.argv[1], type=EngineSpec))
for one in said()[::4]:
    decoding = engine.open(one.hints)
    decoding.feed(numpy.random.default_rng(1).standard_normal(4 * engine.rate).astype("float32") * 0.05)
    decoding.final()
print(*(line.split()[1] for line in open("/proc/self/status") if line.startswith(("VmRSS", "VmHWM"))))
"""

Row = dict[str, str | int | float]
Groups = Mapping[tuple[str, str], Mapping[str, list[Outcome]]]


def loaded(spec: EngineSpec) -> Engine:
    if spec.name == "moonshine" and (spotter := os.environ.get("SPOTTER")):
        return Moonshine(Path(spec.folder) if spec.folder else None, Path(spotter))
    return load(spec)


def measure(engine: Engine) -> dict[str, list[Row]]:
    found = outcomes(engine, utterances(VOICES, installed(), LINES, EVERY))
    groups = grouped(found)
    return {
        "accuracy": [accuracy(said, voices, lines) for (said, voices), lines in groups.items()],
        "numbers of known length, in a call": confirmed(engine, [one.utterance for one in found]),
        "cost": [cost(found)],
        "without speech": without_speech(engine),
    }


def grouped(found: Iterable[Outcome]) -> Groups:
    """By what was said and the kind of voice, then by line. What is no answer is told apart by what was asked."""
    groups: dict[tuple[str, str], dict[str, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        said, voice = one.utterance.said, one.utterance.voice
        name = f"outside of {said.hints.kind}" if said.group == "outside" else said.group
        groups[name, voice.kind][one.utterance.line.name].append(one)
    return dict(sorted(groups.items(), key=lambda group: group[0][1]))


def accuracy(said: str, voices: str, lines: Mapping[str, list[Outcome]]) -> Row:
    """In per cent, on each line. `wrong`: taken for an answer that it is not; `top 3`: right after at most three
    questions whether it is."""
    row: Row = {"said": said, "voices": voices, "n of each": max(map(len, lines.values()))}

    def tell(name: str, of: Callable[[Outcome], float]) -> None:
        row[name] = " / ".join(f"{share(map(of, group)):.0f}" for group in lines.values())

    if said == "open":
        tell("word errors", lambda one: one.errors)
        return row
    tell("right", lambda one: one.right)
    tell("wrong", lambda one: bool(one.answer) and not one.right)
    tell("rejected", lambda one: not one.answer)
    tell("top 3", lambda one: one.within_three)
    return row


def confirmed(engine: Engine, said: Sequence[Utterance]) -> list[Row]:
    """By natural voices: see `tests.bench.speech.confirmed`."""
    asked = [one for one in said if one.said.group == "digits" and one.voice.kind == "natural"]
    return [row(line.name, endings(engine, VOICES, (one for one in asked if one.line == line))) for line in LINES]


def share(values: Iterable[float]) -> float:
    listed = list(values)
    return 100 * sum(listed) / len(listed)


def cost(found: Sequence[Outcome]) -> Row:
    cpu = sum(one.cpu for one in found) / len(found)
    waits = [1000 * one.wait for one in found]
    return {
        "utterances": len(found),
        "CPU s each": round(cpu, 3),
        "each second, per core": round(1 / cpu, 1),
        "wait p50 ms": round(percentile(waits, 0.5)),
        "wait p95 ms": round(percentile(waits, 0.95)),
    }


def without_speech(engine: Engine) -> list[Row]:
    """Through the end-pointer, as in a call: what it does not take for speech is never decoded."""
    vad = Vad()
    rows: list[Row] = []
    for name, sound in sounds(SOUND_SECONDS).items():
        counts = [answered(engine, vad, asked, sound) for asked in (ASK_MENU, ASK_YES_NO)]
        turns, answers = map(sum, zip(*counts, strict=True))
        rows.append({"sound": name, "seconds": len(counts) * SOUND_SECONDS, "turns": turns, "answers": answers})
    return rows


def memory(spec: EngineSpec) -> Row:
    """Of a process of its own that holds the engine and the grammars of the test set."""
    command = [sys.executable, "-c", MEMORY, msgspec.json.encode(spec).decode()]
    peak, resident = subprocess.check_output(command, text=True).split()
    return {"resident MB": int(resident) // 1024, "peak MB": int(peak) // 1024}


def table(rows: Sequence[Row]) -> str:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    lines = [heads, ["---"] * len(heads), *([str(row.get(head, "")) for head in heads] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main(file: Path) -> None:
    ours = settings.load()
    specs = [spec for spec in engines(ours.vosk, ours.moonshine) if spec.language.startswith("en")]
    if not specs:
        raise SystemExit("There is no engine for English here: pip install --no-deps moonshine-voice==0.1.0")
    results = {}
    for spec in specs:
        results[spec.name] = figures = measure(loaded(spec)) | {"memory": [memory(spec)]}
        print(f"{spec.name} on lines: {' / '.join(line.name for line in LINES)}\n")
        for rows in figures.values():
            print(table(rows) + "\n")
    file.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
