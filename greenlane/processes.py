"""The long-running processes: worker, bridge, publisher. Each runs until SIGTERM or Ctrl-C and stops gracefully."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import structlog
from temporalio.client import Client

from events.language.commands import ENGINE
from events.language.topics import Topics
from events.transport.access_probe import is_guarded
from events.transport.bridge import Bridge, BridgeSettings, incoming_pattern
from events.transport.consumption import ConsumerSettings
from events.transport.lanes import LaneSettings
from events.transport.publisher import Publisher, PublisherSettings
from events.transport.replays import Replays
from greenlane.alerts import AlertSender
from greenlane.checkpoints.schedule import schedule_of
from greenlane.probing.kafka import probe_kafka
from greenlane.probing.kafka_rights import Needs, needs_of_bridge, needs_of_publisher
from greenlane.settings import Settings
from greenlane.store_metrics import StoreMetrics
from greenlane.telemetry import configure_logging, free_address, serve_metrics
from greenlane.turn_metrics import MeasuredRecorder
from greenlane.wiring import Wiring
from intake.handing_over import HandOver
from intake.histories import HistoryExport
from intake.letters import PatientLetters
from intake.reception import Reception
from intake.telling import Telling
from intake.trust import Trust
from intake.waiting_room import WaitingRoom
from intake.waking import Sweep, Waking
from services.change_telling import Healing
from services.erasing import reapply_erasures
from store.histories import Histories
from store.outbox import Outbox
from store.recorder import Recorder
from store.seals import letters_seal
from store.vault.opening import verify_master_key
from store.views import Views
from workflows.worker import case_worker

log = structlog.get_logger()

FORGOTTEN_AFTER_SECONDS = 20.0
"""A submission that was accepted so long ago and whose case has recorded nothing has lost its start; a case that was due so
long ago and has recorded nothing sleeps."""
FORGOTTEN_LOOK_SECONDS = 15.0


@asynccontextmanager
async def _keeping_up(wiring: Wiring) -> AsyncIterator[None]:
    """Keep up with what is published."""
    keeper = asyncio.create_task(wiring.catalogue.keep_current())
    try:
        yield
    finally:
        keeper.cancel()


def run(process: Callable[[Settings], Awaitable[None]], settings: Settings) -> None:
    """Run one of the processes below in this one. Raises what a person can act on as it is, not in a group."""
    configure_logging(settings, process.__name__)
    try:
        asyncio.run(_until_stopped(process(settings)))
    except BaseExceptionGroup as group:
        # Of several tasks of which one fails the others are cancelled: what is left is what failed.
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from group


async def _until_stopped(work: Awaitable[None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped")


async def _connected(wiring: Wiring, sdk_address: str) -> Client:
    """Temporal; where it cannot be used, nothing else stays open either. Raises ServerUnusableError."""
    try:
        return await wiring.temporal(sdk_address)
    except BaseException:
        wiring.close()
        raise


async def _kafka_serves(wiring: Wiring, needs: Callable[[Topics, Iterable[str], Iterable[str]], Needs]) -> None:
    """Raises ServerUnusableError where Kafka cannot be used, or this account may not do there what the process needs."""
    catalog = wiring.catalog
    needed = needs(wiring.topics, catalog.departments, catalog.systems)
    await asyncio.to_thread(lambda: probe_kafka(wiring.cluster, needs=needed))


def _vault_opens(wiring: Wiring) -> None:
    """Raises what is wrong with the master key before anything is taken: what came would be refused, or wait, one by one."""
    try:
        verify_master_key(wiring.store, wiring.master_key)
    except BaseException:
        wiring.close()
        raise


async def worker(settings: Settings) -> None:
    """Decide: run the case workflows and write their turns."""
    wiring = Wiring(settings)
    sdk_address = free_address(settings.metrics_host)
    client = await _connected(wiring, sdk_address)
    recorder = Recorder(wiring.store, wiring.topics, wiring.channels)
    try:
        serve_metrics(settings, sdk_address)
        log.info("worker runs", task_queue=settings.task_queue, temporal=settings.temporal_address)
        async with _keeping_up(wiring):
            await case_worker(
                client,
                MeasuredRecorder(recorder),
                task_queue=settings.task_queue,
                sandbox=settings.sandbox,
                max_workflow_tasks=settings.max_workflow_tasks,
                max_activities=settings.max_activities,
                graceful_shutdown_seconds=settings.graceful_shutdown_seconds,
                carrier=wiring.dossier_intake(client),
            ).run()
    finally:
        recorder.close()
        wiring.close()


async def bridge(settings: Settings) -> None:
    """Bring what arrives on Kafka to the cases, and persons into the vault, which only the master key opens."""
    wiring = Wiring(settings)
    await asyncio.to_thread(_vault_opens, wiring)
    sdk_address = free_address(settings.metrics_host)
    client = await _connected(wiring, sdk_address)
    room = WaitingRoom(wiring.waiting, wiring.inbox)
    intake, linked = wiring.intake(client, room), wiring.dossier_intake(client)
    topics = wiring.topics
    try:
        await _kafka_serves(wiring, needs_of_bridge)
        await asyncio.to_thread(erase_again, wiring)
        serve_metrics(settings, sdk_address)
        log.info("bridge runs", kafka=settings.kafka_bootstrap)
        async with asyncio.TaskGroup() as group:
            group.create_task(wiring.catalogue.keep_current())
            group.create_task(_look_again(intake.open_forgotten, "cases started whose start was lost"))
            group.create_task(_look_again(linked.open_forgotten, "dossiers started whose start was lost"))
            group.create_task(room.keep_current())
            group.create_task(HandOver(wiring.waiting, room, intake).run())
            group.create_task(HistoryExport(client, Histories(wiring.store), settings.history_days).run())
            views = Views(wiring.store)
            waking, sweep = Waking(views, intake, linked), Sweep(client, views, intake, linked)
            healing = Healing(wiring.store, intake, partial(datetime.now, UTC))
            group.create_task(_look_again(healing.look, "cases told that a plan could not reach"))
            group.create_task(_look_again(sweep.look, "cases brought back whose run had ended"))
            group.create_task(_look_again(waking.look, "cases woken that slept through their due instant"))
            group.create_task(
                Bridge(
                    wiring.cluster,
                    incoming_pattern(topics),
                    Reception(
                        intake,
                        topics,
                        trust=Trust(partial(is_guarded, wiring.cluster, topics)),
                        identity_since=wiring.identity_since,
                    ),
                    settings=_bridge_settings(settings),
                    make_topic=wiring.make_topic,
                    teller=Telling(wiring.refused_messages, topics),
                    replays=Replays(
                        wiring.cluster, topics, letters_seal(wiring.store), PatientLetters(wiring.letter_keys)
                    ),
                    assigned=room.doubt,
                ).run()
            )
    finally:
        wiring.close()


def erase_again(wiring: Wiring) -> None:
    """Before anything is read: a database that was restored may hold who was erased since. Raises as `reapply_erasures`."""
    reapplied = reapply_erasures(wiring, ENGINE, wiring.erasure_list)
    if reapplied.applied:
        log.warning("erased again what a back-up had brought back", subjects=len(reapplied.applied))
    if reapplied.left:
        log.warning(
            "not erased again, for a case came later: see greenlane subject reapply", subjects=len(reapplied.left)
        )


def _bridge_settings(settings: Settings) -> BridgeSettings:
    return BridgeSettings(
        reading=ConsumerSettings(
            group=Topics(settings.topic_prefix).bridge_group,
            instance_id=settings.process_instance and f"{settings.process_instance}-bridge",
            poll_records=settings.bridge_poll_records,
        ),
        handling=LaneSettings(concurrency=settings.bridge_in_flight, max_message_bytes=settings.max_message_bytes),
    )


async def _look_again(look: Callable[[float], Awaitable[int]], said: str) -> None:
    while True:
        try:
            if forgotten := await look(FORGOTTEN_AFTER_SECONDS):
                log.warning(said, cases=forgotten)
        except Exception as error:
            log.warning("could not look for what was lost", error=type(error).__name__)
        await asyncio.sleep(FORGOTTEN_LOOK_SECONDS)


async def publisher(settings: Settings) -> None:
    """Send the outbox to Kafka in order per case, and alerts by webhook and e-mail; sign checkpoints."""
    wiring = Wiring(settings)
    store = wiring.store
    try:
        checkpoints = schedule_of(wiring)
        await _kafka_serves(wiring, needs_of_publisher)
        StoreMetrics(store).register()
        serve_metrics(settings)
        log.info("publisher runs", kafka=settings.kafka_bootstrap, alerts_by=wiring.channels)
        async with asyncio.TaskGroup() as group:
            group.create_task(wiring.catalogue.keep_current())
            group.create_task(checkpoints.serve())
            if wiring.channels:
                sender = AlertSender(store, settings, wiring.zone, wiring.catalogue, wiring.business_time_now)
                group.create_task(sender.serve(wiring.channels))
            group.create_task(
                Publisher(
                    Outbox(store, settings.publisher_shards),
                    wiring.cluster,
                    settings=_publisher_settings(settings),
                    make_topic=wiring.make_topic,
                ).serve()
            )
    finally:
        wiring.close()


def _publisher_settings(settings: Settings) -> PublisherSettings:
    return PublisherSettings(
        shards=tuple(range(settings.publisher_shards)),
        round_rows=settings.publisher_batch_rows,
        idle_seconds=settings.publisher_idle_milliseconds / 1000,
        max_message_bytes=settings.max_message_bytes,
    )
