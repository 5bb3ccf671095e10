"""Which system a topic belongs to, and which sources are whose: the catalogue's systems and those registered at run time."""

from __future__ import annotations

from catalog.errors import SystemRefused
from catalog.systems import RESERVED_IDS, SubmittingSystem, owner_of, shared_source
from intake.catalogue import CatalogueSource
from store.systems import RegisteredSystems


class Systems:
    """What is known of submitting systems. Calls block where they ask the database. Safe for several threads.

    A system is registered before anything is sent on its topic, and never changes: so only what is not known is asked for.
    """

    def __init__(self, registered: RegisteredSystems, catalogue: CatalogueSource) -> None:
        self._registered = registered
        self._catalogue = catalogue
        self._at_run_time: tuple[SubmittingSystem, ...] = ()

    @property
    def _known(self) -> dict[str, SubmittingSystem]:
        # The catalogue is the province's word: whatever was registered under one of its ids before gives way.
        own = self._catalogue.newest().systems
        return {**own, **{system.id: system for system in self._at_run_time if system.id not in own}}

    def of_id(self, system_id: str) -> SubmittingSystem | None:
        """The system with this id; None: there is none. Raises StoreError."""
        system = self.known_id(system_id)
        if system is None:
            self._look()
            system = self.known_id(system_id)
        return system

    def known_id(self, system_id: str) -> SubmittingSystem | None:
        """The same without asking the database: for those whose answer is nearly always there."""
        return self._known.get(system_id)

    def known_owner_of(self, source: str) -> SubmittingSystem | None:
        """As `owner_of`, without asking the database."""
        return owner_of(self._known.values(), source)

    def owner_of(self, source: str) -> SubmittingSystem | None:
        """The system to which a CloudEvents source belongs; None: to none. Raises StoreError."""
        system = self.known_owner_of(source)
        if system is None:
            self._look()
            system = self.known_owner_of(source)
        return system

    def all(self) -> tuple[SubmittingSystem, ...]:
        """Every system, the catalogue's first. Raises StoreError."""
        self._look()
        return tuple(self._known.values())

    def register(self, system: SubmittingSystem) -> None:
        """Let a system hand in applications from now on; the same one again changes nothing. Raises SystemRefused, StoreError.

        Its topics and its account are the caller's to make.
        """
        self._registered.add(system, lambda registered: self._refuse(system, registered))
        self._look()

    def _refuse(self, system: SubmittingSystem, registered: tuple[SubmittingSystem, ...]) -> None:
        catalog = self._catalogue.newest()
        if system.id in RESERVED_IDS or system.id in catalog.departments:
            raise SystemRefused.of("system_account_taken", field="id", system=system.id)
        for other in (*catalog.systems.values(), *registered):
            if other.id == system.id:
                if other != system:
                    raise SystemRefused.of("system_other", field="id", system=system.id)
            elif (shared := shared_source(system, other)) is not None:
                raise SystemRefused.of("system_source_shared", field="sources", source=shared, system=other.id)

    def _look(self) -> None:
        # It may have been published since this process looked.
        self._catalogue.look()
        self._at_run_time = self._registered.all()
