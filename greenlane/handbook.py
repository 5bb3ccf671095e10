"""The handbook on the catalogue in use."""

from __future__ import annotations

from datetime import datetime

from greenlane.catalogue_in_use import Warn, catalogue_in_use
from greenlane.settings import Settings
from presentation.catalogue.handbook import Handbook
from presentation.words.words import Words


def handbook_of(settings: Settings, on: datetime | None, now: datetime, warn: Warn) -> Handbook:
    """The handbook; `on` None: today in the province, by the installation's time where one runs. Raises CatalogError."""
    found = catalogue_in_use(settings, warn)
    day = found.time.to_business(now).astimezone(found.catalog.zone).date() if on is None else on.date()
    return Handbook(found.catalog, day, Words(settings.language))
