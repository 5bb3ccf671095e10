"""Which system a topic belongs to, and which sources are whose: the catalogue's systems and those registered at run time."""

from __future__ import annotations

from catalog.catalogue import Catalog
from catalog.errors import SystemRefused
from catalog.systems import RESERVED_IDS, SubmittingSystem, owner_of, shared_source
from store.systems import RegisteredSystems


class Systems:
    """What is known of submitting systems. Calls block where they ask the database. Safe for several threads.

    A system is registered before anything is sent on its topic, and never changes: so only what is not known is asked for.
    """

    def __init__(self, registered: RegisteredSystems, catalog: Catalog) -> None:
        self._registered = registered
        self._catalog = catalog
        self._known: dict[str, SubmittingSystem] = dict(catalog.systems)

    def of_id(self, system_id: str) -> SubmittingSystem | None:
        """The system with this id; None: there is none. Raises StoreError."""
        if system_id not in self._known:
            self._look()
        return self._known.get(system_id)

    def known_id(self, system_id: str) -> SubmittingSystem | None:
        """The same without asking the database: for those whose answer is nearly always there."""
        return self._known.get(system_id)

    def known_owner_of(self, source: str) -> SubmittingSystem | None:
        """As `owner_of`, without asking the database."""
        return owner_of(self._known.values(), source)

    def owner_of(self, source: str) -> SubmittingSystem | None:
        """The system to which a CloudEvents source belongs; None: to none. Raises StoreError."""
        found = self.known_owner_of(source)
        if found is None:
            self._look()
            found = self.known_owner_of(source)
        return found

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
        if system.id in RESERVED_IDS or system.id in self._catalog.departments:
            raise SystemRefused.of("system_account_taken", field="id", system=system.id)
        for other in (*self._catalog.systems.values(), *registered):
            if other.id == system.id:
                if other != system:
                    raise SystemRefused.of("system_other", field="id", system=system.id)
            elif (shared := shared_source(system, other)) is not None:
                raise SystemRefused.of("system_source_shared", field="sources", source=shared, system=other.id)

    def _look(self) -> None:
        # The catalogue is the province's word: whatever was registered under one of its ids before gives way.
        own = self._catalog.systems
        self._known = dict(own) | {system.id: system for system in self._registered.all() if system.id not in own}
