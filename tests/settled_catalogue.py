"""A catalogue that never changes, for tests that need no database for it."""

from __future__ import annotations

from datetime import datetime

from catalog.catalogue import Catalog


class SettledCatalogue:
    """One edition, in force since ever."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def look(self) -> bool:
        return True

    def newest(self) -> Catalog:
        return self._catalog

    async def at(self, instant: datetime) -> Catalog:
        return self._catalog
