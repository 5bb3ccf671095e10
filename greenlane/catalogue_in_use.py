"""Which catalogue things are looked up in: the running installation's, or where none runs the folder's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from greenlane.connecting import database_of
from greenlane.remembered import business_time_of, flags_of
from greenlane.settings import Settings
from greenlane.stack.session import running_stack
from intake.catalogue import LiveCatalogue
from sla.business_time import BusinessTime
from store.catalogue import Act, PublishedCatalogue
from store.database import Store
from store.errors import StoreError


@dataclass(frozen=True)
class CatalogueInUse:
    """A catalogue, and by which time it is read."""

    catalog: Catalog
    time: BusinessTime = field(default_factory=BusinessTime.real_time)
    acts: Sequence[Act] = ()
    """What the running installation published; nothing where none runs."""
    unread: StoreError | None = None
    """Why it is the folder's, though an installation runs."""


def find_catalogue(settings: Settings) -> CatalogueInUse:
    """The running installation's catalogue; where none runs, or its database is away, the folder's. Raises CatalogError."""
    reached = _reached(settings)
    if reached is None:
        return CatalogueInUse(load_catalog(settings.catalog_dir, settings.flags))
    try:
        store = Store.connect(database_of(reached))
        try:
            time = business_time_of(store, reached)
            live = LiveCatalogue(PublishedCatalogue(store), time, flags_of(store, reached))
            return CatalogueInUse(live.newest(), time, live.known_acts())
        finally:
            store.close()
    except StoreError as error:
        return CatalogueInUse(load_catalog(settings.catalog_dir, settings.flags), unread=error)


def _reached(settings: Settings) -> Settings | None:
    if settings.database_url is not None:
        return settings
    addresses = running_stack(settings)
    return None if addresses is None else settings.resolved(addresses)
