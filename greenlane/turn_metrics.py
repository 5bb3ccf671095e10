"""What recorded turns tell a scrape: time to decision, rungs fired and how late. Around the recorder, never in a workflow."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from activities.record import TurnRecorder
from cases.turn import Recorded, Turn
from events.language.case_events import ClockMet, ClockStopped, EventRecord, RungFired, StepDecided

HOUR = 3600.0
TIME_TO_DECISION = Histogram(
    "greenlane_time_to_decision_seconds",
    "What a step consumed of its clock until its department answered (business time, in the clock's measure)",
    ["department", "outcome"],
    buckets=(HOUR / 4, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 16 * HOUR, 40 * HOUR, 80 * HOUR, 160 * HOUR, 480 * HOUR),
)
RUNGS = Counter("greenlane_rungs_fired", "Warnings, breaches and escalations", ["kind", "level", "clock"])
LATENESS = Histogram(
    "greenlane_alert_lateness_seconds",
    "How long after its due instant a rung was decided (business time)",
    ["kind"],
    buckets=(0.05, 0.1, 0.5, 1, 5, 30, 60, 300, HOUR, 24 * HOUR),
)


class MeasuredRecorder:
    """A recorder that counts what it recorded.

    A turn that is repeated after a crash may be counted twice: metrics are for operators, the ledger is the record.
    """

    def __init__(self, recorder: TurnRecorder) -> None:
        self._recorder = recorder

    async def record(self, turn: Turn) -> Recorded:
        """Write the turn and count its events."""
        recorded = await self._recorder.record(turn)
        _count(recorded.records)
        return recorded


def _count(records: tuple[EventRecord, ...]) -> None:
    decided: StepDecided | None = None
    for record in records:
        match record.event:
            case StepDecided() as event:
                decided = event
            case ClockMet(clock_id=clock_id) | ClockStopped(clock_id=clock_id) if decided is not None:
                if clock_id.startswith((f"step:{decided.step_id}", f"consultation:{decided.step_id}")):
                    consumed = record.event.consumed_seconds
                    if consumed is not None:
                        TIME_TO_DECISION.labels(decided.department, decided.outcome).observe(consumed)
                    decided = None
            case RungFired() as event:
                RUNGS.labels(event.kind, str(event.level), event.clock_kind).inc()
                LATENESS.labels(event.kind).observe(event.late_seconds)
            case _:
                pass
