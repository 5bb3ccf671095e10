"""The catalogue through time: after each act of publishing or retiring it stands in another edition. Pure.

A case runs under the edition in force at its instant of receipt, so which one that is never depends on who asks, or when.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from catalog.catalogue import Catalog

SINCE_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Edition:
    """The catalogue as it stands after one act; put together when it is first asked for."""

    number: int
    in_force_at: datetime | None
    """The business instant (UTC) from which cases are received under it; None: since ever."""
    assemble: Callable[[], Catalog]

    @cached_property
    def catalog(self) -> Catalog:
        """The catalogue. Raises CatalogError where its definitions contradict each other."""
        return self.assemble()


class Editions:
    """Every edition, in the order in which they came into force. At least one."""

    def __init__(self, editions: Iterable[Edition]) -> None:
        self._editions: Sequence[Edition] = tuple(editions)
        self._beginnings = [edition.in_force_at or SINCE_EVER for edition in self._editions]

    @classmethod
    def of(cls, catalog: Catalog) -> Editions:
        """A catalogue that never changes."""
        return cls([Edition(1, None, lambda: catalog)])

    @property
    def newest(self) -> Edition:
        """The last one, whether it is in force by now or not."""
        return self._editions[-1]

    def at(self, instant: datetime) -> Edition:
        """The one in force at an aware instant."""
        return self._editions[max(bisect_right(self._beginnings, instant) - 1, 0)]
