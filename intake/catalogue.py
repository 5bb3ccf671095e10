"""The catalogue of a running installation: what was published stands in the database, and every process keeps up with it.

An act comes into force a moment after it is written. Whoever looked less than that moment ago therefore knows the edition in
force now, and all processes take the same one for the same instant, though none asks the database for each case.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol

import structlog
from prometheus_client import Gauge, Histogram
from pydantic import BaseModel

from catalog.assembly import assembled
from catalog.catalogue import Catalog
from catalog.definition import Key
from catalog.editions import Edition, Editions
from events.transport.errors import Unavailable
from sla.business_time import BusinessTime
from sla.calendar import CalendarDefinition
from store.catalogue import Act, PublishedCatalogue, ends_in
from store.errors import StoreError, StoreNotMigrated

log = structlog.get_logger()

IN_FORCE_AFTER: Final = timedelta(seconds=3)
"""Real time from the writing of an act to its coming into force: within it every process has looked."""
LOOK_SECONDS: Final = 0.5
UNDER_WAY_SECONDS: Final = 0.05
"""Pause before the next look while somebody publishes at this very moment."""
WAIT_MAX_SECONDS: Final = 10.0
EDITION = Gauge("greenlane_catalogue_edition", "Newest edition of the catalogue that this process knows")
WAITED = Histogram(
    "greenlane_catalogue_wait_seconds",
    "How long a case waited to learn under which edition it runs; one that did not wait is not counted",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 20),
)


class CatalogueSource(Protocol):
    """Where the catalogue comes from."""

    def look(self) -> bool:
        """Learn what was published since the last look. False: somebody publishes at this very moment. Raises StoreError."""
        ...

    def newest(self) -> Catalog:
        """The newest edition that is known here. Raises StoreError."""
        ...

    async def at(self, instant: datetime) -> Catalog:
        """The edition in force at a business instant. Raises StoreError, Unavailable."""
        ...


class LiveCatalogue:
    """What the database says, kept current by looking. Safe for several threads."""

    def __init__(self, published: PublishedCatalogue, business: BusinessTime, flags: frozenset[str]) -> None:
        self._published = published
        self._business = business
        self._flags = flags
        self._lock = threading.Lock()
        self._acts: list[Act] = []
        self._definitions: list[BaseModel] = []
        self._editions = Editions(())
        self._known_until: datetime | None = None
        """Business instant up to which no edition that comes into force is missing."""

    def known_acts(self) -> Sequence[Act]:
        """Every act that is known here, in order; the first call looks. Raises StoreError."""
        if not self._acts:
            self.look()
        return tuple(self._acts)

    def look(self) -> bool:
        """Learn what was published since the last look. False: somebody publishes at this very moment. Raises StoreError."""
        with self._lock:
            return self._looked()

    def _looked(self) -> bool:
        look = self._published.look(after=self._acts[-1].number if self._acts else 0)
        for act in look.acts:
            self._take(act)
        if look.complete_until is not None:
            self._known_until = self._business.to_business(look.complete_until + IN_FORCE_AFTER)
        return look.complete_until is not None

    def _looked_for(self, instant: datetime) -> bool:
        """Whether every edition up to the instant is known, now that somebody looked. Raises StoreError."""
        with self._lock:
            # Many may have waited for one look.
            return self._knows(instant) or (self._looked() and (self._knows(instant) or self._is_far_ahead(instant)))

    def _knows(self, instant: datetime) -> bool:
        # An act of the very instant of the look comes into force at this bound.
        return self._known_until is not None and instant < self._known_until

    def _is_far_ahead(self, instant: datetime) -> bool:
        """Whether to wait until the database's clock has come so far would take too long."""
        if self._known_until is None:
            return False
        ahead = self._business.to_real(instant) - self._business.to_real(self._known_until)
        return ahead > timedelta(seconds=WAIT_MAX_SECONDS)

    def newest(self) -> Catalog:
        """The newest edition, known since the last look; the first call looks. Raises StoreError."""
        if not self._acts:
            self.look()
        return self._known().newest.catalog

    async def at(self, instant: datetime) -> Catalog:
        """The edition in force at a business instant. Raises StoreError, Unavailable.

        For an instant far ahead of the database's clock it is the newest now: nobody knows a later one.
        """
        if not self._knows(instant):
            await self._catch_up(instant)
        return self._known().at(instant).catalog

    async def _catch_up(self, instant: datetime) -> None:
        asked_at = time.monotonic()
        try:
            while not await asyncio.to_thread(self._looked_for, instant):
                if time.monotonic() - asked_at > WAIT_MAX_SECONDS:
                    raise Unavailable("PostgreSQL")
                await asyncio.sleep(UNDER_WAY_SECONDS)
        finally:
            WAITED.observe(time.monotonic() - asked_at)

    async def keep_current(self) -> None:
        """Look until cancelled."""
        reported = 0
        while True:
            try:
                await asyncio.to_thread(self.look)
                for act in self._acts[reported:]:
                    log.info("catalogue taken up", edition=act.number, act=act.act, versions=len(act.versions))
                reported = len(self._acts)
            except StoreError as error:
                log.warning("what was published meanwhile is not known", reason=error.code)
            await asyncio.sleep(LOOK_SECONDS)

    def _known(self) -> Editions:
        if not self._acts:
            raise StoreNotMigrated(reason="its catalogue was never entered")
        return self._editions

    def _take(self, act: Act) -> None:
        # All of an act or nothing: what cannot be read now is looked at again.
        self._definitions += [version.parsed() for version in act.versions]
        in_force_at = self._business.to_business(act.at + IN_FORCE_AFTER) if self._acts else None
        self._acts.append(act)
        made = partial(self._assembled, len(self._definitions), ends_in(self._acts))
        editions = [*self._editions, Edition(act.number, in_force_at, made)]
        self._editions = Editions(editions)
        EDITION.set(act.number)

    def _assembled(self, count: int, ends: Mapping[Key, date]) -> Catalog:
        # Definitions are only ever added: an edition is the first so many of them.
        known = [definition for definition in self._definitions[:count] if isinstance(definition, CalendarDefinition)]
        flags = self._flags & {entry.flag for calendar in known for entry in calendar.flagged_days_off}
        return assembled(self._definitions[:count], ends, flags)
