"""The child process that speaks: the only importer of pyttsx3. Started by `voice.py`, never by hand.

    python -P voice_worker.py VOICE WORDS_A_MINUTE

First it answers one line of JSON: {"voices": {name: [language tags]}, "unknown": whether VOICE is none of them}, or
{"failed": why}. Then, for each line {"text": ..., "voice": ..., "rate": words a minute} on standard input, a line
{"samples": n} and n 16-bit samples at 22,050 Hz. 0 samples: the engine spoke and nothing came. It ends when its input
does, so it never outlives its parent.

pyttsx3 2.99 on espeak-ng has races, which decide how this file looks. Its first `runAndWait` comes back before the
prompt is there, so an empty one goes before. Each begins by cancelling what espeak-ng's own thread has not got to, be
it the rate (5 of 320 fresh engines spoke at the wrong one) or the prompt, so that thread is waited for. An exception
in its callback leaves us waiting for ever, so it ends us; our parent then starts afresh.
What the customer hears is in memory only, never in a temporary file, on standard error or in a log.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import wave
from queue import SimpleQueue
from typing import Any, BinaryIO

import pyttsx3
from pyttsx3.drivers import _espeak as espeak

RATE = 22050


class Engine:
    """pyttsx3, one prompt at a time. Voice and rate may change between them: of 600 prompts of six voices at three
    rates, in random order, none was spoken by another."""

    def __init__(self, voice: str, words_a_minute: int) -> None:
        self._engine = pyttsx3.init("espeak")
        self._file = os.memfd_create("prompt")  # pyttsx3 can only write to a name
        self._run()  # until the first has ended, properties only wait in a queue
        self._set(voice, words_a_minute)
        known = self._engine.getProperty("voices")
        self.voices = {str(one.id): [str(tag) for tag in one.languages] for one in known}
        # An unknown voice or variant (the part after +) is not refused: the one before stays.
        chosen = str(self._engine.getProperty("voice")).lower()
        self.unknown = voice.lower() not in {chosen, chosen.rpartition("/")[2]}

    def speak(self, text: str, voice: str, words_a_minute: int) -> bytes:
        """16-bit samples at `RATE`."""
        self._set(voice, words_a_minute)
        os.truncate(self._file, 0)
        self._engine.save_to_file(text, f"/proc/self/fd/{self._file}")
        self._run()
        try:
            with wave.open(f"/proc/self/fd/{self._file}") as file:
                samples: bytes = file.readframes(file.getnframes())
        except (EOFError, wave.Error):
            return b""
        return samples

    def _set(self, voice: str, words_a_minute: int) -> None:
        self._engine.setProperty("voice", voice)
        self._engine.setProperty("rate", words_a_minute)

    def _run(self) -> None:
        espeak.Synchronize()
        self._engine.runAndWait()


def answer(out: BinaryIO, line: dict[str, object], data: bytes = b"") -> None:
    out.write(json.dumps(line).encode() + b"\n" + data)
    out.flush()


def read_requests(requests: SimpleQueue[dict[str, Any]]) -> None:
    """In a thread of its own, so that the end of the parent is noticed while the engine speaks, or hangs."""
    for line in sys.stdin.buffer:
        requests.put(json.loads(line))
    os._exit(0)


def main(voice: str, words_a_minute: int) -> None:
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # pyttsx3 prints to standard output
    sys.unraisablehook = lambda _: os._exit(1)
    requests: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=read_requests, args=(requests,), daemon=True).start()
    try:
        engine = Engine(voice, words_a_minute)
    except Exception as error:  # whatever ctypes, espeak-ng and pyttsx3 raise, our parent has to be told
        answer(out, {"failed": f"{type(error).__name__}: {error}"})
        os._exit(1)  # a thread is still reading
    answer(out, {"voices": engine.voices, "unknown": engine.unknown})
    while True:
        asked = requests.get()
        data = engine.speak(asked["text"], asked["voice"], asked["rate"])
        answer(out, {"samples": len(data) // 2}, data)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
