"""Where the commands of the catalogue act: on the running installation, or, where none runs, on a folder alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from catalog.loader import DATA_FOLDER
from greenlane.admission import is_embedded, let_in_published
from greenlane.catalogue_in_use import Warn, warn_of_difference
from greenlane.settings import Settings
from greenlane.stack import running_stack
from greenlane.wiring import Wiring
from services.catalogue_places import FolderPlace, InstallationPlace, Place


@contextmanager
def the_place(
    settings: Settings, now: datetime, warn: Warn, *, is_folder_meant: bool = False
) -> Iterator[tuple[Place, Settings]]:
    """Where the commands act, and the settings. Starts nothing.

    Warns where the shell names a folder that is another catalogue, unless a folder is what is meant.
    """
    addresses = running_stack(settings)
    if addresses is None and settings.database_url is None:
        yield FolderPlace(settings.catalog_dir or DATA_FOLDER, now), settings
        return
    wiring = Wiring(settings if addresses is None else settings.resolved(addresses))

    def let_in(departments: Iterable[str], systems: Iterable[str]) -> None:
        if wiring.settings.kafka_bootstrap is not None:
            let_in_published(wiring.settings, departments, systems, wiring.topic_layout)

    place = InstallationPlace(wiring, now, is_embedded(wiring.settings), let_in)
    try:
        if not is_folder_meant:
            warn_of_difference(settings, place.acts, warn)
        yield place, settings
    finally:
        wiring.close()
