"""The catalogue through time: after each act of publishing or retiring it stands in another edition. Pure.

A case runs under the edition in force at its instant of receipt, so which one that is never depends on who asks, or when.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
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


class Editions(tuple[Edition, ...]):
    """Every edition, in the order in which they came into force."""

    @property
    def newest(self) -> Edition:
        """The last one, whether it is in force by now or not. Raises IndexError where there is none."""
        return self[-1]

    def at(self, instant: datetime) -> Edition:
        """The one in force at an aware instant; before all, the first. Raises IndexError where there is none."""
        begun = bisect_right(self, instant, key=lambda edition: edition.in_force_at or SINCE_EVER)
        return self[max(begun - 1, 0)]
