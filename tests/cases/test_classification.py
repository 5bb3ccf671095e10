"""Which lane: the decision table, its first match, and what the other lanes lacked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.classification import classify, entitlement
from catalog.loader import load_catalog
from catalog.model import Condition, Fact, LaneId, LaneRule, LaneTable, NamedList, Promise
from tests.builders import a_lane_table, a_procedure, an_open_life, text


def a_condition(name: str, fact: str, **test: Any) -> Condition:
    return Condition.model_validate({"id": name, "fact": fact, "missing": text(f"lacks {name}")} | test)


def a_table(*rules: LaneRule) -> LaneTable:
    return LaneTable(
        id="t",
        version="1",
        facts=("project", "field", "amount", "urgent", "area"),
        lists=(NamedList(id="projects", entries=("p1", "p2"), source="test"),),
        rules=rules,
        promises=tuple(
            Promise.model_validate({"lane": lane, "reduction": "0.60", "source": "test"})
            for lane in (LaneId.GREEN_24H, LaneId.GREEN_60)
        ),
        source="test",
    )


LISTED = a_condition("listed", "project", in_list="projects")
SOCIAL = a_condition("social", "field", equals="social-housing")
LARGE = a_condition("large", "amount", at_least=100)
URGENT = a_condition("urgent", "urgent", equals=True)
ONE = a_condition("one", "area", equals=1)
DAY = LaneRule(id="day", lane=LaneId.GREEN_24H, when=(LISTED, LARGE), source="test")
DAY_TOO = LaneRule(id="day-too", lane=LaneId.GREEN_24H, when=(LISTED, LARGE, SOCIAL, URGENT), source="test")
CUT = LaneRule(id="cut", lane=LaneId.GREEN_60, when=(SOCIAL,), source="test")


def lane_of(table: LaneTable, **facts: Fact) -> LaneId:
    return classify(table, a_procedure(), facts).lane


def test_the_first_rule_that_matches_wins() -> None:
    """Both would match: the order of the table decides."""
    facts: dict[str, Fact] = {"project": "p1", "amount": 100, "field": "social-housing"}
    found = classify(a_table(DAY, CUT), a_procedure(), facts)
    assert (found.lane, found.rule, found.near_misses) == (LaneId.GREEN_24H, "day", ())
    assert classify(a_table(CUT, DAY), a_procedure(), facts).rule == "cut"


def test_no_rule_no_lane_but_what_was_missing() -> None:
    """Would be green if ...: in both languages, with the ids of the conditions."""
    found = classify(a_table(DAY, CUT), a_procedure(), {"project": "p1", "amount": 99})
    assert (found.lane, found.rule) == (LaneId.STANDARD, None)
    misses = {miss.lane: miss for miss in found.near_misses}
    assert misses[LaneId.GREEN_24H].missing == ("large",)
    assert misses[LaneId.GREEN_60].missing == ("social",)
    assert misses[LaneId.GREEN_60].missing_vi == misses[LaneId.GREEN_60].missing_en == ("lacks social",)


def test_of_several_rules_for_a_lane_the_nearest_is_told() -> None:
    """The one with the fewest missing conditions; of equals the first."""
    far_first = classify(a_table(DAY_TOO, DAY), a_procedure(), {})
    assert [(miss.rule, len(miss.missing)) for miss in far_first.near_misses] == [("day", 2)]


def test_the_lane_that_was_granted_is_no_near_miss() -> None:
    """Another rule of the same lane that failed before is forgotten."""
    facts: dict[str, Fact] = {"project": "p1", "amount": 100}
    assert classify(a_table(DAY_TOO, DAY), a_procedure(), facts).near_misses == ()


def test_lanes_after_the_match_are_not_tried() -> None:
    """Nobody would be green if he already is."""
    found = classify(a_table(CUT, DAY), a_procedure(), {"field": "social-housing"})
    assert (found.lane, found.near_misses) == (LaneId.GREEN_60, ())


@pytest.mark.parametrize(
    ("rule", "facts", "matches"),
    [
        (URGENT, {"urgent": True}, True),
        (URGENT, {"urgent": 1}, False),
        (URGENT, {"urgent": "true"}, False),
        (ONE, {"area": 1}, True),
        (ONE, {"area": True}, False),
        (LARGE, {"amount": 100}, True),
        (LARGE, {"amount": 99}, False),
        (LARGE, {"amount": True}, False),
        (LARGE, {"amount": "1000"}, False),
        (LARGE, {}, False),
        (LISTED, {"project": "p2"}, True),
        (LISTED, {"project": "p3"}, False),
        (LISTED, {"project": 1}, False),
        (a_condition("none", "amount", at_least=0), {"amount": 0}, True),
        (a_condition("no", "urgent", equals=False), {"urgent": False}, True),
        (a_condition("no", "urgent", equals=False), {"urgent": 0}, False),
        (a_condition("no", "urgent", equals=False), {}, False),
    ],
)
def test_a_yes_is_not_a_number(rule: Condition, facts: dict[str, Fact], matches: bool) -> None:
    """True == 1 in Python, but not in a decision table; a fact not given holds nothing."""
    table = a_table(LaneRule(id="r", lane=LaneId.GREEN_60, when=(rule,), source="test"))
    assert (classify(table, a_procedure(), facts).lane is LaneId.GREEN_60) is matches


def test_procedure_and_sector_are_facts_that_no_application_can_forge() -> None:
    """They come from the procedure itself."""
    rule = LaneRule(
        id="r", lane=LaneId.GREEN_60, when=(a_condition("sector", "sector", equals="finance"),), source="test"
    )
    assert lane_of(a_table(rule), sector="finance") is LaneId.STANDARD
    assert classify(a_table(rule), a_procedure(sector="finance"), {"sector": "culture"}).lane is LaneId.GREEN_60


def test_the_lane_and_its_reason_are_an_event() -> None:
    """The stamp on the case."""
    life = an_open_life(facts={"field": "social-housing"})
    classified = life.of_type("ApplicationClassified")[0]
    assert (classified.lane, classified.rule) == (LaneId.GREEN_60, "cut")
    assert [(miss.lane, miss.missing) for miss in classified.near_misses] == [(LaneId.GREEN_24H, ("listed",))]


FACTS = st.dictionaries(
    st.sampled_from(["project", "field", "amount", "urgent", "area", "other"]),
    st.one_of(st.booleans(), st.integers(-5, 200), st.sampled_from(["p1", "p2", "social-housing", "", "1"])),
)


@given(FACTS)
def test_every_lane_of_the_table_is_granted_or_explained(facts: dict[str, Fact]) -> None:
    """Nobody is left without an answer why not."""
    found = classify(a_table(DAY, DAY_TOO, CUT), a_procedure(), facts)
    explained = {miss.lane for miss in found.near_misses}
    assert found.lane not in explained
    if found.lane is LaneId.STANDARD:
        assert explained == {LaneId.GREEN_24H, LaneId.GREEN_60}
    assert all(miss.missing for miss in found.near_misses)


@given(FACTS)
def test_what_was_missing_is_what_was_missing(facts: dict[str, Fact]) -> None:
    """With the missing conditions met the lane is granted."""
    table = a_lane_table()
    for miss in classify(table, a_procedure(), facts).near_misses:
        met: dict[str, Fact] = {"listed": "ring-road-4", "field": "social-housing"}
        named = {"listed": "project", "field": "field"}
        better = facts | {named[condition]: met[condition] for condition in miss.missing}
        rule = next(rule for rule in table.rules if rule.id == miss.rule)
        alone = table.model_copy(update={"rules": (rule,)})
        assert classify(alone, a_procedure(), better).lane is miss.lane


def test_entitlement_names_the_rule_of_the_asked_lane() -> None:
    """By the project's list and the procedure's; the rules of other lanes say nothing about this one."""
    table = a_table(DAY, CUT)
    facts: dict[str, Fact] = {"project": "p1", "amount": 100, "field": "social-housing"}
    assert entitlement(table, LaneId.GREEN_24H, a_procedure(), facts) == "day"
    assert entitlement(table, LaneId.GREEN_60, a_procedure(), facts) == "cut", "the faster lane takes nothing away"
    assert entitlement(table, LaneId.GREEN_24H, a_procedure(), facts | {"amount": 99}) is None
    assert entitlement(table, LaneId.GREEN_24H, a_procedure(), {}) is None
    assert entitlement(table, LaneId.STANDARD, a_procedure(), facts) is None, "the standard lane needs no rule"


def test_a_procedure_that_is_on_no_list_has_no_entitlement() -> None:
    """A karaoke licence is not on the 24-hour list: the Chairman's project alone does not open the lane to it."""
    catalog, day = load_catalog(), date(2026, 3, 2)
    table, facts = catalog.lane_table(day), {"project": "ring-road-4"}
    karaoke, permit = (catalog.procedure(name, day) for name in ("karaoke-licence", "work-permit"))
    assert entitlement(table, LaneId.GREEN_24H, karaoke, facts) is None
    assert entitlement(table, LaneId.GREEN_24H, permit, facts) == "chairman-project"
    assert entitlement(table, LaneId.GREEN_24H, permit, {"project": "elsewhere"}) is None


@given(
    lane=st.sampled_from([LaneId.GREEN_24H, LaneId.GREEN_60]),
    facts=st.dictionaries(
        st.sampled_from(["project", "field", "amount", "urgent"]), st.sampled_from(["p1", "social-housing", 100, True])
    ),
)
def test_whom_classification_gives_a_lane_is_entitled_to_it(lane: LaneId, facts: dict[str, Fact]) -> None:
    """And by the same rule: the first of that lane that holds."""
    table = a_table(DAY, CUT, DAY_TOO)
    found = classify(table, a_procedure(), facts)
    if found.lane is lane:
        assert entitlement(table, lane, a_procedure(), facts) == found.rule
