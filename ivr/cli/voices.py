"""Say which voice speaks each language of the menus, and which others there are.

segue voices           the languages of the menus
segue voices de        the voices of a language

Another one is chosen by IVR_VOICE (the usual one) or IVR_VOICES (of single languages); docs/speech.md says how to get
better ones."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ivr import settings
from ivr.cli.complaint import Complaint
from ivr.cli.models import unused
from ivr.engine.languages import primary
from ivr.flows import read_folder, spoken_by_phone
from ivr.prompts import speaker_of
from ivr.settings import Settings
from recognition.speak import Speaker, SpeakFailed


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("language", nargs="?", help="a tag such as de or en-GB: list its voices")


async def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    try:
        with tempfile.TemporaryDirectory(prefix="segue-voices-") as folder:
            async with speaker_of(replace(setting, data_dir=Path(folder), asterisk_sounds=None)) as speaker:
                if chosen.language:
                    return _of_language(chosen.language, speaker)
                return _of_menus(setting, speaker)
    except SpeakFailed as error:
        raise Complaint(str(error)) from error


def _of_menus(setting: Settings, speaker: Speaker) -> int:
    flows, _ = read_folder(setting.menus, setting.services)
    spoken = spoken_by_phone(flows.values())
    unspoken = [language for language in sorted(spoken) if not speaker.speaks(language)]
    for language in sorted(spoken):
        others = len(_voices(speaker.tags(), language))
        told = f"{others} of its own: segue voices {primary(language)}" if others else "none of its own"
        print(f"{language:8} {speaker.speaking(language)} ({told})")
    for language in unused(setting.voices, spoken):
        print(f"IVR_VOICES: no menu speaks {language} by phone")
    for language in unspoken:
        print(f"{language} is hardly understood in another language: look for a voice in docs/speech.md, or record it")
    return 1 if unspoken else 0


def _of_language(language: str, speaker: Speaker) -> int:
    found = _voices(speaker.tags(), language)
    for name, tags in found.items():
        print(f"{name:24} {', '.join(tags)}")
    print(f"{language} is spoken by {speaker.speaking(language)}")
    if not found:
        print(f"espeak-ng has no voice of {language}; see docs/speech.md for others")
    return 0 if found else 1


def _voices(tags: Mapping[str, Sequence[str]], language: str) -> dict[str, Sequence[str]]:
    """Those of a language, whatever the region."""
    wanted = primary(language)
    own = {name: known for name, known in tags.items() if any(primary(tag) == wanted for tag in known)}
    return dict(sorted(own.items()))
