"""Which version is in force on a day: the next one's beginning ends the one before. Pure.

So a published file never has to be edited to make room for its successor (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple, Protocol, TypeVar


class Versioned(Protocol):
    """A version that begins on a day, and may say itself on which it ends."""

    @property
    def version(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_until(self) -> date | None: ...


V = TypeVar("V", bound=Versioned)


class Window(NamedTuple):
    """The days on which a version is in force, both ends included; None is open."""

    first_day: date | None
    last_day: date | None


def in_order(versions: Iterable[V]) -> tuple[V, ...]:
    """The versions by their beginning, the earliest first; None begins before all."""
    return tuple(sorted(versions, key=begins_on))


def begins_on(version: Versioned) -> date:
    """The first day on which it may be in force."""
    return version.valid_from or date.min


def version_on(versions: Sequence[V], day: date) -> V | None:
    """Of the versions of one definition, the earliest first, the one in force on the day; None: none is.

    That is the last one that has begun, unless it has ended by itself: what it replaced does not come back.
    """
    begun = [version for version in versions if begins_on(version) <= day]
    last = begun[-1] if begun else None
    return None if last is None or (last.valid_until or date.max) < day else last


def windows(versions: Sequence[V]) -> list[tuple[V, Window]]:
    """Each version, the earliest first, with the days on which it is in force."""
    ends = [begins_on(later) - timedelta(days=1) for _, later in pairwise(versions)]
    lasts = [
        min(version.valid_until or date.max, end) for version, end in zip(versions, [*ends, date.max], strict=True)
    ]
    return [
        (version, Window(version.valid_from, None if last == date.max else last))
        for version, last in zip(versions, lasts, strict=True)
    ]
