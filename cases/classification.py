"""Which lane a case takes: a decision table as data, first match wins, and every answer explains itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.model import Condition, Fact, LaneId, LaneRule, LaneTable, ProcedureVersion
from events.language.case_events import NearMiss


@dataclass(frozen=True, slots=True)
class Classification:
    """The lane, the rule that matched (None: the standard lane needs none), and what the other lanes lacked."""

    lane: LaneId
    rule: str | None
    near_misses: tuple[NearMiss, ...]


def classify(table: LaneTable, procedure: ProcedureVersion, facts: Mapping[str, Fact]) -> Classification:
    """Classify an application. For each lane that did not match, the rule with the fewest missing conditions is shown."""
    known = {**facts, "procedure": procedure.id, "sector": procedure.sector}
    nearest: dict[LaneId, tuple[LaneRule, list[Condition]]] = {}
    for rule in table.rules:
        missing = [condition for condition in rule.when if not _holds(condition, known, table)]
        if not missing:
            misses = tuple(_near_miss(*found) for lane, found in nearest.items() if lane != rule.lane)
            return Classification(rule.lane, rule.id, misses)
        best = nearest.get(rule.lane)
        if best is None or len(missing) < len(best[1]):
            nearest[rule.lane] = (rule, missing)
    return Classification(LaneId.STANDARD, None, tuple(_near_miss(*found) for found in nearest.values()))


def _holds(condition: Condition, facts: Mapping[str, Fact], table: LaneTable) -> bool:
    value = facts.get(condition.fact)
    if value is None:
        return False
    if condition.in_list is not None:
        return value in table.list_by_id[condition.in_list].members
    if condition.equals is not None:
        # True == 1 in Python, but a yes is not a number in a decision table.
        return type(value) is type(condition.equals) and value == condition.equals
    return isinstance(value, int) and not isinstance(value, bool) and value >= (condition.at_least or 0)


def _near_miss(rule: LaneRule, missing: list[Condition]) -> NearMiss:
    return NearMiss(
        lane=rule.lane,
        rule=rule.id,
        missing=tuple(condition.id for condition in missing),
        missing_vi=tuple(condition.missing.vi for condition in missing),
        missing_en=tuple(condition.missing.en for condition in missing),
    )
