"""What became of a log, read again from the ledger and from the topic by the administrator, not believed from the senders."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import groupby
from typing import Any, Protocol, TypeVar

from sqlalchemy import func, select

from audit.import_report import ImportReport
from audit.imported_cases import CaseEvidence, Findings, TopicOrder, event_ids
from audit.verification import PublishedTopics
from audit.verification_report import not_asked
from catalog.model import Definitions
from eventlog.identity import SYSTEM, ImportKey
from eventlog.index import Index, TraceRow
from events.language.carried import header, key_of
from events.transport import dead_letters, listening
from events.transport.errors import TransportError
from events.transport.ports import LetterVault
from events.transport.reading import read_all
from intake.records import DERIVED_PROCEDURE
from store.database import Store
from store.definitions import DefinitionArchive
from store.errors import StoreError
from store.ledger import LedgerRow, rows_of_streams
from store.tables import applications, commands, outbox, outbox_unpublished
from store.view_tables import cases
from wording.text import _

QUIET_SECONDS = 120.0
"""How long the publisher may take for what the ledger holds already."""
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 60.0
"""How long a server may be away before the verification gives up."""
CLIENT = "greenlane-import-verification"
WORDS_MAX = 20
INVARIANTS = ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I12")
"""Those that are looked at for every case of the log; of the others nothing is said."""

T = TypeVar("T")


def patiently(work: Callable[[], T]) -> T:
    """Do it, again if a server is away for a while. Raises what it raised last."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return work()
        except (StoreError, TransportError) as error:
            if not error.retryable or time.monotonic() > deadline:
                raise
            time.sleep(1.0)


class Listener(Protocol):
    """Whom the verification tells how far it is."""

    def doing(self, what: str) -> None:
        """What follows now."""

    def say(self, what: str) -> None:
        """A remark that stays."""


class LogVerification:
    """One look at everything that belongs to one log."""

    def __init__(
        self,
        store: Store,
        published: PublishedTopics,
        key: ImportKey,
        index: Index,
        listener: Listener,
        letters: LetterVault | None = None,
    ) -> None:
        """`letters`: what opens dead letters; without it none is known for one of this log."""
        self._letters = letters
        self._store = store
        self._cluster, self._topics = published
        self._key = key
        self._index = index
        self._listener = listener
        self._archive = DefinitionArchive(store)

    def report(self) -> ImportReport:
        """Wait until the publisher has sent what is recorded, then count. Raises StoreError, TransportError."""
        self._listener.doing(_("waiting until everything recorded is published"))
        patiently(self._await_bridge)
        patiently(self._await_publisher)
        self._listener.doing(_("checking the ledger and the topic against the log"))
        order = patiently(self._topic)
        findings = patiently(lambda: self._ledger(order))
        letters = patiently(self._dead_letters)
        summary = self._index.summary
        return ImportReport(
            cases=summary.traces,
            closed=findings.closed,
            decisions=findings.decisions,
            lost=findings.lost,
            doubled=findings.doubled,
            reordered=len(order.reordered),
            redelivered=order.redelivered,
            violations=not_asked() | dict.fromkeys(INVARIANTS, 0) | dict(findings.violations),
            dead_letters=letters,
            findings=findings.words,
            log=summary,
        )

    def _sent_to(self) -> list[str]:
        """Where the log's messages went; before imports were a system of their own, applications to the portal's topic."""
        topics = self._topics
        decisions = (topics.decisions(slug) for slug in self._index.departments())
        return [topics.submissions, topics.submissions_of(SYSTEM.id), *decisions]

    def _await_bridge(self) -> None:
        """Until every message of ours has been taken: one that was sent twice must have had its chance to do harm."""
        deadline = time.monotonic() + QUIET_SECONDS
        group = self._topics.bridge_group
        while listening.behind(self._cluster, self._sent_to(), CLIENT, group) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def _await_publisher(self) -> None:
        """Until nothing waits of what was there at the call: others' cases may go on meanwhile."""
        with self._store.reading() as connection:
            mark = connection.scalar(select(func.max(outbox.c.id))) or 0
        waiting = select(func.count()).where(outbox_unpublished.c.id <= mark)
        deadline = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < deadline:
            with self._store.reading() as connection:
                if not connection.scalar(waiting):
                    return
            time.sleep(LOOK_SECONDS)
        self._listener.say("the publisher has not caught up; what it still owes counts as missing on the topic")

    def _topic(self) -> TopicOrder:
        order = TopicOrder({trace.case_id for page in self._index.pages() for trace in page})
        topic = self._topics.case_events
        for record in read_all(self._cluster, [topic]):
            order.take(key_of(record), header(record, "ce_id"))
        return order

    def _ledger(self, order: TopicOrder) -> Findings:
        total = Findings()
        for page in self._index.pages():
            for findings in self._page(page, order):
                total.add(findings, WORDS_MAX)
        with self._store.reading() as connection:
            known = connection.scalar(select(func.count()).select_from(cases).where(cases.c.source == self._key.source))
        if (extra := (known or 0) - self._index.summary.traces) > 0:
            foreign = Findings()
            for _time in range(extra):
                foreign.violate("I1", "a case of this import belongs to no trace")
            total.add(foreign, WORDS_MAX)
        return total

    def _page(self, page: list[TraceRow], order: TopicOrder) -> list[Findings]:
        ids = [trace.case_id for trace in page]
        decisions = self._index.decisions(page[0].position, page[-1].position)
        rows, accepted, applied, owed = self._stored(ids)
        definitions = self._definitions()
        of_page = []
        for trace in page:
            evidence = CaseEvidence(
                key=self._key,
                trace=trace,
                decisions=decisions.get(trace.position, {}),
                definitions=definitions,
                rows=rows.get(trace.case_id, []),
                accepted=frozenset(accepted.get(trace.case_id, ())),
                applications=applied.get(trace.case_id, 0),
            )
            findings = evidence.findings()
            last = len(evidence.rows)
            if not order.holds_exactly(trace.case_id, last):
                findings.violate("I3", f"the topic does not hold exactly the {last} events of {trace.case_id}")
            elif owed.get(trace.case_id, 0) != last:
                findings.violate("I3", f"the outbox does not hold exactly the {last} events of {trace.case_id}")
            of_page.append(findings)
        return of_page

    def _definitions(self) -> Definitions:
        """What the import's procedure was published as. Raises DefinitionsUnknown."""
        procedure_id = self._key.procedure_id
        digest = self._store.recall(DERIVED_PROCEDURE + procedure_id)
        return self._archive.definitions(digest or procedure_id)

    def _stored(
        self, ids: list[str]
    ) -> tuple[dict[str, list[LedgerRow]], dict[str, list[str]], dict[str, int], dict[str, int]]:
        """Ledger, accepted commands, applications and outbox rows of these cases, as of one instant each."""
        topic = self._topics.case_events
        with self._store.reading() as connection:
            rows = {
                case_id: list(group)
                for case_id, group in groupby(rows_of_streams(connection, ids), lambda row: row.case_id)
            }
            accepted: dict[str, list[str]] = {}
            query: Any = select(commands.c.case_id, commands.c.command_id).where(
                commands.c.case_id.in_(ids), commands.c.accepted
            )
            for case_id, command_id in connection.execute(query):
                accepted.setdefault(case_id, []).append(command_id)
            query = select(applications.c.case_id, func.count()).where(applications.c.case_id.in_(ids))
            applied = {row[0]: int(row[1]) for row in connection.execute(query.group_by(applications.c.case_id))}
            wanted = [event_id for case_id in rows for event_id in event_ids(case_id, len(rows[case_id]))]
            query = select(outbox.c.case_id, func.count()).where(
                outbox.c.topic == topic, outbox.c.event_id == func.any(wanted)
            )
            owed = {row[0]: int(row[1]) for row in connection.execute(query.group_by(outbox.c.case_id))}
        return rows, accepted, applied, owed

    def _dead_letters(self) -> int:
        """Messages of this log that could not be processed and were not sent again since."""
        cluster, topics = self._cluster, self._topics
        wanted = {topics.dead_letters(topic) for topic in self._sent_to()}
        existing = wanted.intersection(dead_letters.dead_letter_topics(cluster, topics))
        count = 0
        for topic in listening.not_empty(cluster, existing, CLIENT):
            for letter in dead_letters.LetterBox(cluster, topic, self._letters).letters():
                count += letter.key is not None and self._index.position_of(letter.key) is not None
        return count
