"""Templates of linked dossiers: what contradicts itself, or leads nowhere, is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import TemplateNotInForce, UnknownTemplate
from catalog.loader import load_catalog
from tests.builders import MONDAY
from tests.catalog.folder import Folder

TEMPLATE = """\
id: shop
version: "1"
name: {vi: "Mở cửa hàng", en: "Opening a shop"}
lead: trade
applications:
  - name: first
    procedure: shop-licence
  - name: second
    procedure: shop-licence
    needs:
      - {needs: first, policy: reopen}
consultations:
  - {application: second, department: police, limit: {amount: 2, unit: working_days}, silence: escalate}
valid_from: 2025-01-01
valid_until: 2026-12-31
"""


@pytest.fixture
def template(folder: Folder) -> Path:
    (folder.path / "dossiers").mkdir()
    file = folder.path / "dossiers" / "shop.yaml"
    file.write_text(TEMPLATE, encoding="utf-8")
    return file


def test_a_template_is_found_by_its_day(folder: Folder, template: Path) -> None:
    catalog = load_catalog(folder.path)
    assert catalog.template("shop", MONDAY.date()).applications[1].needs[0].policy == "reopen"
    with pytest.raises(TemplateNotInForce):
        catalog.template("shop", MONDAY.date().replace(year=2027))
    with pytest.raises(UnknownTemplate) as caught:
        catalog.template("shopp", MONDAY.date())
    assert caught.value.suggestions == ("shop",)


@pytest.mark.parametrize(
    ("given", "instead", "line", "said"),
    [
        ("needs: first", "needs: third", 11, "unknown application 'third'"),
        ("  - name: first\n", "  - name: first\n    needs: [{needs: second}]\n", 7, "in a circle: first, second"),
        ("lead: trade", "lead: trad", 4, "unknown department 'trad'"),
        (
            "procedure: shop-licence\n    needs",
            "procedure: shop-licenc\n    needs",
            9,
            "unknown procedure 'shop-licenc'",
        ),
        ("policy: reopen", "document: nothing", 11, "unknown document 'nothing'"),
        ("department: police", "department: polic", 13, "unknown department 'polic'"),
        ("application: second", "application: third", 13, "unknown application 'third'"),
        ("policy: reopen", "policy: forget", 11, "Input should be"),
    ],
)
def test_faults_of_a_template_are_named_with_their_line(
    folder: Folder, template: Path, given: str, instead: str, line: int, said: str
) -> None:
    assert given in TEMPLATE
    template.write_text(TEMPLATE.replace(given, instead, 1), encoding="utf-8")
    problems = folder.problems()
    assert [(problem.line, said in problem.message) for problem in problems] == [(line, True)], problems


def test_what_is_behind_a_circle_is_no_part_of_it(folder: Folder, template: Path) -> None:
    behind = "      - {needs: second}\n  - {name: third, procedure: shop-licence, needs: [{needs: second}]}\n"
    template.write_text(TEMPLATE.replace("      - {needs: first, policy: reopen}\n", behind), encoding="utf-8")
    (problem,) = folder.problems()
    assert (problem.line, problem.message) == (10, "these applications need each other in a circle: second")


@pytest.mark.parametrize(
    ("rules", "silence", "refused"),
    [
        ("excluded_departments: [police]", "proceed", True),
        ("excluded_departments: [police]", "deemed_no_objection", True),
        ("excluded_procedures: [shop-licence]", "proceed", True),
        ("excluded_departments: [police]", "escalate", False),
        ("excluded_departments: [trade]", "proceed", False),
    ],
)
def test_no_template_takes_for_consent_what_is_none(
    folder: Folder, template: Path, rules: str, silence: str, refused: bool
) -> None:
    """The case would refuse such a consultation; an agency must not be told of it at opening."""
    (folder.path / "silence.yaml").write_text(f'id: silence\nversion: "1"\n{rules}\nsource: test\n', encoding="utf-8")
    template.write_text(TEMPLATE.replace("silence: escalate", f"silence: {silence}"), encoding="utf-8")
    if refused:
        assert [(problem.line, problem.code) for problem in folder.problems()] == [(13, "silence")]
    else:
        assert load_catalog(folder.path).template("shop", MONDAY.date()).consultations[0].silence == silence


def test_a_list_of_silence_names_only_what_there_is(folder: Folder) -> None:
    rules = 'id: silence\nversion: "1"\nexcluded_departments: [police, nobody]\nsource: test\n'
    (folder.path / "silence.yaml").write_text(rules, encoding="utf-8")
    problems = folder.problems()
    assert [(problem.line, problem.message) for problem in problems] == [(3, "unknown department 'nobody'")]
