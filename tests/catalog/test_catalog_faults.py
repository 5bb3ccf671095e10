"""Every fault of a file is reported with its file, line and field, all faults of a file at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.errors import CatalogInvalid, CatalogUnreadable, Problem, UnknownCalendarFlag
from catalog.loader import load_catalog
from tests.catalog.folder import Folder

LineOf = Callable[[Path, str], int]

CASES = {
    "misspelt field": (("agency: trade", "agnecy: trade"), "agnecy", "agnecy", "unknown_field", "agency"),
    "misspelt field deep inside": (
        ("department: trade", "departmnt: trade"),
        "departmnt",
        "steps[1].departmnt",
        "unknown_field",
        "department",
    ),
    "wrong unit": (("unit: working_days", "unit: workdays"), "workdays", "limit.unit", "enum", "working_days"),
    "amount as text": (("amount: 5", 'amount: "five"'), "five", "limit.amount", "int_type", ""),
    "amount of nothing": (("amount: 5", "amount: 0"), "amount: 0", "limit.amount", "greater_than", ""),
    "version as a number": (('version: "1"', "version: 1"), "version", "version", "string_type", "quotes"),
    "missing name": (
        ('name: {vi: "Ký", en: "Signing"}', 'name: {vi: "Ký"}'),
        'vi: "Ký"',
        "steps[1].name.en",
        "missing",
        "",
    ),
    "unknown department": (
        ("department: trade", "department: trad"),
        "department: trad",
        "steps[1].department",
        "unknown_department",
        "trade",
    ),
    "unknown agency": (("agency: trade", "agency: space"), "agency", "agency", "unknown_department", ""),
    "agency without a code": (
        ("agency: trade", "agency: ministry-trade"),
        "agency",
        "agency",
        "agency_without_code",
        "",
    ),
    "unknown calendar": (
        ("valid_from", "calendar: vn-pubic\nvalid_from"),
        "calendar",
        "calendar",
        "unknown_calendar",
        "vn-public",
    ),
    "unknown ladder": (
        ("valid_from", "step_ladder: stairs\nvalid_from"),
        "step_ladder",
        "step_ladder",
        "unknown_ladder",
        "",
    ),
    "unknown step": (("needs: [intake]", "needs: [intke]"), "intke", "steps[1].needs[0]", "unsound", ""),
    "circular steps": (("needs: [intake]", "needs: [signing]"), "needs", "steps[1].needs", "unsound", ""),
    "reduction above 0.60": (
        ("valid_from", "reduction_max: 0.61\nvalid_from"),
        "reduction_max",
        "reduction_max",
        "less_than_equal",
        "",
    ),
    "steps longer than the limit": (
        ("needs: [intake]", "needs: [intake]\n    budget: {amount: 6, unit: working_days}"),
        "budget",
        "steps[1].budget",
        "unsound",
        "",
    ),
    "validity reversed": (
        ("valid_from: 2025-01-01", "valid_from: 2025-01-01\nvalid_until: 2024-01-01"),
        "valid_until",
        "valid_until",
        "unsound",
        "",
    ),
    "no such day": (
        ("valid_from: 2025-01-01", "valid_from: 2025-02-30"),
        "valid_from",
        "valid_from",
        "date_from_datetime_parsing",
        "",
    ),
    "duplicate key": (
        ("sector: trade", "sector: trade\nsector: health"),
        "sector: health",
        "sector",
        "duplicate_key",
        "one of the two",
    ),
    "tab": (("    department: trade", "\tdepartment: trade"), "\t", "department", "yaml_syntax", "spaces"),
    "bad yaml": (("needs: [intake]", "needs: [intake"), "valid_from", "valid_from", "yaml_syntax", ""),
    "alias": (("agency: trade", "agency: &it trade\nnational_code: *it"), "*it", "national_code", "alias", ""),
    "unlawful slug": (("id: shop-licence", "id: Shop Licence"), "Shop", "id", "string_pattern_mismatch", ""),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_names_file_line_and_field(name: str, folder: Folder, line_of: LineOf) -> None:
    """A fault of a procedure is one problem, at the line of the wrong value, under the field's full name."""
    change, at, field, code, hint = CASES[name]
    file = folder.procedure(change)
    problem = folder.only_problem()
    assert (problem.file, problem.field, problem.code) == (str(file), field, code)
    assert problem.line == line_of(file, at)
    assert hint in problem.remedy
    assert str(problem).startswith(f"{file}:{problem.line}:{problem.column}: {field}: ")


LANE_CASES = {
    "reduction above 0.60": (("reduction: 0.60", "reduction: 0.7"), "0.7", "promises[0].reduction", "less_than_equal"),
    "both budget and reduction": (
        ("reduction: 0.60", "reduction: 0.60\n    budget: {amount: 1, unit: hours}"),
        "- lane",
        "promises[0]",
        "unsound",
    ),
    "two floors of a unit": (
        ("reduction: 0.60", "reduction: 0.60\n    floors: [{amount: 1, unit: days}, {amount: 2, unit: days}]"),
        "floors",
        "promises[0].floors[1].unit",
        "unsound",
    ),
    "lane without a promise": (("lane: green_60", "lane: green_24h"), "lane: green_24h", "rules[0].lane", "unsound"),
    "unknown lane": (("lane: green_60", "lane: greenest"), "greenest", "rules[0].lane", "enum"),
    "unknown list": (("in_list: projects", "in_list: project"), "in_list", "rules[0].when[0].in_list", "unsound"),
    "fact nobody states": (("fact: project,", "fact: size,"), "fact: size", "rules[0].when[0].fact", "unsound"),
    "no comparison": (("in_list: projects, ", ""), "id: listed", "rules[0].when[0]", "unsound"),
    "procedure the catalogue does not know": (
        ("fact: project, in_list", "fact: procedure, in_list"),
        "entries",
        "lists[0].entries[0]",
        "unknown_procedure",
    ),
    "entry twice": (("[airport]", "[airport, airport]"), "entries", "lists[0].entries[1]", "unsound"),
    "fact of the procedure claimed by the applicant": (
        ("facts: [project]", "facts: [project, sector]"),
        "facts",
        "facts[1]",
        "unsound",
    ),
    "comparison with a list of numbers": (
        ("in_list: projects", "equals: [1]"),
        "equals",
        "rules[0].when[0].equals",
        "",
    ),
}


@pytest.mark.parametrize("name", LANE_CASES)
def test_a_fault_of_the_lanes_names_file_line_and_field(name: str, folder: Folder, line_of: LineOf) -> None:
    """A fault of the decision table is reported at the line and field it stands in."""
    change, at, field, code = LANE_CASES[name]
    file = folder.lanes(change)
    problem = folder.problems()[0]
    assert (problem.file, problem.field, problem.line) == (str(file), field, line_of(file, at))
    assert code in ("", problem.code)


def test_all_faults_of_all_files_are_reported_at_once(folder: Folder) -> None:
    """An author who made three mistakes in two files learns of all three."""
    procedure = folder.procedure(("agency: trade", "agnecy: trade"), ("unit: working_days", "unit: weeks"))
    lanes = folder.lanes(("reduction: 0.60", "reduction: 0.61"))
    found = [(problem.file, problem.field) for problem in folder.problems()]
    assert (str(procedure), "agnecy") in found
    assert (str(procedure), "limit.unit") in found
    assert (str(procedure), "agency") not in found, "a misspelt field is not reported as missing too"
    assert (str(lanes), "promises[0].reduction") in found


def test_every_duplicate_key_is_reported_with_the_line_of_the_first(folder: Folder, line_of: LineOf) -> None:
    """Of two equal keys YAML would silently keep the last: which limit holds may not depend on that."""
    file = folder.procedure(
        ("limit: {amount: 5, unit: working_days}", "limit: {amount: 5, unit: working_days, amount: 50}\nid: other")
    )
    messages = {problem.field: problem.message for problem in folder.problems()}
    assert messages.keys() == {"limit.amount", "id"}
    assert f"line {line_of(file, 'id: shop-licence')}" in messages["id"]


def test_two_versions_of_one_procedure_may_not_begin_on_one_day(folder: Folder, line_of: LineOf) -> None:
    """Which rules a dossier falls under may not be a matter of luck: neither would end the other."""
    first = folder.procedure(name="procedures/one.yaml")
    later = folder.procedure(('version: "1"', 'version: "2"'))
    problem = folder.only_problem()
    assert (problem.file, problem.field, problem.code) == (str(later), "valid_from", "validity_overlap")
    assert problem.line == line_of(later, "valid_from")
    assert first.name in problem.message


def test_only_one_table_of_lanes_is_in_force_on_a_day(folder: Folder) -> None:
    """Two tables with different ids that begin together would give one application two lanes."""
    folder.lanes(("id: bac-ninh", "id: other"), name="lanes/other.yaml")
    assert {problem.code for problem in folder.problems()} == {"validity_overlap"}


def test_one_version_stands_in_one_file(folder: Folder) -> None:
    """A copy of a file with the same id and version is refused, by the name of the other file."""
    folder.procedure(name="procedures/zz-copy.yaml")
    problems = folder.problems()
    assert {problem.code for problem in problems} == {"version_twice", "validity_overlap"}
    assert "shop-licence.yaml" in next(p.message for p in problems if p.code == "version_twice")


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"id: a\nname: \xff\n", 2, "encoding"),
        (b"id: a\nname: \x01\n", 2, "yaml_syntax"),
        (b"", 1, "yaml"),
        (b"# nothing but a comment\n", 1, "yaml"),
        (b"- id: a\n", 1, "yaml"),
        (b"id: a\n---\nid: b\n", 2, "yaml_syntax"),
        (b"id: !!python/object:os.system a\n", 1, "tag"),
        (b"id: [" + b"[" * 60 + b"]" * 61, 1, "nesting"),
        (b"id: " + b"[" * 100_000, 1, "nesting"),
        (b"id: " + b"a" * 1_000_000, 1, "yaml"),
        (b"? [a]\n: b\n", 1, "key"),
        (b"id: &a [*a]\n", 1, "alias"),
    ],
)
def test_what_is_no_document_is_refused_with_its_line(folder: Folder, content: bytes, line: int, code: str) -> None:
    """Broken bytes, control characters, empty files, foreign tags and bombs are refused, not read."""
    file = folder.write("procedures/broken.yaml", content)
    problem = folder.only_problem()
    assert (problem.file, problem.line, problem.code) == (str(file), line, code)


def test_a_file_that_nothing_reads_is_a_fault(folder: Folder) -> None:
    """A procedure in a misspelt folder, or with another ending, would silently be no procedure."""
    folder.procedure(name="procedure/other.yaml")
    folder.procedure(name="procedures/other.yml")
    assert {problem.code for problem in folder.problems()} == {"misplaced"}
    assert len(folder.problems()) == 2


@pytest.mark.parametrize("name", ["departments.yaml", "lanes", "ladders", "calendars"])
def test_a_catalogue_without_a_part_is_refused(folder: Folder, name: str) -> None:
    """No calendar is never Monday to Friday, and no table of lanes is never the standard lane."""
    part = folder.path / name
    for file in [part] if part.is_file() else list(part.iterdir()):
        file.unlink()
    assert "missing_file" in {problem.code for problem in folder.problems()}


def test_a_step_id_that_stands_twice_is_a_fault(folder: Folder, line_of: LineOf) -> None:
    """A decision names its step by id: two steps of one name would be decided by luck."""
    file = folder.procedure(("id: signing", "id: intake"), ("needs: [intake]", "weight: 2"))
    problem = folder.only_problem()
    assert (problem.field, problem.line) == ("steps[1].id", line_of(file, "weight: 2") - 3)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """The error names the folder and carries code, field and remedy."""
    with pytest.raises(CatalogUnreadable, match="nowhere") as caught:
        load_catalog(tmp_path / "nowhere")
    assert (caught.value.code, caught.value.field) == ("catalog_unreadable", "folder")
    assert caught.value.remedy


def test_a_file_that_cannot_be_read_is_named(folder: Folder) -> None:
    """A folder with the name of a file stands for any file that the system refuses to open."""
    (folder.path / "procedures" / "a.yaml").mkdir()
    with pytest.raises(CatalogUnreadable, match=r"procedures/a\.yaml"):
        load_catalog(folder.path)


def test_a_flag_that_no_calendar_has_is_refused(folder: Folder) -> None:
    """A misspelt flag would silently leave a holiday a working day."""
    with pytest.raises(UnknownCalendarFlag) as caught:
        load_catalog(folder.path, frozenset({"culture_day_"}))
    assert caught.value.code == "unknown_calendar_flag"


def test_the_error_as_a_whole_lists_every_fault(folder: Folder) -> None:
    """One exception carries all problems, and reads as a list of them."""
    folder.procedure(("agency: trade", "agnecy: trade"), ("amount: 5", "amount: 0"))
    with pytest.raises(CatalogInvalid) as caught:
        load_catalog(folder.path)
    assert str(caught.value).count("shop-licence.yaml:") == len(caught.value.problems) == 2
    assert caught.value.code == "catalog_invalid"
    assert caught.value.field is not None
    assert "shop-licence.yaml" in caught.value.field


def test_problems_at_one_place_are_listed_whether_or_not_they_have_a_field() -> None:
    """A fault of a whole file and one of its first field stand at the same place, and both are told."""
    whole = Problem("a.yaml", 1, 1, None, "nothing reads this file", "Move it", "misplaced")
    field = Problem("a.yaml", 1, 1, "id", "unlawful", "Correct it", "unsound")
    assert CatalogInvalid([field, whole]).problems == (whole, field)


LADDER = """\
id: own
version: "1"
rungs:
  - {id: passed, percent: 100, audience: head, kind: past_appointment}
  - {id: over, percent: 100, audience: head, kind: breach}
  - {id: after, delay: {amount: 2, unit: hours}, from: appointment, audience: head, kind: escalation}
"""


def test_a_ladder_says_from_which_end_a_delay_counts(folder: Folder, line_of: LineOf) -> None:
    """Written `from`, as people say it; where there is nothing that it could count, the line is named."""
    file = folder.write("ladders/own.yaml", LADDER)
    assert [rung.counts_from for rung in load_catalog(folder.path).ladder("own").rungs] == [None, None, "appointment"]
    folder.write("ladders/own.yaml", LADDER.replace("kind: breach}", "kind: breach, from: lawful_end}"))
    problem = folder.only_problem()
    assert (problem.code, problem.line) == ("ladder_invalid", line_of(file, "over"))
    folder.write("ladders/own.yaml", LADDER.replace("from: appointment", "from: today"))
    problem = folder.only_problem()
    assert (problem.code, problem.field) == ("literal_error", "rungs[2].from")
    assert "appointment" in str(problem)
