"""Which edition of the catalogue is in force at an instant: against one that looks through all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.catalogue import Catalog
from catalog.editions import Edition, Editions
from catalog.loader import load_catalog

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def never() -> Catalog:
    raise AssertionError("put together though nobody asked for its catalogue")


def editions(*seconds: int | None) -> Editions:
    """The first is number 1; each comes into force so many seconds after noon."""
    return Editions(
        Edition(number, None if after is None else NOON + after * SECOND, never)
        for number, after in enumerate(seconds, start=1)
    )


def slow(found: Editions, instant: datetime) -> Edition:
    """Through all of them, each one that is in force by then taking the place of the one before."""
    in_force = found[0]
    for edition in found[1:]:
        if edition.in_force_at is None or edition.in_force_at <= instant:
            in_force = edition
    return in_force


@pytest.mark.parametrize(
    ("second", "number"), [(-1, 1), (0, 2), (1, 2), (9, 2), (10, 3), (11, 3), (1_000_000, 3), (-1_000_000, 1)]
)
def test_before_at_and_after(second: int, number: int) -> None:
    """The first stands since ever; another from its very instant on."""
    assert editions(None, 0, 10).at(NOON + second * SECOND).number == number


def test_of_several_of_one_instant_the_last_counts() -> None:
    """None of the others was ever in force."""
    found = editions(None, 5, 5, 5, 6)
    assert found.at(NOON + 5 * SECOND - timedelta(microseconds=1)).number == 1
    assert found.at(NOON + 5 * SECOND).number == 4
    assert found.newest.number == 5


def test_before_the_first_that_has_a_beginning_it_is_the_first() -> None:
    """There is none before it."""
    assert editions(5, 6).at(NOON).number == 1


def test_an_instant_is_the_same_in_every_zone() -> None:
    """Instants are compared, not what a clock on the wall shows."""
    there = NOON.astimezone(timezone(timedelta(hours=7)))
    assert editions(None, 0).at(there).number == 2
    assert editions(None, 0).at(there - SECOND).number == 1


def test_without_any_edition_there_is_no_answer() -> None:
    """Not a guess."""
    with pytest.raises(IndexError):
        Editions().at(NOON)
    with pytest.raises(IndexError):
        _ = Editions().newest


def test_a_catalogue_is_put_together_once_when_it_is_asked_for() -> None:
    """Of a thousand editions few are ever asked for."""
    made: list[Catalog] = []

    def make() -> Catalog:
        made.append(load_catalog())
        return made[-1]

    edition = Edition(1, None, make)
    assert made == []
    assert edition.catalog is edition.catalog
    assert len(made) == 1


@given(
    later=st.lists(st.integers(-50, 50), max_size=12),
    asked=st.integers(-60, 60),
    first=st.none() | st.integers(-60, -50),
)
def test_as_one_that_looks_through_all(later: list[int], asked: int, first: int | None) -> None:
    """Whatever their instants are; equal ones too."""
    found = editions(first, *sorted(later))
    assert found.at(NOON + asked * SECOND) is slow(found, NOON + asked * SECOND)


@given(later=st.lists(st.integers(0, 50), max_size=12), more=st.lists(st.integers(51, 90), min_size=1, max_size=5))
def test_a_later_edition_changes_nothing_of_before(later: list[int], more: list[int]) -> None:
    """What a case of an instant runs under stays so, whatever is published afterwards."""
    before, after = editions(None, *sorted(later)), editions(None, *sorted(later), *sorted(more))
    for second in range(-1, 51):
        at = NOON + second * SECOND
        assert before.at(at).number == after.at(at).number
