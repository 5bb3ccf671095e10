"""What recorded turns tell a scrape."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import REGISTRY

from activities.memory import MemoryRecorder
from cases.decide import CASES
from cases.evolve import evolve
from cases.model import blank
from greenlane.turn_metrics import MeasuredRecorder
from tests.builders import MONDAY, a_submission, an_answer, the_definitions


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_an_answer_and_the_rungs_before_it_are_counted() -> None:
    """Time to decision by department in the clock's own measure, and rungs by kind and level."""
    recorder = MeasuredRecorder(MemoryRecorder())
    case = blank("case-metrics", the_definitions())
    before = sample("greenlane_time_to_decision_seconds_sum", department="one-stop", outcome="approve")
    warned = sample("greenlane_rungs_fired_total", kind="warning", level="0", clock="step")
    opening = CASES.take_turn(case, [a_submission()], MONDAY)
    answer_at = MONDAY + timedelta(hours=6)
    assert opening is not None
    for record in (await recorder.record(opening)).records:
        case = evolve(case, record)
    turn = CASES.take_turn(case, [an_answer("intake", "one-stop", answer_at)], answer_at)
    assert turn is not None
    await recorder.record(turn)
    after = sample("greenlane_time_to_decision_seconds_sum", department="one-stop", outcome="approve")
    assert after - before == 4 * 3600  # 09:00 to 15:00 without the noon break
    fired = [record.event for record in turn.records if record.event.type == "RungFired"]
    assert sample("greenlane_rungs_fired_total", kind="warning", level="0", clock="step") - warned == len(fired)
