"""The command line `segue`: one file a command, with `add(commands)` for its arguments and a function that runs it.

A command returns its exit code: 0 all is well, 1 it found something wrong, 2 it could not be carried out. What is
wrong is one sentence with a remedy; only a mistake of ours ends in a stack trace.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import sys
from collections.abc import Sequence

from context_bridge.records import StoreUnavailable
from ivr.cli import check, doctor, migrate, serve, talk, test
from ivr.cli.complaint import Complaint
from ivr.conversation_file import ConversationMistakes
from ivr.engine.loader import MenuMistakes
from ivr.flows import UnknownMenu
from ivr.settings import SettingsError
from recognition.speak import SpeakFailed

# Each of these says what to do, so its message is all that people need to see.
TOLD = (Complaint, SettingsError, MenuMistakes, ConversationMistakes, UnknownMenu, StoreUnavailable, SpeakFailed)


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        result = chosen.command(chosen)
        return int(asyncio.run(result) if inspect.iscoroutine(result) else result)
    except TOLD as error:
        for line in str(error).splitlines():
            print(f"segue: {line}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130  # as shells report a program that Ctrl-C ended
    except BrokenPipeError:
        sys.stderr.close()  # the reader left (`segue check | head`); there is nobody to tell
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="segue",
        description="An IVR and contact-center server on which a customer never has to start over.",
        epilog="Settings are read from IVR_* variables; docs/operations.md lists them.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for module in (serve, check, talk, test, migrate, doctor):
        module.add(commands)
    return parser
