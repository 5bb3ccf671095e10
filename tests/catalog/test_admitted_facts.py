"""What a case may know of its application: what the catalogue's lists and types admit, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.classification import classify
from catalog.facts import NUMBER_MAX, admitted, findings, left_out
from catalog.loader import load_catalog
from catalog.model import Condition, LaneId, LaneRule, LaneTable
from tests.builders import a_lane_table, text
from wording.text import in_language

DAY = date(2026, 3, 2)
CATALOG = load_catalog()
TABLE = CATALOG.lane_table(DAY)


def a_table(**condition: Any) -> LaneTable:
    """A table with one fact, `x`, under one condition."""
    when = Condition(id="c", fact="x", missing=text("x"), **condition)
    rule = LaneRule(id="r", lane=LaneId.GREEN_60, when=(when,), source="test")
    return a_lane_table().model_copy(update={"facts": ("x", "unused"), "rules": (rule,)})


@pytest.mark.parametrize(
    ("condition", "taken", "refused"),
    [
        ({"in_list": "projects"}, ["ring-road-4"], ["ring-road-5", "Ring-road-4", 4, True, ""]),
        ({"equals": "house"}, ["house"], ["hous", 1, True]),
        ({"equals": True}, [True, False], ["true", 1, 0]),
        ({"equals": 4}, [4, 5, -7], ["4", True]),
        ({"at_least": 4}, [0, 4, -(10**9), NUMBER_MAX], ["4", True, NUMBER_MAX + 1, 10**400]),
    ],
)
def test_a_value_is_of_the_list_or_of_the_type(condition: dict[str, Any], taken: list[Any], refused: list[Any]) -> None:
    """A text only where a list or a rule has it; a number or a truth only where one is asked for."""
    table = a_table(**condition)
    assert [admitted(table, {"x": value}) for value in taken] == [{"x": value} for value in taken]
    assert [admitted(table, {"x": value}) for value in refused] == [{}] * len(refused)
    assert admitted(table, {"unused": "a", "other": "b"}) == {}, "nobody asks for it"


FACTS = st.dictionaries(
    st.sampled_from([*TABLE.facts, "projet", "area"]),
    st.sampled_from(sorted({entry for named in TABLE.lists for entry in named.entries}))
    | st.text(max_size=20)
    | st.integers()
    | st.booleans(),
)


@given(facts=FACTS, procedure=st.sampled_from(["work-permit", "karaoke-licence", "irc-no-policy-approval"]))
def test_what_is_left_out_never_made_a_difference(facts: dict[str, Any], procedure: str) -> None:
    """A case is classified from what it may know as it would be from all that was said."""
    version = CATALOG.procedure(procedure, DAY)
    kept = admitted(TABLE, facts)
    assert classify(TABLE, version, kept) == classify(TABLE, version, facts)
    assert kept | left_out(TABLE, facts) == facts
    assert [found.name for found in findings(TABLE, facts)] == list(left_out(TABLE, facts))


def test_a_finding_names_the_nearest_and_quotes_no_value() -> None:
    """A misspelt name by the name that was meant, a misspelt value by the entry, and nothing where nothing is near."""
    facts = {"projet": "x", "project": "gia-binh-airprot", "field": "Nguyễn Văn A", "qqq": 1, "project_class": 7}
    found = {one.name: (one.field, one.is_known, one.nearest) for one in findings(TABLE, facts)}
    assert found == {
        "projet": ("facts.projet", False, "project"),
        "project": ("facts.project", True, "gia-binh-airport"),
        "field": ("facts.field", True, None),
        "qqq": ("facts.qqq", False, None),
        "project_class": ("facts.project_class", True, None),
    }
    for one in findings(TABLE, facts):
        assert not any(
            "Nguyễn" in said or "airprot" in said for said in (one.message, in_language(one.message, "vi"), one.remedy)
        )
