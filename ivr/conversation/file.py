"""Conversation files: YAML to `Conversation`, or every mistake at once. The language is described in
docs/conversations.md; what each node must look like, so that it can be read at all, in `nodes`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from ivr.conversation import told
from ivr.conversation.nodes import ConversationMistakes, Nodes
from ivr.engine.events import Channel
from ivr.engine.journey import Status

CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
DEEDS: Final[tuple[told.Deed, ...]] = get_args(told.Deed)
EXPECTATIONS: Final = ("hears", "hears_not", "known", "status", "language", "trust", "sent", "callback", "refused")
DOES: Final[tuple[told.Does, ...]] = get_args(told.Does)
MISSED: Final[tuple[Literal["busy", "failed"], ...]] = ("busy", "failed")
PROMISED: Final = ("queue", "number", "when")
TOP: Final = (
    *("conversation", "menu", "at", "caller", "customers", "services", "splits", "turns", "never_asked_twice"),
)
TRUSTS: Final = ("0", "1", "2", "3", "4")
UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")


def load(source: str, file: str) -> told.Conversation:
    """Read a conversation. Raises `ConversationMistakes` and nothing else, whatever the text."""
    reader = _Reader(file)
    try:
        root = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        reader.mistake_at(mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, f"not YAML: {error.problem}")
        raise ConversationMistakes(tuple(reader.mistakes)) from error
    except (yaml.YAMLError, RecursionError) as error:
        reader.mistake_at(1, 1, "not YAML that can be read")
        raise ConversationMistakes(tuple(reader.mistakes)) from error
    conversation = reader.conversation(root)
    if reader.mistakes:
        raise ConversationMistakes(tuple(sorted(reader.mistakes, key=lambda m: (m.line, m.column))))
    return conversation


def seconds(text: str) -> float:
    """`90`, `90s`, `2m`, `8d` in seconds. Raises ValueError."""
    found = DURATION.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no duration")
    return float(found[1]) * UNITS[found[2] or "s"]


class _Reader(Nodes):
    """One conversation, from its top down."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self._caller: str | None = None

    def conversation(self, root: yaml.Node | None) -> told.Conversation:
        if not isinstance(root, yaml.MappingNode):
            self.mistake_at(1, 1, "this is no conversation", "begin with `conversation:` and what it shows")
            return told.Conversation("", self.file, "", ())
        top = self.fields(root, TOP)
        for needed in ("conversation", "menu", "turns"):
            if needed not in top:
                self.mistake(root, f"`{needed}` is missing", f"add `{needed}: …`")
        self._caller = self.number(top["caller"]) if "caller" in top else None
        return told.Conversation(
            name=self.text(top.get("conversation")),
            file=self.file,
            menu=self.text(top.get("menu")),
            turns=tuple(self.turn(node) for node in self.items(top.get("turns"))),
            services={name: self.answers(node) for name, node in self.pairs(top.get("services"))},
            customers={
                name: tuple(self.text(n) for n in self.one_or_many(node))
                for name, node in self.pairs(top.get("customers"))
            },
            never_asked_twice=self.yes_no(top["never_asked_twice"]) if "never_asked_twice" in top else True,
            at=self.time(top["at"]) if "at" in top else None,
            splits={name: self.text(node) for name, node in self.pairs(top.get("splits"))},
        )

    def turn(self, node: yaml.Node) -> told.Turn:
        line = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return told.Turn(line, self.act(node, node.value, None), node.value)
        fields = self.fields(node, (*READERS, *DEEDS, *EXPECTATIONS))
        acts = [name for name in fields if name not in EXPECTATIONS]
        if len(acts) > 1:
            self.mistake(node, f"{acts[0]} and {acts[1]} in one turn", "begin each act with a dash of its own")
        act = self.act(node, acts[0], fields[acts[0]]) if acts else None
        if act is None and ("hears" in fields or "hears_not" in fields):
            self.mistake(node, "nothing happens in this turn, so nothing is heard", "put `hears` under the act before")
        return told.Turn(
            line=line,
            act=act,
            shown=_shown(acts[0], fields[acts[0]]) if acts else "then",
            hears=tuple(self.text(n) for n in self.one_or_many(fields.get("hears"))),
            hears_not=tuple(self.text(n) for n in self.one_or_many(fields.get("hears_not"))),
            known={name: self.maybe_text(n) for name, n in self.pairs(fields.get("known"))},
            status=self.one_of(fields["status"], STATUSES) if "status" in fields else None,
            language=self.text(fields["language"]) if "language" in fields else None,
            trust=int(self.one_of(fields["trust"], TRUSTS)) if "trust" in fields else None,
            sent=tuple(self.text(n) for n in self.one_or_many(fields.get("sent"))),
            callback=self.callback(fields["callback"]) if "callback" in fields else {},
            refused=self.yes_no(fields["refused"]) if "refused" in fields else False,
        )

    def act(self, turn: yaml.Node, name: str, value: yaml.Node | None) -> told.Act | None:
        if name in DEEDS:
            if value is not None and self.maybe_text(value):
                self.mistake(value, f"`{name}` takes nothing", "leave it empty")
            return told.Do(name)
        if name not in READERS:
            self.unknown(turn, name, (*READERS, *DEEDS))
            return None
        if value is None:
            self.mistake(turn, f"`{name}` needs something", f"write `{name}: …`")
            return None
        return READERS[name](self, value)

    def call(self, node: yaml.Node) -> told.Act:
        if isinstance(node, yaml.ScalarNode):
            return told.Call(self.one_of(node, CHANNELS), self._caller)
        fields = self.fields(node, ("channel", "number", "language"))
        return told.Call(
            channel=self.one_of(fields["channel"], CHANNELS) if "channel" in fields else "voice",
            number=self.number(fields["number"]) if "number" in fields else self._caller,
            language=self.text(fields["language"]) if "language" in fields else None,
        )

    def press(self, node: yaml.Node) -> told.Act:
        keys = self.text(node).replace(" ", "")
        if not re.fullmatch(r"[0-9*#]+", keys):
            self.mistake(node, f"a phone has no keys “{keys}”", "use 0 to 9, * and #, quoted: press: '12#'")
        return told.Press(keys)

    def speak(self, node: yaml.Node) -> told.Act:
        """The words alone, or how sure recognition is of them."""
        if isinstance(node, yaml.ScalarNode):
            return told.Speak(self.text(node))
        fields = self.fields(node, ("say", "confidence"))
        confidence = self.share(fields["confidence"]) if "confidence" in fields else 1.0
        return told.Speak(self.text(fields.get("say")), confidence)

    def share(self, node: yaml.Node) -> float:
        text = self.text(node)
        if not re.fullmatch(r"0(\.[0-9]{1,3})?|1(\.0{1,3})?", text):
            self.mistake(node, f"{text!r} is not between 0 and 1", "write it like 0.6")
            return 1.0
        return float(text)

    def duration(self, node: yaml.Node) -> float:
        try:
            return seconds(self.text(node))
        except ValueError as error:
            self.mistake(node, str(error), "write it like 30s, 2m, 3h or 8d")
            return 0.0

    def flip(self, node: yaml.Node) -> told.Act:
        return told.Flip({name: self.one_of(state, ("on", "off")) == "on" for name, state in self.pairs(node)})

    def time(self, node: yaml.Node) -> float | None:
        """`2026-12-24 18:00 Europe/Berlin` in Unix seconds."""
        text, _, zone = self.text(node).rpartition(" ")
        try:
            return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone)).timestamp()
        except (ValueError, ZoneInfoNotFoundError):
            self.mistake(node, "this is no time in a zone", "write it like 2026-12-24 18:00 Europe/Berlin")
            return None

    def callback(self, node: yaml.Node) -> Mapping[str, str]:
        """The queue alone, or what is to be looked at."""
        if isinstance(node, yaml.ScalarNode):
            return {"queue": self.text(node)}
        return {name: self.text(value) for name, value in self.fields(node, PROMISED).items()}

    def number(self, node: yaml.Node) -> str | None:
        text = self.text(node)
        if text == "withheld":
            return None
        if not re.fullmatch(r"\+[0-9]{5,15}|[0-9]{2,15}", text):
            self.mistake(node, f"{text!r} is no phone number", "write it like '+14155550134', or withheld")
        return text

    def answers(self, node: yaml.Node) -> tuple[told.Answer, ...]:
        return tuple(self.answer(n) for n in self.one_or_many(node))

    def answer(self, node: yaml.Node) -> told.Answer:
        if isinstance(node, yaml.MappingNode):
            return {name: self.text(value) for name, value in self.pairs(node)}
        if self.text(node) != "fails":
            self.mistake(node, "a back office gives values or fails", "write {status: on its way} or fails")
        return None


def _shown(act: str, node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return f"{act} {node.value}".strip()
    return act


READERS: Final[Mapping[str, Callable[[_Reader, yaml.Node], told.Act]]] = {
    "call": _Reader.call,
    "press": _Reader.press,
    "choose": lambda reader, node: told.Choose(reader.text(node)),
    "type": lambda reader, node: told.Type(reader.text(node)),
    "speak": _Reader.speak,
    "unheard": lambda reader, node: told.Missed(reader.one_of(node, MISSED)),
    "record": lambda reader, node: told.Record(reader.duration(node)),
    "wait": lambda reader, node: told.Wait(reader.duration(node)),
    "switch": _Reader.flip,
    "other_end": lambda reader, node: told.OtherEnd(reader.one_of(node, DOES)),
}
