"""Which version is in force on a day: the next one's beginning ends the one before. Pure.

So a published file never has to be edited to make room for its successor (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from catalog.definition import Key
from catalog.kinds import key_of, kind_of

Ends = Mapping[Key, date]
"""The last days of versions that were retired; their definitions, and so their digests, stay as they were published."""
NO_ENDS: Final[Ends] = MappingProxyType({})


class Versioned(Protocol):
    """A version that begins on a day, and may say itself on which it ends."""

    @property
    def version(self) -> str:
        """What it is called among the versions of its id."""

    @property
    def valid_from(self) -> date | None:
        """Its first day; None: since ever."""

    @property
    def valid_until(self) -> date | None:
        """The last day that it states itself; None: it states none."""


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


def ends_on(version: Versioned, ends: Ends = NO_ENDS) -> date:
    """The last day on which it may be in force: as it states itself, or as it was retired; the earlier of the two."""
    stated = version.valid_until or date.max
    return min(stated, ends.get(key_of(version), stated)) if ends else stated


def version_on(versions: Sequence[V], day: date, ends: Ends = NO_ENDS) -> V | None:
    """Of the versions of one definition, the earliest first, the one in force on the day; None: none is.

    That is the last one that has begun, unless it has ended: what it replaced does not come back.
    """
    begun = [version for version in versions if begins_on(version) <= day]
    last = begun[-1] if begun else None
    return None if last is None or ends_on(last, ends) < day else last


def windows(versions: Sequence[V], ends: Ends = NO_ENDS) -> list[tuple[V, Window]]:
    """Each version, the earliest first, with the days on which it is in force."""
    replaced = [begins_on(later) - timedelta(days=1) for _, later in pairwise(versions)]
    lasts = [min(ends_on(version, ends), day) for version, day in zip(versions, [*replaced, date.max], strict=True)]
    return [
        (version, Window(version.valid_from, None if last == date.max else last))
        for version, last in zip(versions, lasts, strict=True)
    ]


def windows_by_version(definitions: Iterable[Any], ends: Ends = NO_ENDS) -> dict[Key, Window]:
    """The days on which each version of a whole catalogue is in force, of the kinds that begin on a day."""
    beside: dict[tuple[str, str], list[Any]] = {}
    for definition in definitions:
        if (kind := kind_of(definition)).dated:
            # Of a kind of which there is one, all versions follow one another, whatever they are called.
            beside.setdefault((kind.name, "" if kind.one else definition.id), []).append(definition)
    return {
        key_of(version): window for versions in beside.values() for version, window in windows(in_order(versions), ends)
    }
