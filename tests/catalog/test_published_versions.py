"""Published versions are immutable: the digest file guards them, and grows only by new versions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel

from catalog import publication
from catalog.definition import Key
from catalog.errors import CatalogInvalid
from catalog.loader import DATA_FOLDER, digest_file, load_catalog, published_in, read_folder, read_shelf
from catalog.model import (
    AppointmentRule,
    ClockPolicy,
    Condition,
    DocumentRequirement,
    LaneTable,
    LegalBasis,
    ProcedureVersion,
    Promise,
    StepDefinition,
    SupplementRule,
    SuspensionRule,
)
from catalog.province import Department
from catalog.writing import heading, publish_in
from sla.calendar import CalendarDefinition, DayException
from sla.deadline import AfterHours
from sla.ladder import Rung
from sla.units import Budget, Unit
from tests.catalog.folder import Folder
from wording.text import in_language

EXPLANATION = """
A published version was changed. Cases run under it, and auditors replay them under exactly this content.
Restore the file; put the change into a new file with a new version and a later valid_from, whose beginning ends the old
one, and enter it with `greenlane catalog publish`.
"""


def test_no_published_version_changed() -> None:
    """The shipped files are those whose digests were published."""
    problems = publication.problems_of(
        read_shelf(DATA_FOLDER, check_digests=False), published_in(DATA_FOLDER), "digests.txt"
    )
    assert not problems, EXPLANATION + "\n".join(map(str, problems))


def test_every_shipped_version_is_published() -> None:
    """A version that is not in the digest file is a draft; drafts are not shipped. Run `greenlane catalog publish`."""
    published = published_in(DATA_FOLDER).digests
    drafts = [key for key, _, _ in publication.versions_of(read_shelf(DATA_FOLDER)) if key not in published]
    assert not drafts


def test_publishing_appends_new_versions_and_nothing_else(folder: Folder) -> None:
    """The first publication enters all; the second nothing; a new version one line at the end."""
    assert Key("procedure", "shop-licence", "1") in folder.publish()
    first = digest_file(folder.path).read_text()
    assert "procedure shop-licence 1 " in first
    assert folder.publish() == []
    assert digest_file(folder.path).read_text() == first
    folder.procedure(
        ("valid_from: 2025-01-01", "valid_from: 2024-01-01\nvalid_until: 2024-12-31"),
        ('"1"', '"0"'),
        name="procedures/old.yaml",
    )
    assert folder.publish() == [Key("procedure", "shop-licence", "0")]
    assert digest_file(folder.path).read_text().startswith(first)


def test_a_changed_published_version_is_refused_everywhere(folder: Folder) -> None:
    """Neither loading nor publishing takes it; the error names the file and says what to do instead."""
    folder.publish()
    before = digest_file(folder.path).read_bytes()
    file = folder.procedure(("amount: 5", "amount: 7"))
    problem = folder.only_problem()
    assert (problem.code, problem.file, problem.field, problem.line) == (
        "published_version_changed",
        str(file),
        "version",
        2,
    )
    assert "new version" in problem.remedy
    with pytest.raises(CatalogInvalid, match="published with other content"):
        folder.publish()
    assert digest_file(folder.path).read_bytes() == before


def test_a_removed_published_version_is_refused(folder: Folder) -> None:
    """A case may still run, and will be audited, under a version whose file is gone."""
    folder.publish()
    folder.procedure(('version: "1"', 'version: "2"'))
    problem = folder.only_problem()
    assert problem.code == "published_version_missing"
    text = digest_file(folder.path).read_text().splitlines()
    assert text[problem.line - 1].startswith("procedure shop-licence 1 ")


def test_an_end_written_into_a_published_file_is_told_as_a_retirement(folder: Folder) -> None:
    """What an administrator tries first for a second version: the remedy says what ends a version, with the command."""
    folder.publish()
    file = folder.procedure(("valid_from: 2025-01-01", "valid_from: 2025-01-01\nvalid_until: 2026-03-31"))
    folder.procedure(('version: "1"', 'version: "2"'), ("2025-01-01", "2026-04-01"), name="procedures/2.yaml")
    problem = folder.only_problem()
    assert (problem.code, problem.file, problem.field) == ("published_version_changed", str(file), "valid_until")
    assert "valid_from of the next version ends it" in problem.remedy
    assert "`greenlane catalog retire procedure shop-licence 1 --on 2026-03-31`" in problem.remedy
    folder.procedure()
    assert folder.publish() == [Key("procedure", "shop-licence", "2")]
    assert load_catalog(folder.path).procedure("shop-licence", date(2026, 4, 1)).version == "2"


def test_a_successor_written_over_a_published_file_is_told_as_such(folder: Folder) -> None:
    """The line of the digests is named, and the file that holds something else now."""
    folder.publish()
    file = folder.procedure(('version: "1"', 'version: "2"'), ("2025-01-01", "2026-04-01"))
    problem = folder.only_problem()
    assert problem.code == "published_version_missing"
    assert f"{file} holds version '2' now" in problem.message
    assert "a file of its own" in problem.remedy


@pytest.mark.parametrize(
    ("name", "changes", "code", "field"),
    [
        ("lanes/2.yaml", (("version", '"2"'),), "validity_overlap", "valid_from"),
        ("procedures/2.yaml", (("version", '"2"'),), "validity_overlap", "valid_from"),
        ("procedures/2.yaml", (("version", '"2"'), ("valid_from", None)), "no_beginning", "valid_from"),
        ("calendars/2.yaml", (("version", '"2025.12"'),), "version_older", "version"),
        ("calendars/2.yaml", (("version", '"2026-12"'),), "version_older", "version"),
        ("departments.2.yaml", (("version", '"2025-06-30"'),), "version_older", "version"),
    ],
)
def test_a_copy_that_would_never_be_in_force_is_told(
    folder: Folder, name: str, changes: tuple[tuple[str, str | None], ...], code: str, field: str
) -> None:
    """Somebody copies a published file and gives it another number: each slip has its own remedy."""
    folder.publish()
    originals = {"lanes": "lanes/bac-ninh.yaml", "procedures": "procedures/shop-licence.yaml"}
    originals |= {"calendars": "calendars/vn-public.yaml", "departments.2.yaml": "departments.yaml"}
    lines = (folder.path / originals[name.partition("/")[0]]).read_text().splitlines()
    for key, value in changes:
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{key}:"))
        lines[place] = "" if value is None else f"{key}: {value}"
    file = folder.write(name, "\n".join(lines) + "\n")
    problem = folder.only_problem()
    assert (problem.code, problem.file, problem.field or field) == (code, str(file), field)
    assert problem.remedy
    assert in_language(problem.remedy, "vi") != problem.remedy


def test_a_draft_that_misses_what_was_published_meanwhile_is_refused(folder: Folder) -> None:
    """Two administrators with a folder each: who comes second learns of the first one's version, and loses nothing."""
    folder.publish()
    mine = read_shelf(folder.path)
    folder.lanes(('version: "1"', 'version: "2"\nvalid_from: 2026-06-01'), name="lanes/2.yaml")
    theirs = [source for source in read_shelf(folder.path).lanes if source.definition.version == "2"]
    published = {key: digest for key, digest, _ in publication.versions_of(read_shelf(folder.path))}
    assert publication.problems_beside(mine, theirs, published) == []
    folder.lanes(('version: "1"', 'version: "3"\nvalid_from: 2026-07-01'), name="lanes/2.yaml")
    (problem,) = publication.problems_beside(read_shelf(folder.path), theirs, published)
    assert (problem.code, "lanes bac-ninh 2" in problem.message) == ("folder_behind", True)
    assert "catalog export" in problem.remedy
    folder.lanes()
    folder.procedure(("amount: 5", "amount: 6"))
    (changed,) = publication.problems_beside(read_shelf(folder.path, check_digests=False), [], published)[:1]
    assert changed.code == "published_version_changed"


def test_who_published_and_why_stands_above_the_digests(folder: Folder) -> None:
    """A comment of one line, whatever was written in the note."""
    found = read_folder(folder.path)
    comment = heading(date(2026, 3, 2), "an.nguyen", "QĐ 12\nprocedure x 1 " + "0" * 64)
    publish_in(found, lambda: None, comment)
    lines = digest_file(folder.path).read_text().splitlines()
    assert lines[2].startswith("# 2026-03-02 an.nguyen: QĐ 12\\u000aprocedure x")
    assert read_folder(folder.path).published.keys() == {key for key, _, _ in publication.versions_of(found.shelf)}


def test_a_folder_stays_as_it_was_where_what_goes_with_it_fails(folder: Folder) -> None:
    """The database refuses: no digest is entered, and nothing else is left behind."""

    def refused() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        publish_in(read_folder(folder.path), refused)
    assert not digest_file(folder.path).exists()
    assert [file.name for file in folder.path.iterdir() if file.name.startswith(".")] == []


def test_comments_and_layout_are_no_change(folder: Folder) -> None:
    """The digest is that of the content: the canonical JSON, whatever the YAML looks like."""
    folder.publish()
    file = folder.procedure(
        ("limit: {amount: 5, unit: working_days}", "# five days\nlimit:\n  unit: working_days\n  amount: 5")
    )
    assert load_catalog(folder.path).procedures["shop-licence"][0].limit is not None
    file.write_text(file.read_text() + "verified: false\n")
    load_catalog(folder.path)


@pytest.mark.parametrize(
    "kind", ["departments.yaml", "ladders/step.yaml", "calendars/vn-public.yaml", "lanes/bac-ninh.yaml"]
)
def test_every_kind_of_definition_is_guarded(folder: Folder, kind: str) -> None:
    """Departments, ladders, calendars and lanes decide cases as much as procedures do."""
    folder.publish()
    file = folder.path / kind
    text = file.read_text()
    changed = text.replace("90", "91", 1) if "step" in kind else text.replace('source: "', 'source: "x', 1)
    changed = changed if changed != text else text.replace("source: test", "source: changed", 1)
    assert changed != text
    file.write_text(changed)
    assert [problem.code for problem in folder.problems()] == ["published_version_changed"]


@pytest.mark.parametrize("line", ["procedure shop-licence 1 abc", "nonsense", "procedure shop-licence 1"])
def test_a_broken_line_of_the_digest_file_is_a_fault(folder: Folder, line: str) -> None:
    """A digest that cannot be read would guard nothing."""
    folder.publish()
    file = digest_file(folder.path)
    file.write_text(file.read_text() + line + "\n")
    problem = folder.only_problem()
    assert (problem.code, problem.line) == ("digest_line", len(file.read_text().splitlines()))


def test_a_second_digest_of_one_version_is_a_fault(folder: Folder) -> None:
    """A line appended for a version that stands there would replace what was published."""
    folder.publish()
    file = digest_file(folder.path)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines, lines[-1]]) + "\n")
    with pytest.raises(CatalogInvalid) as caught:
        folder.publish()
    assert [problem.code for problem in caught.value.problems] == ["digest_line"]


def test_no_default_of_a_model_changed() -> None:
    """Digests and stored definitions leave defaults out: a changed default would silently change every published version.

    A field that needs another default gets a new field; the old one keeps its meaning for the cases that run under it.
    """
    pinned: dict[type[BaseModel], dict[str, object]] = {
        SupplementRule: {
            "notice_limit": None,
            "rounds_max": 1,
            "applicant_limit": None,
            "on_expiry": "returned",
            "legal_basis": None,
        },
        SuspensionRule: {
            "backdate_max": Budget(amount=5, unit=Unit.WORKING_DAYS),
            "cap": None,
            "review_after": None,
        },
        AppointmentRule: {
            "reappointments_max": 1,
            "notice": Budget(amount=24, unit=Unit.HOURS),
            "extension_max": None,
            "move_max": None,
        },
        LegalBasis: {
            "article": None,
            "note": None,
            "valid_from": None,
            "valid_until": None,
            "superseded_by": None,
            "verified": None,
            "read_by": None,
        },
        DocumentRequirement: {"required": True, "held_by_state": False},
        StepDefinition: {"needs": (), "weight": 1, "budget": None, "minimum": None, "clock": True},
        ProcedureVersion: {
            "sector": "general",
            "after_hours": AfterHours.RECEIPT,
            "clock_policy": ClockPolicy.RESTART,
            "restart_steps": False,
            "supplement": SupplementRule(),
            "explanation": None,
            "refusal": None,
            "stop": None,
            "suspension": SuspensionRule(),
            "appointment": AppointmentRule(),
            "transition": None,
            "route": "defined",
            "calendar": "vn-public",
            "step_ladder": "step",
            "case_ladder": "case",
            "reduction_max": Decimal("0.60"),
            "verified": False,
            "valid_from": None,
            "valid_until": None,
        },
        Condition: {"in_list": None, "equals": None, "at_least": None},
        Promise: {"budget": None, "reduction": None, "floors": (), "scope": "case", "verified": False},
        LaneTable: {"lists": (), "rules": (), "promises": (), "valid_from": None, "valid_until": None},
        Department: {"code": None, "calendar": "vn-public", "roles": (), "verified": False},
        Rung: {"percent": None, "delay": None, "level": 0, "quiet_outside_hours": False, "counts_from": None},
        DayException: {"takes": "mon", "instead_of": None},
        CalendarDefinition: {"days_off": (), "working_days": (), "flagged_days_off": ()},
    }
    for model, defaults in pinned.items():
        assert {name: model.model_fields[name].default for name in defaults} == defaults, model.__name__
