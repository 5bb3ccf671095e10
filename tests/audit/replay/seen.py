"""What a replayed case shows, in the words of the oracle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.model import Case, ClockState
from cases.timetable import appointment_at, lawful_end_at
from cases.views import view_of
from tests.audit.simulation.reference.hours import instant

Answer = dict[str, Any]


def seen_of(case: Case, remaining: Callable[[ClockState], float | None]) -> Answer:
    """All that the oracle answers too."""
    view = view_of(case)
    return {
        "sequence": case.sequence,
        "status": view.status,
        "holder": view.holder,
        "lane": view.lane,
        "outcome": view.outcome,
        "opened_at": _at(view.opened_at),
        "closed_at": _at(view.closed_at),
        "breaches": view.breaches,
        "escalations_open": view.escalations_open,
        "statutory_state": view.statutory_state,
        "green_state": view.green_state,
        "procedure": (view.procedure, view.procedure_version),
        "calendar": case.definitions.calendar.digest,
        "lanes": case.definitions.lanes.digest,
        "steps": [
            step.model_dump(mode="json", exclude={"assigned_at"}) | {"assigned_at": _at(step.assigned_at)}
            for step in case.steps.values()
        ],
        "clocks": [_clock(case, state, remaining(state)) for state in case.clocks.values()],
    }


def _clock(case: Case, state: ClockState, remaining_seconds: float | None) -> Answer:
    clock = state.clock
    held = [(_at(entry.from_at), _at(entry.until_at)) for entry in clock.suspensions]
    return {
        "id": state.id,
        "kind": state.kind,
        "step_id": state.step_id,
        "budget": (clock.budget.amount, clock.budget.unit.value),
        "anchored_at": _at(clock.anchored_at),
        "status": state.status.value,
        "stopped": state.stopped,
        "paused": state.is_paused,
        "held": sorted(held, key=str),
        "set_aside": state.set_aside,
        "level": state.level,
        "fired": list(state.fired),
        "due_at": _at(appointment_at(state, case.definitions)),
        "lawful_end_at": _at(lawful_end_at(state, case.definitions)),
        "remaining": None if remaining_seconds is None else round(remaining_seconds * 1_000_000),
    }


def _at(at: datetime | None) -> int | None:
    return None if at is None else instant(at)


def differences(left: Any, right: Any, path: str = "") -> list[str]:
    """Where two answers differ, each place with both values."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = left | right
        return [line for key in keys for line in differences(left.get(key), right.get(key), f"{path}.{key}")]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return [
            line for n, pair in enumerate(zip(left, right, strict=True)) for line in differences(*pair, f"{path}[{n}]")
        ]
    return [] if left == right else [f"{path}: {left} / {right}"]
