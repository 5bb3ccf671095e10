"""The composition root: the only place where rooms are put together, from settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from temporalio.client import Client, PayloadLimitsConfig
from temporalio.converter import DataConverter
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from events.language.topics import Topics
from events.transport.admin import TopicLayout, make_topic
from events.transport.cluster import Cluster
from greenlane.connecting import cluster_of, database_of, temporal_of
from greenlane.master_keys.keys import master_key_of
from greenlane.probing.database import explained as database_trouble
from greenlane.probing.temporal import ConnectFailure, look_into_namespace, quiet_runtime
from greenlane.probing.temporal import explained as temporal_trouble
from greenlane.remembered import business_time_of, flags_of
from greenlane.settings import Settings
from greenlane.stack.master_key import with_key_of_stack
from intake.cases import CaseIntake
from intake.catalogue import LiveCatalogue
from intake.dossiers import DossierIntake
from intake.records import IntakeRecords
from intake.systems import Systems
from intake.temporal import CaseGateway, DossierGateway
from intake.waiting_room import WaitingRoom
from services.erasure_list import ErasureList
from services.installation import Installation
from sla.business_time import BusinessTime
from store.database import Store
from store.dossiers import Dossiers
from store.errors import StoreUnavailable
from store.refused_messages import RefusedMessages
from store.seals import workflow_seal
from store.systems import RegisteredSystems
from store.vault.master import MasterKey
from store.waiting import WaitingCommands
from workflows.converter import DATA_CONVERTER, Seal, sealed

ERASURES = "erasures.jsonl"
"""The list of erasures in the folder of an embedded stack."""
IDENTITY_SINCE = "identity-since"
"""Key of the store's memory, written by the upgrade of a database that had cases: the real instant of it."""


@dataclass(frozen=True)
class Wiring(Installation):
    """Everything a process needs, made when first asked for. Settings must hold all addresses."""

    settings: Settings

    @cached_property
    def topics(self) -> Topics:
        """The names of all topics."""
        return Topics(self.settings.topic_prefix)

    @cached_property
    def catalogue(self) -> LiveCatalogue:
        """The installation's catalogue, as it stands and as it stood. Raises the store's errors."""
        return LiveCatalogue(self.published, self.business_time, flags_of(self.store, self.settings))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The province's time zone."""
        return self.catalog.zone

    @cached_property
    def store(self) -> Store:
        """The database. Raises the store's errors, and ServerUnusableError where nobody can connect."""
        url = database_of(self.settings)
        try:
            return Store.connect(url, pool_size=self.settings.database_pool_size)
        except StoreUnavailable as error:
            raise database_trouble(url) or error from error

    @cached_property
    def master_key(self) -> MasterKey | None:
        """What opens the vault: of the settings, else of the stack in the state folder; None: there is none here.

        No service is asked. Raises SettingsError, StackError.
        """
        return master_key_of(with_key_of_stack(self.settings))

    @cached_property
    def erasure_list(self) -> ErasureList:
        """Who was erased, outside the database; beside the embedded stack where no other place is set."""
        return ErasureList(self.settings.erasure_file or self.settings.state_dir / ERASURES)

    @cached_property
    def business_time(self) -> BusinessTime:
        """The stack's business time, fixed when the stack was first prepared. Raises SettingsError for another pace."""
        return business_time_of(self.store, self.settings)

    @property
    def message_max_bytes(self) -> int:
        """The largest message that the topics take."""
        return self.settings.max_message_bytes

    @property
    def identity_since(self) -> datetime | None:
        """Up to when messages keep the ids of the program before; None: this database never had any."""
        since = self.store.recall(IDENTITY_SINCE)
        return None if since is None else datetime.fromisoformat(since)

    def business_time_now(self) -> datetime:
        """The business instant now (UTC)."""
        return self.business(datetime.now(UTC))

    @cached_property
    def intake_records(self) -> IntakeRecords:
        """The store as the intake uses it."""
        return IntakeRecords(self.store, self.topics, self.vault)

    @cached_property
    def refused_messages(self) -> RefusedMessages:
        """Where answers to messages are owed that became dead letters."""
        return RefusedMessages(self.store)

    @cached_property
    def systems(self) -> Systems:
        """The submitting systems: the catalogue's, and those registered at run time."""
        return Systems(RegisteredSystems(self.store), self.catalogue)

    @cached_property
    def cluster(self) -> Cluster:
        """The Kafka cluster."""
        return cluster_of(self.settings)

    @property
    def topic_layout(self) -> TopicLayout:
        """How topics are made under these settings."""
        return TopicLayout(partitions=self.settings.partitions, replication_factor=self.settings.replication_factor)

    def make_topic(self, topic: str) -> None:
        """Make a topic that is missing. Raises the transport's errors."""
        make_topic(self.cluster, topic, self.topics, self.topic_layout)

    @property
    def channels(self) -> tuple[str, ...]:
        """The ways besides Kafka on which alerts are owed."""
        return tuple(
            name
            for name, address in (("webhook", self.settings.webhook_url), ("email", self.settings.smtp_host))
            if address
        )

    async def temporal(self, sdk_metrics_address: str | None = None) -> Client:
        """A connection to Temporal; with an address, the SDK serves its own metrics there. Raises ServerUnusableError."""
        place = temporal_of(self.settings)
        try:
            client = await Client.connect(
                place.address,
                namespace=place.namespace,
                tls=place.tls,
                api_key=place.api_key,
                data_converter=self._data_converter,
                # How large anything becomes is asked at the intake; the SDK's word of it would stand in a command's answer.
                payload_limits=PayloadLimitsConfig(payloads_warn_size=0),
                runtime=quiet_runtime() if sdk_metrics_address is None else _runtime(sdk_metrics_address),
            )
            await look_into_namespace(client)
        except ConnectFailure as error:
            raise await temporal_trouble(self.settings, place, error) from error
        return client

    @cached_property
    def _data_converter(self) -> DataConverter:
        seal = workflow_seal(self.store)
        return DATA_CONVERTER if seal is None else sealed(Seal(*seal))

    def close(self) -> None:
        """Give back every connection that was made."""
        made = self.__dict__
        if "inbox" in made:
            self.inbox.close()
        if "refused_messages" in made:
            self.refused_messages.close()
        if "register" in made:
            self.intake_records.close()
        if "store" in made:
            self.store.close()

    @cached_property
    def waiting(self) -> WaitingCommands:
        """The commands that wait outside Temporal."""
        return WaitingCommands(self.store)

    def intake(self, client: Client, room: WaitingRoom | None = None) -> CaseIntake:
        """The intake over a connection to Temporal; with a waiting room where many may write without waiting for answers."""
        gateway = CaseGateway(client, self.settings.task_queue)
        time, most = self.business_time, self.message_max_bytes
        return CaseIntake(gateway, self.intake_records, self.catalogue, time, self.zone, room, most)

    def dossier_intake(self, client: Client) -> DossierIntake:
        """The intake of linked dossiers over a connection to Temporal."""
        return DossierIntake(
            self.intake(client),
            DossierGateway(client, self.settings.task_queue),
            Dossiers(self.store),
            self.catalogue,
        )


def _runtime(address: str) -> Runtime:
    # One runtime per process, before its first client: the SDK keeps its metrics in it.
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
