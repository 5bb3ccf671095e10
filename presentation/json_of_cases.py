"""Cases, and what waits at desks, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases.model import ClockState
from cases.stamp import STAMP
from cases.turn import CommandOutcome
from events.language.case_events import data_of
from presentation.instants import instant_json
from presentation.json_of_escalations import delay_json, escalation_json
from services.case_lists import CaseList, Desk
from services.case_sheets import CaseSheet
from services.escalations import Escalation
from services.lateness import WaitingStep
from services.watching import Present


def case_list_json(cases: CaseList) -> list[dict[str, Any]]:
    """The entries of `cases --json`: each case's row, with its late steps."""
    return [
        {**view.model_dump(mode="json"), "late_steps": [_late_step(s) for s in cases.late_steps_of(view.case_id)]}
        for view in cases.cases
    ]


def _late_step(step: WaitingStep) -> dict[str, Any]:
    item = step.item
    return {
        "case_id": item.case_id,
        "step_id": item.step_id,
        "kind": item.kind,
        "department": item.department,
        "due_at": None if step.delay is None else instant_json(step.delay.limit_at),
        "late_seconds": delay_json(step.delay),
        "level": item.level,
    }


def desk_json(desk: Desk, command: Callable[[Escalation], str]) -> dict[str, Any]:
    """The answer of `desk --json`. `command`: what acknowledges an escalation at this door."""
    work = [waiting_json(step) for step in desk.work]
    escalations = [escalation_json(escalation, command) for escalation in desk.escalations.items]
    return {"ok": True, "department": desk.department, "work": work, "escalations": escalations}


def waiting_json(step: WaitingStep) -> dict[str, Any]:
    """A step that waits, as a worklist has it."""
    return {**step.item.model_dump(mode="json", exclude={"late"}), "late_seconds": delay_json(step.delay)}


def present_json(present: Present) -> dict[str, Any]:
    """The answer of `watch --json`."""
    return {
        "ok": True,
        "open": present.open_cases.total,
        "total": present.total,
        "position": present.position,
        "cases": case_list_json(present.open_cases),
        "events": [{"position": event.row.position, **data_of(event.row.record)} for event in present.events],
    }


def case_json(sheet: CaseSheet, language: str) -> dict[str, Any]:
    """The answer of `show --json`; why something was refused in the language."""
    stamp = sheet.stamp
    return {
        "ok": True,
        "case": sheet.view.model_dump(mode="json"),
        "rule": sheet.rule,
        "stamp": stamp and {"text": STAMP, "lane": stamp.lane, "reason": stamp.reason, "source": stamp.source},
        "clocks": [clock_json(sheet, clock) for clock in sheet.case.clocks.values()],
        "steps": [step.model_dump(mode="json") for step in sheet.case.steps.values()],
        "timeline": [data_of(record) for record in sheet.records],
        "texts": sheet.texts,
        "refusals": [{"at": instant_json(at), **_refusal(outcome, language)} for at, outcome in sheet.refusals],
        "near_misses": [miss.model_dump(mode="json") for miss in sheet.near_misses],
        "time_shares": [share.model_dump(mode="json") for share in sheet.time_shares],
    }


def clock_json(sheet: CaseSheet, clock: ClockState) -> dict[str, Any]:
    """A clock of a case."""
    return {
        "id": clock.id,
        "kind": clock.kind,
        "step_id": clock.step_id,
        "budget": clock.clock.budget.model_dump(mode="json"),
        "anchored_at": instant_json(clock.clock.anchored_at),
        "due_at": instant_json(sheet.due_at(clock)),
        "lawful_end_at": instant_json(sheet.lawful_end_at(clock)),
        "status": clock.status,
        "paused": clock.is_paused,
        "set_aside": clock.set_aside,
        "level": clock.level,
        "fired": list(clock.fired),
    }


def _refusal(outcome: CommandOutcome, language: str) -> dict[str, Any]:
    refusal = outcome.refusal
    return {
        "command_id": outcome.command_id,
        "code": refusal and refusal.code,
        "field": refusal and refusal.field,
        "message": refusal and refusal.message(language),
        "remedy": refusal and refusal.remedy(language),
    }
