"""The steps of a file: each has one verb. Which verbs there are, and who reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivr.engine.loader import source, steps, submenus, values
from ivr.engine.loader.articles import article
from ivr.engine.loader.callback import callback
from ivr.engine.loader.draft import UNKNOWN
from ivr.engine.loader.mistakes import nearest, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.record import record
from ivr.engine.loader.source import Fields
from ivr.engine.loader.split import split
from ivr.engine.loader.surveys import survey
from ivr.engine.loader.transfer import transfer
from ivr.engine.loader.verify import verify
from ivr.engine.steps import Goto, Step

VERBS: Mapping[str, Callable[[Reader], Step]] = {
    **steps.VERBS,
    "transfer": transfer,
    "split": split,
    "record": record,
    "callback": callback,
    "verify": verify,
    "article": article,
    "survey": survey,
    "submenu": submenus.call,
    "return": submenus.returning,
}


def read_all(top: Reader) -> Mapping[str, Step]:
    """What stands under `steps:`."""
    found = {}
    with top.inside("steps", "write at least one step") as every:
        for name, place, node in every.entries():
            top.draft.step_places[name] = place
            every.checked("the name of a step", source.Text(place, name, True), values.name, "")
            reader = every.reader(name, node, "write a step: its verb, and where it goes next")
            found[name] = read(Reader(reader.fields, top.draft, "step", name, reader.quiet))
        if not found:
            every.missing("steps", "write at least one step")
    return {**found, **top.draft.made_steps}


def read(step: Reader) -> Step:
    """The step of this mapping; what is not readable at all becomes a way to nowhere."""
    verbs = [verb for verb in VERBS if step.has(verb)] or _misspelt_verbs(step)
    if len(verbs) == 1:
        with step:
            return VERBS[verbs[0]](step)
    if verbs:
        step.wrong(step.fields.place, f"has {len(verbs)} verbs: {', '.join(verbs)}", "make a step of each")
    elif not step.quiet:
        step.wrong(step.fields.place, "has no verb", f"give it one of: {', '.join(VERBS)}")
    return Goto(UNKNOWN)


def _misspelt_verbs(step: Reader) -> list[str]:
    """The verbs that were probably meant. The step is read on as if they had been written."""
    meant = {key: verb for key in step.fields.entries if (verb := nearest(key, VERBS))}
    for key, verb in meant.items():
        step.wrong(step.fields.entries[key].place, f"{quoted(key)} is no verb", f'did you mean "{verb}"?')
    entries = {meant.get(key, key): entry for key, entry in step.fields.entries.items()}
    step.fields = Fields(step.fields.place, entries, step.fields.inline)
    return list(dict.fromkeys(meant.values()))
