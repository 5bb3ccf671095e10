"""Submitting systems that are registered at run time, beside those of the catalogue."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from catalog.basis import Text
from catalog.errors import SystemRefused
from catalog.loader import load_catalog
from catalog.systems import SubmittingSystem
from intake.systems import Systems
from store.database import Store
from store.systems import RegisteredSystems
from tests.settled_catalogue import SettledCatalogue


def a_system(name: str, *sources: str) -> SubmittingSystem:
    """A system with these sources."""
    return SubmittingSystem(id=name, name=Text(vi=name, en=name), sources=sources or (f"/{name}",))


@pytest.fixture
def systems(store: Store) -> Systems:
    """The shipped catalogue's systems over an empty table."""
    return Systems(RegisteredSystems(store), SettledCatalogue(load_catalog()))


def test_a_registered_system_is_known_to_who_looked_before(systems: Systems, store: Store) -> None:
    """Another process registers a system: whoever meets its topic or its source knows it at once."""
    assert systems.of_id("tax") is None
    assert systems.owner_of("/tax/7") is None
    Systems(RegisteredSystems(store), SettledCatalogue(load_catalog())).register(a_system("tax"))
    assert systems.known_id("tax") is None
    found = systems.of_id("tax")
    assert found is not None
    assert found.owns("/tax/7")
    assert systems.owner_of("/tax/7") == found
    assert [system.id for system in systems.all()] == ["portal", "tax"]


def test_the_same_system_twice_is_one_and_another_content_is_refused(systems: Systems) -> None:
    """What is registered never changes: messages of it may be on their way."""
    systems.register(a_system("tax"))
    systems.register(a_system("tax"))
    with pytest.raises(SystemRefused) as caught:
        systems.register(a_system("tax", "/tax", "/fees"))
    assert caught.value.field == "id"
    assert systems.owner_of("/fees") is None


@pytest.mark.parametrize("taken", ["culture", "operator", "auditor", "portal"])
def test_an_account_that_is_another_is_refused(systems: Systems, taken: str) -> None:
    """A system has an account of its own: never a department's, nor one of the engine's."""
    with pytest.raises(SystemRefused):
        systems.register(a_system(taken, "/elsewhere"))


@pytest.mark.parametrize("source", ["/portal", "/portal/inner", "/counter/7/desk"])
def test_a_source_of_another_system_is_refused(systems: Systems, source: str) -> None:
    """No source belongs to two, in whole or in part."""
    with pytest.raises(SystemRefused) as caught:
        systems.register(a_system("tax", source))
    assert caught.value.field == "sources"


def test_of_two_that_share_a_source_and_come_at_once_one_is_refused(store: Store) -> None:
    """Whoever registers second sees what the first registered."""
    both, refused = Barrier(2), []

    def register(name: str) -> None:
        systems = Systems(RegisteredSystems(store), SettledCatalogue(load_catalog()))
        both.wait()
        try:
            systems.register(a_system(name, f"/shared/{name}" if name == "one" else "/shared"))
        except SystemRefused as error:
            refused.append(error)

    threads = [Thread(target=register, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert len(RegisteredSystems(store).all()) == 1
