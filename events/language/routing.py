"""Which topics an event goes to. Pure: the recording transaction makes one outbox row for each."""

from __future__ import annotations

from events.language.case_events import (
    AppointmentMoved,
    CalendarApplied,
    CalendarExhausted,
    CaseStopped,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    ClockSuspended,
    ConsultationLapsed,
    ConsultationRequested,
    EscalationAcknowledged,
    EventRecord,
    ExplanationReceived,
    ExplanationRequested,
    LaneChanged,
    ProcedureMigrated,
    RungFired,
    StepAssigned,
    StepCancelled,
    StepDecided,
    StepReassigned,
    SupplementReceived,
    SupplementRequested,
    SuspensionReviewDue,
)
from events.language.dossier_events import DossierAnnounced, DossierRungFired
from events.language.topics import Topics


def topics_of(record: EventRecord, topics: Topics) -> tuple[str, ...]:
    """The topics of one event: always the public log, besides the work and escalation topics it concerns."""
    return (topics.case_events, *_private(record, topics))


def _private(record: EventRecord, topics: Topics) -> tuple[str, ...]:
    match record.event:
        case StepAssigned(department=department) | StepCancelled(department=department):
            return (topics.work(department),)
        case StepReassigned(to_department=department, from_department=former) if department == former:
            return (topics.work(department),)
        case StepDecided(department=department, kind="consultation", asked_by_department=str(asker)):
            return tuple(topics.work(each) for each in dict.fromkeys((department, asker)))
        # What a department did comes back to it, whoever did it in its name: so its own system knows what took effect.
        case (
            StepDecided(department=department)
            | SupplementRequested(department=department)
            | ExplanationRequested(department=department)
            | ConsultationRequested(department=str(department))
        ):
            return (topics.work(department),)
        case ConsultationLapsed(asked_by_department=asker):
            return (topics.work(asker),)
        case DossierAnnounced(department=department):
            return (topics.work(department),)
        case (
            ClockExtended(departments=departments)
            | AppointmentMoved(departments=departments)
            | CaseStopped(departments=departments)
            | LaneChanged(departments=departments)
            | CalendarApplied(departments=departments)
            | ProcedureMigrated(departments=departments)
        ):
            return tuple(topics.work(department) for department in departments)
        case (
            SupplementReceived(departments=departments)
            | ExplanationReceived(departments=departments)
            | ClockPaused(departments=departments)
            | ClockSuspended(departments=departments)
            | ClockResumed(departments=departments)
        ):
            return tuple(topics.work(department) for department in departments or ())
        case RungFired() | EscalationAcknowledged() | DossierRungFired() | SuspensionReviewDue() | CalendarExhausted():
            return (topics.escalations,)
        case _:
            return ()
