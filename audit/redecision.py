"""Deciding a case again from its ledger.

The dossier code comes from the recording transaction, not from the rules: it is taken as it stands.

Events that do not say who acted are older than today's rules: they were decided under others, and are not decided again.
`Story.older` counts them, so that nobody takes them for decided again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from typing import Any

from audit.redeciding import Answer, Draft, Makers, fields_of, first_of, is_equal, redecide, says
from audit.story import Story
from audit.violation import Violation
from cases.decide import CASES
from cases.model import Case
from events.language import case_events as ev
from events.language.case_events import EventRecord
from events.language.commands import (
    AcknowledgeEscalation,
    ApplyCalendar,
    ChangeLane,
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
    WithdrawApplication,
)


def redecided(story: Story) -> Iterator[Violation]:
    """What the rules of today would have decided otherwise than the ledger says, from the first newer event on."""
    tells_less = _tells_less(story)
    newer = story.scenes[story.older :]
    for _, group in groupby(newer, key=lambda scene: (scene.record.command_id, scene.record.decided_at)):
        scenes = list(group)
        answer = Answer(scenes[0].before, [scene.record for scene in scenes])
        is_earlier = _is_earlier(answer.before)
        is_same = partial(_is_same, is_earlier=is_earlier, tells_less=tells_less)
        yield from redecide(CASES, [answer], MAKERS, is_same=is_same, hears_all=is_earlier)


def _is_same(recorded: EventRecord, again: EventRecord, *, is_earlier: bool, tells_less: bool) -> bool:
    """Whether the ledger holds what today's rules say, as far as the case's rules and program said it then."""
    again = _unreviewed(recorded, again) if is_earlier else again
    again = _as_recorded(recorded, again) if tells_less else again
    return is_equal(_uncoded(recorded), _uncoded(again))


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
    first = first_of(ev.StepAssigned, (scene.record for scene in story.scenes))
    return first is not None and first.facts is None


def _as_recorded(recorded: EventRecord, again: EventRecord) -> EventRecord:
    """What today's rules say, without what the ledger does not tell departments."""
    absent = [name for name in _RECORDED_SINCE.get(type(recorded.event), ()) if getattr(recorded.event, name) is None]
    if not absent or type(again.event) is not type(recorded.event):
        return again
    return again.model_copy(update={"event": again.event.model_copy(update=dict.fromkeys(absent))})


def _step_answer(outcome: Outcome, event: Any, **more: Any) -> Draft:
    said = fields_of(event, "step_id", "department", "reason", "legal_basis")
    return DecideStep, said | {"outcome": outcome, "data": event.data or {}} | more


def _consultation(event: ev.ConsultationRequested, answer: Answer[Case]) -> Draft:
    department = answer.before.steps[event.step_id].department
    return _step_answer(Outcome.CONSULT, event, department=department, consult=event.requests)


def _supplement_request(event: ev.SupplementRequested, _: Answer[Case]) -> Draft:
    return _step_answer(Outcome.REQUEST_SUPPLEMENT, event, documents=event.documents)


def _question(event: ev.ExplanationRequested, _: Answer[Case]) -> Draft:
    return _step_answer(Outcome.REQUEST_EXPLANATION, event, question=event.question)


def _pause(event: ev.ClockPaused, _: Answer[Case]) -> Draft:
    return PauseClock, fields_of(event, "reason", "from_at") | {"legal_basis": event.legal_basis or ""}


def _extension(event: ev.ClockExtended, _: Answer[Case]) -> Draft:
    return ExtendLimit, fields_of(event, "by", "reason", "approved_by") | {"legal_basis": event.legal_basis or ""}


def _lane_change(event: ev.LaneChanged, _: Answer[Case]) -> Draft:
    said = fields_of(event, "reason", "legal_basis", "approved_by")
    return ChangeLane, said | {"lane": event.to_lane, "override": event.entitlement == "override"}


def _reassignment(_: ev.StepReassigned | ev.StepCancelled, answer: Answer[Case]) -> Draft:
    moved = first_of(ev.StepReassigned, answer.records)
    if moved is None:
        raise ValueError("a step was taken away and given to nobody")
    said = fields_of(moved, "step_id", "officer", "reason", "escalation_id")
    return ReassignStep, said | {"department": moved.to_department}


MAKERS: Makers = {
    ev.ApplicationSubmitted: says(SubmitApplication, "application"),
    ev.StepDecided: says(DecideStep, "step_id", "department", "outcome", "reason", "legal_basis", "data"),
    ev.ConsultationRequested: _consultation,
    ev.SupplementRequested: _supplement_request,
    ev.SupplementReceived: says(ReceiveSupplement, "documents", "declared_complete"),
    ev.ExplanationRequested: _question,
    ev.ExplanationReceived: says(ReceiveExplanation, "reference"),
    # The earlier of what the command said and what the procedure allows: said again, it is the earlier still.
    ev.CaseStopped: says(StopCase, "reason", "legal_basis", "approved_by", "until_at"),
    ev.CaseReturned: says(ReturnCase, "reason", "legal_basis"),
    ev.ClockPaused: _pause,
    ev.ClockResumed: says(ResumeClock, "reason"),
    ev.ApplicationWithdrawn: says(WithdrawApplication, "reason", "reason_ref", "reason_code"),
    ev.EscalationAcknowledged: says(AcknowledgeEscalation, "escalation_id", "note"),
    ev.StepReassigned: _reassignment,
    ev.StepCancelled: _reassignment,
    ev.ClockSuspended: says(PauseClock, "reason", "legal_basis", "from_at", "until_at"),
    ev.PaymentRequested: says(RequestPayment, "step_id", "department", "amount_vnd", "reason"),
    ev.PaymentConfirmed: says(ConfirmPayment, "receipt"),
    ev.AppointmentMoved: says(MoveAppointment, "by", "reason"),
    ev.ClockExtended: _extension,
    ev.LaneChanged: _lane_change,
    ev.CalendarApplied: says(ApplyCalendar, "calendar", "reason"),
    ev.ProcedureMigrated: says(MigrateProcedure, "procedure", "reason"),
}
"""By the first event of a command's answer: the command itself."""


def _uncoded(record: EventRecord) -> EventRecord:
    event = record.event
    if isinstance(event, ev.ApplicationAccepted | ev.StepAssigned):
        return record.model_copy(update={"event": event.model_copy(update={"dossier_code": None})})
    if isinstance(event, ev.CaseClosed):
        return record.model_copy(update={"event": event.model_copy(update={"result_code": None})})
    return record
