"""The command line `segue`: one module a command, with `add(parser)` for its arguments and `run(chosen)`.

A command returns its exit code: 0 all is well, 1 it found something wrong, 2 it could not be carried out. What is
wrong is one sentence with a remedy; only a mistake of ours ends in a stack trace.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
import logging
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from context_bridge.contract import StoreUnavailable
from ivr.cli.complaint import Complaint
from ivr.conversation import ConversationMistakes
from ivr.engine.loader import MenuMistakes
from ivr.flows import UnknownMenu
from ivr.publishing.publisher import Refused
from ivr.settings import SettingsError

COMMANDS = {
    "serve": "answer calls and chats",
    "check": "find the mistakes in menus",
    "talk": "try a menu in the terminal",
    "test": "play the conversations of the menus",
    "replay": "keep a journey that happened as a test",
    "journeys": "find out what happened to a customer",
    "schema": "print the JSON Schema of menus, for editors",
    "diagram": "print the diagram of a menu as Mermaid text",
    "publish": "put the menus of a folder in force",
    "versions": "list the versions of a menu",
    "diff": "tell in words what differs between two versions",
    "rollback": "put an older version in force again",
    "switch": "flip a switch of the menus, or list them",
    "ears": "keep what customers say for some hours, where they agree",
    "migrate": "bring the database up to date",
    "models": "say what listens to callers, in each language",
    "voices": "say what speaks to callers, in each language",
    "doctor": "say what is wrong with this installation",
}
# Each of these says what to do, so its message is all that people need to see.
TOLD = (Complaint, SettingsError, MenuMistakes, ConversationMistakes, UnknownMenu, Refused, StoreUnavailable)


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] not in COMMANDS:
        _overview().parse_args(given or ["--help"])
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # of numpy, whose sums here are too small to be shared out
    # Only the command that is wanted: an editor that checks a menu need not wait for the database's libraries.
    command = importlib.import_module(f"ivr.cli.{given[0]}")
    parser = argparse.ArgumentParser(
        prog=f"segue {given[0]}", description=command.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add(parser)
    if logging.lastResort is not None:  # who sets up no logging, as all but `serve`, shows people errors only
        logging.lastResort.setLevel(logging.ERROR)
    try:
        result = command.run(parser.parse_args(given[1:]))
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


def _overview() -> argparse.ArgumentParser:
    """What `segue --help` shows, and who refuses an unknown command."""
    parser = argparse.ArgumentParser(
        prog="segue",
        description="An IVR and contact-center server on which a customer never has to start over.",
        epilog="Settings are read from IVR_* variables; docs/operations.md lists them.",
    )
    parser.add_argument("--version", action="version", version=f"segue {version('segue')}")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, what in COMMANDS.items():
        commands.add_parser(name, help=what)
    return parser
