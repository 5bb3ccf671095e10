"""What a catalogue may not promise: each refused with its line, its field and the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from cases.calculator import calculate
from catalog.loader import load_catalog
from catalog.model import LaneId, LaneTable, ProcedureVersion
from catalog.reader import SourceRefused, read
from sla.calendar import CalendarDefinition
from sla.ladder import Ladder
from sla.units import Budget, Unit

LADDER = """\
id: step
version: "1"
rungs:
  - {{id: early, {rung}, audience: officer, kind: warning}}
"""
LANES = """\
id: lanes
version: "1"
facts: []
promises:
  - lane: green_60
    reduction: {reduction}
    source: "a decision"
source: "a decision"
"""
PROCEDURE = """\
id: p
version: "1"
name: {{vi: "p", en: "p"}}
agency: a
limit: {{amount: 5, unit: working_days}}
reduction_max: {reduction}
steps:
  - id: one
    name: {{vi: "x", en: "x"}}
    department: a
    budget: {{amount: {days}, unit: working_days}}
"""
CALENDAR = """\
id: c
version: "1"
zone: Asia/Ho_Chi_Minh
first_day: 2026-01-01
last_day: 2026-12-31
weekly:
  mon: {windows}
"""

REFUSED: list[tuple[type[Any], str, str, int]] = [
    (Ladder, LADDER.format(rung="percent: 0"), "rung_before_start", 4),
    (Ladder, LADDER.format(rung="delay: {amount: -1, unit: hours}"), "rung_before_start", 4),
    (LaneTable, LANES.format(reduction="0.61"), "less_than_equal", 6),
    (ProcedureVersion, PROCEDURE.format(reduction="0.70", days=1), "less_than_equal", 6),
    (ProcedureVersion, PROCEDURE.format(reduction="0.60", days=6), "unsound", 11),
    (CalendarDefinition, CALENDAR.format(windows='["07:00-11:30", "11:00-17:00"]'), "overlapping_windows", 7),
]


@pytest.mark.parametrize(("model", "text", "code", "line"), REFUSED)
def test_what_may_not_be_promised_is_refused_with_its_line(model: type[Any], text: str, code: str, line: int) -> None:
    """A rung before the start, a cut above 0.60, steps longer than the limit, overlapping windows."""
    with pytest.raises(SourceRefused) as refused:
        read(model, "file.yaml", text.encode())
    found = {(problem.code, problem.line) for problem in refused.value.problems}
    assert (code, line) in found
    assert all(problem.field and problem.message and problem.remedy for problem in refused.value.problems)


def test_a_promise_longer_than_the_statute_is_not_given() -> None:
    """Twenty-four hours by the clock where the law gives four: no promise, and why."""
    at = datetime.fromisoformat("2026-03-02T09:00:00+07:00")
    definitions = load_catalog().definitions_for("work-permit", at.date())
    hasty = definitions.procedure.model_copy(update={"limit": Budget(amount=4, unit=Unit.HOURS)})
    answer = calculate(definitions.model_copy(update={"procedure": hasty}), LaneId.GREEN_24H, at)
    assert answer is not None
    assert answer.green is None
    assert "longer_than_statute" in {reason.rule for reason in answer.reasons}
