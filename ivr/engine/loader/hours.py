"""Opening hours: `hours: {office: {zone: America/New_York, mon-fri: 08:00-20:00, holidays: US-NY}}`."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Mapping

from ivr.engine.flow import Hours
from ivr.engine.hours import MIDNIGHT, STATES, Spans, calendar
from ivr.engine.loader import values
from ivr.engine.loader.mistakes import Place, Unfit, did_you_mean, nearest, quoted
from ivr.engine.loader.reader import Reader
from ivr.engine.loader.source import Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPAN = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)", re.ASCII)
REMEDY = "write {zone: America/New_York, mon-fri: 08:00-20:00}"


def read(top: Reader) -> Mapping[str, Hours]:
    """All hours by name, which conditions may be about from then on."""
    if not top.has("hours"):
        top.accept("hours")
        return {}
    found = {}
    with top.inside("hours", "write hours by name: {office: {zone: America/New_York, mon-fri: 08:00-20:00}}") as every:
        for name, place, node in every.entries():
            every.checked("the name of hours", Text(place, name, True), values.name, "")
            with every.reader(name, node, REMEDY) as hours:
                found[name] = _hours(hours, name)
            top.draft.subjects[f"hours.{name}"] = STATES
    return found


def _hours(hours: Reader, name: str) -> Hours:
    zone = hours.need("zone", _zone, "UTC", "name the time zone, such as America/New_York")
    country, region = hours.get("holidays", _holidays, None) or (None, None)
    with hours.reader("special", hours.node("special"), "write days: {2026-12-24: 09:00-12:00}") as special:
        days = {_date(special, day, place): _spans(special, day) for day, place, _ in special.entries()}
    return Hours(name, zone, _week(hours), days, country, region)


def _week(hours: Reader) -> tuple[Spans, ...]:
    """Seven days from Monday. A day that nobody names is closed."""
    week: dict[int, Spans] = {}
    keys = [(key, place) for key, place, _ in hours.entries() if key not in {"zone", "holidays", "special"}]
    for key, place in keys:
        days = list(_days(key))
        if not days:
            near = nearest(key, ["zone", "holidays", "special"])
            remedy = did_you_mean(key, [near]) if near else "write mon, mon-fri and the like"
            hours.wrong(place, f"{quoted(key)} is no day of the week", remedy)
        for day in days:
            if day in week:
                hours.wrong(place, f"{DAYS[day]} has hours already", "write them in one place, as a list")
            week[day] = _spans(hours, key)
    if not keys and not hours.quiet:
        hours.missing("mon-fri", "write when you are open: {mon-fri: 08:00-20:00}")
    return tuple(week.get(day, ()) for day in range(len(DAYS)))


def _days(key: str) -> Iterator[int]:
    """`mon`, `mon-fri`; a week has no end, so `sat-mon` are three days."""
    first, _, last = key.partition("-")
    if first in DAYS and (last or first) in DAYS:
        begin = DAYS.index(first)
        for day in range((DAYS.index(last or first) - begin) % len(DAYS) + 1):
            yield (begin + day) % len(DAYS)


def _spans(hours: Reader, key: str) -> Spans:
    """A span, a list of spans, or `closed`."""
    texts = hours.texts(key)
    if [text.value for text in texts] == ["closed"]:
        return ()
    if not texts:
        hours.missing(key, "write when you are open, or closed")
    return tuple(span for span in hours.several(key, _span) if span)


def _span(text: str) -> tuple[int, int]:
    """Minutes from midnight; the end of one over midnight is on the next day."""
    if found := SPAN.fullmatch(text.strip()):
        begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
        if max(int(found[2]), int(found[4])) < 60 and begin < MIDNIGHT and end <= MIDNIGHT and begin != end:
            return begin, end if end > begin else end + MIDNIGHT
    raise Unfit(f"{quoted(text)} is not a span of hours", "write it as 08:00-20:00, 22:00-02:00 or 00:00-24:00")


def _date(special: Reader, day: str, place: Place) -> str:
    return special.checked("special", Text(place, day, True), lambda text: values.canonical("date", text), day)


def _zone(text: str) -> str:
    try:
        return zoneinfo.ZoneInfo(text).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as `America`
        known = zoneinfo.available_timezones()
        near = nearest(text, known)
        remedy = did_you_mean(text, [near]) if near else "write its IANA name, such as America/New_York"
        raise Unfit(f"{quoted(text)} is no time zone", remedy) from None


def _holidays(text: str) -> tuple[str, str | None]:
    """`US` or `US-NY`."""
    country, _, region = text.partition("-")
    try:
        calendar(country, region or None)
    except LookupError as error:
        raise Unfit(f"no holidays are known of {quoted(text)}", str(error)) from None
    return country, region or None
