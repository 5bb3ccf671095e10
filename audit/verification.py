"""Holding a whole installation to its invariants: ledger, read models, inbox, and where asked the topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from audit.examination import KINDS, examine_all
from audit.owed import check_owed
from audit.rebuild import find_surplus
from audit.soundness import check_heads
from audit.verification_report import CHECKED, VerificationReport
from audit.violation import Violation
from events.language.topics import Topics
from events.transport.cluster import Cluster
from events.transport.reading import read_all
from store.database import Store
from store.outbox import Outbox
from store.verification import accepted_without_case, effects_repeated


class PublishedTopics(NamedTuple):
    """Where the events of the installation are published."""

    cluster: Cluster
    names: Topics


def verify(
    store: Store, topics: PublishedTopics | None = None, watch: Callable[[int], None] | None = None
) -> VerificationReport:
    """Check every case of the ledger, the read models against it, the inbox, and with `topics` Kafka against the outbox.

    `watch` is called with the number of events after each batch of streams. Raises StoreError, TransportError, ProcessLost.
    """
    report = VerificationReport()
    report.ask(*CHECKED, *(("I3",) if topics is not None else ()))
    _note_examined(store, report, watch)
    for case_id in accepted_without_case(store):
        report.note(Violation("I1", case_id, None, "was accepted and has no case", goes_on=True))
    for case_id, effect in effects_repeated(store):
        report.note(Violation("I4", case_id, None, effect))
    for violation in check_owed(store):
        report.note(violation)
    if topics is not None:
        _compare_topics(store, topics, report)
    return report


def _note_examined(store: Store, report: VerificationReport, watch: Callable[[int], None] | None) -> None:
    """Every stream: its chain, its rules, its read models; and what the read models have beside them."""
    for examined in examine_all(store, watch=watch):
        report.take(examined)
    report.note_all(check_heads(store))
    for kind in KINDS.values():
        report.note_differences(find_surplus(store, kind.rows, replace=False))


def _compare_topics(store: Store, topics: PublishedTopics, report: VerificationReport) -> None:
    """I3: what the outbox owes is what the topics hold, and per case first occurrences keep the ledger's order."""
    owed = {(topic, event_id): case_id for topic, event_id, case_id, _ in Outbox(store).messages()}
    names = sorted({topic for topic, _ in owed} | {topics.names.case_events, topics.names.escalations})
    seen: Counter[tuple[str, str]] = Counter()
    last: dict[str, int] = {}
    for message in read_all(topics.cluster, names):
        event_id = (dict(message.headers).get("ce_id") or b"").decode()
        key = (message.topic, event_id)
        seen[key] += 1
        if message.topic == topics.names.case_events and seen[key] == 1:
            case_id, _, sequence = event_id.rpartition(".")
            if int(sequence) <= last.get(case_id, 0):
                came = f"event {sequence} came after event {last[case_id]}"
                report.note(Violation("I3", case_id, None, came))
            last[case_id] = max(int(sequence), last.get(case_id, 0))
    for topic, missing in sorted(set(owed) - set(seen)):
        report.note(Violation("I3", missing, None, f"is owed to {topic} and not there", goes_on=True))
    for topic, surplus in sorted(set(seen) - set(owed)):
        report.note(Violation("I3", surplus, None, f"is on {topic} and was never owed", goes_on=True))
    report.redelivered = sum(count - 1 for count in seen.values())
