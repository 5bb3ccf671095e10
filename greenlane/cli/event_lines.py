"""Events as lines that people read: when, what, and the little that matters of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from pydantic import BaseModel
from rich.markup import escape
from rich.table import Table

from events.language import case_events as ev
from events.language.case_events import CaseEvent, EventRecord, NearMiss
from greenlane.cli.moments import Moments
from greenlane.cli.output import table_of
from greenlane.cli.styles import LATE, lane_markup, painted
from greenlane.cli.words import Words

LATE_EVENTS: Final = ("ClockBreached", "RungFired")


def event_table(title: str, records: Iterable[EventRecord], moments: Moments) -> Table:
    """Events of one case in their order."""
    words = moments.words
    table = table_of(title, "#", *map(words, ("at", "event", "details")))
    for record in records:
        table.add_row(str(record.sequence), *event_cells(record, moments))
    return table


def event_cells(record: EventRecord, moments: Moments) -> tuple[str, str, str]:
    """Instant, name and details of an event, as markup."""
    kind = record.event.type
    name = painted(moments.words.named("event", kind), LATE if kind in LATE_EVENTS else None)
    return moments.instant(record.at, seconds=True), name, escape(detail_of(record.event, moments))


def near_miss_table(near_misses: Iterable[NearMiss], words: Words) -> Table | None:
    """What each lane that did not match lacked."""
    table = table_of(words("near_misses"), *map(words, ("lane", "rule", "condition")))
    for miss in near_misses:
        missing = miss.missing_en if words.language == "en" else miss.missing_vi
        table.add_row(lane_markup(words, miss.lane), escape(miss.rule), escape("; ".join(missing)))
    return table if table.row_count else None


def detail_of(event: CaseEvent, moments: Moments) -> str:
    """What matters of an event, in one line."""
    line = _DETAILS.get(type(event), _plain)
    return line(event, moments)


def _plain(event: BaseModel, _: Moments) -> str:
    """Events without a line of their own: their plain fields."""
    shown = event.model_dump(mode="json", exclude={"type"}, exclude_none=True)
    return ", ".join(str(value) for value in shown.values() if isinstance(value, str | int | float))


def _joined(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def _late(event: ev.RungFired, moments: Moments) -> str:
    return moments.words("late", span=moments.span(event.late_seconds)) if event.late_seconds >= 1 else ""


def _assigned(event: ev.StepAssigned, moments: Moments) -> str:
    due = f"{moments.words('due')}: {moments.instant(event.due_at)}" if event.due_at else ""
    return _joined(f"{event.step_id} → {event.department}", due, event.question)


def _decided(event: ev.StepDecided, moments: Moments) -> str:
    late = moments.words.named("clock", "breached") if event.late else ""
    return _joined(f"{event.step_id} ← {event.department}: {event.outcome}", late, event.reason, event.legal_basis)


def _consulted(event: ev.ConsultationRequested, moments: Moments) -> str:
    asked = (
        _joined(request.department, request.question, request.limit and moments.budget(request.limit))
        for request in event.requests
    )
    return f"{event.step_id}: {'; '.join(asked)}"


def _changes(changes: Iterable[ev.DeadlineChange], moments: Moments) -> str:
    return ", ".join(f"{c.clock_id}: {moments.instant(c.former_due_at)} → {moments.instant(c.due_at)}" for c in changes)


def _closed(event: ev.CaseClosed, moments: Moments) -> str:
    outcome = moments.words.named("outcome", event.outcome)
    return _joined(outcome, event.result_code, moments.span(event.elapsed_seconds), event.reason)


_DETAILS: Final[dict[type, Callable[[Any, Moments], str]]] = {
    ev.ApplicationSubmitted: lambda e, _: _joined(e.application.application_id, e.application.source, e.procedure.id),
    ev.ApplicationClassified: lambda e, m: _joined(m.words.named("lane", e.lane), e.rule),
    ev.ApplicationAccepted: lambda e, m: _joined(e.dossier_code, e.agency, m.day(e.received_on)),
    ev.GreenPromiseDeclined: lambda e, _: str(e.reason),
    ev.ClockStarted: lambda e, m: _joined(e.clock_id, m.budget(e.budget), e.calendar),
    ev.ClockPaused: lambda e, _: _joined(", ".join(e.clock_ids), e.reason, e.legal_basis),
    ev.ClockResumed: lambda e, _: _joined(", ".join(e.clock_ids), e.reason),
    ev.ClockMet: lambda e, m: _joined(e.clock_id, m.span(e.consumed_seconds)),
    ev.ClockBreached: lambda e, m: _joined(e.clock_id, f"{m.words('due')}: {m.instant(e.due_at)}"),
    ev.ClockStopped: lambda e, m: _joined(e.clock_id, m.span(e.consumed_seconds)),
    ev.ClockCancelled: lambda e, _: _joined(e.clock_id, e.cause),
    ev.BreachSetAside: lambda e, m: _joined(e.clock_id, e.cause, m.instant(e.received_at, seconds=True)),
    ev.StepAssigned: _assigned,
    ev.StepDecided: _decided,
    ev.StepCancelled: lambda e, _: _joined(f"{e.step_id} → {e.department}", e.cause),
    ev.ConsultationRequested: _consulted,
    ev.ConsultationLapsed: lambda e, _: f"{e.step_id} → {e.department}",
    ev.SupplementRequested: lambda e, _: _joined(e.step_id, ", ".join(e.documents), e.reason),
    ev.SupplementReceived: lambda e, _: ", ".join(part.kind for part in e.documents),
    ev.StepsRestarted: lambda e, _: ", ".join(e.step_ids),
    ev.StepReassigned: lambda e, _: _joined(
        f"{e.step_id}: {e.from_department} → {e.to_department}", e.officer, e.reason
    ),
    ev.RungFired: lambda e, m: _joined(e.escalation_id, f"→ {e.audience}", e.department, _late(e, m)),
    ev.EscalationAcknowledged: lambda e, _: _joined(e.escalation_id, e.by.id, e.note),
    ev.ClockSuspended: lambda e, m: _joined(
        f"{m.instant(e.from_at)} – {m.instant(e.until_at)}", e.reason, e.legal_basis
    ),
    ev.PaymentRequested: lambda e, _: _joined(f"{e.step_id}: {e.amount_vnd:,} VND", e.reason),
    ev.PaymentConfirmed: lambda e, m: _joined(e.receipt, m.instant(e.paid_at)),
    ev.ClockExtended: lambda e, m: _joined(
        f"{e.clock_id}: {m.instant(e.former_due_at)} → {m.instant(e.due_at)}", e.reason, e.legal_basis, e.approved_by
    ),
    ev.LaneChanged: lambda e, m: _joined(
        f"{m.words.named('lane', e.from_lane)} → {m.words.named('lane', e.to_lane)}", e.reason, e.legal_basis
    ),
    ev.CalendarApplied: lambda e, m: _joined(
        f"{e.calendar.id} {e.former.version} → {e.calendar.version}", _changes(e.changes, m), e.reason
    ),
    ev.ProcedureMigrated: lambda e, _: _joined(
        f"{e.procedure.id} {e.former.version} → {e.procedure.version}", e.reason
    ),
    ev.ApplicationWithdrawn: lambda e, _: _joined(e.by.kind, e.by.id, e.reason),
    ev.CaseClosed: _closed,
}
"""Every event of a case has its line; a test compares the two lists."""
