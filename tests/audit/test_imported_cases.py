"""What the ledger and the topic show of an import: sound ones pass, and each way of going wrong is found by name."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.imported_cases import CaseEvidence, Findings, TopicOrder
from catalog.loader import load_catalog
from catalog.model import Definitions
from eventlog.index import DecisionRow, TraceRow
from eventlog.procedure import derived_definitions
from events.language.case_events import ApplicationAccepted, EventRecord, canonical_json
from events.language.chain import GENESIS, link
from events.language.commands import Actor, ActorKind, DecideStep, SubmitApplication
from events.language.identity import message_command_id
from events.language.messages import DecisionMessage, SubmissionMessage, parsed
from intake.person import parted
from intake.reception import command_of
from store.ledger import LedgerRow
from tests.builders import Life
from tests.eventlog.logs import ReadLog, a_read_log

ONE_STOP = "one-stop"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadLog]:
    with a_read_log(tmp_path_factory.mktemp("log")) as read:
        yield read


@pytest.fixture(scope="module")
def definitions(log: ReadLog) -> Definitions:
    return derived_definitions(log.key, load_catalog(), ONE_STOP, NOW.date())


def answer_id(log: ReadLog, step: DecisionRow) -> str:
    """The command that the bridge makes of an answer."""
    sent = log.key.decision_id(step.position, step.event)
    return message_command_id("department", step.department, log.key.source, sent)


def lived(log: ReadLog, definitions: Definitions, trace: TraceRow, steps: Sequence[DecisionRow]) -> Life:
    """The case of a trace as the engine's core makes it, from the messages that the senders send."""
    life = Life(definitions, trace.case_id)
    message = parsed(SubmissionMessage, json.loads(trace.submission))
    application = parted(message, log.key.source, definitions.lanes).application
    command_id = message_command_id("system", "portal", log.key.source, log.key.submission_id(trace.position))
    actor = Actor(kind=ActorKind.APPLICANT, id=log.key.source)
    life.do(SubmitApplication(command_id=command_id, received_at=NOW, actor=actor, application=application))
    for hours, step in enumerate(steps, 1):
        answer = {"case": trace.case_id, "step_id": step.step_id, "data": json.loads(step.data)}
        answer |= json.loads(step.answer)
        _, command = command_of(
            parsed(DecisionMessage, answer),
            {
                "command_id": answer_id(log, step),
                "received_at": NOW + timedelta(hours=hours),
                "actor": Actor(kind=ActorKind.DEPARTMENT, id=step.department),
            },
            step.department,
        )
        assert isinstance(command, DecideStep)
        life.do(command)
    return life


def chained(records: Sequence[EventRecord]) -> list[LedgerRow]:
    """The rows that the recorder would write."""
    rows, previous = [], GENESIS
    for place, record in enumerate(records, 1):
        event = record.event
        if isinstance(event, ApplicationAccepted):
            event = event.model_copy(update={"dossier_code": "H05.1-260302-0001"})
        stood = record.model_copy(update={"event": event})
        body = canonical_json(stood)
        previous = link(previous, body)
        rows.append(LedgerRow(record.case_id, record.sequence, place, body, previous, event.type, record.at, NOW))
    return rows


def evidence(log: ReadLog, definitions: Definitions, position: int = 1, *, answered: int = 99) -> CaseEvidence:
    trace = log.index.trace(position)
    assert trace is not None
    decisions = log.index.decisions(position, position).get(position, {})
    steps = sorted(decisions.values(), key=lambda row: row.event)[:answered]
    life = lived(log, definitions, trace, steps)
    accepted = frozenset(record.command_id for record in life.records)
    return CaseEvidence(log.key, trace, decisions, definitions, chained(life.records), accepted, 1)


@pytest.mark.parametrize(("position", "events"), [(1, 3), (2, 2), (3, 0), (4, 1)])
def test_sound_case_passes(log: ReadLog, definitions: Definitions, position: int, events: int) -> None:
    found = evidence(log, definitions, position).findings()
    assert found == Findings(closed=1, decisions=events)


def test_case_under_way_has_lost_nothing_yet_but_lacks_decisions(log: ReadLog, definitions: Definitions) -> None:
    found = evidence(log, definitions, answered=1).findings()
    assert (found.closed, found.decisions, found.lost) == (0, 1, 2)
    assert not found.violations


def test_what_an_older_program_imported_still_holds(log: ReadLog, definitions: Definitions) -> None:
    """It made another command id of the same message."""
    found = evidence(log, definitions)
    steps = {answer_id(log, step): step for step in found.decisions.values()}
    older = {new: f"{step.department}:{log.key.decision_id(step.position, step.event)}" for new, step in steps.items()}
    records = [
        record.model_copy(update={"command_id": older.get(record.command_id, record.command_id)})
        for record in (EventRecord.model_validate_json(row.body) for row in found.rows)
    ]
    accepted = frozenset(record.command_id for record in records)
    kept = CaseEvidence(log.key, found.trace, found.decisions, definitions, chained(records), accepted, 1)
    assert kept.findings() == Findings(closed=1, decisions=3)


def violations(found: Findings) -> set[str]:
    return set(found.violations)


def test_trace_without_a_case_is_lost(log: ReadLog, definitions: Definitions) -> None:
    found = replace(evidence(log, definitions), rows=[]).findings()
    assert (found.lost, violations(found)) == (3, {"I1"})


def test_repeated_decision_is_doubled(log: ReadLog, definitions: Definitions) -> None:
    sound = evidence(log, definitions)
    records = [row.record for row in sound.rows]
    twice = next(place for place, record in enumerate(records) if record.event.type == "StepDecided")
    records.insert(twice + 1, records[twice])
    renumbered = [record.model_copy(update={"sequence": place}) for place, record in enumerate(records, 1)]
    found = replace(sound, rows=chained(renumbered)).findings()
    assert (found.doubled, found.decisions) == (1, 3)
    assert {"I2", "I4"} <= violations(found)


def test_gap_and_changed_row_break_the_ledger(log: ReadLog, definitions: Definitions) -> None:
    sound = evidence(log, definitions)
    gap = [*sound.rows[:3], *sound.rows[4:]]
    assert "I2" in violations(replace(sound, rows=gap).findings())
    changed = replace(sound.rows[2], body=sound.rows[2].body.replace("one-stop", "finance"))
    assert "I2" in violations(replace(sound, rows=[*sound.rows[:2], changed, *sound.rows[3:]]).findings())
    torn = replace(sound.rows[2], body="{}")
    found = replace(sound, rows=[*sound.rows[:2], torn, *sound.rows[3:]]).findings()
    assert (found.lost, "I2" in violations(found)) == (3, True)


def test_decision_of_somebody_else_is_not_the_logs(log: ReadLog, definitions: Definitions) -> None:
    sound = evidence(log, definitions)
    foreign = [
        record.model_copy(update={"command_id": "desk:1"}) if record.event.type == "StepDecided" else record
        for record in (row.record for row in sound.rows)
    ]
    found = replace(sound, rows=chained(foreign), accepted=frozenset(("desk:1",))).findings()
    assert (found.decisions, found.lost, found.doubled) == (0, 3, 1)


def test_effect_without_settled_command_and_second_application(log: ReadLog, definitions: Definitions) -> None:
    sound = evidence(log, definitions)
    assert violations(replace(sound, accepted=frozenset()).findings()) == {"I4"}
    assert violations(replace(sound, applications=2).findings()) == {"I1"}
    assert sound.trace.position == 1
    other = evidence(log, definitions, 2)
    assert "I1" in violations(replace(sound, rows=other.rows).findings())


def oracle(cases: set[str], records: list[tuple[str, int]]) -> tuple[int, set[str]]:
    """Redelivered and reordered, from whole lists."""
    seen: dict[str, list[int]] = {}
    redelivered = 0
    for case_id, sequence in records:
        if case_id not in cases:
            continue
        firsts = seen.setdefault(case_id, [])
        if sequence in firsts:
            redelivered += 1
        else:
            firsts.append(sequence)
    return redelivered, {case_id for case_id, firsts in seen.items() if firsts != sorted(firsts)}


@given(st.dictionaries(st.sampled_from(["case-a", "case-b", "case-c"]), st.integers(1, 6), min_size=1), st.data())
def test_order_on_the_topic_agrees_with_an_oracle(cases: dict[str, int], data: st.DataObject) -> None:
    whole = [(case_id, number) for case_id, last in cases.items() for number in range(1, last + 1)]
    again = data.draw(st.lists(st.sampled_from(whole), max_size=5))
    shuffle = random.Random(data.draw(st.integers(0, 2**32)))
    records = (
        [*whole, *again] if data.draw(st.booleans()) else shuffle.sample([*whole, *again], len(whole) + len(again))
    )
    mine = set(list(cases)[:2])
    order = TopicOrder(mine)
    for case_id, number in records:
        order.take(case_id, f"{case_id}.{number}")
    assert (order.redelivered, order.reordered) == oracle(mine, records)
    assert all(order.holds_exactly(case_id, cases[case_id]) for case_id in mine)
    assert not any(order.holds_exactly(case_id, cases[case_id] + 1) for case_id in mine)


def test_missing_and_foreign_events_on_the_topic_are_seen() -> None:
    order = TopicOrder({"case-a", "case-b"})
    for event_id in ("case-a.1", "case-a.3", "case-b.1", "case-b.x"):
        order.take(event_id[:6], event_id)
    assert not order.holds_exactly("case-a", 3)
    assert not order.holds_exactly("case-a", 1)
    assert not order.holds_exactly("case-b", 1)
