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


def test_a_list_of_silence_names_only_what_there_is(folder: Folder) -> None:
    rules = 'id: silence\nversion: "1"\nexcluded_departments: [police, nobody]\nsource: test\n'
    (folder.path / "silence.yaml").write_text(rules, encoding="utf-8")
    problems = folder.problems()
    assert [(problem.line, problem.message) for problem in problems] == [(3, "unknown department 'nobody'")]
