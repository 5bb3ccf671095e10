"""What services work on: the parts of one installation, each made when it is first needed. No settings, no language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from temporalio.client import Client

from catalog.catalogue import Catalog
from events.language.topics import Topics
from events.transport.cluster import Cluster
from intake.cases import CaseIntake
from intake.catalogue import LiveCatalogue
from intake.dossiers import DossierIntake
from intake.records import IntakeRecords
from sla.business_time import BusinessTime
from store.catalogue import PublishedCatalogue
from store.database import Store
from store.inbox import Inbox
from store.ledger import Ledger
from store.letters import LetterKeys
from store.vault.master import MasterKey
from store.vault.vault import Vault
from store.views import Views


class Installation(ABC):
    """One installation; `greenlane.wiring` makes it from settings. Every part raises the errors of its server."""

    @property
    @abstractmethod
    def store(self) -> Store:
        """The database. Raises the store's errors."""

    @property
    @abstractmethod
    def cluster(self) -> Cluster:
        """The Kafka cluster."""

    @property
    @abstractmethod
    def topics(self) -> Topics:
        """The names of all topics."""

    @property
    @abstractmethod
    def catalogue(self) -> LiveCatalogue:
        """The catalogue as it stands and as it stood. Raises the store's errors."""

    @property
    @abstractmethod
    def intake_records(self) -> IntakeRecords:
        """Inbox, vault, ledger and definitions, as the intake uses them."""

    @property
    @abstractmethod
    def master_key(self) -> MasterKey | None:
        """What opens the vault; None: this process has none."""

    @property
    @abstractmethod
    def business_time(self) -> BusinessTime:
        """The map between real and business time, fixed when the installation was prepared."""

    @property
    @abstractmethod
    def zone(self) -> ZoneInfo:
        """The province's time zone."""

    @property
    @abstractmethod
    def message_max_bytes(self) -> int:
        """The largest message that the topics take."""

    @abstractmethod
    async def temporal(self) -> Client:
        """A connection to Temporal. Raises its errors."""

    @abstractmethod
    def intake(self, client: Client) -> CaseIntake:
        """The intake of cases over a connection to Temporal."""

    @abstractmethod
    def dossier_intake(self, client: Client) -> DossierIntake:
        """The intake of linked dossiers over a connection to Temporal."""

    @property
    def catalog(self) -> Catalog:
        """The newest edition of the catalogue that this process knows. Raises the store's errors."""
        return self.catalogue.newest()

    @cached_property
    def published(self) -> PublishedCatalogue:
        """What was published of the catalogue."""
        return PublishedCatalogue(self.store)

    @cached_property
    def views(self) -> Views:
        """The read models."""
        return Views(self.store)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger."""
        return Ledger(self.store)

    @cached_property
    def letter_keys(self) -> LetterKeys:
        """The keys of dead letters."""
        return LetterKeys(self.store, self.master_key)

    @cached_property
    def vault(self) -> Vault:
        """The data of persons; what reads or writes a value there raises MasterKeyMissing where there is no master key."""
        return Vault(self.store, self.master_key)

    @cached_property
    def inbox(self) -> Inbox:
        """What was submitted and commanded, with the outcomes."""
        return Inbox(self.store, self.topics)

    def business(self, real: datetime) -> datetime:
        """The business instant (UTC) of a real one."""
        return self.business_time.to_business(real)

    def business_day(self, real: datetime) -> date:
        """The province's calendar day at a real instant."""
        return self.business(real).astimezone(self.zone).date()

    def code_of(self, case_id: str) -> str:
        """What people know a case by: its dossier's code; its id until it has one. Raises StoreError."""
        view = self.views.case(case_id)
        return (view and view.dossier_code) or case_id
