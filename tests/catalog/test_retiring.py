"""What may be retired, and when; the end stands beside what was published, and no digest changes for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from catalog import retirements
from catalog.definition import Key
from catalog.errors import CatalogError, LanesNotInForce, ProcedureNotInForce
from catalog.loader import digest_file, load_catalog, read_folder, retirement_file
from catalog.retiring import Retirement, Retiring
from catalog.writing import retire_in
from tests.catalog.folder import Folder
from tests.catalog.test_versions_in_force import TEMPLATE
from wording.text import in_language

TODAY = date(2026, 3, 2)
LICENCE = Key("procedure", "shop-licence", "1")


def retire(folder: Folder, *asked: str, on: str, ends: Mapping[Key, date] | None = None) -> Retirement:
    found = read_folder(folder.path)
    retiring = Retiring(found.definitions, found.published, found.ends if ends is None else ends, TODAY)
    return retiring.of(*asked, date.fromisoformat(on))


def refused(
    folder: Folder, *asked: str, on: str = "2026-12-31", ends: Mapping[Key, date] | None = None
) -> CatalogError:
    with pytest.raises(CatalogError) as caught:
        retire(folder, *asked, on=on, ends=ends)
    assert caught.value.remedy
    assert in_language(caught.value.message, "vi") != str(caught.value.message)
    return caught.value


def test_a_retired_version_holds_to_its_last_day_and_stays_what_was_published(folder: Folder) -> None:
    """The folder's file and its digest are as they were; who asks for the day after is told until when it held."""
    folder.publish()
    before = digest_file(folder.path).read_bytes()
    assert retire(folder, *LICENCE, on="2026-12-31") == Retirement(LICENCE, date(2026, 12, 31), stands=False)
    retire_in(folder.path, LICENCE, date(2026, 12, 31), "# 2026-03-02 an administrator\n")
    catalog = load_catalog(folder.path)
    assert catalog.procedure("shop-licence", date(2026, 12, 31)).version == "1"
    with pytest.raises(ProcedureNotInForce, match="2025-01-01 to 2026-12-31"):
        catalog.procedure("shop-licence", date(2027, 1, 1))
    assert catalog.window_of(catalog.procedures["shop-licence"][0]).last_day == date(2026, 12, 31)
    assert [catalog.procedures_on(date(2027, 1, 1)), digest_file(folder.path).read_bytes()] == [[], before]
    assert catalog.procedures["shop-licence"][0].valid_until is None


def test_the_same_act_twice_is_one(folder: Folder) -> None:
    """Also when its day is past; another day, as long as the first has not come, takes its place."""
    folder.publish()
    ends = {LICENCE: date(2026, 2, 28)}
    assert retire(folder, *LICENCE, on="2026-02-28", ends=ends).stands
    ends = {LICENCE: date(2026, 12, 31)}
    assert retire(folder, *LICENCE, on="2027-06-30", ends=ends) == Retirement(LICENCE, date(2027, 6, 30), stands=False)


@pytest.mark.parametrize(
    ("asked", "code", "field", "remedy"),
    [
        (("procedur", "shop-licence", "1"), "unknown_kind", "kind", "procedure"),
        (("procedure", "shop-licens", "1"), "unknown_definition", "id", "shop-licence"),
        (("procedure", "shop-licence", "2"), "unknown_version", "version", "1"),
        (("calendar", "vn-public", "2026.1"), "retirement_refused", "kind", "newer version"),
        (("province", "bac-ninh", "2025-07-01"), "retirement_refused", "kind", "newer version"),
        (("lanes", "bac-ninh", "1"), "retirement_refused", "on", "valid_from"),
    ],
)
def test_what_cannot_be_retired(folder: Folder, asked: tuple[str, ...], code: str, field: str, remedy: str) -> None:
    """Each refusal names the word at fault and what to do; the last table of lanes stays."""
    folder.publish()
    error = refused(folder, *asked)
    assert (error.code, error.field) == (code, field)
    assert remedy in error.remedy


def test_no_version_ends_for_days_that_are_past(folder: Folder) -> None:
    """Neither before it begins nor before today: applications were received on those days."""
    folder.publish()
    assert "2025-01-01" in refused(folder, *LICENCE, on="2024-12-31").remedy
    assert "2026-03-02" in refused(folder, *LICENCE, on="2026-03-01").message
    assert retire(folder, *LICENCE, on="2026-03-02").valid_until == TODAY
    assert "ended" in refused(folder, *LICENCE, ends={LICENCE: date(2026, 3, 1)}).message


def test_a_successor_ends_it_sooner(folder: Folder) -> None:
    """Then nothing is to be done, and that is what is said; a day before that stays possible."""
    folder.procedure(('version: "1"', 'version: "2"'), ("2025-01-01", "2026-06-01"), name="procedures/2.yaml")
    folder.publish()
    error = refused(folder, *LICENCE, on="2026-06-01")
    assert "'2' follows on 2026-06-01" in error.message
    assert "2026-05-31" in error.remedy
    assert retire(folder, *LICENCE, on="2026-04-30").valid_until == date(2026, 4, 30)


def test_a_version_never_outlives_its_own_text(folder: Folder) -> None:
    """A temporary rule that states its end can be ended sooner, not later."""
    folder.procedure(("valid_from: 2025-01-01", "valid_from: 2025-01-01\nvalid_until: 2026-12-31"))
    folder.publish()
    assert "2026-12-31" in refused(folder, *LICENCE, on="2027-01-31").message
    assert retire(folder, *LICENCE, on="2026-12-31").stands
    assert load_catalog(folder.path).window_of(
        load_catalog(folder.path).procedures["shop-licence"][0]
    ).last_day == date(2026, 12, 31)


def test_a_draft_is_not_retired(folder: Folder) -> None:
    """Nobody was received under it; its file is taken away."""
    assert refused(folder, *LICENCE).code == "retirement_refused"


def test_a_table_of_lanes_ends_only_where_another_begins(folder: Folder) -> None:
    """A day without lanes would refuse every application of the province."""
    folder.lanes(('version: "1"', 'version: "2"\nvalid_from: 2026-06-01'), name="lanes/2.yaml")
    folder.publish()
    assert refused(folder, "lanes", "bac-ninh", "1", on="2026-05-30").field == "on"
    assert retire(folder, "lanes", "bac-ninh", "1", on="2026-05-31").valid_until == date(2026, 5, 31)
    retire_in(folder.path, Key("lanes", "bac-ninh", "2"), date(2026, 6, 30))
    with pytest.raises(LanesNotInForce):
        load_catalog(folder.path).lane_table(date(2026, 7, 1))


def test_templates_that_ask_for_what_is_retired_are_named(folder: Folder) -> None:
    """Those in force on a day on which the procedure is not, and no others."""
    folder.write("dossiers/opening.yaml", TEMPLATE)
    folder.publish()
    found = read_folder(folder.path)
    retiring = Retiring(found.definitions, found.published, {}, TODAY)
    done = retiring.of(*LICENCE, date(2026, 12, 31))
    assert retiring.templates_without(done) == ["opening"]
    ended = Retiring(found.definitions, found.published, {Key("dossier", "opening", "1"): date(2026, 12, 31)}, TODAY)
    assert ended.templates_without(done) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("procedure shop-licence 1 soon", "retirement_line"),
        ("procedure shop-licence 1 2026-02-30", "retirement_line"),
        ("procedure shop-licence 1", "retirement_line"),
        ("calendar vn-public 2026.1 2026-12-31", "retirement_line"),
        ("procedure shop-licence 7 2026-12-31", "retirement_unknown"),
    ],
)
def test_a_broken_line_of_the_retirements_is_a_fault(folder: Folder, line: str, code: str) -> None:
    """An end that cannot be read would end nothing."""
    folder.publish()
    retire_in(folder.path, LICENCE, date(2026, 12, 31))
    file = retirement_file(folder.path)
    file.write_text(file.read_text() + line + "\n")
    problem = folder.only_problem()
    assert (problem.code, problem.line, problem.file) == (code, len(file.read_text().splitlines()), str(file))


def test_of_several_retirements_the_last_counts() -> None:
    """As of several acts of the database."""
    text = retirements.with_end(retirements.with_end("", LICENCE, date(2026, 12, 31)), LICENCE, date(2027, 6, 30))
    assert retirements.parse("x", text, {LICENCE}).ends == {LICENCE: date(2027, 6, 30)}
