"""Be the customer of a menu, in the terminal.

Nothing is stored and nothing is sent; time passes only when told to. `--as-test` keeps what happened as a test."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import get_args

from ivr import settings
from ivr.backoffice import FIRST, Attempt, BackOfficeError, Values
from ivr.cli.complaint import Complaint
from ivr.cli.replay import write
from ivr.cli.transcript import Transcript
from ivr.conversation import (
    Act,
    Answer,
    Call,
    CannotPlay,
    Deed,
    Do,
    Does,
    Flip,
    OtherEnd,
    Press,
    Promised,
    Speak,
    Type,
    Wait,
    perform,
    seconds,
)
from ivr.conversation import Record as Message
from ivr.engine.actions import Collect, Enqueue, Record, Transfer
from ivr.engine.events import Channel
from ivr.engine.flow import Flow
from ivr.engine.steps import InvokeStep, Verify
from ivr.flows import read_folder
from ivr.rehearsal import Rehearsal, rehearse, text_of

HELP = """\
  1, 42#          press keys (by phone)         any words       say them, or write them (in a chat)
  /silence        say nothing                   /wait 2m        let time pass
  /drop           lose the line                 /hangup         hang up
  /call [NUMBER]  phone, or come back           /channel chat   come back in another channel
  /open           open the link that was sent   /code           give the one-time code that was sent
  /join  /finish  an agent takes the call, and is done
  /other answers  whom the call goes to answers; also: busy, unreachable, hangs_up
  /switch emergency on                          ops flip a switch of the menu
  /slots          what is known                 /quit           end"""
DEEDS: Mapping[str, Deed] = {
    "/silence": "silence",
    "/drop": "drop",
    "/hangup": "hang_up",
    "/open": "open_link",
    "/code": "give_code",
    "/join": "agent_joins",
    "/finish": "agent_finishes",
}
DOES: tuple[Does, ...] = get_args(Does)
WORDS_A_SECOND = 2.5  # of somebody who leaves a message
CHANNELS: tuple[Channel, ...] = get_args(Channel)


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = HELP
    parser.add_argument("menu", nargs="?", help="name of the menu; otherwise that of IVR_MENU")
    parser.add_argument("--channel", choices=CHANNELS, default="voice", help="how the customer comes (voice)")
    parser.add_argument("--number", default="+14155550134", help="who calls, or: withheld (%(default)s)")
    parser.add_argument(
        "--as-test",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write the conversation as a test file; - or none prints it",
    )


def run(chosen: argparse.Namespace) -> int:
    setting = settings.load()
    flows, _ = read_folder(setting.menus, setting.services)
    menu = chosen.menu or setting.menu
    if menu not in flows:
        raise Complaint(f"there is no menu {menu!r} in {setting.menus}; there are: {', '.join(sorted(flows))}")
    office = AskingBackOffice(flows[menu])
    # The terminal is read between the loop's turns: nothing runs meanwhile, and Ctrl-C works as everywhere.
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            player = runner.run(stack.enter_async_context(rehearse(flows, office, region=setting.region)))
            talk = Talk(runner, player, flows[menu], chosen.number)
            talk.play(talk.arrival(chosen.channel))
            while (line := _read("> ")) is not None and line != "/quit":
                talk.line(line)
            if chosen.as_test is not None:
                write(talk.transcript.as_test(menu, office.given), chosen.as_test)
        finally:
            runner.run(stack.aclose())
    return 0


@dataclass
class Talk:
    """One talk: lines of the terminal to acts, what is heard to lines of the terminal."""

    runner: asyncio.Runner
    player: Rehearsal
    flow: Flow
    number: str
    transcript: Transcript = field(default_factory=Transcript)
    sent: int = 0
    promised: Promised | None = None

    def line(self, line: str) -> None:
        if not line:
            return
        if line == "/help":
            print(HELP)
        elif line == "/slots":
            self._show_slots()
        elif isinstance(act := self._act(line), str):
            print(f"  ({act})")
        else:
            self.play(act)

    def play(self, act: Act) -> None:
        try:
            self.runner.run(perform(act, self.flow.menu, self.player))
        except CannotPlay as error:
            print(f"  ({error})")
            return
        heard = self.runner.run(self.player.heard())
        self.transcript.add(act, heard)
        for text in heard:
            print(f"  Segue: {text}")
        self._show_sent()
        self._show_wait()

    def arrival(self, channel: Channel) -> Act:
        return Call(channel, None if self.number == "withheld" else self.number)

    def _act(self, line: str) -> Act | str:
        """What the line stands for, or why it stands for nothing."""
        word, _, rest = line.partition(" ")
        if word.startswith("/"):
            return self._command(word, rest)
        if self.player.channel != "voice":
            return Type(line)
        keys = line.replace(" ", "")
        if set(keys) <= set("0123456789*#"):
            return Press(keys)
        if isinstance(self.player.waits_for, Record):
            return Message(max(1.0, round(len(line.split()) / WORDS_A_SECOND)))
        return Speak(line)

    def _command(self, word: str, rest: str) -> Act | str:
        match word:
            case _ if word in DEEDS:
                return Do(DEEDS[word])
            case "/wait":
                try:
                    return Wait(seconds(rest))
                except ValueError:
                    return "how long? /wait 30s, /wait 2m, /wait 8d"
            case "/call":
                self.number = rest or self.number
                return self.arrival("voice")
            case "/channel":
                channel = next((known for known in CHANNELS if known == rest), None)
                return self.arrival(channel) if channel else f"which one? {', '.join(CHANNELS)}"
            case "/other":
                does = next((known for known in DOES if known == rest), None)
                return OtherEnd(does) if does else f"what do they do? {', '.join(DOES)}"
            case "/switch":
                return self._flip(rest)
            case _:
                return f"{word} is no command; /help lists them"

    def _flip(self, rest: str) -> Act | str:
        name, _, state = rest.partition(" ")
        known = self.flow.switches
        if name not in known or state not in {"on", "off"}:
            return f"which one, on or off? {', '.join(known)}" if known else "this menu has no switches"
        return Flip({name: state == "on"})

    def _show_slots(self) -> None:
        journey = self.runner.run(self.player.journey())
        for name, slot in journey.slots.items() if journey else ():
            print(f"  {name} = {slot.value}  (by {slot.channel or 'the menu'})")
        if journey:
            trust = journey.contact.trust if journey.contact else 0
            language = journey.language or self.flow.language
            print(f"  {journey.status} at step {journey.step}, language {language}, trust {trust}")

    def _show_sent(self) -> None:
        messages = self.runner.run(self.player.messages())
        for row in messages[: len(messages) - self.sent]:
            print(f"  {row.kind} to {row.payload['to']}: {text_of(row)}")
        self.sent = len(messages)
        promised = self.runner.run(self.player.callback())
        if promised and promised != self.promised:
            when = promised.when or "at any time"
            print(f"  (a call is promised to {promised.number}, by queue {promised.queue}: {when})")
        self.promised = promised

    def _show_wait(self) -> None:
        match self.player.waits_for:
            case Collect() as wait if wait.options:
                print("  " + "  ".join(f"[{option.key or option.id}] {option.label}" for option in wait.options))
            case Record() if self.player.channel == "voice":
                print("  (a message is recorded: type its words, or /silence)")
            case Enqueue(queue=queue):
                print(f"  (waits for a person in queue {queue}; /join takes the call, /finish ends the talk)")
            case Transfer(to=to):
                print(f"  (calls {to}; /other answers, busy, unreachable or, when they have answered, hangs_up)")
            case None:
                print("  (nobody is on the line; /call, /channel chat or /open come back, /quit ends)")


class AskingBackOffice:
    """Back offices played by who sits at the terminal. `given` is what they answered, for the test file."""

    def __init__(self, flow: Flow, read: Callable[[str], str | None] | None = None) -> None:
        steps = flow.steps.values()
        checks = {step.service: ("ok",) for step in steps if isinstance(step, Verify)}  # yes or no
        self._values = checks | {
            step.service: tuple(step.save.values()) for step in steps if isinstance(step, InvokeStep)
        }
        self._read = read or _read
        self.given: dict[str, list[Answer]] = {}

    async def ask(self, service: str, arguments: Values, within: float, attempt: Attempt = FIRST) -> Values:  # noqa: ARG002  # who answers needs no name for it
        asked = ", ".join(f"{name} {value}" for name, value in arguments.items())
        print(f"  {service} is asked about {asked}. What does it answer within {within:g} s? (nothing: it fails)")
        values = {name: self._value(name) for name in self._values.get(service, ())}
        answer = values if all(values.values()) else None
        self.given.setdefault(service, []).append(answer)
        if answer is None:
            raise BackOfficeError(f"{service} did not answer")
        return answer

    def _value(self, name: str) -> str:
        while (line := self._read(f"    {name}: ")) and line.startswith("/"):
            print("  (the back office is asked: answer first, commands are for the > that follows)")
        return line or ""


def _read(prompt: str) -> str | None:
    """A line of the terminal; None when there are no more. Lines that come from a file are shown as if typed."""
    try:
        line = input(prompt).strip()
    except EOFError:
        print()
        return None
    if not sys.stdin.isatty():
        print(line)
    return line
