"""The ladder of warnings and escalations that a clock climbs."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sla.calendar import WorkingCalendar
from sla.clock import Clock
from sla.errors import LadderInvalid, RungBeforeStart
from sla.units import Budget

RUNGS_MAX: Final = 32
WHOLE: Final = 100

Kind = Literal["warning", "breach", "escalation"]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Rung(BaseModel):
    """One message of a ladder: at a share of the clock, or at a delay after its operational end.

    ``audience`` is a role; who holds it is found when the rung fires. ``quiet_outside_hours`` holds a rung that would
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


def rung_instants(clock: Clock, ladder: Ladder, calendar: WorkingCalendar) -> list[tuple[Rung, datetime]]:
    """Return when each rung fires, in the calendar's zone, in the order of firing; empty while the clock is suspended.

    A rung held back to the opening may fire after one that stands after it in the ladder: it never holds that one up,
    so a breach is on time whatever the warnings do. Raises CalendarRangeError beyond the calendar.
    """
    instants: list[tuple[Rung, datetime]] = []
    for rung in ladder.rungs:
        at = rung_instant(rung, clock, calendar)
        if at is None:
            return []
        instants.append((rung, at))
    return sorted(instants, key=lambda entry: entry[1].astimezone(UTC))


def rung_instant(rung: Rung, clock: Clock, calendar: WorkingCalendar) -> datetime | None:
    """Return when one rung fires, in the calendar's zone; None while the clock is suspended.

    Raises CalendarRangeError beyond the calendar.
    """
    if rung.percent is not None:
        at = clock.instant_at(rung.percent, calendar)
    else:
        at = clock.after_due(rung.delay, calendar) if rung.delay is not None else None
    return calendar.normalise(at) if at is not None and rung.quiet_outside_hours else at


def _out_of_order(earlier: Rung, later: Rung) -> bool:
    if earlier.percent is not None and later.percent is not None:
        return later.percent < earlier.percent
    if earlier.delay is not None and later.delay is not None:
        # Delays in different units have an order only on a calendar; their instants are put in order there.
        return earlier.delay.unit is later.delay.unit and later.delay.amount < earlier.delay.amount
    return earlier.delay is not None
