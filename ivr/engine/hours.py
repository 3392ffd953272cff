"""Opening hours: whether we are open at a time. Pure: the time comes in; zones and holidays are data of libraries.

Spans are of the clock on the wall: 08:00 is eight o'clock on the day the clocks change, too. A span over midnight
belongs to the day on which it begins. Only this module imports `holidays`, and only for hours that keep some: it costs
a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from ivr.engine.flow import Hours

State = Literal["open", "closed", "holiday"]
STATES: tuple[State, ...] = ("open", "closed", "holiday")
MIDNIGHT = 24 * 60  # minutes; a span that ends later ends on the next day

Spans = tuple[tuple[int, int], ...]


def state_at(hours: Hours, at: float) -> State:
    """`at` in Unix seconds. A holiday is `holiday` unless we are open on it: late from the day before, or because it
    is a special day."""
    try:
        now = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(hours.zone))
        yesterday = now.date() - timedelta(days=1)
    except (ValueError, OverflowError, OSError):  # a time that no calendar has
        return "closed"
    today, minute = now.date(), now.hour * 60 + now.minute
    if _within(_spans(hours, today), minute) or _within(_spans(hours, yesterday), minute + MIDNIGHT):
        return "open"
    return "holiday" if today.isoformat() not in hours.special and _is_holiday(hours, today) else "closed"


@cache
def calendar(country: str, region: str | None) -> Container[date]:
    """The public holidays of a country (ISO 3166) or of one of its regions. Raises `LookupError`, which says
    what to write."""
    import holidays  # here, see above

    known = holidays.list_supported_countries()
    if country not in known:
        raise LookupError("write a country, or a country and its region: US, US-NY, DE-BY")
    if region and region not in known[country]:
        there = ", ".join(known[country])
        raise LookupError(f"regions of {country} are: {there}" if there else f"write {country}: it has no regions")
    return holidays.country_holidays(country, subdiv=region)


def _spans(hours: Hours, day: date) -> Spans:
    """When we are open on a day, as far as it begins then."""
    special = hours.special.get(day.isoformat())
    if special is not None:
        return special
    return () if _is_holiday(hours, day) else hours.week[day.weekday()]


def _is_holiday(hours: Hours, day: date) -> bool:
    return hours.country is not None and day in calendar(hours.country, hours.region)


def _within(spans: Spans, minute: int) -> bool:
    return any(begin <= minute < end for begin, end in spans)
