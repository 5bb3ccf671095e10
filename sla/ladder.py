"""The ladder of warnings and escalations that a clock climbs."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from sla.calendar import WorkingCalendar
from sla.clock import Clock
from sla.errors import LadderInvalid, RungBeforeStart
from sla.units import Budget

RUNGS_MAX: Final = 32
WHOLE: Final = 100

Kind = Literal["warning", "past_appointment", "breach", "escalation"]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Rung(BaseModel):
    """One message of a ladder: at a share of the way to the appointment, or at a delay after the end.

    A clock has one end, or two: the appointment (operational) and the lawful end. The breach is the end's, whichever it
    is; `past_appointment` says that the first of two has passed, and a clock with one end has no such rung.

    `audience` is a role; who holds it is found when the rung fires. `quiet_outside_hours` holds a rung that would
    fire outside working time back to the next working instant.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Name
    percent: int | None = None
    delay: Budget | None = None
    audience: Name
    kind: Kind
    level: int = Field(default=0, ge=0, le=RUNGS_MAX)
    quiet_outside_hours: bool = False
    counts_from: Literal["appointment", "lawful_end"] | None = Field(
        default=None, validation_alias=AliasChoices("from", "counts_from")
    )
    """What a delay counts from, written `from` in files; None: the end. A clock with one end has but that."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_before_start(cls, value: object) -> object:
        """Refuse here what the Budget would refuse later with less of a reason."""
        delay = value.get("delay") if isinstance(value, dict) else None
        amount = delay.get("amount") if isinstance(delay, dict) else None
        if isinstance(amount, int) and amount < 0:
            raise RungBeforeStart.of("delay_before_end", field="delay", amount=amount)
        return value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.percent is None) == (self.delay is None):
            raise LadderInvalid.of("rung_moment", field="percent", rung=self.id)
        if self.percent is not None and self.percent <= 0:
            raise RungBeforeStart.of(
                "rung_before_start", field="percent", rung=self.id, percent=self.percent, most=WHOLE
            )
        if self.percent is not None and self.percent > WHOLE:
            raise LadderInvalid.of("rung_after_end", field="percent", rung=self.id, percent=self.percent)
        if self.kind == "breach" and self.percent is not None and self.percent < WHOLE:
            raise LadderInvalid.of("breach_before_end", field="kind", rung=self.id, most=WHOLE)
        if self.kind == "past_appointment" and self.percent != WHOLE:
            raise LadderInvalid.of("past_appointment_moment", field="kind", rung=self.id, most=WHOLE)
        if self.counts_from is not None and self.delay is None:
            raise LadderInvalid.of("from_without_delay", field="from", rung=self.id)
        return self


class Ladder(BaseModel):
    """The rungs of a clock, in the order in which they fire: rising percents first, then the delays after the end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Name
    version: Name
    rungs: tuple[Rung, ...] = Field(min_length=1, max_length=RUNGS_MAX)

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [rung.id for rung in self.rungs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            raise LadderInvalid.of("rung_twice", field="rungs", rung=name)
        for earlier, later in pairwise(self.rungs):
            if _out_of_order(earlier, later):
                raise LadderInvalid.of("rungs_unsorted", field="rungs", later=later.id, earlier=earlier.id)
        return self


def rung_instant(rung: Rung, clock: Clock, calendar: WorkingCalendar, *, two_ends: bool) -> datetime | None:
    """When one rung fires, in the calendar's zone.

    `two_ends`: whether the lawful end of a limit in days, where it has one, is an end of its own behind the
    appointment; else the operational end is the only one. None while the clock is suspended, and for the rung
    `past_appointment` of a clock that has but one end. Raises CalendarRangeError beyond the calendar.
    """
    ends = clock.due(calendar)
    if ends is None:
        return None
    lawful_end_at = ends.lawful_end_at if two_ends else None
    if rung.kind == "past_appointment" and lawful_end_at is None:
        return None
    end_at = lawful_end_at or ends.operational_at
    if rung.delay is not None:
        counted_at = ends.operational_at if rung.counts_from == "appointment" else end_at
        at = clock.later(counted_at, rung.delay, calendar)
    else:
        at = end_at if rung.kind == "breach" else clock.instant_at(rung.percent or WHOLE, calendar)
    return calendar.normalise(at) if at is not None and rung.quiet_outside_hours else at


def _out_of_order(earlier: Rung, later: Rung) -> bool:
    if earlier.percent is not None and later.percent is not None:
        return later.percent < earlier.percent
    if earlier.delay is not None and later.delay is not None:
        # Delays in different units, or from different ends, have an order only on a calendar: there they are put in it.
        return (
            earlier.counts_from == later.counts_from
            and earlier.delay.unit is later.delay.unit
            and later.delay.amount < earlier.delay.amount
        )
    return earlier.delay is not None
