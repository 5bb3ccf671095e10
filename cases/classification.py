"""Which lane a case takes: a decision table as data, first match wins, and every answer explains itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.model import PROCEDURE_FACTS, Condition, Fact, LaneId, LaneRule, LaneTable, ProcedureVersion
from events.language.case_events import NearMiss

_KEPT = "_tests"


@dataclass(frozen=True, slots=True)
class Classification:
    """The lane, the rule that matched (None: the standard lane needs none), and what the other lanes lacked."""

    lane: LaneId
    rule: str | None
    near_misses: tuple[NearMiss, ...]


def classify(table: LaneTable, procedure: ProcedureVersion, facts: Mapping[str, Fact]) -> Classification:
    """Classify an application. For each lane that did not match, the rule with the fewest missing conditions is shown."""
    known = {**facts, "procedure": procedure.id, "sector": procedure.sector}
    nearest: dict[LaneId, tuple[_RuleTest, tuple[int, ...]]] = {}
    for test in _tests_of(table):
        missing = test.missing(known)
        if not missing:
            misses = tuple(rule.near_miss(places) for lane, (rule, places) in nearest.items() if lane != test.lane)
            return Classification(test.lane, test.rule.id, misses)
        best = nearest.get(test.lane)
        if best is None or len(missing) < len(best[1]):
            nearest[test.lane] = (test, missing)
    misses = tuple(rule.near_miss(places) for rule, places in nearest.values())
    return Classification(LaneId.STANDARD, None, misses)


def entitlement(table: LaneTable, lane: LaneId, procedure: ProcedureVersion, facts: Mapping[str, Fact]) -> str | None:
    """The rule that gives an application this lane, by its project and its procedure; None: no rule does.

    Another lane that comes first for the application takes nothing away: who may have the faster lane may be granted the
    slower one. The standard lane needs no rule, and has none.
    """
    known = {**facts, "procedure": procedure.id, "sector": procedure.sector}
    return next((test.rule.id for test in _tests_of(table) if test.lane is lane and not test.missing(known)), None)


def may_open_to(table: LaneTable, lane: LaneId, procedure: ProcedureVersion) -> bool:
    """Whether any rule could give an application of the procedure this lane, whatever the application says."""
    known: dict[str, Fact] = {"procedure": procedure.id, "sector": procedure.sector}
    return any(
        all(test.rule.when[place].fact not in PROCEDURE_FACTS for place in test.missing(known))
        for test in _tests_of(table)
        if test.lane is lane
    )


def facts_for(table: LaneTable, lane: LaneId, procedure: ProcedureVersion) -> dict[str, Fact] | None:
    """The fewest facts with which an application of the procedure takes this lane; None: it never does."""
    if lane is LaneId.STANDARD:
        return {} if classify(table, procedure, {}).lane is lane else None
    for rule in table.rules:
        if rule.lane is lane:
            facts = {when.fact: _enough(when, table) for when in rule.when if when.fact not in PROCEDURE_FACTS}
            if classify(table, procedure, facts).lane is lane:
                return facts
    return None


def _enough(condition: Condition, table: LaneTable) -> Fact:
    if condition.in_list is not None:
        return min(table.list_by_id[condition.in_list].members, default="")
    return condition.equals if condition.equals is not None else condition.at_least or 0


class _RuleTest:
    """A rule laid out for testing, with the explanations that it has given so far: there are few, given very often."""

    def __init__(self, rule: LaneRule, table: LaneTable) -> None:
        self.rule = rule
        self.lane = rule.lane
        self._tests = [(place, when.fact, when, _members(when, table)) for place, when in enumerate(rule.when)]
        self._near_misses: dict[tuple[int, ...], NearMiss] = {}

    def missing(self, facts: Mapping[str, Fact]) -> tuple[int, ...]:
        """The places of the conditions that do not hold."""
        return tuple(
            [
                place
                for place, fact, condition, members in self._tests
                if not (facts.get(fact) in members if members is not None else _holds(condition, facts.get(fact)))
            ]
        )

    def near_miss(self, places: tuple[int, ...]) -> NearMiss:
        """What this rule lacked, in words."""
        miss = self._near_misses.get(places)
        if miss is None:
            miss = self._near_misses[places] = _near_miss(self.rule, [self.rule.when[place] for place in places])
        return miss


def _tests_of(table: LaneTable) -> tuple[_RuleTest, ...]:
    tests: tuple[_RuleTest, ...] | None = table.__dict__.get(_KEPT)
    if tests is None:
        # Not a field: it takes no part in equality or digest, is never written out, and a changed copy makes its own.
        tests = table.__dict__[_KEPT] = tuple(_RuleTest(rule, table) for rule in table.rules)
    return tests


def _members(condition: Condition, table: LaneTable) -> frozenset[str] | None:
    return None if condition.in_list is None else table.list_by_id[condition.in_list].members


def _holds(condition: Condition, value: Fact | None) -> bool:
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
