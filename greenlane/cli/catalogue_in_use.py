"""The catalogue in which a command looks things up, and what is said where it is not the one that is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from greenlane.cli.failure import warn
from greenlane.connection_rules import PREFIX
from greenlane.settings import Settings
from wording.text import _

if TYPE_CHECKING:
    from greenlane.catalogue_in_use import CatalogueInUse
    from services.catalogue_places import Act


def catalogue_in_use(settings: Settings) -> CatalogueInUse:
    """The catalogue to look things up in; says on standard error where it is not the one that is meant. Raises CatalogError."""
    from greenlane.catalogue_in_use import find_catalogue

    catalogue = find_catalogue(settings)
    if catalogue.unread is None:
        warn_of_difference(settings, catalogue.acts)
    else:
        text = _(
            "The catalogue in use cannot be read; this is the one of the folder. {why}", why=catalogue.unread.message
        )
        warn(text, getattr(catalogue.unread, "remedy", ""), settings.language)
    return catalogue


def warn_of_difference(settings: Settings, acts: Sequence[Act]) -> None:
    """Say on standard error where the folder that the shell names is not the catalogue in use. Raises nothing."""
    folder = settings.catalog_dir
    if folder is None or not acts:
        return
    from catalog.errors import CatalogError
    from services.catalogue_places import difference_of

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
