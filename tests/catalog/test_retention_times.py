"""The list of retention times as catalogue data: every fault with its line, and one list for the province."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.loader import load_catalog
from tests.catalog.folder import Folder

RULES = """\
id: retention
version: "1"
accepted: {years: 10}
unaccepted: {years: 0}
procedures:
  - procedure: shop-licence
    accepted: {permanent: true}
source: test
"""


def test_a_folder_without_the_list_has_none(folder: Folder) -> None:
    """A catalogue made before there were retention times goes on as it is: nothing says that anything may go."""
    assert load_catalog(folder.path).retention == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("{years: 10}", "{years: 10, permanent: true}", 3, "accepted.years"),
        ("{years: 10}", "{}", 3, "accepted.years"),
        ("{years: 10}", "{years: -1}", 3, "accepted.years"),
        ("{years: 10}", "{years: 2000}", 3, "accepted.years"),
        ("{years: 0}", "{year: 0}", 4, "unaccepted.year"),
        ("procedure: shop-licence", "procedure: nobody", 6, "procedures[0].procedure"),
    ],
)
def test_a_fault_has_its_line_and_field(folder: Folder, old: str, new: str, line: int, field: str) -> None:
    folder.write("retention.yaml", RULES.replace(old, new))
    assert (line, field) in {(problem.line, problem.field) for problem in folder.problems()}


def test_two_lists_that_begin_on_one_day_are_refused(folder: Folder) -> None:
    """Of the list there is one, whatever its id: the next version's first day ends the one before."""
    folder.write("retention.yaml", RULES)
    second = RULES.replace('"1"', '"2"').replace("id: retention", "id: other")
    folder.write("retention.2.yaml", second)
    assert {problem.code for problem in folder.problems()} == {"validity_overlap"}
    folder.write("retention.2.yaml", f"{second}valid_from: 2026-04-01\n")
    assert [rules.valid_from for rules in load_catalog(folder.path).retention] == [None, date(2026, 4, 1)]
