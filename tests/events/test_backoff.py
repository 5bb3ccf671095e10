"""Pauses grow to their limit; chance takes a share off each, and never adds to it."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from events.transport.backoff import Backoff, Wait


def test_each_pause_is_longer_by_the_factor_up_to_the_most() -> None:
    """Without chance a back-off is a geometric row with a lid."""
    doubling = Backoff(first_seconds=0.5, most_seconds=3.0, jitter=0.0)
    assert list(doubling.pauses(5)) == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert list(Backoff(0.5, 2.0, factor=4.0, jitter=0.0).pauses(2)) == [0.5, 2.0]
    assert doubling.pause(10**9) == 3.0


def test_chance_takes_off_at_most_its_share() -> None:
    """So the most is never exceeded, and those who failed together come back one after another."""
    chances = iter((0.0, 0.5, 1.0))
    backoff = Backoff(first_seconds=10.0, most_seconds=10.0, jitter=0.2, chance=lambda: next(chances))
    assert list(backoff.pauses(3)) == [10.0, 9.0, 8.0]


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0, 1))
def test_no_pause_is_out_of_its_bounds(failures: int, jitter: float, chance: float) -> None:
    """Whatever chance says, and however long it has gone on."""
    backoff = Backoff(first_seconds=0.25, most_seconds=5.0, jitter=jitter, chance=lambda: chance)
    assert 0.25 * (1 - jitter) <= backoff.pause(failures) <= 5.0


def test_what_chance_says_is_no_part_of_the_value() -> None:
    """Two that wait in the same manner are equal."""
    assert Backoff(0.1, 5.0) == Backoff(0.1, 5.0, chance=lambda: 0.0)


class _Clock(threading.Event):
    """Counts what is waited for instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout)
        return False


def test_a_wait_that_is_over_begins_anew() -> None:
    """The next outage is met with the first pause again."""
    clock = _Clock()
    wait = Wait(clock, Backoff(first_seconds=1.0, most_seconds=4.0, jitter=0.0))
    for _ in range(4):
        wait.pause()
    wait.over("back")
    wait.pause()
    assert clock.waited == [1.0, 2.0, 4.0, 4.0, 1.0]
