"""Which catalogue things are looked up in, and what is said where it is not the one that is meant.

It is the running installation's, or where none runs the folder's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from catalog.catalogue import Catalog
from catalog.errors import CatalogError
from catalog.loader import load_catalog
from greenlane.connecting import database_of
from greenlane.connection_rules import PREFIX
from greenlane.remembered import business_time_of, flags_of
from greenlane.settings import Settings
from greenlane.stack.session import running_stack
from intake.catalogue import LiveCatalogue
from intake.folder_difference import difference_of
from sla.business_time import BusinessTime
from store.catalogue import Act, PublishedCatalogue
from store.database import Store
from store.errors import StoreError
from wording.text import _

Warn = Callable[[str, str, str], None]
"""Says what is not refused, but should be known: a message, its remedy, and the language."""


@dataclass(frozen=True)
class CatalogueInUse:
    """A catalogue, and by which time it is read."""

    catalog: Catalog
    time: BusinessTime = field(default_factory=BusinessTime.real_time)
    acts: Sequence[Act] = ()
    """What the running installation published; nothing where none runs."""
    unread: StoreError | None = None
    """Why it is the folder's, though an installation runs."""


def catalogue_in_use(settings: Settings, warn: Warn) -> CatalogueInUse:
    """The catalogue to look things up in; warns where it is not the one that is meant. Raises CatalogError."""
    catalogue = _find(settings)
    if catalogue.unread is None:
        warn_of_difference(settings, catalogue.acts, warn)
    else:
        text = _(
            "The catalogue in use cannot be read; this is the one of the folder. {why}", why=catalogue.unread.message
        )
        warn(text, getattr(catalogue.unread, "remedy", ""), settings.language)
    return catalogue


def warn_of_difference(settings: Settings, acts: Sequence[Act], warn: Warn) -> None:
    """Warn where the folder that the shell names is not the catalogue in use. Raises nothing."""
    folder = settings.catalog_dir
    if folder is None or not acts:
        return
    try:
        difference = difference_of(folder, acts)
    except CatalogError as error:
        message = _(
            "{folder}, which {setting} names, cannot be read as a catalogue ({code}); the one in "
            "use is the installation's.",
            folder=folder,
            setting=f"{PREFIX}CATALOG_DIR",
            code=error.code,
        )
        remedy = _("See `{command}`.", command=f"greenlane catalog check {folder}")
        warn(message, remedy, settings.language)
        return
    if difference is not None:
        message = _(
            "The installation's catalogue is in use; {folder}, which {setting} names, differs from it: {difference}.",
            folder=folder,
            setting=f"{PREFIX}CATALOG_DIR",
            difference=difference,
        )
        remedy = _(
            "See `greenlane catalog diff {folder}`, and enter it with `greenlane catalog publish {folder}`.",
            folder=folder,
        )
        warn(message, remedy, settings.language)


def _find(settings: Settings) -> CatalogueInUse:
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
