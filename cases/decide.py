"""`decide`: what a command makes happen, or why not. Pure and total: a business no is a Refusal, never an exception."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from cases import appointments, changes, explanations, steps, stops, supplements, suspensions
from cases.bounds import too_much
from cases.classification import classify
from cases.clocks import arm_case_clocks
from cases.closing import close
from cases.draft import Draft
from cases.escalations import escalations_of
from cases.evolve import evolve
from cases.meant import meant
from cases.model import Case, CaseStatus, blank
from cases.notices import notice_of
from cases.release import release
from cases.senders import stranger
from cases.stream import StreamRules
from cases.ticks import ALARMS, escalation_id_of, fire
from cases.timetable import ladder_of, next_due
from cases.views import view_of, work_of
from events.language.case_events import (
    ApplicationAccepted,
    ApplicationClassified,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    DefinitionRef,
    EscalationAcknowledged,
)
from events.language.commands import (
    AcknowledgeEscalation,
    Application,
    ApplyCalendar,
    ChangeLane,
    Command,
    ConfirmPayment,
    DecideStep,
    ExtendLimit,
    MigrateProcedure,
    MoveAppointment,
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
from events.language.refusals import Refusal, refuse


def _refused_by_state(case: Case, command: Command) -> Refusal | None:
    if isinstance(command, SubmitApplication):
        return None if case.status is CaseStatus.NEW else refuse("case_exists")
    if case.status is CaseStatus.NEW:
        return refuse("case_unknown", "case")
    if case.is_closed:
        return refuse("case_closed", outcome=case.outcome or "")
    return None


def _apply(draft: Draft, command: Command) -> Refusal | None:
    decided = _DECIDED_BY.get(type(command))
    if decided is None:
        raise TypeError(f"no such command: {type(command).__name__}")
    return decided(draft, command)


def _withdraw(draft: Draft, command: WithdrawApplication) -> Refusal | None:
    draft.emit(
        ApplicationWithdrawn(
            by=command.actor, reason=command.reason, reason_ref=command.reason_ref, reason_code=command.reason_code
        )
    )
    close(draft, "withdrawn", command.reason, code=command.reason_code)
    return None


def _submit(draft: Draft, command: SubmitApplication) -> Refusal | None:
    application, definitions = command.application, draft.state.definitions
    refusal = _incomplete(draft.state, application)
    if refusal is not None:
        return refusal
    procedure, calendar, lanes = definitions.procedure, definitions.calendar, definitions.lanes
    draft.emit(
        ApplicationSubmitted(
            application=application,
            definitions_digest=definitions.digest,
            procedure=DefinitionRef(id=procedure.id, version=procedure.version, digest=procedure.digest),
            calendar=DefinitionRef(id=calendar.id, version=calendar.version, digest=calendar.digest),
            lanes=DefinitionRef(id=lanes.id, version=lanes.version, digest=lanes.digest),
        )
    )
    classification = classify(lanes, procedure, application.facts)
    draft.emit(
        ApplicationClassified(
            lane=classification.lane, rule=classification.rule, near_misses=classification.near_misses
        )
    )
    draft.emit(
        ApplicationAccepted(
            agency=procedure.agency,
            agency_code=definitions.agency_code,
            received_on=draft.at.astimezone(ZoneInfo(calendar.zone)).date(),
        )
    )
    arm_case_clocks(draft)
    release(draft)
    return None


def _incomplete(case: Case, application: Application) -> Refusal | None:
    procedure = case.definitions.procedure
    kinds = {document.kind for document in application.documents}
    # Decree 56/2023 art. 1(4): what connected State data hold already is not asked for.
    missing = [d.kind for d in procedure.documents if d.required and not d.held_by_state and d.kind not in kinds]
    if missing:
        return refuse("documents_missing", "documents", documents=", ".join(missing))
    if procedure.route == "defined":
        return refuse("route_not_declarable", "route", procedure=procedure.id) if application.route else None
    ids = [step.id for step in application.route]
    repeated = next((step_id for step_id in ids if ids.count(step_id) > 1), None) if len(set(ids)) < len(ids) else None
    return None if repeated is None else refuse("route_repeats", "route", step=repeated)


def _acknowledge(draft: Draft, command: AcknowledgeEscalation) -> Refusal | None:
    clock_id, _, _ = command.escalation_id.rpartition("/")
    if not _has_fired(draft.state, clock_id, command.escalation_id):
        return refuse("escalation_unknown", "escalation_id", escalation=command.escalation_id)
    if command.escalation_id in draft.state.acknowledged:
        return refuse("already_acknowledged", "escalation_id", escalation=command.escalation_id)
    draft.emit(
        EscalationAcknowledged(
            escalation_id=command.escalation_id, clock_id=clock_id, by=command.actor, note=command.note
        )
    )
    return None


def _has_fired(case: Case, clock_id: str, escalation_id: str) -> bool:
    state = case.clocks.get(clock_id)
    ladder = None if state is None else ladder_of(case.definitions, state.kind)
    if state is None or ladder is None:
        return False
    # A warning is read, not acknowledged: that would silence the escalations that are still to come.
    fired = (rung for rung in ladder.rungs if rung.id in state.fired and rung.kind in ALARMS)
    return any(escalation_id_of(state.id, state.set_asides, rung) == escalation_id for rung in fired)


_DECIDED_BY: Final[dict[type, Callable[[Draft, Any], Refusal | None]]] = {
    SubmitApplication: _submit,
    DecideStep: steps.decide_step,
    ReassignStep: steps.reassign,
    ReceiveSupplement: supplements.receive,
    ReceiveExplanation: explanations.receive,
    PauseClock: suspensions.suspend,
    ResumeClock: suspensions.end_suspension,
    RequestPayment: suspensions.request_payment,
    ConfirmPayment: suspensions.confirm_payment,
    StopCase: stops.stop_case,
    ReturnCase: stops.return_case,
    WithdrawApplication: _withdraw,
    AcknowledgeEscalation: _acknowledge,
    MoveAppointment: appointments.move,
    ExtendLimit: appointments.extend,
    ChangeLane: changes.change_lane,
    ApplyCalendar: changes.apply_calendar,
    MigrateProcedure: changes.migrate,
}
"""Every command has its rule; a test compares the two lists."""


def _decide_command(draft: Draft, command: Command) -> Refusal | None:
    refusal = _refused_by_state(draft.state, command) or _apply(draft, command)
    return refusal or too_much(command, draft.state)


def counts_at(case: Case, command: Command, now: datetime) -> datetime:
    """The business instant (UTC) at which a command counts: its receipt, within what it is about and what has been."""
    # A clock that runs ahead of ours never moves a command into our future, and nothing counts before what it is about:
    # the case, the assignment that is answered, the request for documents.
    at, begun_at = min(command.received_at, now), case.opened_at
    if isinstance(command, DecideStep | RequestPayment) and command.step_id in case.steps:
        begun_at = case.steps[command.step_id].assigned_at or begun_at
    elif (
        isinstance(command, ReceiveSupplement | ReceiveExplanation | ConfirmPayment)
        and case.spans
        and case.spans[-1].owner == "applicant"
    ):
        begun_at = case.spans[-1].started_at
    return (at if begun_at is None else max(at, begun_at)).astimezone(UTC)


CASES: Final = StreamRules(
    opening=SubmitApplication,
    blank=blank,
    evolve=evolve,
    draft=Draft,
    next_due=next_due,
    fire=fire,
    unknown=refuse("case_unknown", "case"),
    stranger=stranger,
    apply=_decide_command,
    view=view_of,
    counts_at=counts_at,
    meant=lambda case, command: meant(command, "step_id", case.steps),
    calendar_of=lambda case, name: case.definitions.calendars.get(name or "", case.definitions.calendar),
    work=work_of,
    escalations=escalations_of,
    opened_under=lambda case: case.definitions,
    notice=notice_of,
)
decide, draft_of, fold = CASES.decide, CASES.draft_of, CASES.fold
