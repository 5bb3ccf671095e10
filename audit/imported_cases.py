"""What one case of an import shows in the ledger and on the topic, held against the log. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.invariants import check_case
from catalog.model import Definitions
from eventlog.identity import ImportKey
from eventlog.index import DecisionRow, TraceRow
from events.language.case_events import (
    ApplicationSubmitted,
    CaseClosed,
    EventRecord,
    StepAssigned,
    StepDecided,
)
from events.language.chain import GENESIS, link
from events.language.identity import event_id_of, message_command_id
from store.errors import LedgerRowBroken
from store.ledger import LedgerRow


@dataclass(slots=True)
class Findings:
    """What one case, or many together, come to."""

    closed: int = 0
    decisions: int = 0
    lost: int = 0
    doubled: int = 0
    violations: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)

    def violate(self, invariant: str, words: str) -> None:
        """Note a violation of an invariant of docs/invariants.md."""
        self.violations[invariant] += 1
        self.words.append(f"{invariant}: {words}")

    def add(self, other: Findings, words_max: int) -> None:
        """Add those of another case; only the first words are kept."""
        self.closed += other.closed
        self.decisions += other.decisions
        self.lost += other.lost
        self.doubled += other.doubled
        self.violations.update(other.violations)
        self.words.extend(other.words[: max(0, words_max - len(self.words))])


@dataclass(frozen=True, slots=True)
class CaseEvidence:
    """All that is known of one trace and its case."""

    key: ImportKey
    trace: TraceRow
    decisions: Mapping[str, DecisionRow]
    """The log's events, by step."""
    definitions: Definitions
    """What the case was decided under."""
    rows: Sequence[LedgerRow]
    accepted: frozenset[str]
    """Ids of the commands that the inbox settled as accepted."""
    applications: int
    """Applications in the inbox under this case id."""

    def findings(self) -> Findings:
        """What the ledger shows."""
        findings = Findings()
        if not self.rows:
            findings.violate("I1", f"{self.trace.application_id} has no case")
            findings.lost = self.trace.events
            return findings
        self._chain(findings)
        try:
            records = [row.record for row in self.rows]
        except LedgerRowBroken as error:
            findings.violate("I2", str(error))
            findings.lost = self.trace.events
            return findings
        self._submission(findings, records)
        self._story(findings, records)
        self._decided(findings, records)
        return findings

    def _chain(self, findings: Findings) -> None:
        previous = GENESIS
        for place, row in enumerate(self.rows, 1):
            if row.sequence != place:
                findings.violate("I2", f"{self.trace.case_id} has event {row.sequence} in place {place}")
                return
            previous = link(previous, row.body)
            if row.hash != previous:
                findings.violate("I2", f"{self.trace.case_id} breaks its hash chain at event {place}")
                return

    def _submission(self, findings: Findings, records: Sequence[EventRecord]) -> None:
        submitted = [record.event for record in records if isinstance(record.event, ApplicationSubmitted)]
        ids = [(event.application.source, event.application.application_id) for event in submitted]
        if ids != [(self.key.source, self.trace.application_id)] or self.applications != 1:
            findings.violate("I1", f"{self.trace.case_id} is not exactly the case of {self.trace.application_id}")
        elif [step.id for step in submitted[0].application.route] != self._route():
            findings.violate("I1", f"{self.trace.case_id} has another route than its trace")

    def _route(self) -> list[str]:
        return [row.step_id for row in sorted(self.decisions.values(), key=lambda row: row.event)]

    def _story(self, findings: Findings, records: Sequence[EventRecord]) -> None:
        """Each event lawful after the one before, each step of the trace assigned in its order, and nothing after the end."""
        for violation in check_case(self.definitions, records):
            findings.violate(violation.invariant, str(violation).partition(" ")[2])
        findings.closed = sum(isinstance(record.event, CaseClosed) for record in records[-1:])
        assigned = [record.event.step_id for record in records if isinstance(record.event, StepAssigned)]
        route = self._route()
        if assigned != (route if findings.closed else route[: len(assigned)]):
            findings.violate("I2", f"{self.trace.case_id} does not follow its route")

    def _decided(self, findings: Findings, records: Sequence[EventRecord]) -> None:
        effects: Counter[str] = Counter()
        kept: set[int] = set()
        for record in records:
            if not isinstance(record.event, StepDecided):
                continue
            effects[record.command_id] += 1
            row = self.decisions.get(record.event.step_id)
            if row is not None and record.command_id in self.command_ids(row, record.event.department):
                kept.add(row.event)
        findings.decisions = len(kept)
        findings.lost = self.trace.events - len(kept)
        findings.doubled = sum(number > 1 for number in effects.values())
        for command_id, number in effects.items():
            if number > 1 or command_id not in self.accepted:
                findings.violate("I4", f"{command_id} has {number} effects in {self.trace.case_id}")

    def command_ids(self, row: DecisionRow, department: str) -> tuple[str, str]:
        """The command that the intake makes of an event's message; the second: that an older program made of it."""
        sent = self.key.decision_id(row.position, row.event)
        return message_command_id("department", department, self.key.source, sent), f"{department}:{sent}"


class TopicOrder:
    """First occurrences of cases' events on the topic. Memory: a few numbers per case."""

    def __init__(self, cases: Mapping[str, Any] | set[str]) -> None:
        self._cases = cases
        self._whole: dict[str, int] = {}
        """Up to which event a case's first occurrences came without gap."""
        self._ahead: dict[str, set[int]] = {}
        self.redelivered = 0
        self.reordered: set[str] = set()

    def take(self, case_id: str, event_id: str) -> None:
        """One record of the topic, in the topic's order. Those of other cases are left alone."""
        if case_id not in self._cases:
            return
        head, _, tail = event_id.rpartition(".")
        sequence = int(tail) if head == case_id and tail.isdecimal() else 0
        whole = self._whole.get(case_id, 0)
        ahead = self._ahead.get(case_id, set())
        if sequence == whole + 1:
            self._advance(case_id, sequence)
        elif 0 < sequence <= whole or sequence in ahead:
            self.redelivered += 1
        else:
            self._ahead.setdefault(case_id, set()).add(sequence)

    def _advance(self, case_id: str, sequence: int) -> None:
        ahead = self._ahead.get(case_id)
        if ahead:
            # Something later came first.
            self.reordered.add(case_id)
            while sequence + 1 in ahead:
                sequence += 1
                ahead.discard(sequence)
        self._whole[case_id] = sequence

    def holds_exactly(self, case_id: str, last_sequence: int) -> bool:
        """Whether the topic has the events 1 to the last of the ledger, and no others."""
        return self._whole.get(case_id, 0) == last_sequence and not self._ahead.get(case_id)


def event_ids(case_id: str, last_sequence: int) -> list[str]:
    """The ids of a case's events."""
    return [event_id_of(case_id, sequence) for sequence in range(1, last_sequence + 1)]
