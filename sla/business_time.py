"""Business time: the clock on which limits run, at a pace of its own: a demonstration shows a week in minutes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from sla.errors import BusinessTimeInvalid, NaiveInstant

MICROSECOND = timedelta(microseconds=1)


class BusinessTime(BaseModel):
    """A mapping between real instants and business instants: `factor` business seconds pass in a real second.

    Instants come out in UTC. Computed exactly, as a fraction; rounded to a whole microsecond: to business time down and
    to real time up, so that a timer set for a business instant never fires before it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    business_anchor_at: AwareDatetime
    real_anchor_at: AwareDatetime
    factor: float = 1.0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not (math.isfinite(self.factor) and self.factor > 0):
            raise BusinessTimeInvalid.of("no_pace", field="factor", factor=self.factor)
        return self

    @classmethod
    def real_time(cls) -> Self:
        """Business time that is real time."""
        epoch = datetime.fromtimestamp(0, UTC)
        return cls(business_anchor_at=epoch, real_anchor_at=epoch, factor=1.0)

    @property
    def resolution(self) -> float:
        """The business seconds that pass in a real millisecond, for display."""
        return self.factor / 1000

    def to_business(self, real: datetime) -> datetime:
        """The business instant at the real instant. Raises NaiveInstant without an offset."""
        passed = (_utc(real) - self.real_anchor_at.astimezone(UTC)) // MICROSECOND
        return self.business_anchor_at.astimezone(UTC) + math.floor(passed * Fraction(self.factor)) * MICROSECOND

    def to_real(self, business: datetime) -> datetime:
        """The first real microsecond at which business time has reached the instant."""
        wanted = (_utc(business) - self.business_anchor_at.astimezone(UTC)) // MICROSECOND
        return self.real_anchor_at.astimezone(UTC) + math.ceil(wanted / Fraction(self.factor)) * MICROSECOND


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise NaiveInstant.of("no_offset", field="at", given=at.isoformat())
    return at.astimezone(UTC)
