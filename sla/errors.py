"""What the room of time refuses, and why: one tree, each with a stable code, the field at fault and a remedy."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal, Protocol, Self

from sla.texts import TEXTS
from wording.text import message_and_remedy, sentences


class Years(Protocol):
    """A calendar, as far as its errors name it; the definition of one stands above them."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def version(self) -> str:
        """Its version."""

    @property
    def first_day(self) -> date:
        """The first day that it covers."""

    @property
    def last_day(self) -> date:
        """The last one."""


class SlaError(ValueError):
    """A calculation or a definition of time that is refused. A retry with the same input never helps.

    It is a ValueError so that a pydantic model reports it under the field it belongs to; the error itself is then
    found in the report's `ctx["error"]`.
    """

    code: ClassVar[str] = "sla_error"
    retryable: ClassVar[bool] = False

    def __init__(self, reason: str, *, field: str, remedy: str) -> None:
        super().__init__(f"{field}: {sentences(reason, remedy)}")
        self.reason = reason
        self.field = field
        self.remedy = remedy

    @classmethod
    def of(cls, key: str, *, field: str, **details: object) -> Self:
        """The refusal that the texts hold under the key, in both languages; the details fill them."""
        reason, remedy = message_and_remedy(TEXTS, key, details)
        return cls(reason, field=field, remedy=remedy)


class CalendarRangeError(SlaError):
    """The calendar does not cover the asked day or instant, or the answer falls outside its years."""

    code = "calendar_range"
    calendar_id: str | None = None
    """Of several that may be meant, the one that ends; None where only one may."""

    @classmethod
    def outside(
        cls,
        what: object,
        calendar: Years,
        *,
        field: str,
        key: Literal["outside", "amount_outside"] = "outside",
    ) -> Self:
        """The refusal of what the calendar does not cover, with the days that it does."""
        error = cls.of(
            key,
            field=field,
            what=what,
            calendar=calendar.id,
            version=calendar.version,
            first=calendar.first_day,
            last=calendar.last_day,
        )
        error.calendar_id = calendar.id
        return error


class CalendarInvalid(SlaError):
    """The definition of a calendar contradicts itself."""

    code = "calendar_invalid"


class OverlappingWindows(CalendarInvalid):
    """Two windows of one weekday overlap."""

    code = "overlapping_windows"


class UnsortedWindows(CalendarInvalid):
    """The windows of a weekday are not in the order of the day."""

    code = "unsorted_windows"


class UnknownZone(CalendarInvalid):
    """The time zone is not in the IANA database."""

    code = "unknown_zone"


class UnknownFlag(CalendarInvalid):
    """A flag was set that the calendar does not know."""

    code = "unknown_flag"


class NaiveInstant(SlaError):
    """An instant came without its offset from UTC."""

    code = "naive_instant"


class AmountRefused(SlaError):
    """An amount of time that must be positive is not."""

    code = "amount_not_positive"


class UnitWithoutDay(SlaError):
    """A limit in hours has no lawful day: it ends at an instant, not at the end of a day."""

    code = "unit_without_day"


class SuspensionReversed(SlaError):
    """A suspension ends before it begins."""

    code = "suspension_reversed"


class SuspensionInFuture(SlaError):
    """A suspension begins or ends after the instant at which it is told."""

    code = "suspension_future"


class InstantInvalid(SlaError):
    """A text is no instant of RFC 3339."""

    code = "instant_invalid"


class NotSuspended(SlaError):
    """A clock is to be resumed that is not suspended."""

    code = "not_suspended"


class ShareRefused(SlaError):
    """A share of a clock lies outside 1 to 100 percent."""

    code = "share_out_of_range"


class LadderInvalid(SlaError):
    """The rungs of a ladder contradict each other."""

    code = "ladder_invalid"


class RungBeforeStart(LadderInvalid):
    """A rung would fire before its clock starts."""

    code = "rung_before_start"


class BusinessTimeInvalid(SlaError):
    """The pace of business time is not a positive, finite factor."""

    code = "business_time_invalid"
