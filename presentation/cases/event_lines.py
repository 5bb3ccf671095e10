"""Events as lines that people read: when, what, and the little that matters of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from catalog.province import LEAD
from events.language import case_events as ev
from events.language.case_events import CaseEvent, EventRecord, NearMiss
from presentation.actors import actor_text
from presentation.amounts import MINUTE_SECONDS
from presentation.blocks import Column, Inline, Line, Table, Tone, dim, stacked, strong, table_of, toned
from presentation.cases.promises import rung_text
from presentation.dossiers.event_lines import DOSSIER_DETAILS, amount_text, joined, named_with
from presentation.moments import Moments
from presentation.names import kind_of
from presentation.reasons import reason_text
from presentation.tones import lane_line
from presentation.words.words import Words
from wording.text import _

ACTOR_WIDTH: Final = 24
"""What happened has the room; who did it may take two lines."""


def event_table(title: str, records: Iterable[EventRecord], moments: Moments) -> Table:
    """Events of one case in their order."""
    table = table_of(title, "#", *event_columns(moments.words))
    for record in records:
        table.add(str(record.sequence), *event_cells(record, moments))
    return table


def event_columns(words: Words) -> tuple[Column, ...]:
    """The headings of an event's cells."""
    return (
        Column(words(_("At"))),
        Column(words(_("Event and details"))),
        Column(words(_("Who acted")), width_max=ACTOR_WIDTH),
    )


def event_cells(record: EventRecord, moments: Moments) -> tuple[Inline, Inline, Inline]:
    """Instant, name with details, and who made it happen."""
    event = record.event
    # Who it was, and below it how that is known.
    actor = actor_text(record.actor, moments.words, moments.names).replace(" (", "\n(")
    return (
        moments.two_lines(record.at),
        stacked(_name_of(event, moments), detail_of(event, moments)),
        dim(actor),
    )


def _name_of(event: CaseEvent, moments: Moments) -> Line:
    words = moments.words
    if isinstance(event, ev.ClockCancelled) and event.cause == "restart":
        return strong(words(_("Clock starts again")))
    if isinstance(event, ev.ClockBreached):
        # Only of the law's limit is it said that it is overdue.
        return toned(Tone.LATE, words.named("breach", kind_of(event.clock_id)).upper())
    is_late = isinstance(event, ev.CalendarExhausted) or (
        isinstance(event, ev.RungFired) and event.kind in ("breach", "escalation")
    )
    return toned(Tone.LATE if is_late else Tone.STRONG, words.named("event", event.type))


def near_miss_table(near_misses: Iterable[NearMiss], words: Words) -> Table | None:
    """What each lane that did not match lacked."""
    table = table_of(words(_("Why no other lane")), *map(words, (_("Lane"), _("What is missing"))))
    for miss in near_misses:
        missing = miss.missing_en if words.language == "en" else miss.missing_vi
        table.add(lane_line(words, miss.lane), "; ".join(missing))
    return table.unless_empty


def detail_of(event: CaseEvent, moments: Moments) -> str:
    """What matters of an event, in one line."""
    return _DETAILS[type(event)](event, moments)


def _late(event: ev.RungFired, moments: Moments) -> str:
    if event.late_seconds < MINUTE_SECONDS:
        return ""
    return moments.words(_("told {span} late"), span=moments.span(event.late_seconds))


def _at(step_id: str, department: str, moments: Moments) -> str:
    names = moments.names
    return f"{names.step(step_id)} → {names.department(department)}"


def _by(step_id: str, department: str, moments: Moments) -> str:
    names = moments.names
    return f"{names.department(department)}: {names.step(step_id)}"


def _clocks(clock_ids: Iterable[str], moments: Moments) -> str:
    return ", ".join(map(moments.names.clock, clock_ids))


def _assigned(event: ev.StepAssigned, moments: Moments) -> str:
    words = moments.words
    name = event.name_en if words.language == "en" else event.name_vi
    due = f"{words(_('Due'))}: {moments.instant(event.due_at)}" if event.due_at else ""
    return joined(f"{name} → {moments.names.department(event.department)}", due, event.question, event.officer)


def _decided(event: ev.StepDecided, moments: Moments) -> str:
    words = moments.words
    late = words.named("breach", "step" if event.kind == "processing" else "consultation") if event.late else ""
    answer = words.named("answer", event.outcome)
    decided = f"{_by(event.step_id, event.department, moments)}: {answer}"
    return joined(decided, late, event.reason, event.legal_basis)


def _moved(event: ev.AppointmentMoved, moments: Moments) -> str:
    former, now = moments.instant(event.former_appointment_at), moments.instant(event.appointment_at)
    return joined(f"{moments.names.clock(event.clock_id)}: {former} → {now}", event.reason)


def _ended(event: ev.ClockMet | ev.ClockStopped, moments: Moments) -> str:
    used = (
        ""
        if event.consumed_seconds is None
        else moments.words(_("{span} used"), span=moments.hours(event.consumed_seconds))
    )
    missed = moments.words(_("after the appointment")) if event.appointment_kept is False else ""
    return joined(moments.names.clock(event.clock_id), used, missed)


def _breached(event: ev.ClockBreached, moments: Moments) -> str:
    # Of a clock with one end, and in older events, it is the appointment that passed.
    name = moments.words(_("Lawful end") if event.two_ends else _("Due"))
    return joined(moments.names.clock(event.clock_id), f"{name}: {moments.end(event.due_at)}")


def _started(event: ev.ClockStarted, moments: Moments) -> str:
    told_at, names = event.first_appointment_at, moments.names
    appointment = f"{moments.words(_('Appointment'))}: {moments.instant(told_at)}" if told_at is not None else ""
    calendar = names.calendar(event.calendar) if event.calendar is not None else ""
    return joined(names.clock_of(event.kind, event.step_id), moments.budget(event.budget), calendar, appointment)


def _late_request(*, late: bool, moments: Moments) -> str:
    return moments.words(_("asked after the limit for asking")) if late else ""


def _explanation(event: ev.ExplanationRequested, moments: Moments) -> str:
    late = _late_request(late=event.late, moments=moments)
    return joined(_by(event.step_id, event.department, moments), event.question, event.legal_basis, late)


def _supplement(event: ev.SupplementRequested, moments: Moments) -> str:
    late = _late_request(late=event.late, moments=moments)
    # With the kinds: they are typed when the documents come.
    documents = ", ".join(named_with(moments.names.document(kind), kind) for kind in event.documents)
    return joined(_by(event.step_id, event.department, moments), documents, event.reason, event.legal_basis, late)


def _received(event: ev.SupplementReceived, moments: Moments) -> str:
    words, names = moments.words, moments.names
    still = ", ".join(named_with(names.document(kind), kind) for kind in event.missing)
    missing = words(_("still missing: {documents}"), documents=still) if event.missing else ""
    declared = words(_("declared complete")) if event.declared_complete else ""
    return joined(", ".join(names.document(part.kind) for part in event.documents), missing, declared)


def _stopped(event: ev.CaseStopped, moments: Moments) -> str:
    until = moments.words(_("until {at}"), at=moments.instant(event.until_at)) if event.until_at is not None else ""
    return joined(event.reason, event.legal_basis, until, _approved(event.approved_by, moments))


def _approved(account: str | None, moments: Moments) -> str:
    if not account:
        return ""
    words = moments.words
    return words(
        _("approved by {account} ({assurance})"), account=account, assurance=words.named("assurance", "claimed")
    )


def _extended(event: ev.ClockExtended, moments: Moments) -> str:
    clock = moments.names.clock(event.clock_id)
    dates = f"{clock}: {moments.instant(event.former_due_at)} → {moments.instant(event.due_at)}"
    cause = moments.words.named("cause", event.cause)
    return joined(dates, cause, event.reason, event.legal_basis, _approved(event.approved_by, moments))


def _lane_changed(event: ev.LaneChanged, moments: Moments) -> str:
    words = moments.words
    lanes = f"{words.named('lane', event.from_lane)} → {words.named('lane', event.to_lane)}"
    entitled = "" if event.entitlement is None else words.named("entitlement", event.entitlement)
    approved = _approved(event.approved_by, moments)
    return joined(lanes, entitled, event.reason, event.legal_basis, approved)


def _review(event: ev.SuspensionReviewDue, moments: Moments) -> str:
    since = moments.words(_("since {at}"), at=moments.instant(event.since_at))
    return joined(f"→ {moments.names.department(event.department)}", since)


def _exhausted(event: ev.CalendarExhausted, moments: Moments) -> str:
    calendar = f"{moments.names.calendar(event.calendar.id)} {event.calendar.version}"
    ends = moments.words(_("the calendar ends on {day}"), day=moments.day(event.last_day))
    return joined(calendar, ends, _clocks(event.clock_ids, moments))


def _rung(event: ev.RungFired, moments: Moments) -> str:
    names = moments.names
    kind = rung_text(moments.words, event.kind, event.clock_kind)
    clock = names.clock_of(event.clock_kind, event.step_id)
    to = f"→ {names.audience(event.audience, event.audience_department or _of(event))}"
    # The id is typed by whoever acknowledges it; nobody acknowledges a reminder.
    typed = f"({event.escalation_id})" if event.level else ""
    return joined(clock, kind, f"{to} {typed}".strip(), _late(event, moments))


def _of(event: ev.RungFired) -> str | None:
    """Of an older event: whose role it is, where that is not the agency's."""
    return None if event.audience.startswith(LEAD) else event.department


def _acknowledged(event: ev.EscalationAcknowledged, moments: Moments) -> str:
    by = actor_text(event.by, moments.words, moments.names)
    return joined(moments.names.clock(event.clock_id), by, event.note)


def _set_aside(event: ev.BreachSetAside, moments: Moments) -> str:
    cause = moments.words.named("cause", event.cause)
    return joined(moments.names.clock(event.clock_id), cause, moments.instant(event.received_at, seconds=True))


def _cancelled(event: ev.ClockCancelled, moments: Moments) -> str:
    cause = "" if event.cause == "restart" else moments.words.named("cause", event.cause)
    return joined(moments.names.clock(event.clock_id), cause)


def _paused(event: ev.ClockPaused, moments: Moments) -> str:
    why = reason_text(event.reason, None, moments)
    return joined(_clocks(event.clock_ids, moments), why, event.legal_basis)


def _consulted(event: ev.ConsultationRequested, moments: Moments) -> str:
    names = moments.names
    questions = (
        f"{names.department(request.department)}: {request.question}"
        + (f" ({moments.budget(request.limit)})" if request.limit else "")
        for request in event.requests
    )
    return joined(names.step(event.step_id), *questions)


def _changes(changes: Iterable[ev.DeadlineChange], moments: Moments) -> str:
    return ", ".join(
        f"{moments.names.clock(c.clock_id)}: {moments.instant(c.former_due_at)} → {moments.instant(c.due_at)}"
        for c in changes
    )


def _calendar(event: ev.CalendarApplied, moments: Moments) -> str:
    named = f"{moments.names.calendar(event.calendar.id)} {event.former.version} → {event.calendar.version}"
    return joined(named, _changes(event.changes, moments), event.reason)


def _migrated(event: ev.ProcedureMigrated, moments: Moments) -> str:
    name = event.procedure.name.in_language(moments.words.language)
    return joined(f"{name} {event.former.version} → {event.procedure.version}", event.reason)


def _reassigned(event: ev.StepReassigned, moments: Moments) -> str:
    names = moments.names
    assignment = names.department(event.to_department)
    if event.from_department != event.to_department:
        assignment = f"{names.department(event.from_department)} → {assignment}"
    return joined(f"{names.step(event.step_id)}: {assignment}", event.officer, event.reason)


def _closed(event: ev.CaseClosed, moments: Moments) -> str:
    outcome = moments.words.named("outcome", event.outcome)
    why = reason_text(event.reason, event.reason_code, moments)
    return joined(outcome, event.result_code, moments.span(event.elapsed_seconds), why)


_DETAILS: Final[dict[type, Callable[[Any, Moments], str]]] = {
    ev.ApplicationSubmitted: lambda e, m: joined(
        m.names.procedure(e.procedure.id), e.application.application_id, e.application.source
    ),
    ev.ApplicationClassified: lambda e, m: m.words.named("lane", e.lane),
    ev.ApplicationAccepted: lambda e, m: joined(e.dossier_code, m.names.department(e.agency), m.day(e.received_on)),
    ev.GreenPromiseDeclined: lambda e, m: reason_text(e.reason, e.code, m, e.details) or "",
    ev.ClockStarted: _started,
    ev.ClockPaused: _paused,
    ev.ClockResumed: lambda e, m: joined(_clocks(e.clock_ids, m), reason_text(e.reason, e.code, m)),
    ev.AppointmentPassed: lambda e, m: joined(
        m.names.clock(e.clock_id), f"{m.words(_('Appointment'))}: {m.instant(e.appointment_at)}"
    ),
    ev.AppointmentMoved: _moved,
    ev.ClockMet: _ended,
    ev.ClockBreached: _breached,
    ev.BreachConfirmed: lambda e, m: joined(
        m.names.clock(e.clock_id), f"{m.words(_('Lawful end'))}: {m.end(e.lawful_end_at)}"
    ),
    ev.ClockStopped: _ended,
    ev.ClockCancelled: _cancelled,
    ev.BreachSetAside: _set_aside,
    ev.StepAssigned: _assigned,
    ev.StepDecided: _decided,
    ev.StepCancelled: lambda e, m: joined(_at(e.step_id, e.department, m), m.words.named("cause", e.cause)),
    ev.ConsultationRequested: _consulted,
    ev.ConsultationLapsed: lambda e, m: _at(e.step_id, e.department, m),
    ev.SupplementRequested: _supplement,
    ev.SupplementReceived: _received,
    ev.ExplanationRequested: _explanation,
    ev.ExplanationReceived: lambda e, m: joined(m.written(e.reference)),
    ev.CaseStopped: _stopped,
    ev.CaseReturned: lambda e, _: joined(e.reason, e.legal_basis),
    ev.SuspensionReviewDue: _review,
    ev.CalendarExhausted: _exhausted,
    ev.StepsRestarted: lambda e, m: ", ".join(map(m.names.step, e.step_ids)),
    ev.StepReassigned: _reassigned,
    ev.RungFired: _rung,
    ev.EscalationAcknowledged: _acknowledged,
    ev.ClockSuspended: lambda e, m: joined(
        f"{m.instant(e.from_at)} – {m.instant(e.until_at)}", e.reason, e.legal_basis
    ),
    ev.PaymentRequested: lambda e, m: joined(
        f"{_by(e.step_id, e.department, m)}: {amount_text(e.amount_vnd, m.words.language)}", e.reason
    ),
    ev.PaymentConfirmed: lambda e, m: joined(e.receipt, m.instant(e.paid_at)),
    ev.ClockExtended: _extended,
    ev.LaneChanged: _lane_changed,
    ev.CalendarApplied: _calendar,
    ev.ProcedureMigrated: _migrated,
    ev.ApplicationWithdrawn: lambda e, m: joined(
        actor_text(e.by, m.words, m.names),
        reason_text(e.reason, e.reason_code, m) or m.written(e.reason_ref),
    ),
    ev.CaseClosed: _closed,
    **DOSSIER_DETAILS,
}
"""Every event of a case and of a linked dossier has its line; a test compares the two lists."""
