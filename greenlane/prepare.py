"""What must be there before our processes start: tables, topics, search attributes, the stack's business time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.service import RPCError, RPCStatusCode

from audit.rebuild import OF_THE_LEDGER
from audit.rebuilding import renew
from catalog.assembly import assembled
from catalog.errors import CatalogInvalid
from catalog.kinds import key_of
from catalog.loader import DATA_FOLDER, Folder, completed, missing, problems_across, read_folder
from catalog.references import Shelf
from greenlane.admission import prepare_kafka
from greenlane.connecting import owner_database_of
from greenlane.master_keys.keys import master_key_of
from greenlane.probing.database import probe_database
from greenlane.probing.kafka import probe_kafka
from greenlane.remembered import business_time_of
from greenlane.sealing import demand_master_key, seal_vault
from greenlane.settings import Settings
from greenlane.wiring import Wiring
from intake.catalogue import LiveCatalogue
from intake.publishing import enter
from store.access import CALENDAR_FLAGS
from store.catalogue import PublishedCatalogue
from store.database import Store
from store.seals import make_installation_id, make_letters_seal, make_workflow_seal
from store.systems import RegisteredSystems
from wording.text import LazyText, _
from workflows.messages import LANE_ATTRIBUTE, PROCEDURE_ATTRIBUTE, STATUS_ATTRIBUTE

log = structlog.get_logger()

PREPARED_BY = "prepare"
"""By whom an edition was made that `greenlane prepare` or `up` entered from the folder of the settings."""


def prepare(settings: Settings) -> LazyText | None:
    """Make ready what the processes need; what is to be told of it. Idempotent; two may do it at once.

    Settings must hold all addresses. Raises ServerUnusableError for a server that cannot be used, and what is wrong with the
    master key where it is needed, before anything is changed anywhere.
    """
    wiring, master = Wiring(settings), master_key_of(settings)
    # First: a faulty catalogue must stop everything before anything is changed.
    folder = read_folder(settings.catalog_dir or DATA_FOLDER)
    assembled(folder.definitions, folder.ends, settings.flags)
    probe_kafka(wiring.cluster)
    probe_database(settings, owner=True)
    store = Store(owner_database_of(settings))
    try:
        demand_master_key(store, master)
        _make_tables(store)
        told = seal_vault(store, master)
        make_workflow_seal(store)
        make_letters_seal(store)
        make_installation_id(store)
        _enter_catalogue(PublishedCatalogue(store), folder, settings)
        store.remember(CALENDAR_FLAGS, ",".join(sorted(settings.flags)))
        time = business_time_of(store, settings)
        catalog = LiveCatalogue(PublishedCatalogue(store), time, settings.flags).newest()
        systems = {*catalog.systems, *(system.id for system in RegisteredSystems(store).all())}
    finally:
        store.close()
    prepare_kafka(settings, catalog.departments, systems, wiring.topic_layout)
    try:
        asyncio.run(_search_attributes(wiring))
    finally:
        wiring.close()
    return told


def _enter_catalogue(published: PublishedCatalogue, folder: Folder, settings: Settings) -> None:
    """What the folder holds and the installation does not. In production nothing that was not published there."""
    if settings.profile == "production":
        only = folder.published
        _refuse_drafts_that_are_needed(folder)
    else:
        only = None
    enter(published, folder.shelf, act="prepare", by=PREPARED_BY, only=only, ends=folder.ends)


def _refuse_drafts_that_are_needed(folder: Folder) -> None:
    """What was published of a folder must be a whole catalogue by itself. Raises CatalogInvalid."""
    sources = [source for source in folder.shelf.sources if key_of(source.definition) in folder.published]
    alone = Shelf().with_more(sources)
    if problems := problems_across(completed(alone)) + missing(alone, folder.path):
        remedy = _(
            "Here only what was published counts: publish the drafts with `greenlane catalog publish {folder}`",
            folder=folder.path,
        )
        raise CatalogInvalid([replace(problem, remedy=remedy) for problem in problems])


def _make_tables(store: Store) -> None:
    """Tables and rights; after an upgrade the read models are folded again from the ledger, before any process reads them."""
    missing = store.migrate()
    if missing:
        log.warning("the database has not all accounts of the processes", missing=", ".join(missing))
    for difference in renew(store):
        if difference.what in OF_THE_LEDGER:
            log.warning("a read model cannot be folded", case_id=difference.case_id, what=difference.what)


async def _search_attributes(wiring: Wiring) -> None:
    client = await wiring.temporal()
    attributes = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    missing = {
        key.name: keyword
        for key in (PROCEDURE_ATTRIBUTE, LANE_ATTRIBUTE, STATUS_ATTRIBUTE)
        if key.name not in attributes.custom_attributes
    }
    if not missing:
        return
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
