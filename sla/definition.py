"""What a working calendar is made of: the data that the catalogue holds and that travels inside a case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

from sla.errors import CalendarInvalid, OverlappingWindows, UnknownFlag, UnknownZone, UnsortedWindows

YEARS_MAX: Final = 60
WINDOWS_PER_DAY_MAX: Final = 12

Name = Annotated[str, Field(min_length=1, max_length=100)]


class Weekday(StrEnum):
    """The days of the week as the catalogue writes them, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


WEEKDAYS: Final = tuple(Weekday)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(_Data):
    """Opening hours within one day, local time, whole minutes: from `opens` up to but not including `closes`.

    Written `"07:00-11:30"`. A window that closes at 00:00 closes at the day's end.
    """

    opens: time
    closes: time

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if isinstance(value, str):
            opens, dash, closes = value.partition("-")
            if not dash:
                raise CalendarInvalid.of("not_a_window", field="window", given=repr(value))
            return {"opens": opens.strip(), "closes": closes.strip()}
        return value

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in ("opens", "closes"):
            value: time = getattr(self, name)
            if value.second or value.microsecond or value.tzinfo is not None:
                raise CalendarInvalid.of("not_whole_minutes", field=name, given=value.isoformat())
        if self.closing_minute <= self.opening_minute:
            raise CalendarInvalid.of(
                "window_reversed", field="closes", closes=f"{self.closes:%H:%M}", opens=f"{self.opens:%H:%M}"
            )
        return self

    @property
    def opening_minute(self) -> int:
        """Minutes from the day's start to the opening."""
        return self.opens.hour * 60 + self.opens.minute

    @property
    def closing_minute(self) -> int:
        """Minutes from the day's start to the closing; 1440 for a window that closes at the day's end."""
        return (self.closes.hour * 60 + self.closes.minute) or 24 * 60

    @model_serializer
    def _text(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


class DayException(_Data):
    """A make-up working day, and the weekday whose windows it takes."""

    day: date
    takes: Weekday = Weekday.MON
    instead_of: date | None = None
    """The day off that is worked on it; what was published before names it in `source` alone."""
    source: str = ""


class FlaggedDays(_Data):
    """Days that are off only where a flag is set: a holiday announced whose law is not confirmed."""

    flag: Name
    days: tuple[date, ...] = Field(min_length=1)
    source: str = ""


class CalendarDefinition(_Data):
    """A published version of a working calendar: law as data. Compact in JSON with `exclude_defaults`.

    Dates are local dates of `zone`. Flagged days are working days until `with_flags` takes them off.
    Raises pydantic's ValidationError; each report's `ctx["error"]` is an error of `sla.errors`.
    """

    id: Name
    version: Name
    zone: Name
    first_day: date
    last_day: date
    weekly: dict[Weekday, tuple[Window, ...]]
    days_off: tuple[date, ...] = ()
    working_days: tuple[DayException, ...] = ()
    flagged_days_off: tuple[FlaggedDays, ...] = ()
    source: str = ""
    verified: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        _refuse_unknown_zone(self.zone)
        _refuse_bad_validity(self.first_day, self.last_day)
        for weekday, windows in self.weekly.items():
            _refuse_bad_windows(weekday, windows)
        if not any(self.weekly.values()):
            raise CalendarInvalid.of("no_window", field="weekly")
        self._refuse_bad_days()
        return self

    def _refuse_bad_days(self) -> None:
        made_up = tuple(entry.day for entry in self.working_days)
        flagged = tuple(day for entry in self.flagged_days_off for day in entry.days)
        for field, days in (("days_off", self.days_off), ("working_days", made_up), ("flagged_days_off", flagged)):
            _refuse_bad_dates(field, days, self.first_day, self.last_day)
        for both in sorted(set(made_up) & {*self.days_off, *flagged}):
            raise CalendarInvalid.of("off_and_working", field="working_days", day=both)
        for entry in self.working_days:
            if entry.instead_of is not None and entry.instead_of not in self.days_off:
                raise CalendarInvalid.of("swap_not_off", field="working_days", day=entry.day, off=entry.instead_of)
            if not self.weekly.get(entry.takes):
                raise CalendarInvalid.of("takes_no_hours", field="working_days", day=entry.day, takes=entry.takes)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of the canonical JSON: the same rules have the same digest wherever they travel."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(
            json.dumps(content, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()

    def compact(self) -> dict[str, Any]:
        """The definition as plain JSON values, without what is at its default."""
        return self.model_dump(mode="json", exclude_defaults=True)


def with_flags(definition: CalendarDefinition, flags: Collection[str]) -> CalendarDefinition:
    """The calendar with the flagged days of the set flags taken off and the flags resolved.

    A flag that is not set leaves its days as working days. Raises UnknownFlag for a flag the calendar does not have.
    """
    known = {entry.flag for entry in definition.flagged_days_off}
    for flag in sorted(set(flags) - known):
        raise UnknownFlag.of("unknown_flag", field="flags", calendar=definition.id, flag=repr(flag))
    taken = {day for entry in definition.flagged_days_off if entry.flag in flags for day in entry.days}
    content = definition.compact() | {
        "days_off": sorted({*definition.days_off, *taken}),
        "flagged_days_off": (),
    }
    return CalendarDefinition.model_validate(content)


def _refuse_unknown_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone.of("unknown_zone", field="zone", zone=repr(zone)) from error


def _refuse_bad_validity(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise CalendarInvalid.of("validity_reversed", field="last_day", first=first_day, last=last_day)
    if last_day.year - first_day.year >= YEARS_MAX or not date(1900, 1, 1) <= first_day <= last_day < date(3000, 1, 1):
        raise CalendarInvalid.of(
            "validity_implausible", field="last_day", first=first_day, last=last_day, most=YEARS_MAX
        )


def _refuse_bad_windows(weekday: Weekday, windows: tuple[Window, ...]) -> None:
    field = f"weekly.{weekday}"
    if len(windows) > WINDOWS_PER_DAY_MAX:
        raise CalendarInvalid.of("too_many_windows", field=field, count=len(windows), most=WINDOWS_PER_DAY_MAX)
    for earlier, later in pairwise(windows):
        if later.opening_minute < earlier.opening_minute:
            raise UnsortedWindows.of(
                "windows_unsorted", field=field, later=f"{later.opens:%H:%M}", earlier=f"{earlier.opens:%H:%M}"
            )
        if later.opening_minute < earlier.closing_minute:
            raise OverlappingWindows.of(
                "windows_overlap", field=field, later=f"{later.opens:%H:%M}", closes=f"{earlier.closes:%H:%M}"
            )


def _refuse_bad_dates(field: str, days: Iterable[date], first_day: date, last_day: date) -> None:
    seen: set[date] = set()
    for day in days:
        if day in seen:
            raise CalendarInvalid.of("day_twice", field=field, day=day)
        if not first_day <= day <= last_day:
            raise CalendarInvalid.of("day_outside", field=field, day=day, first=first_day, last=last_day)
        seen.add(day)
