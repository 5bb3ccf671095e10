"""The facts of an alert of a case, read from the fold of its ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from cases.audience import Audience, Duty
from cases.model import (
    APPLICANT_CLOCKS,
    APPLICANT_HAS_IT,
    CASE_CLOCKS,
    Case,
    CaseStatus,
    ClockState,
    StepState,
    StepStatus,
    holder,
)
from cases.stamp import is_green
from cases.ticks import ALARMS
from cases.timetable import Timetable, timetable_of
from catalog.dossier import Silence
from events.language.case_events import CalendarExhausted, RungFired, SuspensionReviewDue
from presentation.acknowledging import acknowledge_command, show_command
from presentation.amounts import elapsed_said, span_said
from presentation.instants import day_said, end_said, instant_said
from presentation.letters.matter import DUTY, Detail, Matter, Scene, reader_of
from presentation.names import CLOCKS, LANES, both, department_said, said
from sla.calendar import WorkingCalendar, compiled
from wording.text import LazyText, _, joined, layout

HOLDERS: Final = {
    "applicant": _("the applicant"),
    "suspension": _("nobody while the case stands still"),
    "between_steps": _("nobody: it is on its way to the next step"),
}
SILENCE: Final = {
    Silence.PROCEED: _("The asking department may go on without the opinion."),
    Silence.DEEMED_NO_OBJECTION: _("By the rule the silence counts as no objection."),
    Silence.ESCALATE: _("The asking step waits until the opinion is there."),
}


def matter_of(rung: RungFired, case: Case, audience: Audience, scene: Scene, number: int) -> Matter:
    """The facts of a rung that fired on one of the case's clocks; `number`: of the event in the timeline."""
    state, step = case.clocks[rung.clock_id], case.steps.get(rung.step_id or "")
    table = timetable_of(state, case.definitions)
    # Its breach is the end of the case: that is what the applicant is told.
    ended_by_it = rung.kind == "breach" and rung.clock_kind in APPLICANT_CLOCKS
    resolution = None if ended_by_it else _resolution(rung, case, state, scene)
    before_end = rung.kind == "escalation" and state.is_undecided and state.breached_at is None
    end_at = _end_of(rung, state, table, before_end=before_end)
    over_at = state.ended_at if state.stopped and state.ended_at else scene.now
    measured_at = min(over_at, scene.now)
    is_past = end_at is not None and end_at <= measured_at
    calendar, department = compiled(case.definitions.calendar_of(state.calendar)), _department(rung, case, step)
    return Matter(
        topic=rung.clock_kind,
        kind=rung.kind,
        level=rung.level,
        reader=reader_of(rung.audience, audience, department, scene.catalog),
        audience=audience,
        at=rung.due_at,
        amount=_amount(state, end_at, measured_at, calendar),
        is_past=is_past,
        is_before_end=before_end,
        is_lawful_past=_is_overdue(case, scene.now),
        step=None if step is None else both(step.name_vi, step.name_en),
        department=department_said(scene.catalog, department),
        until=None if table.end_at is None or table.end_at <= scene.now else end_said(table.end_at, scene.zone),
        extra=SILENCE[step.silence] if step is not None and step.silence and is_past else None,
        resolution=resolution,
        standing=_closed(case, scene) if ended_by_it else _standing(case) if state.is_paused else None,
        command=None if resolution else _command(rung, case, number),
        details=tuple(_details(case, step, state, scene)),
        **_of_case(case, scene),
    )


def duty_matter_of(duty: Duty, case: Case, audience: Audience, scene: Scene) -> Matter:
    """The facts of what somebody must do though no clock says so."""
    common: dict[str, Any] = {
        "kind": DUTY,
        "level": 0,
        "reader": "head",
        "audience": audience,
        "details": tuple(_details(case, None, None, scene)),
        "resolution": _closed(case, scene),
        **_of_case(case, scene),
    }
    match duty:
        case SuspensionReviewDue():
            is_over = case.suspended_since_at is None and not case.is_closed
            common["resolution"] = RESUMED if is_over else common["resolution"]
            return Matter(
                topic="stop" if case.status is CaseStatus.STOPPED else "suspension",
                at=duty.due_at,
                amount=span_said((scene.now - duty.since_at).total_seconds()),
                until=instant_said(duty.since_at, scene.zone),
                department=department_said(scene.catalog, duty.department),
                **common,
            )
        case CalendarExhausted():
            return Matter(
                topic="calendar",
                at=scene.now,
                until=day_said(duty.last_day),
                extra=joined("; ", [_clock_said(case, clock_id) for clock_id in duty.clock_ids]),
                **common,
            )


NOT_RUNNING: Final = _("not running: the dossier stands still")
NOT_RUNNING_APPLICANT: Final = _("not running: the applicant is to answer")
RESUMED: Final = _("The suspension has ended meanwhile.")


def _of_case(case: Case, scene: Scene) -> dict[str, Any]:
    code = case.dossier_code
    named = _("dossier {code}", code=code) if code else NO_CODE
    return {
        "code": code,
        "named": named,
        "turn": None if case.is_closed else _turn(case, scene),
        "find": None if code else show_command(case.case_id),
        "is_green": is_green(case.lane),
    }


NO_CODE: Final = _("a dossier without a code yet")


def _end_of(rung: RungFired, state: ClockState, table: Timetable, *, before_end: bool) -> datetime | None:
    """What the amount counts from: the appointment, until its passing is told; then the end that was missed."""
    if rung.kind in ALARMS and not before_end:
        return state.breached_at or table.end_at
    return table.appointment_at


def _amount(
    state: ClockState, end_at: datetime | None, measured_at: datetime, calendar: WorkingCalendar
) -> LazyText | None:
    if end_at is None:
        return None
    earlier, later = sorted((end_at, measured_at))
    return elapsed_said(earlier, later, state.clock.budget.unit, calendar)


def _department(rung: RungFired, case: Case, step: StepState | None) -> str:
    # The step may have been given to another department since: it is that one's turn.
    return step.department if step is not None else rung.department or case.definitions.procedure.agency


def _is_overdue(case: Case, now: datetime) -> bool:
    state = case.current_clock("statutory")
    if state is None:
        return False
    ends_at = timetable_of(state, case.definitions).end_at
    return state.counts_as_breached or (not state.stopped and ends_at is not None and ends_at <= now)


def _resolution(rung: RungFired, case: Case, state: ClockState, scene: Scene) -> LazyText | None:
    closed = _closed(case, scene)
    if closed is not None:
        return closed
    if state.status == "cancelled":
        return _("Meanwhile this limit runs no more.")
    if rung.kind in ALARMS and state.set_asides and rung.rung not in state.fired:
        return _("Meanwhile it does not count as late: it was set aside.")
    if state.stopped:
        if state.ended_at is None:
            return _("Meanwhile it is done.")
        at = instant_said(state.ended_at, scene.zone)
        return _("Meanwhile it is done, since {at}.", at=at)
    if rung.kind == "warning" and state.is_paused:
        return _standing(case)
    if rung.kind in ALARMS and state.acknowledged:
        return _("Meanwhile somebody has acknowledged it.")
    return None


def _closed(case: Case, scene: Scene) -> LazyText | None:
    if case.closed_at is None:
        return None
    at = end_said(case.closed_at, scene.zone)
    return _("By now the dossier is closed, since {at}.", at=at)


def _standing(case: Case) -> LazyText:
    if case.status in APPLICANT_HAS_IT:
        return _("Its time stands still until the applicant answers.")
    return _("At present its time stands still.")


def _command(rung: RungFired, case: Case, number: int) -> str | None:
    if rung.kind not in ALARMS or case.is_closed:
        return None
    return acknowledge_command(case.dossier_code or case.case_id, number)


def _turn(case: Case, scene: Scene) -> LazyText:
    """Every department that the case waits for, with its step; or who else has it."""
    held = holder(case.status, case.steps)
    if held in HOLDERS:
        return HOLDERS[held]
    awaited = [step for step in case.open_steps if step.status is StepStatus.ASSIGNED]
    return joined("; ", [_step_said(step, scene) for step in awaited])


def _step_said(step: StepState, scene: Scene) -> LazyText:
    return _(
        "{department} (step “{step}”)",
        department=department_said(scene.catalog, step.department),
        step=both(step.name_vi, step.name_en),
    )


def _clock_said(case: Case, clock_id: str) -> LazyText:
    state = case.clocks.get(clock_id)
    step = None if state is None else case.steps.get(state.step_id or "")
    if state is None:
        return _("a limit")
    if step is None:
        return CLOCKS[state.kind]
    return layout("{clock} “{step}”", clock=CLOCKS[state.kind], step=both(step.name_vi, step.name_en))


def _details(case: Case, step: StepState | None, state: ClockState | None, scene: Scene) -> Iterator[Detail]:
    procedure = case.definitions.procedure
    yield Detail(_("Procedure"), said(procedure.name), in_brief=True)
    if is_green(case.lane):
        yield Detail(_("Lane"), LANES.get(case.lane, both(case.lane, case.lane)))
    yield Detail(_("Agency in charge"), department_said(scene.catalog, procedure.agency))
    if step is not None:
        yield Detail(_("Step"), _step_said_by(step, scene))
    if step is not None and state is not None:
        due_at = timetable_of(state, case.definitions).end_at or state.breached_at
        if due_at is not None:
            label = _("Limit of the step")
            if step.kind == "consultation":
                label = _("Opinion due")
            yield Detail(label, instant_said(due_at, scene.zone), in_brief=True)
    if state is not None and state.kind in APPLICANT_CLOCKS:
        due_at = timetable_of(state, case.definitions).end_at or state.breached_at
        if due_at is not None:
            yield Detail(_("Limit of the applicant"), end_said(due_at, scene.zone), in_brief=True)
    yield from _promises(case, scene)
    if not case.is_closed:
        yield Detail(_("Waits for"), _turn(case, scene))


def _step_said_by(step: StepState, scene: Scene) -> LazyText:
    named = _step_said(step, scene) if step.assigned_at is None else None
    if named is not None or step.assigned_at is None:
        return named or both(step.name_vi, step.name_en)
    return _(
        "{step} ({department}, since {at})",
        step=both(step.name_vi, step.name_en),
        department=department_said(scene.catalog, step.department),
        at=instant_said(step.assigned_at, scene.zone),
    )


_LABELS: Final = {
    "statutory": (
        _("Appointment to hand over the result"),
        _("Lawful end"),
    ),
    "green": (
        _("Appointment of the green promise"),
        _("Green promise ends"),
    ),
}


def _promises(case: Case, scene: Scene) -> Iterator[Detail]:
    """Both ends of the law's limit and of the green promise, as they stand; of a limit in hours the one that it has."""
    for kind in reversed(CASE_CLOCKS):
        state = case.current_clock(kind)
        if state is None or state.status == "cancelled":
            continue
        table = timetable_of(state, case.definitions)
        appointment, end = _LABELS[kind]
        if table.lawful_end_at is not None and table.appointment_at is not None:
            yield Detail(appointment, instant_said(table.appointment_at, scene.zone), in_brief=True)
            yield Detail(end, end_said(table.lawful_end_at, scene.zone), in_brief=True)
        elif table.end_at is not None:
            yield Detail(end, end_said(table.end_at, scene.zone), in_brief=True)
        elif state.is_paused:
            yield Detail(end, NOT_RUNNING_APPLICANT if case.status in APPLICANT_HAS_IT else NOT_RUNNING)
