"""Business time: a demonstration's fast clock, and real time as its plainest case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.business_time import BusinessTime
from sla.errors import BusinessTimeInvalid, NaiveInstant
from tests.sla.calendars import at
from tests.sla.tier import examples

START = datetime(2026, 3, 2, 2, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def paced(factor: float) -> BusinessTime:
    return BusinessTime(business_anchor_at=START, real_anchor_at=datetime(2026, 11, 22, tzinfo=UTC), factor=factor)


def test_a_week_passes_in_minutes() -> None:
    """At 3,600 business seconds a second, one real second is an hour of business."""
    clock = paced(3600)
    real = clock.real_anchor_at + timedelta(seconds=2)
    assert clock.to_business(real) == START + timedelta(hours=2)
    assert clock.to_real(START + timedelta(hours=2)) == real
    assert clock.resolution == 3.6


def test_real_time_is_itself() -> None:
    """Factor 1 maps every instant to itself."""
    now = at("2026-03-02 09:00:00.123457")
    assert BusinessTime.real_time().to_business(now) == BusinessTime.real_time().to_real(now) == now


@examples(150)
@given(
    st.one_of(st.floats(1e-6, 1e6), st.sampled_from([0.1, 1 / 3, 60.0, 86_400.0])),
    st.integers(-(10**12), 10**12).map(lambda us: us * MICROSECOND),
)
def test_a_timer_never_fires_before_its_business_instant(factor: float, offset: timedelta) -> None:
    """The real instant of a timer is the first microsecond at which business time has come that far."""
    clock = paced(factor)
    wanted = START + offset / max(1.0, 1 / factor)
    fires_at = clock.to_real(wanted)
    assert clock.to_business(fires_at) >= wanted
    assert clock.to_business(fires_at - MICROSECOND) < wanted


@examples(60)
@given(st.floats(1e-3, 1e5), st.integers(0, 10**9), st.integers(0, 10**9))
def test_business_time_never_runs_back(factor: float, one: int, more: int) -> None:
    """Later real instants are later or equal in business."""
    clock = paced(factor)
    first = clock.real_anchor_at + one * MICROSECOND
    assert clock.to_business(first) <= clock.to_business(first + more * MICROSECOND)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("inf"), float("nan")])
def test_a_pace_that_is_none_is_refused(factor: float) -> None:
    """Time that stands still, runs back or has no pace is refused with the field."""
    with pytest.raises(ValidationError) as refused:
        paced(factor)
    error = refused.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, BusinessTimeInvalid)
    assert (error.code, error.field) == ("business_time_invalid", "factor")


def test_instants_without_offset_are_refused() -> None:
    """An instant without its offset is refused both ways."""
    naive = datetime.fromisoformat("2026-03-02T09:00")
    for convert in (paced(60).to_business, paced(60).to_real):
        with pytest.raises(NaiveInstant):
            convert(naive)
