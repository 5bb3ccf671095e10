"""Calendars to compute on: the shipped one, and made-up ones of ten years that are harder than any office's."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sla.calendar import CalendarDefinition, WorkingCalendar, compiled

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ROOT / "catalog" / "data" / "calendars" / "vn-public.yaml"
OFFICE = ["07:00-11:30", "13:30-17:00"]


@cache
def public_definition() -> CalendarDefinition:
    """The calendar of the public offices as shipped."""
    return CalendarDefinition.model_validate(yaml.safe_load(PUBLIC.read_text(encoding="utf-8")))


def public() -> WorkingCalendar:
    return compiled(public_definition())


def a_definition(**change: Any) -> CalendarDefinition:
    """A lawful small calendar of 2026: five days of two sessions."""
    given: dict[str, Any] = {
        "id": "office",
        "version": "1",
        "zone": "Asia/Ho_Chi_Minh",
        "first_day": date(2026, 1, 1),
        "last_day": date(2026, 12, 31),
        "weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE),
    }
    return CalendarDefinition.model_validate(given | change)


@cache
def ten_years() -> dict[str, WorkingCalendar]:
    """Calendars of 2020 to 2029 by name; the shipped one, which covers three years, among them."""
    uneven = {
        "mon": ["06:30-09:00", "09:00-12:15", "14:00-18:45"],
        "tue": ["13:00-00:00"],
        "wed": ["00:00-08:00"],
        "fri": ["08:00-11:00"],
        "sat": ["00:00-00:00"],
    }
    five_days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)
    six_days = {**five_days, "sat": ["07:30-11:30"]}
    return {
        "vn-public": public(),
        "five-days": compiled(_of_ten_years("five-days", five_days, "Asia/Ho_Chi_Minh", seed=1)),
        "six-days": compiled(_of_ten_years("six-days", six_days, "Asia/Ho_Chi_Minh", seed=2)),
        "uneven": compiled(_of_ten_years("uneven", uneven, "Asia/Ho_Chi_Minh", seed=3)),
        "amsterdam": compiled(_of_ten_years("amsterdam", five_days, "Europe/Amsterdam", seed=4)),
    }


@cache
def night_shift() -> WorkingCalendar:
    """A calendar whose windows lie on the hours that a clock change skips and repeats."""
    nights = {day: ["00:00-02:30", "02:45-04:00", "22:00-00:00"] for day in ("sat", "sun", "mon")}
    return compiled(
        a_definition(id="night", zone="Europe/Amsterdam", weekly=nights, days_off=[date(2026, 5, 4), date(2026, 5, 9)])
    )


def _of_ten_years(name: str, weekly: dict[str, list[str]], zone: str, seed: int) -> CalendarDefinition:
    """Holidays singly, in runs of up to nine days and on weekends, and make-up days, strewn by a seed."""
    chance = random.Random(seed)
    first, last = date(2020, 1, 1), date(2029, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    off: set[date] = set()
    for day in chance.sample(days[:-10], 130):
        off |= {day + timedelta(days=n) for n in range(chance.choice([1, 1, 1, 2, 5, 9]))}
    weekend = [day for day in days if day.weekday() > 4 and day not in off]
    made_up = [{"day": day, "takes": chance.choice(["mon", "fri"])} for day in chance.sample(weekend, 40)]
    return CalendarDefinition.model_validate(
        {
            "id": name,
            "version": "1",
            "zone": zone,
            "first_day": first,
            "last_day": last,
            "weekly": weekly,
            "days_off": sorted(off),
            "working_days": made_up,
        }
    )


def at(text: str) -> datetime:
    """An instant in the province: 2026-03-02 09:00."""
    return datetime.fromisoformat(f"{text}+07:00")
