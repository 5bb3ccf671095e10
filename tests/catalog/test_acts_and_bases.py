"""Each act its own rule with its basis, a basis with its validity, and no mark that says more than was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from catalog.model import (
    ClockPolicy,
    Definitions,
    ExplanationRule,
    LegalBasis,
    ProcedureVersion,
    RefusalRule,
    StopRule,
    explanation_rule,
    refusal_rule,
    stop_rule,
)
from sla.units import Budget, Unit
from tests.catalog.folder import Folder

DAYS = (date(2026, 1, 1), date(2026, 3, 2), date(2026, 3, 15), date(2026, 4, 1), date(2027, 1, 1))
GENERAL = ("61/2018/NĐ-CP", "118/2025/NĐ-CP")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The shipped catalogue."""
    return load_catalog()


def in_force(catalog: Catalog) -> Iterator[tuple[date, ProcedureVersion]]:
    """Every procedure on every day on which some of them changed."""
    return ((day, procedure) for day in DAYS for procedure in catalog.procedures_on(day))


def bases_of(procedure: ProcedureVersion) -> tuple[LegalBasis, ...]:
    """Of the procedure and of its acts."""
    acts = (procedure.supplement, procedure.explanation, procedure.refusal, procedure.stop)
    return (*procedure.legal_basis, *(rule.legal_basis for rule in acts if rule and rule.legal_basis))


def test_no_shipped_procedure_may_leave_a_case_with_nothing_due(catalog: Catalog) -> None:
    """Whatever the applicant is asked has a limit, and a suspension or a stop that nothing ends is looked at again."""
    for day, procedure in in_force(catalog):
        where = (day, procedure.id)
        assert procedure.supplement.applicant_limit is not None, where
        assert explanation_rule(procedure).applicant_limit is not None, where
        assert procedure.suspension.cap or procedure.suspension.review_after, where
        assert stop_rule(procedure).cap or stop_rule(procedure).review_after, where
        assert procedure.appointment.move_max is not None, where


def test_every_act_has_its_stages_and_its_basis(catalog: Catalog) -> None:
    """Supplement, explanation, refusal and stop are separate; a result that is only handed over is refused no more."""
    for day, procedure in in_force(catalog):
        stages = {step.id for step in procedure.steps}
        assert procedure.explanation, (day, procedure.id)
        assert set(procedure.explanation.steps) == stages - {"intake", "return"}
        assert procedure.refusal
        assert set(procedure.refusal.steps) == stages - {"return"}
        for rule in (procedure.supplement, procedure.explanation, procedure.refusal, procedure.stop):
            assert rule
            assert rule.legal_basis is not None, (day, procedure.id)
            assert rule.legal_basis.verified is not None
            assert rule.legal_basis.in_force_on(day)


def test_limits_of_sector_law_are_kept(catalog: Catalog) -> None:
    """The province's 30 days stand only where the sector's law says nothing."""
    own = {
        "food-product-declaration": Budget(amount=90, unit=Unit.WORKING_DAYS),
        "pharmacy-eligibility": Budget(amount=6, unit=Unit.MONTHS),
        "pharmacy-practice-certificate": Budget(amount=6, unit=Unit.MONTHS),
    }
    for _, procedure in in_force(catalog):
        rule = procedure.supplement
        draft = Budget(amount=30, unit=Unit.DAYS)
        assert rule.applicant_limit == own.get(procedure.id, draft)
        assert rule.legal_basis
        assert rule.legal_basis.verified is (procedure.id in own), "a draft is never called verified"


def test_a_mark_says_who_read_what(catalog: Catalog) -> None:
    """Verified without a reader is a claim; and where nobody read, no reader is named."""
    for _, procedure in in_force(catalog):
        for basis in procedure.legal_basis:
            assert basis.verified is not None, (procedure.id, basis.document)
            assert (basis.read_by is not None) is basis.verified, (procedure.id, basis.document)


def test_what_is_superseded_names_its_successor_which_is_cited_too(catalog: Catalog) -> None:
    """The old words are shown as such; the new text stands beside them with its own mark."""
    superseded = set()
    for day, procedure in in_force(catalog):
        cited = {basis.document for basis in procedure.legal_basis}
        for basis in procedure.legal_basis:
            if not basis.in_force_on(day):
                assert basis.superseded_by in cited, (procedure.id, basis.document)
                superseded.add((basis.document, basis.superseded_by))
                assert basis.cited_on(day).endswith(f" → {basis.superseded_by}")
                assert basis.valid_until is not None
                assert basis.cited_on(basis.valid_until) == str(basis)
    assert superseded == {("61/2018/NĐ-CP", "118/2025/NĐ-CP"), ("01/2021/NĐ-CP", "168/2025/NĐ-CP")}


def test_what_was_read_in_a_superseded_text_is_not_verified(catalog: Catalog) -> None:
    """Of a verified procedure every text of its own is in force and was read; what is general has marks of its own."""
    verified = set()
    for day, procedure in in_force(catalog):
        if procedure.verified:
            verified.add(procedure.id)
            own = [basis for basis in procedure.legal_basis if basis.document not in GENERAL]
            assert own
            for basis in own:
                assert basis.in_force_on(day)
                assert basis.verified
                assert basis.superseded_by is None
    assert {"petrol-store-eligibility", "hazardous-chemicals"} <= verified
    assert not verified & {"enterprise-registration", "karaoke-licence", "security-order-certificate"}


def test_decree_61_is_over_since_the_first_of_july_2025() -> None:
    """Both ends of a validity belong to it."""
    decree = LegalBasis(
        document="61/2018/NĐ-CP", valid_from=date(2018, 6, 21), valid_until=date(2025, 6, 30), superseded_by="118"
    )
    assert [decree.in_force_on(decree.valid_until + timedelta(days=n)) for n in (0, 1)] == [True, False]  # type: ignore[operator]
    assert not decree.in_force_on(date(2018, 6, 20))
    with pytest.raises(ValidationError, match="valid_until"):
        LegalBasis(document="x", valid_from=date(2026, 1, 2), valid_until=date(2026, 1, 1))


def test_commune_police_issue_the_certificate_for_karaoke_since_15_march_2026(catalog: Catalog) -> None:
    """Decree 58/2026: 4 working days; before it the provincial police and 5. Open cases keep theirs."""
    before = catalog.procedure("security-order-certificate", date(2026, 3, 14))
    after = catalog.procedure("security-order-certificate", date(2026, 3, 15))
    assert (before.agency, before.limit) == ("police", Budget(amount=5, unit=Unit.WORKING_DAYS))
    assert (after.agency, after.limit) == ("commune-police", Budget(amount=4, unit=Unit.WORKING_DAYS))
    assert {step.department for step in after.steps} == {"commune-desk", "commune-police"}
    decree = next(basis for basis in after.legal_basis if basis.document == "58/2026/NĐ-CP")
    assert decree.verified
    assert decree.read_by
    assert "unofficial" in decree.read_by
    assert not after.verified, "whether it holds for other trades was not read"


def test_the_karaoke_group_follows_and_its_16_days_are_to_be_checked(catalog: Catalog) -> None:
    """The step is the commune police's with its own 4 days; the cap stays that of Decree 297/2025, unverified."""
    group = catalog.procedure("karaoke-linked-group", date(2026, 3, 15))
    step = next(step for step in group.steps if step.id == "security-certificate")
    assert (step.department, step.budget) == ("commune-police", Budget(amount=4, unit=Unit.WORKING_DAYS))
    assert group.limit == Budget(amount=16, unit=Unit.WORKING_DAYS)
    cap = next(basis for basis in group.legal_basis if basis.document == "297/2025/NĐ-CP")
    assert (group.verified, cap.verified) == (False, False)
    template = catalog.template("karaoke", date(2026, 3, 15))
    assert template.version == "2026-03-15"
    assert "58/2026/NĐ-CP" in {basis.document for basis in template.legal_basis}
    assert catalog.template("karaoke", date(2026, 3, 14)).version == "2026-01-01"
    licence = catalog.procedure("karaoke-licence", date(2026, 3, 15))
    province = next(basis for basis in licence.legal_basis if basis.document == "148/2024/NĐ-CP")
    assert province.verified is False, "who issues the licence is the province's to decide: a secondary source"


def test_the_silence_of_the_commune_police_is_no_consent_either(catalog: Catalog) -> None:
    """Security and order passed to another office; what its silence means did not."""
    excluded = catalog.definitions_for("karaoke-licence", date(2026, 3, 16)).silence_excluded
    assert {"police", "commune-police"} <= set(excluded)


def test_waiting_for_an_investor_is_outside_the_limit(catalog: Catalog) -> None:
    """Decree 96/2026 art. 6, for investment only: supplement and explanation are two acts, and neither is counted."""
    day = date(2026, 4, 1)
    pausing = {p.id for p in catalog.procedures_on(day) if p.clock_policy is ClockPolicy.PAUSE}
    investment = {p.id for p in catalog.procedures_on(day) if p.sector == "investment"}
    assert pausing == investment | {"hazardous-chemicals"}
    for name in investment:
        assert catalog.procedure(name, day - timedelta(days=1)).clock_policy is ClockPolicy.RESTART
        explained = catalog.procedure(name, day).explanation
        assert explained
        assert (explained.clock, explained.rounds_max) == ("PAUSE", 1)


def test_where_a_version_says_nothing_the_rule_is_the_plain_one(catalog: Catalog) -> None:
    """Versions published before the acts had rules keep what they meant: once, at every stage, no limit, a second person."""
    old = catalog.procedure("karaoke-licence", date(2025, 12, 31))
    assert (old.explanation, old.refusal, old.stop, old.transition) == (None, None, None, None)
    assert explanation_rule(old) == ExplanationRule()
    assert explanation_rule(old).rounds_max == 1
    assert refusal_rule(old) == RefusalRule()
    assert (stop_rule(old), stop_rule(old).approval) == (StopRule(), "second_person")


@pytest.mark.parametrize("act", ["explanation", "refusal"])
def test_an_act_at_a_stage_that_is_none_is_refused_with_its_line(folder: Folder, act: str) -> None:
    """A misspelt stage would silently forbid the act where it is needed."""
    folder.procedure(("valid_from: 2025-01-01", f"valid_from: 2025-01-01\n{act}:\n  steps: [signing, sigining]"))
    problem = folder.only_problem()
    assert (problem.code, problem.field) == ("unsound", f"{act}.steps[1]")
    assert "sigining" in problem.message


def test_a_version_may_say_what_becomes_of_the_cases_before_it(folder: Folder) -> None:
    """As Resolutions 66.x of 2026 do: a beginning, an end, and a transition, all of it data that travels with the case."""
    folder.procedure(
        ('version: "1"', 'version: "2"'),
        (
            "valid_from: 2025-01-01",
            "valid_from: 2026-04-15\nvalid_until: 2027-02-28\ntransition:\n  received_before: stop\n"
            '  legal_basis: {document: "66.16/2026/NQ-CP", verified: false}',
        ),
        name="procedures/two.yaml",
    )
    catalog = load_catalog(folder.path)
    found = catalog.definitions_for("shop-licence", date(2026, 4, 15))
    assert found.procedure.transition
    assert found.procedure.transition.received_before == "stop"
    assert Definitions.model_validate_json(found.model_dump_json(exclude_defaults=True)) == found
    assert catalog.procedure("shop-licence", date(2026, 4, 14)).transition is None


def test_the_ladder_of_a_case_tells_when_only_the_appointment_has_passed(catalog: Catalog) -> None:
    """A message of its own kind before the breach, at no level; a step has one end and no such rung."""
    rungs = {rung.id: rung for rung in catalog.ladder("case").rungs}
    passed = rungs["past_appointment"]
    assert (passed.kind, passed.percent, passed.audience, passed.level) == ("past_appointment", 100, "lead-head", 0)
    assert list(rungs).index("past_appointment") < list(rungs).index("breach")
    assert all(rung.kind != "past_appointment" for rung in catalog.ladder("step").rungs)
