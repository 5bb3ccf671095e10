"""`greenlane import-log`: an event log becomes applications and decisions, driven through the live stack over Kafka."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from audit.import_report import ImportReport
from audit.imported_log import LogVerification, patiently
from audit.verification import PublishedTopics
from catalog.receiving import receiver
from eventlog.identity import SYSTEM
from eventlog.procedure import derived_definitions
from events.transport.admin import TopicLayout
from greenlane.admission import KafkaAccess, let_in
from greenlane.importing.display import Display, Standing
from greenlane.importing.errors import ImportInterruptedError
from greenlane.importing.orders import Orders
from greenlane.importing.preparation import Prepared, prepared_log, state_folder_errors
from greenlane.importing.senders import Counts, Senders
from greenlane.settings import Settings
from greenlane.wiring import Wiring
from sla.units import Budget
from store.database import Store
from store.errors import StoreError
from wording.json_text import read_json
from wording.text import _, joined

LOOK_SECONDS = 0.25
SAVE_SECONDS = 5.0
MANY_DEPARTMENTS = 30
"""Above this a department's topics get one partition each: a broker pays for every partition."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What may be chosen."""

    file: Path
    limit: Budget | None = None
    """The clock of every step; None: steps without a clock."""
    in_flight_max: int = 100
    """Cases open at a time."""
    players: int = 1
    """Processes that play the departments."""
    stall_seconds: float = 300.0
    """How long nothing may move before the driving is given up."""


@dataclass(slots=True)
class Memory:
    """What the store remembers of an import, over interruptions."""

    elapsed_s: float = 0.0
    cases_per_s: float = 0.0
    finished: bool = False
    given_up: int = 0
    """How often the driving was given up because nothing moved."""

    @classmethod
    def of(cls, store: Store, key: str) -> Self | None:
        """The memory of this import; None before its first run."""
        memory = store.recall(key)
        return None if memory is None else cls(**read_json(memory))

    def keep(self, store: Store, key: str) -> None:
        """Remember it. Raises StoreError."""
        store.remember(key, json.dumps(asdict(self), allow_nan=False))


def run_import(settings: Settings, options: ImportOptions, display: Display) -> ImportReport:
    """Read the log, drive it, verify it. Settings must hold all addresses; raises what the two steps below raise."""
    with prepared_log(settings, options.file, options.limit, display) as prepared:
        return drive_import(Wiring(settings), prepared, options, display)


def drive_import(wiring: Wiring, prepared: Prepared, options: ImportOptions, display: Display) -> ImportReport:
    """Drive a prepared log through the running stack and verify it; continues, or only verifies, what was begun before.

    Call it in the main thread. Raises ImportInterruptedError, SenderFailedError, StoreError, TransportError.
    """
    try:
        return _Import(wiring, prepared, options, display).run()
    finally:
        wiring.close()


class _Import:
    def __init__(self, wiring: Wiring, prepared: Prepared, options: ImportOptions, display: Display) -> None:
        self._wiring = wiring
        self._prepared = prepared
        self._options = options
        self._display = display
        self._key = prepared.key
        self._memory = Memory()
        self._stalled = False

    def run(self) -> ImportReport:
        """Drive unless that was done, then verify."""
        known = patiently(lambda: Memory.of(self._wiring.store, self._key.memory))
        self._memory = known or Memory()
        if not self._memory.finished:
            self._publish_procedure()
            self._drive(self._let_in(), begun_before=known is not None)
        published = PublishedTopics(self._wiring.cluster, self._wiring.topics)
        wanted = (self._key, self._prepared.index, self._display, self._wiring.letter_keys)
        report = LogVerification(self._wiring.store, published, *wanted).report()
        if not self._memory.finished:
            elapsed = self._memory.elapsed_s
            self._memory.cases_per_s = round(report.closed / elapsed, 2) if elapsed else 0.0
            self._memory.finished = report.ok
            patiently(self._remember)
        report.cases_per_s = self._memory.cases_per_s
        report.elapsed_s = round(self._memory.elapsed_s, 1)
        report.stalled = self._stalled
        return report

    def _remember(self) -> None:
        self._memory.keep(self._wiring.store, self._key.memory)

    def _publish_procedure(self) -> None:
        now = self._wiring.business_time.to_business(datetime.now(UTC))
        day = now.astimezone(self._wiring.zone).date()
        catalog = self._wiring.catalog
        definitions = derived_definitions(self._key, catalog, receiver(catalog).id, day)
        patiently(lambda: self._wiring.intake_records.publish_derived(definitions))

    def _let_in(self) -> KafkaAccess:
        departments = self._prepared.index.departments()
        settings = self._wiring.settings
        few = len(departments) <= MANY_DEPARTMENTS
        layout = TopicLayout(
            partitions=settings.partitions if few else 1, replication_factor=settings.replication_factor
        )
        self._display.doing(_("making the topics of {count} departments", count=len(departments)))
        patiently(lambda: self._wiring.systems.register(SYSTEM))
        parties = {"departments": departments, "systems": (SYSTEM.id,)}
        return patiently(lambda: let_in(settings, SYSTEM.id, **parties, layout=layout))

    def _orders(self, access: KafkaAccess, *, begun_before: bool) -> Orders:
        settings, prepared = self._wiring.settings, self._prepared
        limit = self._key.limit
        return Orders(
            kafka=asdict(access),
            topic_prefix=settings.topic_prefix,
            log_digest=self._key.log_digest,
            limit=None if limit is None else limit.model_dump(mode="json"),
            index=str(prepared.index.path),
            folder=str(prepared.folder),
            in_flight_max=self._options.in_flight_max,
            players=self._options.players,
            max_message_bytes=settings.max_message_bytes,
            attempt=self._memory.given_up,
            from_beginning=begun_before,
        )

    def _drive(self, access: KafkaAccess, *, begun_before: bool) -> None:
        with state_folder_errors(self._prepared.folder):
            senders = Senders(self._orders(access, begun_before=begun_before), self._display.say)
        patiently(self._remember)
        try:
            senders.start()
            self._watch(senders)
        except KeyboardInterrupt:
            raise ImportInterruptedError(
                _("The import was interrupted; what was sent is being worked on."),
                field=str(self._prepared.file),
                remedy=_("Start the same command again: it continues where this one stopped."),
            ) from None
        finally:
            senders.stop()
        patiently(self._remember)

    def _watch(self, senders: Senders) -> None:
        """Until every case has ended, or nothing has moved for too long."""
        began = moved_at = saved_at = time.monotonic()
        before = self._memory.elapsed_s
        progress: tuple[int, ...] = ()
        while not senders.tend():
            now = time.monotonic()
            counts = senders.counts()
            self._memory.elapsed_s = before + now - began
            self._show(counts)
            if counts.progress != progress:
                progress, moved_at = counts.progress, now
            if now - moved_at > self._options.stall_seconds:
                self._give_up(counts, now - moved_at)
                return
            if now - saved_at > SAVE_SECONDS:
                saved_at = now
                with suppress(StoreError):  # PostgreSQL may be away; the next time counts the whole.
                    self._remember()
            time.sleep(LOOK_SECONDS)
        self._memory.elapsed_s = before + time.monotonic() - began
        self._show(senders.counts())

    def _give_up(self, counts: Counts, seconds: float) -> None:
        self._stalled = True
        self._memory.given_up += 1
        refused = ", ".join(f"{count} {code}" for code, count in counts.refused.items())
        given_up = _("nothing has moved for {seconds:.0f} s: the rest is given up for now", seconds=seconds)
        why = [_("answers refused: {refused}", refused=refused)] if refused else []
        self._display.say(joined("; ", [given_up, *why]))

    def _show(self, counts: Counts) -> None:
        elapsed = self._memory.elapsed_s
        self._display.standing(
            Standing(
                cases=self._prepared.summary.traces,
                submitted=counts.submitted,
                closed=counts.closed,
                decisions=counts.decided,
                in_flight=counts.in_flight,
                cases_per_s=counts.closed / elapsed if elapsed else 0.0,
            )
        )
