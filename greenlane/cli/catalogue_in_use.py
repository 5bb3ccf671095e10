"""Which catalogue a command looks things up in: the running installation's, or where none runs the folder's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from greenlane.cli.failure import warn
from greenlane.connection_rules import PREFIX
from greenlane.settings import Settings
from sla.business_time import BusinessTime
from wording.text import _

if TYPE_CHECKING:
    from store.catalogue import Act


@dataclass(frozen=True)
class CatalogueInUse:
    """A catalogue, and by which time it is read."""

    catalog: Catalog
    time: BusinessTime = field(default_factory=BusinessTime.real_time)
    acts: Sequence[Act] = ()
    """What the running installation published; nothing where none runs."""


def catalogue_in_use(settings: Settings) -> CatalogueInUse:
    """The running installation's catalogue; where none runs, or its database is away, the folder's. Raises CatalogError."""
    reached = _reached(settings)
    if reached is None:
        return CatalogueInUse(load_catalog(settings.catalog_dir, settings.flags))
    from greenlane.connecting import database_of
    from greenlane.remembered import business_time_of, flags_of
    from intake.catalogue import LiveCatalogue
    from store.catalogue import PublishedCatalogue
    from store.database import Store
    from store.errors import StoreError

    try:
        store = Store.connect(database_of(reached))
        try:
            time = business_time_of(store, reached)
            live = LiveCatalogue(PublishedCatalogue(store), time, flags_of(store, reached))
            found = CatalogueInUse(live.newest(), time, live.known_acts())
        finally:
            store.close()
    except StoreError as error:
        _warn_unread(error, settings.language)
        return CatalogueInUse(load_catalog(settings.catalog_dir, settings.flags))
    warn_of_difference(settings, found.acts)
    return found


def _reached(settings: Settings) -> Settings | None:
    from greenlane.stack.session import running_stack

    if settings.database_url is not None:
        return settings
    addresses = running_stack(settings)
    return None if addresses is None else settings.resolved(addresses)


def _warn_unread(error: Exception, language: str) -> None:
    message = _(
        "The catalogue in use cannot be read; this is the one of the folder. {why}",
        why=getattr(error, "message", type(error).__name__),
    )
    warn(message, getattr(error, "remedy", ""), language)


def warn_of_difference(settings: Settings, acts: Sequence[Act]) -> None:
    """Say on standard error where the folder that the shell names is not the catalogue in use. Raises nothing."""
    folder = settings.catalog_dir
    if folder is None or not acts:
        return
    from catalog.errors import CatalogError
    from intake.folder_difference import difference_of

    try:
        difference = difference_of(folder, acts)
    except CatalogError as error:
        told = _(
            "{folder}, which {setting} names, cannot be read as a catalogue ({code}); the one in "
            "use is the installation's.",
            folder=folder,
            setting=f"{PREFIX}CATALOG_DIR",
            code=error.code,
        )
        remedy = _("See `{command}`.", command=f"greenlane catalog check {folder}")
        warn(told, remedy, settings.language)
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
