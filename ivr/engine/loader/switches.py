"""Switches that ops flip live: `switches: {emergency: {title: Emergency, say: …, goto: closed}}`."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.engine.flow import Switch
from ivr.engine.loader import values
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.source import Text

STATES = ("on", "off")


def read(top: Reader) -> Mapping[str, Switch]:
    """All switches by name, which conditions may be about from then on."""
    if not top.has("switches"):
        top.accept("switches")
        return {}
    found = {}
    with top.inside("switches", "write switches by name: {emergency: {say: We are closed today.}}") as every:
        for name, place, node in every.entries():
            every.checked("the name of a switch", Text(place, name, True), values.name, "")
            with every.reader(name, node, "write what it does: {say: We are closed today.}") as switch:
                found[name] = Switch(
                    name=name,
                    title=switch.get("title", values.words, name.replace("_", " ")),
                    say=switch.prompt_or("say", None),
                    goto=switch.target("goto", None) or None,
                )
            top.draft.subjects[f"switch.{name}"] = STATES
    return found
