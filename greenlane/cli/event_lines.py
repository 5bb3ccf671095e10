"""Events as lines that people read: when, what, and the little that matters of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from pydantic import BaseModel
from rich.markup import escape
from rich.table import Table

from events.language import case_events as ev
from events.language.case_events import CaseEvent, EventRecord, NearMiss
from greenlane.cli.actors import actor_text
from greenlane.cli.moments import Moments
from greenlane.cli.output import table_of
from greenlane.cli.promise_cells import rung_text
from greenlane.cli.reason_words import reason_text
from greenlane.cli.styles import LATE, lane_markup, painted
from greenlane.cli.words import Words

LATE_EVENTS: Final = ("ClockBreached", "CalendarExhausted")


def event_table(title: str, records: Iterable[EventRecord], moments: Moments) -> Table:
    """Events of one case in their order."""
    words = moments.words
    table = table_of(title, "#", *map(words, ("at", "event", "details", "actor")))
    for record in records:
        table.add_row(str(record.sequence), *event_cells(record, moments))
    return table


def event_cells(record: EventRecord, moments: Moments) -> tuple[str, str, str, str]:
    """Instant, name and details of an event, and who made it happen, as markup."""
    event, words = record.event, moments.words
    late = event.type in LATE_EVENTS or (isinstance(event, ev.RungFired) and event.kind in ("breach", "escalation"))
    name = painted(words.named("event", event.type), LATE if late else None)
    details = escape(detail_of(event, moments))
    return (
        moments.instant(record.at, seconds=True),
        name,
        details,
        f"[dim]{escape(actor_text(record.actor, words))}[/dim]",
    )


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
    words = moments.words
    late = words.named("clock", "breached") if event.late else ""
    answer = words.named("answer", event.outcome)
    return _joined(f"{event.step_id} ← {event.department}: {answer}", late, event.reason, event.legal_basis)


def _moved(event: ev.AppointmentMoved, moments: Moments) -> str:
    former, now = moments.instant(event.former_appointment_at), moments.instant(event.appointment_at)
    return _joined(f"{event.clock_id}: {former} → {now}", event.reason)


def _ended(event: ev.ClockMet | ev.ClockStopped, moments: Moments) -> str:
    used = "" if event.consumed_seconds is None else moments.span(event.consumed_seconds)
    missed = moments.words("appointment_missed") if event.appointment_kept is False else ""
    return _joined(event.clock_id, used, missed)


def _breached(event: ev.ClockBreached, moments: Moments) -> str:
    # Of a clock with one end, and in older events, it is the appointment that passed.
    name = moments.words("end" if event.two_ends else "due")
    return _joined(event.clock_id, f"{name}: {moments.instant(event.due_at)}")


def _started(event: ev.ClockStarted, moments: Moments) -> str:
    told_at = event.first_appointment_at
    told = f"{moments.words('appointment')}: {moments.instant(told_at)}" if told_at is not None else ""
    return _joined(event.clock_id, moments.budget(event.budget), event.calendar, told)


def _late_request(*, late: bool, moments: Moments) -> str:
    return moments.words("asked_late") if late else ""


def _explanation(event: ev.ExplanationRequested, moments: Moments) -> str:
    late = _late_request(late=event.late, moments=moments)
    return _joined(f"{event.step_id} ← {event.department}", event.question, event.legal_basis, late)


def _supplement(event: ev.SupplementRequested, moments: Moments) -> str:
    late = _late_request(late=event.late, moments=moments)
    return _joined(event.step_id, ", ".join(event.documents), event.reason, late)


def _received(event: ev.SupplementReceived, moments: Moments) -> str:
    words = moments.words
    missing = words("still_missing", documents=", ".join(event.missing)) if event.missing else ""
    declared = words("declared_complete") if event.declared_complete else ""
    return _joined(", ".join(part.kind for part in event.documents), missing, declared)


def _stopped(event: ev.CaseStopped, moments: Moments) -> str:
    until = moments.words("until", at=moments.instant(event.until_at)) if event.until_at is not None else ""
    return _joined(event.reason, event.legal_basis, until, _approved(event.approved_by, moments))


def _approved(account: str | None, moments: Moments) -> str:
    if not account:
        return ""
    words = moments.words
    return words("approved_by", account=account, assurance=words.named("assurance", "claimed"))


def _extended(event: ev.ClockExtended, moments: Moments) -> str:
    dates = f"{event.clock_id}: {moments.instant(event.former_due_at)} → {moments.instant(event.due_at)}"
    cause = moments.words.named("cause", event.cause)
    return _joined(dates, cause, event.reason, event.legal_basis, _approved(event.approved_by, moments))


def _lane_changed(event: ev.LaneChanged, moments: Moments) -> str:
    words = moments.words
    lanes = f"{words.named('lane', event.from_lane)} → {words.named('lane', event.to_lane)}"
    entitled = "" if event.entitlement is None else words.named("entitlement", event.entitlement)
    approved = _approved(event.approved_by, moments)
    return _joined(lanes, entitled, event.rule, event.reason, event.legal_basis, approved)


def _review(event: ev.SuspensionReviewDue, moments: Moments) -> str:
    return _joined(f"→ {event.department}", moments.words("since_at", at=moments.instant(event.since_at)))


def _exhausted(event: ev.CalendarExhausted, moments: Moments) -> str:
    ends = moments.words("calendar_ends", day=moments.day(event.last_day))
    return _joined(f"{event.calendar.id} {event.calendar.version}", ends, ", ".join(event.clock_ids))


def _rung(event: ev.RungFired, moments: Moments) -> str:
    kind = rung_text(moments.words, event.kind, event.clock_kind)
    return _joined(event.escalation_id, kind, f"→ {event.audience}", event.department, _late(event, moments))


def _set_aside(event: ev.BreachSetAside, moments: Moments) -> str:
    cause = moments.words.named("cause", event.cause)
    return _joined(event.clock_id, cause, moments.instant(event.received_at, seconds=True))


def _cancelled(event: ev.ClockCancelled, moments: Moments) -> str:
    return _joined(event.clock_id, moments.words.named("cause", event.cause))


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
    why = reason_text(event.reason, event.reason_code, moments)
    return _joined(outcome, event.result_code, moments.span(event.elapsed_seconds), why)


_DETAILS: Final[dict[type, Callable[[Any, Moments], str]]] = {
    ev.ApplicationSubmitted: lambda e, _: _joined(e.application.application_id, e.application.source, e.procedure.id),
    ev.ApplicationClassified: lambda e, m: _joined(m.words.named("lane", e.lane), e.rule),
    ev.ApplicationAccepted: lambda e, m: _joined(e.dossier_code, e.agency, m.day(e.received_on)),
    ev.GreenPromiseDeclined: lambda e, m: reason_text(e.reason, e.code, m, e.details) or "",
    ev.ClockStarted: _started,
    ev.ClockPaused: lambda e, m: _joined(", ".join(e.clock_ids), reason_text(e.reason, None, m), e.legal_basis),
    ev.ClockResumed: lambda e, m: _joined(", ".join(e.clock_ids), reason_text(e.reason, e.code, m)),
    ev.AppointmentPassed: lambda e, m: _joined(e.clock_id, f"{m.words('appointment')}: {m.instant(e.appointment_at)}"),
    ev.AppointmentMoved: _moved,
    ev.ClockMet: _ended,
    ev.ClockBreached: _breached,
    ev.BreachConfirmed: lambda e, m: _joined(e.clock_id, f"{m.words('end')}: {m.instant(e.lawful_end_at)}"),
    ev.ClockStopped: _ended,
    ev.ClockCancelled: _cancelled,
    ev.BreachSetAside: _set_aside,
    ev.StepAssigned: _assigned,
    ev.StepDecided: _decided,
    ev.StepCancelled: lambda e, m: _joined(f"{e.step_id} → {e.department}", m.words.named("cause", e.cause)),
    ev.ConsultationRequested: _consulted,
    ev.ConsultationLapsed: lambda e, _: f"{e.step_id} → {e.department}",
    ev.SupplementRequested: _supplement,
    ev.SupplementReceived: _received,
    ev.ExplanationRequested: _explanation,
    ev.ExplanationReceived: lambda e, m: _joined(m.written(e.reference)),
    ev.CaseStopped: _stopped,
    ev.CaseReturned: lambda e, _: _joined(e.reason, e.legal_basis),
    ev.SuspensionReviewDue: _review,
    ev.CalendarExhausted: _exhausted,
    ev.StepsRestarted: lambda e, _: ", ".join(e.step_ids),
    ev.StepReassigned: lambda e, _: _joined(
        f"{e.step_id}: {e.from_department} → {e.to_department}", e.officer, e.reason
    ),
    ev.RungFired: _rung,
    ev.EscalationAcknowledged: lambda e, m: _joined(e.escalation_id, actor_text(e.by, m.words), e.note),
    ev.ClockSuspended: lambda e, m: _joined(
        f"{m.instant(e.from_at)} – {m.instant(e.until_at)}", e.reason, e.legal_basis
    ),
    ev.PaymentRequested: lambda e, _: _joined(f"{e.step_id}: {e.amount_vnd:,} VND", e.reason),
    ev.PaymentConfirmed: lambda e, m: _joined(e.receipt, m.instant(e.paid_at)),
    ev.ClockExtended: _extended,
    ev.LaneChanged: _lane_changed,
    ev.CalendarApplied: lambda e, m: _joined(
        f"{e.calendar.id} {e.former.version} → {e.calendar.version}", _changes(e.changes, m), e.reason
    ),
    ev.ProcedureMigrated: lambda e, _: _joined(
        f"{e.procedure.id} {e.former.version} → {e.procedure.version}", e.reason
    ),
    ev.ApplicationWithdrawn: lambda e, m: _joined(actor_text(e.by, m.words), e.reason or m.written(e.reason_ref)),
    ev.CaseClosed: _closed,
}
"""Every event of a case has its line; a test compares the two lists."""
