"""Instants and days that no calendar of ours has, read as the end or the beginning of time instead of failing.

PostgreSQL keeps `infinity`, years before 1 and beyond 9999. This program writes none of them; whoever reads a row that somebody
changed is told what stands there nearest, so that an auditor can say that it is not what was written.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

import psycopg
from psycopg.abc import Buffer, Loader
from psycopg.adapt import AdaptersMap
from psycopg.pq import Format

LAST_INSTANT: Final = datetime.max.replace(tzinfo=UTC)
FIRST_INSTANT: Final = datetime.min.replace(tzinfo=UTC)
TIMESTAMPTZ, DATE = "timestamptz", "date"
BOUNDS: Final[dict[str, tuple[date, date]]] = {
    TIMESTAMPTZ: (FIRST_INSTANT, LAST_INSTANT),
    DATE: (date.min, date.max),
}
"""By type: what stands for all that is earlier, and for all that is later."""


def read_every_instant(adapters: AdaptersMap) -> None:
    """Make a connection read each instant and each day that PostgreSQL can keep."""
    for name in BOUNDS:
        for form in (Format.TEXT, Format.BINARY):
            adapters.register_loader(name, _bounded(name, form))


@cache
def _bounded(name: str, form: Format) -> type[Loader]:
    types = psycopg.adapters
    known = types.get_loader(types.types[name].oid, form)
    if known is None:
        raise AssertionError(f"psycopg reads no {name}")
    usual: type[Loader] = known
    earliest, latest = BOUNDS[name]

    class Bounded:
        """The driver's own loader, and beyond its bounds the bound."""

        format = form

        def __init__(self, oid: int, context: Any = None) -> None:
            self._usual = usual(oid, context)

        def load(self, data: Buffer) -> Any:
            """The value; never an error."""
            try:
                return self._usual.load(data)
            except psycopg.DataError:
                return earliest if _is_early(bytes(data), form) else latest

    return Bounded


def _is_early(data: bytes, form: Format) -> bool:
    """Whether the value lies before all that can be told. Binary counts from the year 2000."""
    if form is Format.BINARY:
        return int.from_bytes(data, "big", signed=True) < 0
    return data.startswith(b"-") or data.endswith(b"BC")
