"""`decide`: what a command makes happen, or why not. Pure and total: a business no is a Refusal, never an exception."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from cases.turn import CaseView, CommandOutcome, EscalationItem, Notice, WorkItem
from cases.views import view_of, work_of
from catalog.model import Definitions
from events.language.case_events import (
    ApplicationAccepted,
    ApplicationClassified,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    DefinitionRef,
    EscalationAcknowledged,
    EventRecord,
)
from events.language.commands import (
    AcknowledgeEscalation,
    Actor,
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
    Tick,
    WithdrawApplication,
)
from events.language.refusals import Refusal, refuse
from sla.calendar import CalendarDefinition


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
    application, definitions = command.application, draft.case.definitions
    refusal = _incomplete(draft.case, application)
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
    found = classify(lanes, procedure, application.facts)
    draft.emit(ApplicationClassified(lane=found.lane, rule=found.rule, near_misses=found.near_misses))
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
    given = {document.kind for document in application.documents}
    # Decree 56/2023 art. 1(4): what connected State data hold already is not asked for.
    missing = [d.kind for d in procedure.documents if d.required and not d.held_by_state and d.kind not in given]
    if missing:
        return refuse("documents_missing", "documents", documents=", ".join(missing))
    if procedure.route == "defined":
        return refuse("route_not_declarable", "route", procedure=procedure.id) if application.route else None
    ids = [step.id for step in application.route]
    repeated = next((step_id for step_id in ids if ids.count(step_id) > 1), None) if len(set(ids)) < len(ids) else None
    return None if repeated is None else refuse("route_repeats", "route", step=repeated)


def _acknowledge(draft: Draft, command: AcknowledgeEscalation) -> Refusal | None:
    clock_id, _, _ = command.escalation_id.rpartition("/")
    if not _has_fired(draft.case, clock_id, command.escalation_id):
        return refuse("escalation_unknown", "escalation_id", escalation=command.escalation_id)
    if command.escalation_id in draft.case.acknowledged:
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
    return any(escalation_id_of(state, rung) == escalation_id for rung in fired)


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


class CaseRules(StreamRules[Case, Definitions, Draft]):
    """The rules of a case."""

    opening = SubmitApplication

    def blank(self, stream_id: str, definitions: Definitions) -> Case:
        """The case before its first event."""
        return blank(stream_id, definitions)

    def evolve(self, state: Case, record: EventRecord) -> Case:
        """The case after one more event."""
        return evolve(state, record)

    def draft(self, state: Case, *, at: datetime, now: datetime, command_id: str, actor: Actor) -> Draft:
        """An empty draft."""
        return Draft(state, at=at, now=now, command_id=command_id, actor=actor)

    def next_due(self, state: Case) -> datetime | None:
        """The earliest instant at which something falls due by itself."""
        return next_due(state)

    def fire(self, draft: Draft, tick: Tick) -> None:
        """Let everything happen that is due."""
        fire(draft, tick)

    def unknown(self) -> Refusal:
        """The answer of a case that is not there."""
        return refuse("case_unknown", "case")

    def stranger(self, state: Case, command: Command) -> Refusal | None:
        """Why whoever sent the command has no say in the case."""
        return stranger(state, command)

    def apply(self, draft: Draft, command: Any) -> Refusal | None:
        """What the command makes happen, or why it may not."""
        refusal = _refused_by_state(draft.case, command) or _apply(draft, command)
        return refusal or too_much(command, draft.case)

    def meant(self, state: Case, command: Command) -> Command:
        """The command with the step that it means."""
        return meant(command, "step_id", state.steps)

    def counts_at(self, state: Case, command: Command, now: datetime) -> datetime:
        """The business instant (UTC) at which a command counts: its receipt, within what it is about and what has been."""
        # A clock that runs ahead of ours never moves a command into our future, and nothing counts before what it is about:
        # the case, the assignment that is answered, the request for documents.
        at, begun_at = min(command.received_at, now), state.opened_at
        if isinstance(command, DecideStep | RequestPayment) and command.step_id in state.steps:
            begun_at = state.steps[command.step_id].assigned_at or begun_at
        elif (
            isinstance(command, ReceiveSupplement | ReceiveExplanation | ConfirmPayment)
            and state.spans
            and state.spans[-1].owner == "applicant"
        ):
            begun_at = state.spans[-1].started_at
        return (at if begun_at is None else max(at, begun_at)).astimezone(UTC)

    def calendar_of(self, state: Case, calendar_id: str | None) -> CalendarDefinition:
        """The calendar that ends too early for a command."""
        return state.definitions.calendars.get(calendar_id or "", state.definitions.calendar)

    def view(self, state: Case) -> CaseView:
        """The case's row."""
        return view_of(state)

    def work(self, state: Case) -> tuple[WorkItem, ...]:
        """The steps that wait for a department's answer."""
        return work_of(state)

    def escalations(self, state: Case, fired_at: Mapping[str, datetime]) -> tuple[EscalationItem, ...]:
        """The escalations that may be acknowledged, or were."""
        return escalations_of(state, fired_at)

    def opened_under(self, state: Case) -> Definitions:
        """What the case is decided under, kept for the auditor's replay."""
        return state.definitions

    def notice(self, command: Command, outcome: CommandOutcome) -> Notice | None:
        """The answer that is owed to the sender of a refused command."""
        return notice_of(command, outcome)


CASES: Final = CaseRules()
decide, draft_of = CASES.decide, CASES.draft_of
