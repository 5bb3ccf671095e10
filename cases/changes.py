"""Changes of the law under an open case: another lane, calendar or procedure version. Nothing that passed is mutated."""

from __future__ import annotations

from typing import Literal

from cases.classification import entitlement
from cases.clocks import as_it_will_run, cancel, given_beside, rearm
from cases.draft import Draft
from cases.model import CASE_CLOCKS, Case, ClockState
from cases.persons import not_seconded
from cases.promises import green_budget, step_budget
from cases.release import release
from cases.timetable import appointment_at, end_at, timetable_of
from catalog.model import Definitions, LaneId, ProcedureVersion
from events.language.case_events import (
    CalendarApplied,
    DeadlineChange,
    DefinitionRef,
    GreenPromiseDeclined,
    LaneChanged,
    ProcedureMigrated,
)
from events.language.commands import ApplyCalendar, ChangeLane, MigrateProcedure
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal, refuse
from sla.errors import CalendarRangeError
from sla.units import Budget


def change_lane(draft: Draft, command: ChangeLane) -> Refusal | None:
    """Grant or revoke a green lane: the promise is reckoned from acceptance, so elapsed time and pauses are kept."""
    case = draft.state
    if command.lane == case.lane:
        return refuse("nothing_changes", "lane")
    refusal = not_seconded(command.actor, command.approved_by)
    if refusal is not None:
        return refusal
    rule = _entitling_rule(case, command.lane)
    is_granted = command.lane is not LaneId.STANDARD
    if is_granted and rule is None and not command.override:
        return refuse("not_entitled", "lane", lane=command.lane, procedure=case.definitions.procedure.id)
    granted: Literal["rule", "override"] = "override" if rule is None else "rule"
    draft.emit(
        LaneChanged(
            from_lane=case.lane,
            to_lane=command.lane,
            by=command.actor,
            reason=command.reason,
            legal_basis=command.legal_basis,
            departments=case.working_departments,
            approved_by=command.approved_by,
            entitlement=granted if is_granted else None,
            rule=rule,
        )
    )
    former = case.current_clock("green")
    was_promised = former is not None and not former.stopped
    cancel(draft, former.id if former else None, "lane")
    statutory = case.current_clock("statutory")
    if statutory is None or statutory.stopped:
        return None
    shared = _promised_anew(draft, command.lane, statutory)
    if shared is not None or was_promised:
        _share_anew(draft, shared or statutory.clock.budget, statutory)
    return None


def _entitling_rule(case: Case, lane: LaneId) -> str | None:
    """The rule of the decision table that gives the case this lane: by its project and its procedure."""
    if lane is LaneId.STANDARD or case.application is None:
        return None
    return entitlement(case.definitions.lanes, lane, case.definitions.procedure, case.application.facts)


def _promised_anew(draft: Draft, lane: LaneId, statutory: ClockState) -> Budget | None:
    """What the lane promises from now on, its clock started; None: nothing, said where the lane would."""
    green = green_budget(draft.state.definitions, lane)
    if green is None:
        return None
    promise = given_beside(statutory.clock, green, draft)
    if isinstance(promise, Budget) and _past(draft, statutory, promise):
        # A promise whose end has passed when it is given would be broken by whoever gave it.
        promise = GreenPromiseDeclined(code=ReasonCode.PROMISE_PAST)
    if not isinstance(promise, Budget):
        draft.emit(promise)
        return None
    rearm(draft, "green", promise, statutory)
    return promise


def _share_anew(draft: Draft, promised: Budget, statutory: ClockState) -> None:
    """Give the open steps their share of the new promise; a share that would be past already is not given."""
    definitions = draft.state.definitions
    by_id = {step.id: step for step in definitions.procedure.steps}
    for step in draft.state.open_steps:
        state = draft.state.clocks.get(step.clock_id or "")
        definition = by_id.get(step.id)
        if state is None or definition is None or state.stopped or not state.is_undecided:
            continue
        share = step_budget(definition, definitions, promised, statutory.clock.anchored_at, draft.calendar)
        if share == state.clock.budget or _past(draft, state, share):
            continue
        cancel(draft, state.id, "lane")
        rearm(draft, "step", share, state, step.id)


def apply_calendar(draft: Draft, command: ApplyCalendar) -> Refusal | None:
    """Run on another version of a calendar from now on: the case's, or one on which clocks of its departments run.

    Refused where nothing would change, and where no clock of the case can run on the calendar.
    """
    case = draft.state
    former = case.definitions.calendars.get(command.calendar.id)
    if former is None:
        known = ", ".join(case.definitions.calendars)
        return refuse("calendar_other", "calendar.id", calendar=known, given=command.calendar.id)
    if command.calendar.digest == former.digest:
        return refuse("nothing_changes", "calendar")
    latter = case.definitions.with_calendar(command.calendar)
    lost = _clock_without_end(case, latter)
    if lost is not None:
        first, last = str(command.calendar.first_day), str(command.calendar.last_day)
        return refuse("calendar_too_short", "calendar", calendar=former.id, first=first, last=last, clock=lost)
    draft.emit(
        CalendarApplied(
            calendar=command.calendar,
            former=DefinitionRef(id=former.id, version=former.version, digest=former.digest),
            changes=deadline_changes(case, latter),
            reason=command.reason,
            by=command.actor,
            departments=case.working_departments,
        )
    )
    return None


def _clock_without_end(case: Case, latter: Definitions) -> str | None:
    """A clock of the case that has an end today and would have none: the calendar does not cover it."""
    for state in case.clocks.values():
        has_end = not (state.stopped or state.is_paused) and end_at(state, case.definitions) is not None
        if has_end and timetable_of(state, latter).is_beyond_calendar:
            return state.id
    return None


def deadline_changes(case: Case, definitions: Definitions) -> tuple[DeadlineChange, ...]:
    """How the due instants of a case's open clocks would be under other definitions; those that stay are left out."""
    changes = []
    for state in case.clocks.values():
        if state.stopped:
            continue
        former, latter = appointment_at(state, case.definitions), appointment_at(state, definitions)
        if former != latter:
            changes.append(DeadlineChange(clock_id=state.id, former_due_at=former, due_at=latter))
    return tuple(changes)


def migrate(draft: Draft, command: MigrateProcedure) -> Refusal | None:
    """Put the case under another version of its procedure. Steps that are done stay done, open ones stay open.

    An open request for documents stays what it was when it was made: a clock that it cancelled begins anew with the
    documents, one that it holds goes on, whatever the new version's policy says of requests to come.
    """
    case = draft.state
    former, latter = case.definitions.procedure, command.procedure
    if latter.id != former.id:
        return refuse("procedure_other", "procedure.id", procedure=former.id, given=latter.id)
    if latter.digest == former.digest:
        return refuse("nothing_changes", "procedure")
    vanishing = _vanishing(case, latter)
    if vanishing is not None:
        return refuse("clock_would_vanish", "procedure", procedure=latter.id, version=latter.version, clock=vanishing)
    draft.emit(
        ProcedureMigrated(
            procedure=latter,
            former=DefinitionRef(id=former.id, version=former.version, digest=former.digest),
            reason=command.reason,
            by=command.actor,
            departments=case.working_departments,
        )
    )
    _clocks_anew(draft)
    release(draft)
    return None


def _vanishing(case: Case, latter: ProcedureVersion) -> str | None:
    former = {step.id: step.department for step in case.definitions.procedure.steps}
    remaining = {step.id: step.department for step in latter.steps}
    for step in case.open_steps:
        # By the department that the procedure names: who holds a step that was given to another keeps it.
        if step.kind == "processing" and (step.id not in remaining or remaining[step.id] != former.get(step.id)):
            return step.clock_id or f"step:{step.id}"
    has_clock = any(state.kind in CASE_CLOCKS and not state.stopped for state in case.clocks.values())
    return "statutory" if has_clock and latter.limit is None else None


def _clocks_anew(draft: Draft) -> None:
    """The case's clocks with the new budgets, from the same anchors and with the same pauses; a breach stays as it is."""
    definitions = draft.state.definitions
    statutory = draft.state.current_clock("statutory")
    limit = definitions.procedure.limit
    if statutory is None or limit is None or statutory.stopped or not statutory.is_undecided:
        return
    if limit != statutory.clock.budget:
        cancel(draft, statutory.id, "migrated")
        rearm(draft, "statutory", limit, statutory)
        statutory = draft.state.current_clock("statutory") or statutory
    green = draft.state.current_clock("green")
    budget = green_budget(definitions, draft.state.lane)
    if green is None or green.stopped or not green.is_undecided or budget is None:
        return
    promise = given_beside(statutory.clock, budget, draft)
    if not isinstance(promise, Budget):
        # Under the new version the lane promises nothing, also where its budget stays: a lane cuts no mandatory minimum.
        cancel(draft, green.id, "migrated")
        draft.emit(promise)
    elif promise != green.clock.budget and not _past(draft, green, promise):
        cancel(draft, green.id, "migrated")
        rearm(draft, "green", promise, green)


def _past(draft: Draft, state: ClockState, budget: Budget) -> bool:
    """Whether a clock in this one's place would be past its appointment at the turn, before anybody can hear of it.

    As it would run if it ran again from now on.
    """
    clock = as_it_will_run(state.clock.model_copy(update={"budget": budget}), draft.at)
    try:
        ends = clock.due(draft.calendar_of(state.calendar))
    except CalendarRangeError:
        return False
    return ends is not None and ends.operational_at <= draft.now
