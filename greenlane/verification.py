"""Holding a whole installation to its invariants: ledger, read models, inbox, and where asked the topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audit.dossier_redecision import dossier_redecided
from audit.dossiers import check_dossier
from audit.invariants import Violation, check_story, replay_story
from audit.story import story_of
from cases.decide import CASES
from cases.stream import Projection
from catalog.model import Definitions
from events.language.case_events import EventRecord
from events.transport.reading import read_all
from greenlane.wiring import Wiring
from store.database import Store
from store.dossiers import Dossiers, rebuild_dossiers
from store.outbox import Outbox
from store.rebuild import Difference, rebuild
from store.verification import accepted_without_case, effects_repeated

CHECKED = ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I12")
FINDINGS_MAX = 50


@dataclass(slots=True)
class Verified:
    """What was looked at, and what was found wrong, by invariant."""

    cases: int = 0
    events: int = 0
    violations: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    redelivered: int = 0
    """Repeated records on the topics: allowed, counted."""
    older: int = 0
    """Events that an older version decided, under its own rules: checked in all else, and not decided again."""

    @property
    def ok(self) -> bool:
        """Nothing was found wrong."""
        return not any(self.violations.values())

    def note(self, invariant: str, finding: str) -> None:
        """Count a violation."""
        self.violations[invariant] = self.violations.get(invariant, 0) + 1
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(f"{invariant}: {finding}")


def verify(wiring: Wiring, *, topics: bool = False, told: Callable[[int], None] | None = None) -> Verified:
    """Check every case of the ledger, the read models against it, the inbox, and with `topics` Kafka against the outbox."""
    found = Verified(violations=dict.fromkeys(CHECKED if topics else [i for i in CHECKED if i != "I3"], 0))

    def checked(case_id: str, definitions: Definitions, records: Sequence[EventRecord]) -> Projection:
        story = story_of(definitions, records)
        found.older += story.older
        for violation in (*check_story(story), *replay_story(story)):
            _note(found, violation)
        if told is not None:
            told(len(records))
        return CASES.project(case_id, definitions, records)

    report = rebuild(wiring.store, checked)
    found.cases, found.events = report.cases, report.events
    for difference in (*report.differences, *_check_dossiers(wiring.store, found)):
        read_model = difference.what in ("case", "worklist", "escalations", "surplus")
        found.note("I8" if read_model else "I2", f"{difference.case_id}: {difference.what}")
    for case_id in accepted_without_case(wiring.store):
        found.note("I1", f"{case_id} was accepted and has no case")
    for effect in effects_repeated(wiring.store):
        found.note("I4", effect)
    if topics:
        _compare_topics(wiring, found)
    return found


def _check_dossiers(store: Store, found: Verified) -> list[Difference]:
    """Hold every linked dossier to its rules; what its read model has otherwise than the fold of its stream."""
    streams, wrong = Dossiers(store), rebuild_dossiers(store)
    unread = {difference.case_id for difference in wrong if difference.what in ("unreadable", "definitions")}
    for stream_id in streams.stream_ids():
        if stream_id not in unread:
            definitions, records = streams.stream(stream_id)
            found.events += len(records)
            for violation in (*check_dossier(definitions, records), *dossier_redecided(definitions, records)):
                _note(found, violation)
    return wrong


def _note(found: Verified, violation: Violation) -> None:
    found.note(violation.invariant, f"{violation.case_id} event {violation.sequence}: {violation.message}")


def _compare_topics(wiring: Wiring, found: Verified) -> None:
    """I3: what the outbox owes is what the topics hold, and per case first occurrences keep the ledger's order."""
    owed = {(topic, event_id): case_id for topic, event_id, case_id, _ in Outbox(wiring.store).messages()}
    names = sorted({topic for topic, _ in owed} | {wiring.topics.case_events, wiring.topics.escalations})
    seen: Counter[tuple[str, str]] = Counter()
    last: dict[str, int] = {}
    for message in read_all(wiring.cluster, names):
        event_id = (dict(message.headers).get("ce_id") or b"").decode()
        key = (message.topic, event_id)
        seen[key] += 1
        if message.topic == wiring.topics.case_events and seen[key] == 1:
            case_id, _, sequence = event_id.rpartition(".")
            if int(sequence) <= last.get(case_id, 0):
                found.note("I3", f"{case_id}: event {sequence} came after event {last[case_id]}")
            last[case_id] = max(int(sequence), last.get(case_id, 0))
    for topic, missing in sorted(set(owed) - set(seen)):
        found.note("I3", f"{missing} is owed to {topic} and not there")
    for topic, surplus in sorted(set(seen) - set(owed)):
        found.note("I3", f"{surplus} is on {topic} and was never owed")
    found.redelivered = sum(count - 1 for count in seen.values())
