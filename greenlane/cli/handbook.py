"""The handbook on the catalogue in use."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from greenlane.cli.catalogue_in_use import catalogue_in_use
from greenlane.cli.clock import now
from greenlane.settings import Settings
from presentation.catalogue.handbook import Handbook
from presentation.words.words import Words


def opened(language: str | None, on: datetime | None, state_dir: Path | None = None) -> Handbook:
    """The handbook under the settings; `on` None: today in the province, by the installation's time where one runs.

    Raises SettingsError, CatalogError.
    """
    settings = Settings.load(language=language, state_dir=state_dir)
    found = catalogue_in_use(settings)
    day = found.time.to_business(now()).astimezone(found.catalog.zone).date() if on is None else on.date()
    return Handbook(found.catalog, day, Words(settings.language))
