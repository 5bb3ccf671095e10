"""Deciding a case again from its ledger: each accepted command is put together from its events and decided anew.

An event of an accepted command holds what the command said and who gave it, so that the command can be made again;
`received_at` is the instant at which it counted. The dossier code comes from the recording transaction, not from the rules:
it is taken as given. Refused commands left no event, and are not seen.

Events that do not say who acted are older than today's rules: they were decided under others, and are not decided again.
`Story.older` counts them, so that nobody takes them for decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

from audit.story import Scene, Story
from audit.violation import Violation
from cases.decide import decide
from cases.model import Case
from events.language import case_events as ev
from events.language.case_events import EventRecord, canonical_json
from events.language.commands import (
    AcknowledgeEscalation,
    ApplyCalendar,
    ChangeLane,
    Command,
    ConfirmPayment,
    DecideStep,
    ExtendLimit,
    MigrateProcedure,
    MoveAppointment,
    Outcome,
    PauseClock,
    ReassignStep,
    ReceiveExplanation,
    ReceiveSupplement,
    RequestPayment,
    ResumeClock,
    ReturnCase,
    StopCase,
    SubmitApplication,
    Tick,
    WithdrawApplication,
)
from events.language.identity import TICK_PREFIX
from events.language.refusals import Refusal


def redecided(story: Story) -> Iterator[Violation]:
    """What the rules of today would have decided otherwise than the ledger says, from the first newer event on."""
    newer = story.scenes[story.older :]
    for _, group in groupby(newer, key=lambda scene: (scene.record.command_id, scene.record.decided_at)):
        scenes = list(group)
        command = command_of(scenes)
        if command is None:
            message = f"no command begins with {scenes[0].record.event.type}"
            yield Violation("I2", story.case_id, scenes[0].record.sequence, message)
            continue
        yield from _compared(story, scenes, command)


def _compared(story: Story, scenes: Sequence[Scene], command: Command | Tick) -> Iterator[Violation]:
    first = scenes[0]
    is_earlier, tells_less = _is_earlier(first.before), _tells_less(story)
    try:
        decided = decide(first.before, command, first.record.decided_at, hears_all=is_earlier)
    except Exception as error:  # on a case that no rule could have made; the auditor goes on with the next command
        message = f"{type(command).__name__} cannot be decided: {error!r}"
        yield Violation("I2", story.case_id, first.record.sequence, message)
        return
    if isinstance(decided, Refusal):
        yield Violation("I2", story.case_id, first.record.sequence, f"would be refused today: {decided.code}")
        return
    for scene, again in zip(scenes, decided, strict=False):
        record = _unreviewed(scene.record, again) if is_earlier else again
        record = _as_recorded(scene.record, record) if tells_less else record
        if canonical_json(_uncoded(scene.record)) != canonical_json(_uncoded(record)):
            message = f"today's rules say {record.event.type}, the ledger {scene.record.event.type}"
            if record.event.type == scene.record.event.type:
                message = f"today's rules give {record.event.type} another content"
            yield Violation("I2", story.case_id, scene.record.sequence, message)
            return
    if len(decided) != len(scenes):
        message = f"today's rules yield {len(decided)} events, the ledger holds {len(scenes)}"
        yield Violation("I2", story.case_id, first.record.sequence, message)


def _is_earlier(case: Case) -> bool:
    """Whether the case was opened under rules that did not ask who sends, nor look again at a fee that is not paid.

    What a stranger did then was taken, and stands; so does a fee without a review.
    """
    return case.application is not None and case.application.system is None


def _unreviewed(recorded: EventRecord, again: EventRecord) -> EventRecord:
    """What today's rules say of a fee, without the review where the ledger has none."""
    paused, said = recorded.event, again.event
    if not isinstance(paused, ev.ClockPaused) or not isinstance(said, ev.ClockPaused) or said.cause != "payment":
        return again
    return again.model_copy(
        update={"event": said.model_copy(update={"review_at": paused.review_at and said.review_at})}
    )


_RECORDED_SINCE: dict[type, tuple[str, ...]] = {
    ev.StepAssigned: (
        *("procedure_name_vi", "procedure_name_en", "asked_by_department"),
        *("limit", "facts", "documents", "documents_left_out"),
    ),
    ev.ConsultationRequested: ("department",),
    **dict.fromkeys(
        (ev.SupplementReceived, ev.ExplanationReceived, ev.ClockPaused, ev.ClockSuspended, ev.ClockResumed),
        ("departments",),
    ),
}
"""What departments are told today, and older programs did not tell them."""


def _tells_less(story: Story) -> bool:
    """Whether the case began under a program that told departments less: what it left out then, it may have left out."""
    first = _first_of(ev.StepAssigned, story.scenes)
    return first is not None and first.facts is None


def _as_recorded(recorded: EventRecord, again: EventRecord) -> EventRecord:
    """What today's rules say, without what the ledger does not tell departments."""
    absent = [name for name in _RECORDED_SINCE.get(type(recorded.event), ()) if getattr(recorded.event, name) is None]
    if not absent or type(again.event) is not type(recorded.event):
        return again
    return again.model_copy(update={"event": again.event.model_copy(update=dict.fromkeys(absent))})


def command_of(scenes: Sequence[Scene]) -> Command | Tick | None:
    """The command that these events answer; None: no command begins like this, or not on this case."""
    first = scenes[0].record
    if first.command_id.startswith(TICK_PREFIX):
        return Tick(due_at=first.at)
    make = _MAKERS.get(type(first.event))
    if make is None or first.actor is None:
        return None
    try:
        kind, fields = make(first.event, scenes)
        return kind(command_id=first.command_id, received_at=first.at, actor=first.actor, **fields)
    except (LookupError, ValueError):
        return (
            None  # a ledger that was tampered with may name what the case has not, or leave out what a command must say
        )


E = TypeVar("E")


def _first_of(kind: type[E], scenes: Sequence[Scene]) -> E | None:
    return next((scene.record.event for scene in scenes if isinstance(scene.record.event, kind)), None)


Draft = tuple[type[Command], dict[str, Any]]


def _submission(event: ev.ApplicationSubmitted, _: Sequence[Scene]) -> Draft:
    return SubmitApplication, {"application": event.application}


def _answer(event: ev.StepDecided, _: Sequence[Scene]) -> Draft:
    return DecideStep, {
        "step_id": event.step_id,
        "department": event.department,
        "outcome": event.outcome,
        "reason": event.reason,
        "legal_basis": event.legal_basis,
        "data": event.data,
    }


def _consultation(event: ev.ConsultationRequested, scenes: Sequence[Scene]) -> Draft:
    return DecideStep, {
        "step_id": event.step_id,
        "department": scenes[0].before.steps[event.step_id].department,
        "outcome": Outcome.CONSULT,
        "reason": event.reason,
        "consult": event.requests,
        "legal_basis": event.legal_basis,
        "data": event.data or {},
    }


def _supplement_request(event: ev.SupplementRequested, _: Sequence[Scene]) -> Draft:
    return DecideStep, {
        "step_id": event.step_id,
        "department": event.department,
        "outcome": Outcome.REQUEST_SUPPLEMENT,
        "reason": event.reason,
        "documents": event.documents,
        "legal_basis": event.legal_basis,
        "data": event.data or {},
    }


def _question(event: ev.ExplanationRequested, _: Sequence[Scene]) -> Draft:
    return DecideStep, {
        "step_id": event.step_id,
        "department": event.department,
        "outcome": Outcome.REQUEST_EXPLANATION,
        "question": event.question,
        "reason": event.reason,
        "legal_basis": event.legal_basis,
        "data": event.data or {},
    }


def _supplement(event: ev.SupplementReceived, _: Sequence[Scene]) -> Draft:
    return ReceiveSupplement, {"documents": event.documents, "declared_complete": event.declared_complete}


def _explanation(event: ev.ExplanationReceived, _: Sequence[Scene]) -> Draft:
    return ReceiveExplanation, {"reference": event.reference}


def _stop(event: ev.CaseStopped, _: Sequence[Scene]) -> Draft:
    # The earlier of what the command said and what the procedure allows: said again, it is the earlier still.
    approval = {"approved_by": event.approved_by, "until_at": event.until_at}
    return StopCase, {"reason": event.reason, "legal_basis": event.legal_basis} | approval


def _return(event: ev.CaseReturned, _: Sequence[Scene]) -> Draft:
    return ReturnCase, {"reason": event.reason, "legal_basis": event.legal_basis}


def _pause(event: ev.ClockPaused, _: Sequence[Scene]) -> Draft:
    return PauseClock, {"reason": event.reason, "legal_basis": event.legal_basis or "", "from_at": event.from_at}


def _noted_pause(event: ev.ClockSuspended, _: Sequence[Scene]) -> Draft:
    times = {"from_at": event.from_at, "until_at": event.until_at}
    return PauseClock, {"reason": event.reason, "legal_basis": event.legal_basis} | times


def _payment_request(event: ev.PaymentRequested, _: Sequence[Scene]) -> Draft:
    asked = {"amount_vnd": event.amount_vnd, "reason": event.reason}
    return RequestPayment, {"step_id": event.step_id, "department": event.department} | asked


def _payment(event: ev.PaymentConfirmed, _: Sequence[Scene]) -> Draft:
    return ConfirmPayment, {"receipt": event.receipt}


def _move(event: ev.AppointmentMoved, _: Sequence[Scene]) -> Draft:
    return MoveAppointment, {"by": event.by, "reason": event.reason}


def _extension(event: ev.ClockExtended, _: Sequence[Scene]) -> Draft:
    approval = {"legal_basis": event.legal_basis or "", "approved_by": event.approved_by}
    return ExtendLimit, {"by": event.by, "reason": event.reason} | approval


def _lane_change(event: ev.LaneChanged, _: Sequence[Scene]) -> Draft:
    said = {"lane": event.to_lane, "reason": event.reason, "legal_basis": event.legal_basis}
    return ChangeLane, said | {"approved_by": event.approved_by, "override": event.entitlement == "override"}


def _calendar(event: ev.CalendarApplied, _: Sequence[Scene]) -> Draft:
    return ApplyCalendar, {"calendar": event.calendar, "reason": event.reason}


def _migration(event: ev.ProcedureMigrated, _: Sequence[Scene]) -> Draft:
    return MigrateProcedure, {"procedure": event.procedure, "reason": event.reason}


def _resumption(event: ev.ClockResumed, _: Sequence[Scene]) -> Draft:
    return ResumeClock, {"reason": event.reason}


def _withdrawal(event: ev.ApplicationWithdrawn, _: Sequence[Scene]) -> Draft:
    given = {"reason": event.reason, "reason_ref": event.reason_ref, "reason_code": event.reason_code}
    return WithdrawApplication, given


def _acknowledgement(event: ev.EscalationAcknowledged, _: Sequence[Scene]) -> Draft:
    return AcknowledgeEscalation, {"escalation_id": event.escalation_id, "note": event.note}


def _reassignment(_: ev.StepReassigned | ev.StepCancelled, scenes: Sequence[Scene]) -> Draft:
    moved = _first_of(ev.StepReassigned, scenes)
    if moved is None:
        raise ValueError("a step was taken away and given to nobody")
    return ReassignStep, {
        "step_id": moved.step_id,
        "department": moved.to_department,
        "officer": moved.officer,
        "reason": moved.reason,
        "escalation_id": moved.escalation_id,
    }


_MAKERS: dict[type, Callable[[Any, Sequence[Scene]], Draft]] = {
    ev.ApplicationSubmitted: _submission,
    ev.StepDecided: _answer,
    ev.ConsultationRequested: _consultation,
    ev.SupplementRequested: _supplement_request,
    ev.SupplementReceived: _supplement,
    ev.ExplanationRequested: _question,
    ev.ExplanationReceived: _explanation,
    ev.CaseStopped: _stop,
    ev.CaseReturned: _return,
    ev.ClockPaused: _pause,
    ev.ClockResumed: _resumption,
    ev.ApplicationWithdrawn: _withdrawal,
    ev.EscalationAcknowledged: _acknowledgement,
    ev.StepReassigned: _reassignment,
    ev.StepCancelled: _reassignment,
    ev.ClockSuspended: _noted_pause,
    ev.PaymentRequested: _payment_request,
    ev.PaymentConfirmed: _payment,
    ev.AppointmentMoved: _move,
    ev.ClockExtended: _extension,
    ev.LaneChanged: _lane_change,
    ev.CalendarApplied: _calendar,
    ev.ProcedureMigrated: _migration,
}
"""By the first event of a command's answer: the command itself."""


def _uncoded(record: EventRecord) -> EventRecord:
    event = record.event
    if isinstance(event, ev.ApplicationAccepted | ev.StepAssigned):
        return record.model_copy(update={"event": event.model_copy(update={"dossier_code": None})})
    if isinstance(event, ev.CaseClosed):
        return record.model_copy(update={"event": event.model_copy(update={"result_code": None})})
    return record
