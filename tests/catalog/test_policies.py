"""Policies for what-if: what they name must be there, what they make must be sound, and each fault stands at its line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from textwrap import dedent

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from catalog.errors import CatalogUnreadable, PolicyInvalid, Problem
from catalog.loader import load_catalog
from catalog.model import LaneId
from catalog.policy_files import read_policy
from catalog.proposal import Proposal
from sla.units import Budget
from wording.text import in_language

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))
HEAD = 'id: test\nversion: "1"\nsource: test\n'


def a_policy(folder: Path, body: str) -> Proposal:
    file = folder / "policy.yaml"
    file.write_text(HEAD + dedent(body), encoding="utf-8")
    return read_policy(file, load_catalog())


def fault(folder: Path, body: str) -> Problem:
    """The one fault of a policy, in its file."""
    with pytest.raises(PolicyInvalid) as raised:
        a_policy(folder, body)
    [problem] = raised.value.problems
    assert problem.file == str(folder / "policy.yaml")
    assert problem.message
    assert problem.remedy
    return problem


@pytest.mark.parametrize(
    ("body", "line", "field", "code"),
    [
        ("procedures:\n  - procedure: karaoke-licens\n", 5, "procedures[0].procedure", "unknown_procedure"),
        (
            "procedures:\n  - procedure: work-permit\n    steps:\n      - id: no-step\n",
            7,
            "procedures[0].steps[0].id",
            "unknown_step",
        ),
        ("procedures:\n  - steps: [{id: intake}]\n", 5, "procedures[0].steps", "unsound"),
        (
            "ladders:\n  - id: stairs\n    version: '1'\n    rungs: [{id: a, percent: 50, audience: head, kind: warning}]\n",
            5,
            "ladders[0].id",
            "unknown_ladder",
        ),
        ("lanes:\n  without: [no-rule]\n", 5, "lanes.without[0]", "unknown_rule"),
        ("lanes:\n  rules:\n    - {id: a, lane: green_90, when: []}\n", 6, "lanes.rules[0].lane", "enum"),
        ("procedures:\n  - limitt: {amount: 1, unit: days}\n", 5, "procedures[0].limitt", "unknown_field"),
        ("procedures:\n  - limit: {amount: 0, unit: days}\n", 5, "procedures[0].limit.amount", "greater_than"),
        ("log:\n  limit: {amount: 2, unit: fortnights}\n", 5, "log.limit.unit", "enum"),
        ("id: again\n", 4, "id", "duplicate_key"),
        ("lanes: {rules: [\n", 4, "lanes", "yaml_syntax"),
    ],
)
def test_a_fault_is_told_with_file_line_and_field(tmp_path: Path, body: str, line: int, field: str, code: str) -> None:
    """Whatever kind of fault it is."""
    problem = fault(tmp_path, body)
    assert (problem.line, problem.field, problem.code) == (line, field, code)


def test_a_condition_that_no_table_knows_is_told_of_each_version(tmp_path: Path) -> None:
    """The policy is put in place of every version of the table; the line is the policy's own."""
    body = """\
        lanes:
          rules:
            - id: mine
              lane: green_60
              when:
                - {id: a, fact: colour, equals: red, missing: {vi: "không", en: "no"}}
        """
    with pytest.raises(PolicyInvalid) as raised:
        a_policy(tmp_path, body)
    places = {(problem.line, problem.field, problem.code) for problem in raised.value.problems}
    assert places == {(9, "lanes.rules[0].when[0].fact", "unsound")}
    assert len(raised.value.problems) == len(load_catalog().lanes)
    assert all(table.version in str(raised.value) for table in load_catalog().lanes)


def test_a_limit_that_its_own_steps_exceed_is_told_at_the_limit(tmp_path: Path) -> None:
    """The catalogue's own check, at the line that brings the contradiction about."""
    body = """\
        procedures:
          - procedure: work-permit
            steps:
              - id: {step}
                budget: {{amount: 400, unit: working_days}}
        """
    step = load_catalog().procedures["work-permit"][-1].steps[0].id
    with pytest.raises(PolicyInvalid) as raised:
        a_policy(tmp_path, dedent(body).format(step=step))
    assert {problem.code for problem in raised.value.problems} == {"unsound"}
    assert {problem.line for problem in raised.value.problems} <= {4, 5, 6, 7, 8}
    assert "work-permit" in str(raised.value)
    said = [in_language(problem.message, "vi") for problem in raised.value.problems]
    assert all("400 ngày làm việc, thời hạn là 10 ngày làm việc" in text for text in said), said


def test_what_a_policy_does_not_name_stays(tmp_path: Path) -> None:
    """And what it names is otherwise: limits of one procedure, a rule before all others, a promise."""
    catalog = load_catalog()
    former = catalog.definitions_for("work-permit", date(2026, 3, 2))
    empty = a_policy(tmp_path, "").definitions(former)
    assert empty.digest == former.digest
    assert former.procedure.limit is not None
    changed = a_policy(
        tmp_path,
        """\
        procedures:
          - limit: {amount: 30, unit: working_days}
          - procedure: work-permit
            limit: {amount: 20, unit: working_days}
        lanes:
          without: [chairman-project]
          rules: [{id: all, lane: green_60, when: []}]
          promises: [{lane: green_60, reduction: 0.30, source: test}]
        """,
    ).definitions(former)
    assert changed.procedure.limit == Budget.model_validate({"amount": 20, "unit": "working_days"})
    assert changed.procedure.steps == former.procedure.steps
    assert changed.step_ladder == former.step_ladder
    assert changed.lanes.rules[0].id == "all"
    assert "chairman-project" not in {rule.id for rule in changed.lanes.rules}
    assert str(changed.lanes.promise_by_lane[LaneId.GREEN_60].reduction) in ("0.3", "0.30")
    assert changed.lanes.promise_by_lane[LaneId.GREEN_24H] == former.lanes.promise_by_lane[LaneId.GREEN_24H]


def test_a_table_without_lanes_takes_the_newest_promises(tmp_path: Path) -> None:
    """Else no policy could ask of the days before the first green lane."""
    catalog = load_catalog()
    assert not catalog.lanes[0].promises
    table = a_policy(tmp_path, "lanes: {rules: [{id: all, lane: green_24h, when: []}]}").lanes(catalog.lanes[0])
    assert table.promise_by_lane[LaneId.GREEN_24H].budget == Budget.model_validate({"amount": 24, "unit": "hours"})


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    """A folder neither."""
    for file in (tmp_path / "missing.yaml", tmp_path):
        with pytest.raises(CatalogUnreadable) as raised:
            read_policy(file, load_catalog())
        assert raised.value.field == "policy"


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_shipped_examples_name_their_schema_and_keep_to_it(file: Path) -> None:
    """An editor helps whoever changes one."""
    first = file.read_text(encoding="utf-8").splitlines()[0]
    schema = (file.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
    assert schema.name == "policy.schema.json"
    content = json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))
    jsonschema.validate(content, json.loads(schema.read_text(encoding="utf-8")))
    assert read_policy(file, load_catalog()).policy.id == file.stem
