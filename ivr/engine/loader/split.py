"""`split`: a share of all journeys goes each way."""

from __future__ import annotations

from ivr.engine.loader.draft import UNKNOWN
from ivr.engine.loader.mistakes import Unfit, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.values import NUMBER
from ivr.engine.steps import Split


def split(step: Reader) -> Split:
    """`[{percent: 20, goto: new}, {else: old}]`; the last one takes the rest."""
    ways: list[tuple[float, str]] = []
    otherwise: str | None = None
    for item in step.list_of("split", "write a list: - {percent: 20, goto: …}, and at its end - {else: …}"):
        with item:
            if otherwise is not None:
                item.wrong(item.fields.place, "nothing can come behind else", "put this share before it")
            if item.has("else"):
                otherwise = item.target("else")
            else:
                ways.append((item.need("percent", _percent, 1.0, "write the share: percent: 20"), item.target("goto")))
    if otherwise is None:
        step.wrong(step.place("split"), "else is missing", "write at the end of the list: - {else: …}")
    if not ways:
        step.missing("split", "write at least one share: - {percent: 20, goto: …}")
    rest = 100 - sum(percent for percent, _ in ways)
    if rest <= 0:
        step.wrong(step.place("split"), f"nothing of 100 percent is left for else ({100 - rest:g})", "lower the shares")
    return Split((*ways, (max(rest, 0.0), otherwise or UNKNOWN)))


def _percent(text: str) -> float:
    text = text.strip().removesuffix("%").strip()
    if not NUMBER.fullmatch(text) or not 0 < float(text) < 100:
        raise Unfit(f"{quoted(text)} is no share", "write a number of percent between 0 and 100, such as 20")
    return float(text)
