"""How large what follows from an application becomes: asked before it is accepted, while its sender can still be told. Pure.

Of what is accepted each event must fit its topic, each turn and what a case carries into its next run one of Temporal's
payloads: otherwise nobody ever hears of it, or it can never move again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic_core import to_json

from cases.model import Case, ClockState, Span, StepState, StepStatus
from events.language.case_events import EventRecord, canonical_json
from events.language.refusals import Refusal, refuse
from workflows.messages import Carried

ENVELOPE_BYTES: Final = 8_192
"""Kept free in a message for its headers and key."""
PAYLOAD_MAX_BYTES: Final = 2 * 1024 * 1024
"""Temporal's limit of one payload."""
TURN_MAX_BYTES: Final = PAYLOAD_MAX_BYTES * 3 // 4
"""Of the events of one turn, which come back from the recorder in one payload."""
STATE_MAX_BYTES: Final = PAYLOAD_MAX_BYTES // 2
"""Of a case as it travels when all its steps are done; commands that wait, and what officers write, go beside it."""
STATE_WRITTEN_MAX_BYTES: Final = 3 * 1024 * 1024
"""The same before it is packed: to write and pack so much takes half a second, and a workflow has two for each task."""
UNMEASURED_BYTES: Final = 64 * 1024
"""Applications below this are far from every limit: nearly all are, and they cost no measuring."""
ROUTE_UNMEASURED: Final = 200
"""Steps of a declared route; with more of them the measuring takes a while, and is done beside the event loop."""


def too_large(case: Case, records: Sequence[EventRecord], event_max_bytes: int) -> Refusal | None:
    """Why an application is too large, by its first turn and the case after it; None: all that follows from it fits."""
    if size_of(records[0]) < UNMEASURED_BYTES <= event_max_bytes // 4:
        return None
    field = "documents" if case.application is None or not case.application.route else "route"
    refusal = events_too_large(records, field, event_max_bytes)
    if refusal is not None:
        return refusal
    end = at_its_end(case)
    written = len(to_json(end.model_dump(mode="json", exclude={"definitions"})))
    return _beyond(field, written, STATE_WRITTEN_MAX_BYTES) or _beyond(
        field, len(to_json(Carried.of(end))), STATE_MAX_BYTES
    )


def size_of(record: EventRecord) -> int:
    """Bytes of an event as it is stored and sent."""
    return len(canonical_json(record).encode())


def events_too_large(records: Sequence[EventRecord], field: str, event_max_bytes: int) -> Refusal | None:
    """Why the events of one turn cannot be told; None: they can. `event_max_bytes`: the largest that the topics take."""
    sizes = [size_of(record) for record in records]
    return _beyond(field, max(sizes), event_max_bytes - ENVELOPE_BYTES) or _beyond(field, sum(sizes), TURN_MAX_BYTES)


def _beyond(field: str, size: int, most: int) -> Refusal | None:
    return None if size <= most else refuse("application_too_large", field, size=str(size), most=str(most))


def at_its_end(case: Case) -> Case:
    """The case as it may look when every step of its own was answered: each has had a clock, and a span of the time."""
    at = case.opened_at
    if at is None:
        return case
    sample = next((clock for clock in case.clocks.values() if clock.kind == "step"), None)
    clocks = {} if sample is None else {f"step:{name}": _clock_of(sample, name, at) for name in case.steps}
    return case.changed(
        {
            "steps": {name: _done(step, at, has_clock=sample is not None) for name, step in case.steps.items()},
            "clocks": case.clocks | clocks,
            "spans": tuple(Span(step.department, at) for step in case.steps.values()),
        }
    )


def _clock_of(sample: ClockState, name: str, at: datetime) -> ClockState:
    return sample.changed({"id": f"step:{name}", "step_id": name, "stopped": True, "ended_at": at})


def _done(step: StepState, at: datetime, *, has_clock: bool) -> StepState:
    clock_id = f"step:{step.id}" if has_clock else None
    return step.changed({"status": StepStatus.DONE, "round": 1, "assigned_at": at, "clock_id": clock_id})
