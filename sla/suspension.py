"""Suspended time: what does not count, laid out without overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from sla.calendar import WorkingCalendar
from sla.errors import SuspensionReversed

OPEN_END: Final = datetime.max.replace(tzinfo=UTC)


class Suspension(BaseModel):
    """Time that does not count, from `from_at` up to `until_at`; open while that is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_at: AwareDatetime
    until_at: AwareDatetime | None = None
    reason: str = Field(min_length=1)
    legal_basis: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.until_at is not None and self.until_at.astimezone(UTC) < self.from_at.astimezone(UTC):
            raise SuspensionReversed.of(
                "suspension_reversed",
                field="until_at",
                until=self.until_at.isoformat(),
                begins=self.from_at.isoformat(),
            )
        return self


class Pause(NamedTuple):
    """A stretch of suspended time (UTC), from its beginning up to its end."""

    from_at: datetime
    until_at: datetime


def pauses(suspensions: Sequence[Suspension], anchored_at: datetime) -> tuple[Pause, ...]:
    """The suspended time after the anchor, in order, each moment once. An open end is `OPEN_END`."""
    if not suspensions:
        return ()
    anchor = anchored_at.astimezone(UTC)
    merged: list[Pause] = []
    for from_at, until_at in sorted(map(_stretch, suspensions)):
        begins_at = max(from_at, anchor)
        if begins_at >= until_at:
            continue
        if merged and begins_at <= merged[-1].until_at:
            merged[-1] = Pause(merged[-1].from_at, max(merged[-1].until_at, until_at))
        else:
            merged.append(Pause(begins_at, until_at))
    return tuple(merged)


def day_past_pauses(day: date, stopped: Iterable[Pause], calendar: WorkingCalendar) -> date:
    """The last day of a limit, moved on while its end falls into suspended time. `stopped` is in order."""
    for pause in stopped:
        if pause.from_at < calendar.end_of_day(day) <= pause.until_at:
            day = calendar.next_working_day(calendar.local_day(pause.until_at))
    return day


def instant_past_pauses(at: datetime, stopped: Iterable[Pause], calendar: WorkingCalendar) -> datetime:
    """The instant, moved on to the next working instant while it falls into suspended time.

    An end at which a suspension begins was reached; one that was moved there was not.
    """
    moved = False
    for pause in stopped:
        begun = pause.from_at <= at if moved else pause.from_at < at
        if begun and at < pause.until_at:
            at, moved = calendar.normalise(pause.until_at), True
    return at


def last_rank_past_pauses(first: int, count: int, stopped: Iterable[Pause], calendar: WorkingCalendar) -> int:
    """The rank of the last of `count` working days from `first` on, those wholly suspended left out."""
    last = first + count - 1
    for begins, ends in _worked_stretches(stopped, calendar):
        low, high = calendar.ranks_within(begins, ends)
        low = max(low, first)
        if low <= last and low < high:
            last += high - low
    return last


def _worked_stretches(stopped: Iterable[Pause], calendar: WorkingCalendar) -> list[tuple[timedelta, timedelta]]:
    """The pauses on the axis of working time: two with only a break between them are one there."""
    stretches: list[tuple[timedelta, timedelta]] = []
    for pause in stopped:
        if pause.from_at >= calendar.ends_at:
            break
        begins, ends = calendar.position(pause.from_at), calendar.position(min(pause.until_at, calendar.ends_at))
        if stretches and begins <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], ends)
        else:
            stretches.append((begins, ends))
    return stretches


def _stretch(entry: Suspension) -> Pause:
    until_at = OPEN_END if entry.until_at is None else entry.until_at.astimezone(UTC)
    return Pause(entry.from_at.astimezone(UTC), until_at)
