"""The working windows of a calendar laid out on one time line, with the time zone's clock changes applied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sla.days import OfficeDays
from sla.definition import CalendarDefinition, Window

DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    """A stretch of working time: local day, opening and closing instant (UTC)."""

    day: date
    opens_at: datetime
    closes_at: datetime


def day_start_at(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the local day begins.

    Where the clock change skips midnight the day begins when the clock has moved on.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def spans(definition: CalendarDefinition, zone: ZoneInfo) -> Iterator[Span]:
    """The working windows of every day of the calendar, in order, without overlap."""
    days, day = OfficeDays(definition), definition.first_day
    while day <= definition.last_day:
        yield from _spans_of_day(day, days.windows(day), zone)
        day += DAY


def has_fixed_offset(definition: CalendarDefinition, zone: ZoneInfo) -> bool:
    """Whether the zone keeps one offset from UTC over the whole validity of the calendar."""
    at = day_start_at(definition.first_day, zone) - DAY
    last_at = day_start_at(definition.last_day, zone) + 2 * DAY
    offset = _offset(at, zone)
    while at <= last_at:
        if _offset(at, zone) != offset:
            return False
        at += DAY
    return True


def _spans_of_day(day: date, windows: tuple[Window, ...], zone: ZoneInfo) -> Iterator[Span]:
    """The instants whose local time lies in a window: an hour skipped does not count, an hour repeated twice."""
    if not windows:
        return
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    for begins_at, ends_at, offset in _segments(midnight - DAY, midnight + 2 * DAY, zone):
        for window in windows:
            opens_at = max(begins_at, midnight + timedelta(minutes=window.opening_minute) - offset)
            closes_at = min(ends_at, midnight + timedelta(minutes=window.closing_minute) - offset)
            if opens_at < closes_at:
                yield Span(day, opens_at, closes_at)


def _segments(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The parts of the stretch in which the zone keeps one offset."""
    begins_at, at = start_at, start_at
    while at < end_at:
        after = min(at + DAY, end_at)
        if _offset(after, zone) != _offset(at, zone):
            change_at = _change_between(at, after, zone)
            yield begins_at, change_at, _offset(at, zone)
            begins_at = change_at
        at = after
    yield begins_at, end_at, _offset(end_at - timedelta(seconds=1), zone)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the zone's offset changes. Zones change on whole seconds."""
    low, high = 0, int((after - before).total_seconds())
    offset = _offset(before, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(before + timedelta(seconds=middle), zone) == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    if offset is None:  # pragma: no cover - a ZoneInfo always knows its offset
        raise AssertionError(zone.key)
    return offset
