"""Opening hours: weeks, nights, clocks that change, public holidays and special days."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.engine.flow import Hours
from ivr.engine.hours import STATES, calendar, state_at

NEW_YORK = "America/New_York"
DAY, NIGHT = ((8 * 60, 20 * 60),), ((22 * 60, 26 * 60),)
OFFICE = Hours("office", NEW_YORK, (*[DAY] * 5, ((9 * 60, 13 * 60),), ()), country="US", region="NY")
BAR = Hours("bar", "Europe/Berlin", (*[()] * 4, NIGHT, NIGHT, ()))


def at(text: str, zone: str = NEW_YORK, fold: int = 0) -> float:
    """Unix seconds of what the clock on the wall says."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-11-02 07:59", "closed"),
        ("2026-11-02 08:00", "open"),
        ("2026-11-02 19:59", "open"),
        ("2026-11-02 20:00", "closed"),
        ("2026-11-07 12:59", "open"),  # a Saturday
        ("2026-11-07 13:00", "closed"),
        ("2026-11-08 10:00", "closed"),  # a Sunday
    ],
)
def test_a_week(time: str, expected: str) -> None:
    assert state_at(OFFICE, at(time)) == expected


@pytest.mark.parametrize("day", ["2026-03-09", "2026-11-02"])
def test_eight_is_eight_on_the_wall_after_the_clocks_changed(day: str) -> None:
    """In New York they change on 2026-03-08 and on 2026-11-01: the same hour in winter and summer is another in UTC."""
    assert state_at(OFFICE, at(f"{day} 08:00")) == "open"
    assert state_at(OFFICE, at(f"{day} 08:00") - 1) == "closed"
    before = datetime.fromisoformat(day).date()
    assert datetime.fromtimestamp(at(f"{day} 08:00"), ZoneInfo("UTC")).hour == (12 if before.month == 3 else 13)


def test_the_hour_that_there_is_twice_and_the_one_that_there_is_not() -> None:
    early = Hours("early", NEW_YORK, (((60, 120),),) * 7)  # 01:00-02:00
    assert [state_at(early, at("2026-11-01 01:30", fold=n)) for n in (0, 1)] == ["open", "open"]
    assert state_at(early, at("2026-11-01 02:00")) == "closed"
    missing = Hours("missing", NEW_YORK, (((120, 180),),) * 7)  # 02:00-03:00
    spring = at("2026-03-08 01:59") + 60  # the clock goes on from there to 03:00
    assert state_at(missing, spring) == "closed"


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-11-06 21:59", "closed"),  # a Friday
        ("2026-11-06 22:00", "open"),
        ("2026-11-07 01:59", "open"),
        ("2026-11-07 02:00", "closed"),
        ("2026-11-08 01:00", "open"),  # of Saturday night
        ("2026-11-08 22:00", "closed"),  # Sunday
        ("2026-11-06 01:00", "closed"),  # nobody was open on Thursday night
    ],
)
def test_a_span_over_midnight_belongs_to_the_day_on_which_it_begins(time: str, expected: str) -> None:
    assert state_at(BAR, at(time, "Europe/Berlin")) == expected


def test_a_night_across_the_change_of_clocks_ends_at_two_on_the_wall() -> None:
    """In Berlin the clock went from 02:00 to 03:00 on Sunday, 2026-03-29, and back from 03:00 on 2026-10-25."""
    assert state_at(BAR, at("2026-03-29 01:59", "Europe/Berlin")) == "open"
    assert state_at(BAR, at("2026-03-29 01:59", "Europe/Berlin") + 60) == "closed"
    autumn = [state_at(BAR, at("2026-10-25 02:30", "Europe/Berlin", fold)) for fold in (0, 1)]
    assert autumn == ["closed", "closed"]


def test_holidays_are_those_of_the_region() -> None:
    thanksgiving, epiphany = "2026-11-26", "2026-01-06"
    assert state_at(OFFICE, at(f"{thanksgiving} 10:00")) == "holiday"
    assert state_at(OFFICE, at("2026-11-27 10:00")) == "open"
    week = (DAY,) * 7
    bavaria = Hours("b", "Europe/Berlin", week, country="DE", region="BY")
    berlin = Hours("b", "Europe/Berlin", week, country="DE", region="BE")
    assert state_at(bavaria, at(f"{epiphany} 10:00", "Europe/Berlin")) == "holiday"
    assert state_at(berlin, at(f"{epiphany} 10:00", "Europe/Berlin")) == "open"


def test_a_special_day_has_its_own_hours_even_on_a_holiday() -> None:
    christmas = {"2026-12-25": ((540, 720),), "2026-12-28": ()}
    hours = Hours("office", NEW_YORK, OFFICE.week, christmas, "US", "NY")
    assert state_at(hours, at("2026-12-25 10:00")) == "open"
    assert state_at(hours, at("2026-12-25 13:00")) == "closed"  # not a holiday: it has hours
    assert state_at(hours, at("2026-12-28 10:00")) == "closed"
    assert state_at(OFFICE, at("2026-12-25 10:00")) == "holiday"


def test_a_night_before_a_holiday_ends_as_it_always_does_and_that_of_the_holiday_does_not_begin() -> None:
    nights = Hours("bar", "Europe/Berlin", (NIGHT,) * 7, country="DE")
    assert state_at(nights, at("2026-12-25 01:00", "Europe/Berlin")) == "open"
    assert state_at(nights, at("2026-12-25 03:00", "Europe/Berlin")) == "holiday"
    assert state_at(nights, at("2026-12-25 22:30", "Europe/Berlin")) == "holiday"
    assert state_at(nights, at("2026-12-27 01:00", "Europe/Berlin")) == "closed"


def test_round_the_clock() -> None:
    always = Hours("always", NEW_YORK, (((0, 1440),),) * 7)
    assert all(state_at(always, at("2026-11-01 00:00") + 600 * n) == "open" for n in range(24 * 7 * 6))


@given(st.floats(), st.sampled_from([OFFICE, BAR]))
def test_any_time_has_a_state(time: float, hours: Hours) -> None:
    assert state_at(hours, time) in STATES


@pytest.mark.parametrize(
    ("country", "region", "told"), [("ZZ", None, "US-NY"), ("US", "QQ", "US are: AK"), ("FJ", "QQ", "write FJ")]
)
def test_holidays_of_nowhere_are_refused(country: str, region: str | None, told: str) -> None:
    with pytest.raises(LookupError, match=told):
        calendar(country, region)
