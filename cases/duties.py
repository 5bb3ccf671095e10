"""Whether the agency kept its own duties of time on a case, read from the case's ledger. Pure.

A duty runs from when something was received (a record's `at`) until the agency did its part for others to see: the turn
(`decided_at`), since the one who waits does not care whether it was an officer or this program that took so long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.duties import DutyRule, DutyRules
from catalog.model import Definitions
from events.language import case_events as ev
from events.language.case_events import CaseEvent, EventRecord
from sla.calendar import WorkingCalendar, compiled
from sla.deadline import due, transfer_due_at
from sla.errors import CalendarRangeError


@dataclass(frozen=True, slots=True)
class DutyKept:
    """One duty on one case. Instants in UTC; `done_at` None: not done yet, or never."""

    duty: str
    department: str
    due_at: datetime
    done_at: datetime | None

    def late_at(self, now: datetime) -> bool:
        """Whether it was done late, or is not done though it fell due."""
        return (self.done_at or now) > self.due_at


def duties_of(definitions: Definitions, rules: DutyRules | None, records: Sequence[EventRecord]) -> list[DutyKept]:
    """The duties that arose on a case. Those that the calendar does not cover are left out.

    `definitions`: what the case stands under, with the calendars that were applied to it.
    """
    if rules is None or not records or not isinstance(records[0].event, ev.ApplicationSubmitted):
        return []
    channel = records[0].event.application.channel
    duties: list[DutyKept] = []
    for rule in rules.duties:
        if channel in rule.channels:
            duties.extend(_MEASURES[rule.kind](rule, definitions, records))
    return duties


def _answers(rule: DutyRule, definitions: Definitions, records: Sequence[EventRecord]) -> Iterator[DutyKept]:
    """From receipt by the system until the receipt is confirmed."""
    received_at = records[0].at
    done_at = next((r.decided_at for r in records if isinstance(r.event, ev.ApplicationAccepted)), None)
    calendar = compiled(definitions.calendar)
    if rule.within is not None:
        try:
            due_at = due(rule.within, received_at, calendar).operational_at.astimezone(UTC)
        except CalendarRangeError:
            return
        yield DutyKept(rule.id, definitions.procedure.agency, due_at, done_at)


def _notices(rule: DutyRule, _: Definitions, records: Sequence[EventRecord]) -> Iterator[DutyKept]:
    """Every request for documents, against the limit that its procedure sets for it; told to the applicant at the turn."""
    for record in records:
        event = record.event
        if isinstance(event, ev.SupplementRequested) and event.notice_due_at is not None:
            yield DutyKept(rule.id, event.department, event.notice_due_at, record.decided_at)


def _transfers(rule: DutyRule, definitions: Definitions, records: Sequence[EventRecord]) -> Iterator[DutyKept]:
    """From receipt until a department other than the receiving one has a step.

    A case that never leaves the office that received it has no such duty, nor one that ended there before it fell due. While
    the applicant has the case, or it stands suspended, nothing is to be handed on: what was not late by then counts from when
    it is back.
    """
    receiving = next(
        (department for department in (_department_of(record.event) for record in records) if department), None
    )
    others = {step.department for step in definitions.procedure.steps} - {receiving}
    due_at: datetime | None = None
    for record, begins_at, ends_at in _in_hand(records):
        if begins_at is not None:
            due_at = _transfer_due(begins_at, compiled(definitions.calendar), rule)
        elif due_at is None:
            continue
        elif _department_of(record.event) not in (None, receiving):
            yield DutyKept(rule.id, receiving or "", due_at, record.decided_at)
            return
        elif ends_at is not None and ends_at > due_at:
            break
        elif ends_at is not None:
            due_at = None
    if due_at is not None and receiving is not None and others:
        yield DutyKept(rule.id, receiving, due_at, None)


def _department_of(event: CaseEvent) -> str | None:
    """Who has a step from this event on."""
    match event:
        case ev.StepAssigned():
            return event.department
        case ev.StepReassigned():
            return event.to_department
        case _:
            return None


def _in_hand(records: Sequence[EventRecord]) -> Iterator[tuple[EventRecord, datetime | None, datetime | None]]:
    """Every record, with the instant from which on, or up to which, the agencies have the whole case in hand by it."""
    with_applicant = False
    for record in records:
        begins_at: datetime | None = None
        ends_at: datetime | None = None
        match record.event:
            case ev.ApplicationAccepted() | ev.SupplementReceived(missing=()) | ev.ExplanationReceived():
                begins_at, with_applicant = record.at, False
            case ev.SupplementRequested() | ev.ExplanationRequested():
                ends_at, with_applicant = record.at, True
            case ev.ClockPaused(from_at=from_at):
                ends_at = from_at
            case ev.ClockResumed(until_at=until_at) if not with_applicant:
                begins_at = until_at
            case ev.CaseClosed(closed_at=closed_at):
                ends_at = closed_at
            case _:
                pass
        yield record, begins_at, ends_at


def _transfer_due(received_at: datetime, calendar: WorkingCalendar, rule: DutyRule) -> datetime | None:
    if rule.cut_off is None:
        return None
    try:
        return transfer_due_at(received_at, calendar, rule.cut_off).astimezone(UTC)
    except CalendarRangeError:
        return None


_MEASURES = {"answer": _answers, "supplement_notice": _notices, "transfer": _transfers}
