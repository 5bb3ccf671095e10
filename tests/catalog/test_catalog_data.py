"""The shipped catalogue: every file loads, what is in force can be asked for, and a case's definitions are whole."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from catalog.catalogue import Catalog, version_order
from catalog.document import parse
from catalog.errors import (
    CatalogError,
    LanesNotInForce,
    ProcedureNotInForce,
    UnknownCalendar,
    UnknownDepartment,
    UnknownLadder,
    UnknownProcedure,
)
from catalog.loader import DATA_FOLDER, PLACES, load_catalog
from catalog.model import ClockPolicy, Definitions, LaneId, ProcedureVersion
from catalog.schemas import MODELS, SCHEMA_FOLDER, schema_texts
from sla.deadline import AfterHours
from sla.units import Budget, Unit

DAY = date(2026, 3, 2)
FILES = sorted(DATA_FOLDER.rglob("*.yaml"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The shipped catalogue without flags."""
    return load_catalog()


def test_at_least_fourteen_procedures_with_what_the_law_names(catalog: Catalog) -> None:
    """Decree 63/2010 art. 8: name, steps, dossier, limit and agency; and where the rule comes from."""
    procedures = catalog.procedures_on(DAY)
    assert len(procedures) >= 30
    for procedure in procedures:
        assert procedure.documents
        assert procedure.legal_basis
        assert procedure.supplement.notice_limit is not None
        assert 3 <= len(procedure.steps) <= 6
        assert procedure.name.vi != procedure.name.en
        assert any(ord(letter) > 127 for letter in procedure.name.vi), "Vietnamese is written with its marks"
        assert procedure.steps[0].needs == ()
        assert {step.department for step in procedure.steps} <= catalog.departments.keys()


@pytest.mark.parametrize(
    ("procedure_id", "amount", "unit", "verified"),
    [
        ("enterprise-registration", 3, Unit.WORKING_DAYS, False),
        ("household-business-registration", 3, Unit.WORKING_DAYS, False),
        ("security-order-certificate", 5, Unit.WORKING_DAYS, False),
        ("karaoke-licence", 5, Unit.WORKING_DAYS, False),
        ("criminal-record", 10, Unit.DAYS, False),
        ("irc-no-policy-approval", 15, Unit.DAYS, False),
        ("investment-policy-approval", 35, Unit.DAYS, False),
        ("construction-permit-works", 20, Unit.DAYS, False),
        ("environmental-licence", 30, Unit.DAYS, False),
        ("liquor-retail", 10, Unit.WORKING_DAYS, False),
        ("petrol-store-eligibility", 20, Unit.WORKING_DAYS, True),
        ("food-safety-certificate", 15, Unit.DAYS, False),
        ("fie-business-licence", 10, Unit.WORKING_DAYS, True),
        ("private-clinic", 60, Unit.DAYS, False),
        ("hazardous-chemicals", 12, Unit.WORKING_DAYS, True),
        ("work-permit", 10, Unit.WORKING_DAYS, False),
        ("lpg-retail", 15, Unit.WORKING_DAYS, False),
        ("karaoke-linked-group", 16, Unit.WORKING_DAYS, False),
    ],
)
def test_limits_are_those_of_the_sources(
    catalog: Catalog, procedure_id: str, amount: int, unit: Unit, verified: bool
) -> None:
    """The statutory limits as read; what is recall, of the press, or read in a superseded text is never called verified."""
    procedure = catalog.procedure(procedure_id, DAY)
    assert procedure.limit == Budget(amount=amount, unit=unit)
    assert procedure.verified is verified


def test_sector_rules_that_differ_from_the_decree(catalog: Catalog) -> None:
    """Chemicals pause, karaoke is told within a day, a product declaration lapses, the karaoke group waits for opening."""
    assert catalog.procedure("hazardous-chemicals", DAY).clock_policy is ClockPolicy.PAUSE
    pausing = [p.id for p in catalog.procedures_on(DAY) if p.clock_policy is ClockPolicy.PAUSE]
    assert pausing == ["hazardous-chemicals"], "restart is the decree's default"
    karaoke = catalog.procedure("karaoke-licence", DAY)
    assert karaoke.supplement.notice_limit == Budget(amount=1, unit=Unit.WORKING_DAYS)
    assert karaoke.after_hours is AfterHours.RECEIPT
    declaration = catalog.procedure("food-product-declaration", DAY).supplement
    assert declaration.applicant_limit == Budget(amount=90, unit=Unit.WORKING_DAYS)
    assert (declaration.rounds_max, declaration.on_expiry) == (1, "returned")
    assert catalog.procedure("karaoke-linked-group", DAY).after_hours is AfterHours.NEXT_OPENING


def test_several_procedures_ask_departments_in_parallel(catalog: Catalog) -> None:
    """A step that needs two others is reached by two departments at once."""
    parallel = [p.id for p in catalog.procedures_on(DAY) if any(len(step.needs) > 1 for step in p.steps)]
    assert len(parallel) >= 10


def test_every_lane_is_open_to_some_procedure(catalog: Catalog) -> None:
    """The Chairman's nine named projects, the 24-hour list and the 60 % lists are data that name our procedures."""
    table = catalog.lane_table(DAY)
    assert len(table.list_by_id["chairman-projects"].entries) == 9
    assert table.list_by_id["procedures-24h"].members <= catalog.procedures.keys()
    assert not table.list_by_id["procedures-24h"].members & set(table.list_by_id["procedures-24h"].outside_catalogue)
    assert {rule.lane for rule in table.rules} == {LaneId.GREEN_24H, LaneId.GREEN_60}
    day_promise, reduced = table.promise_by_lane[LaneId.GREEN_24H], table.promise_by_lane[LaneId.GREEN_60]
    assert (day_promise.budget, day_promise.scope) == (Budget(amount=24, unit=Unit.HOURS), "case")
    assert str(reduced.reduction) == "0.60"
    limits = {p.limit.unit for p in catalog.procedures_on(DAY) if p.limit is not None}
    assert {floor.unit for floor in reduced.floors} == limits, "a floor for every unit of limit"
    assert not table.verified


def test_before_the_green_lanes_every_case_is_standard(catalog: Catalog) -> None:
    """The lanes opened on 1/8/2025; the table of the day before grants none, and no table is in force on no day."""
    assert catalog.lane_table(date(2025, 7, 31)).rules == ()
    assert catalog.lane_table(date(2025, 8, 1)).rules != ()
    only_later = Catalog(catalog.procedures, catalog.province, catalog.lanes[-1:], catalog.ladders, catalog.calendars)
    with pytest.raises(LanesNotInForce, match="2025-08-01"):
        only_later.lane_table(date(2025, 7, 31))


def test_definitions_are_whole_small_and_survive_their_journey(catalog: Catalog) -> None:
    """What a case carries comes back equal from JSON, digest and all, and stays small: it rides in workflow histories."""
    for procedure in catalog.procedures_on(DAY):
        definitions = catalog.definitions_for(procedure.id, DAY)
        text = definitions.model_dump_json(exclude_defaults=True)
        again = Definitions.model_validate_json(text)
        assert again == definitions
        assert again.digest == definitions.digest
        assert len(text.encode()) < 12_000
        assert definitions.agency_code == catalog.department(procedure.agency).code
        assert definitions.departments == tuple(catalog.departments)


def test_what_is_asked_for_and_is_not_there_is_answered_with_what_looks_like_it(catalog: Catalog) -> None:
    """Every error of the catalogue carries code, field, message and remedy; a misspelt id gets suggestions."""
    with pytest.raises(UnknownProcedure) as unknown:
        catalog.definitions_for("karaoke-license", DAY)
    assert unknown.value.suggestions[0] == "karaoke-licence"
    assert (unknown.value.code, unknown.value.field) == ("unknown_procedure", "procedure")
    assert "karaoke-licence" in unknown.value.remedy
    for ask, expected in (
        (lambda: catalog.department("financ"), UnknownDepartment),
        (lambda: catalog.calendar("vn-pubic"), UnknownCalendar),
        (lambda: catalog.ladder("stp"), UnknownLadder),
    ):
        with pytest.raises(expected) as caught:
            ask()
        assert isinstance(caught.value, CatalogError)
        assert caught.value.suggestions
        assert caught.value.remedy
    with pytest.raises(UnknownProcedure) as far:
        catalog.procedure("zzzzzz", DAY)
    assert far.value.suggestions == ()


def test_a_procedure_before_its_validity_is_refused_with_the_days(catalog: Catalog) -> None:
    """Rules are those of the day of receipt: before the first version there are none."""
    with pytest.raises(ProcedureNotInForce, match="2025-11-17") as caught:
        catalog.definitions_for("karaoke-linked-group", date(2025, 11, 16))
    assert caught.value.code == "procedure_not_in_force"
    assert catalog.procedure("karaoke-linked-group", date(2025, 11, 17)).version


def test_the_culture_day_is_off_only_with_its_flag(catalog: Catalog) -> None:
    """24/11 is a working day until the law is confirmed; without the flag the calendar is the published one."""
    day = date(2026, 11, 24)
    assert day not in catalog.calendar("vn-public").days_off
    flagged = load_catalog(flags=frozenset({"culture_day"}))
    assert day in flagged.calendar("vn-public").days_off
    assert flagged.calendar("vn-public").digest != catalog.calendar("vn-public").digest
    assert ZoneInfo(catalog.calendar("vn-public").zone)


def test_a_copy_never_keeps_the_digest_of_its_original(catalog: Catalog) -> None:
    """A cached digest that travels into a changed copy would certify other rules than the copy's."""
    original = catalog.procedure("karaoke-licence", DAY)
    digest = original.digest
    changed = original.model_copy(update={"version": "other"})
    assert changed.digest != digest
    assert original.model_copy().digest == digest


def test_every_rung_has_somebody_who_hears_it(catalog: Catalog) -> None:
    """For each step of each procedure, each audience of the ladders has a holder with an address that is a role."""
    for procedure in catalog.procedures_on(DAY):
        for ladder_id in (procedure.step_ladder, procedure.case_ladder):
            for rung in catalog.ladder(ladder_id).rungs:
                for step in procedure.steps:
                    holder = catalog.holder_of(rung.audience, step.department, procedure.agency)
                    assert holder is not None, (procedure.id, step.id, rung.audience)
                    assert holder.email is not None
                    assert holder.email.endswith(".example"), "a reserved domain: no alarm of a demonstration leaves"
    assert catalog.holder_of("head", "trade", "finance") == catalog.department("trade").roles[1]
    assert catalog.holder_of("lead-head", "trade", "finance") == catalog.department("finance").roles[1]
    assert catalog.holder_of("head", None, "finance") == catalog.department("finance").roles[1]
    assert catalog.holder_of("chairman-office", "trade", "finance") == catalog.department("chairman-office").roles[1]
    assert catalog.holder_of("deputy", "trade", "finance") is None
    assert catalog.holder_of("head", "group-7", "finance") is None


def test_ladders_warn_then_breach_then_escalate(catalog: Catalog) -> None:
    """50, 75 and 90 percent, the breach at the end, and levels that rise after it."""
    for ladder in catalog.ladders.values():
        assert [rung.percent for rung in ladder.rungs if rung.kind == "warning"] == [50, 75, 90]
        assert [rung.percent for rung in ladder.rungs if rung.kind == "breach"] == [100]
        assert [rung.level for rung in ladder.rungs if rung.level] == [1, 2, 3]


def test_the_catalogue_loads_fast_enough_for_a_command_line() -> None:
    """A `greenlane show` may not wait for law: under 1.5 s of computing, whatever else the machine computes."""
    started = time.process_time()
    load_catalog()
    assert time.process_time() - started < 1.5


def test_versions_are_ordered_as_people_number_them() -> None:
    """2026.10 is newer than 2026.9."""
    versions = ["2026.10", "2026.9", "2026.9.1", "2025-07-01", "2026.9-draft"]
    assert sorted(versions, key=version_order)[0] == "2025-07-01"
    assert sorted(versions, key=version_order)[-1] == "2026.10"


def test_the_schemas_are_those_of_the_models() -> None:
    """An editor that checks against an old schema would call right wrong: run `python -m catalog.schemas`."""
    committed = {file.name: file.read_text(encoding="utf-8") for file in SCHEMA_FOLDER.glob("*.json")}
    assert committed == schema_texts()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_names_its_schema_and_keeps_to_it(file: Path) -> None:
    """The header points editors at the schema of the file's own kind, and the file is valid under it."""
    first = file.read_text(encoding="utf-8").splitlines()[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    schema_file = (file.parent / first.removeprefix(prefix)).resolve()
    kind = next(model for model, pattern in PLACES.items() if file in DATA_FOLDER.glob(pattern))
    assert MODELS[schema_file.name.removesuffix(".schema.json")] is kind
    value = json.loads(json.dumps(parse(file.name, file.read_bytes()).value, default=float))
    jsonschema.Draft202012Validator(json.loads(schema_file.read_text())).validate(value)


def test_our_reading_of_yaml_agrees_with_the_standard_one_on_shipped_texts() -> None:
    """An independent oracle: PyYAML reads the same ids, and the same days as dates."""
    for file in DATA_FOLDER.glob("procedures/*.yaml"):
        theirs = yaml.safe_load(file.read_text(encoding="utf-8"))
        ours = ProcedureVersion.model_validate(parse(file.name, file.read_bytes()).value)
        assert ours == ProcedureVersion.model_validate(theirs)
        assert file.stem in (ours.id, f"{ours.id}.{ours.version}"), "the first version has the id alone"
