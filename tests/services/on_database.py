"""An installation of which only the database is there: for what the store alone answers, without Kafka and Temporal."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from catalog.loader import load_catalog
from intake.records import IntakeRecords
from services.installation import Installation
from sla.business_time import BusinessTime
from store.database import Store
from store.recorder import Recorder
from store.seals import make_installation_id
from tests.master_keys import vault_of
from tests.services.door import HouseInstallation
from tests.settled_catalogue import SettledCatalogue
from tests.store.conftest import TOPICS, store

__all__ = ["TOPICS", "installation", "recorder", "store"]


@pytest.fixture
def recorder(store: Store) -> Iterator[Recorder]:
    opened = Recorder(store, TOPICS)
    yield opened
    opened.close()


@pytest.fixture
def installation(store: Store) -> Iterator[Installation]:
    """Its business time is real time; it has a name, as one that was prepared."""
    make_installation_id(store)
    records = IntakeRecords(store, TOPICS, vault_of(store))
    house: Any = SimpleNamespace(store=store, intake_records=records, time=BusinessTime.real_time())
    house.catalogue = SettledCatalogue(load_catalog())
    yield HouseInstallation(house)
    records.close()
