"""How customers went through a menu: counted from the history, by the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Text, func, literal_column, select, text, union_all
from sqlalchemy import bindparam as given
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement, GenericFunction

from context_bridge.database import Row
from context_bridge.records import StepTraffic
from context_bridge.tables import history, journey


class Told(GenericFunction[str]):
    """One text of a turn's JSON: `Told(history.c.body, "reason")`."""

    type = Text()
    inherit_cache = True


class Visited(FunctionElement[str]):
    """The steps that a turn led to, as rows."""

    inherit_cache = True


@compiles(Told, "sqlite")
def _told_sqlite(element: Told, compiler: Any, **options: Any) -> str:
    body, key = (compiler.process(part, **options) for part in element.clauses)
    return f"json_extract({body}, '$.' || {key})"


@compiles(Told, "postgresql")
def _told_postgresql(element: Told, compiler: Any, **options: Any) -> str:
    body, key = (compiler.process(part, **options) for part in element.clauses)
    return f"(CAST({body} AS json) ->> {key})"


@compiles(Visited, "sqlite")
def _visited_sqlite(element: Visited, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)}, '$.visited')"


@compiles(Visited, "postgresql")
def _visited_postgresql(element: Visited, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json) -> 'visited')"


def _told(key: str) -> Told:
    return Told(history.c.body, literal_column(f"'{key}'"))


_in_menu = (
    journey.c.id == history.c.journey,
    journey.c.menu == given("menu"),
    history.c.at >= given("since"),
)
_visited = Visited(history.c.body).table_valued("value", name="visited")
TRAFFIC = union_all(
    select(literal_column("'visits'").label("what"), _visited.c.value.label("step"), func.count())
    .where(*_in_menu)
    .select_from(journey, history, _visited)
    .group_by(_visited.c.value),
    select(_told("reason"), _told("step"), func.count())
    .where(*_in_menu, text("history.kind = 'Left'"))
    .group_by(_told("reason"), _told("step")),
    select(literal_column("'exhausted'"), _told("exhausted"), func.count())
    .where(*_in_menu, _told("exhausted").is_not(None))
    .group_by(_told("exhausted")),
)
# What a line of `TRAFFIC` counts; who left because we hung up has come to the end.
MEANS = {"visits": "visits", "caller": "left", "dropped": "dropped", "exhausted": "exhausted"}


def traffic_of(rows: Iterable[Row]) -> dict[str, StepTraffic]:
    """The lines of `TRAFFIC`, by step."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for what, step, count in rows:
        if step is not None and what in MEANS:
            found[step][MEANS[what]] = count
    return {step: StepTraffic(**counts) for step, counts in found.items()}
