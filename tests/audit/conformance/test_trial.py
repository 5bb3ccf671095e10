"""What a run sends: every procedure of the department in each lane that it can take, and the rehearsals."""

from __future__ import annotations

from datetime import date

import pytest

from audit.conformance.identity import SYSTEM
from audit.conformance.rehearsals import Rehearsal
from audit.conformance.trial import NothingToSendError, trial_of
from cases.classification import classify, facts_for, may_open_to
from catalog.catalogue import Catalog
from catalog.errors import UnknownDepartment, UnknownProcedure
from catalog.loader import load_catalog
from catalog.model import LaneId
from events.language.messages import SubmissionMessage, parsed

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_facts_open_the_lane_they_are_made_for(catalog: Catalog) -> None:
    """Of every procedure, wherever the decision table opens the lane at all."""
    table = catalog.lane_table(DAY)
    for procedure in catalog.procedures_on(DAY):
        for lane in LaneId:
            facts = facts_for(table, lane, procedure)
            if facts is not None:
                assert classify(table, procedure, facts).lane is lane
            elif lane is not LaneId.STANDARD:
                assert not may_open_to(table, lane, procedure) or classify(table, procedure, {}).lane is not lane


def test_all_procedures_of_a_department_are_sent_in_all_their_lanes(catalog: Catalog) -> None:
    """Each message is a good one, under the sandbox's own sources, as nobody."""
    trial = trial_of(catalog, "home-affairs", DAY, run="r")
    ordinary = {(sent.procedure.id, sent.lane) for sent in trial.sent if sent.rehearsal is None}
    assert ordinary == {("work-permit", lane) for lane in LaneId}
    assert {sent.rehearsal for sent in trial.sent} == {None, *Rehearsal}
    assert len(trial.by_case) == len(trial.sent)
    assert any(trial.source.startswith(f"{source}/") for source in SYSTEM.sources)
    for sent in trial.sent:
        parsed(SubmissionMessage, sent.message)


@pytest.mark.parametrize("department", sorted(load_catalog().departments))
def test_every_department_can_be_tried(catalog: Catalog, department: str) -> None:
    """Also the one that receives all dossiers: somebody else then acts beside it."""
    trial = trial_of(catalog, department, DAY, run="r")
    assert trial.other != department
    for definitions in trial.derived:
        assert {step.department for step in definitions.procedure.steps} <= {department, trial.other}


def test_another_seed_is_another_order_and_the_same_applications(catalog: Catalog) -> None:
    """The same seed is the same order."""
    first, again, other = (trial_of(catalog, "one-stop", DAY, run="r", seed=seed) for seed in (1, 1, 2))
    assert first.sent == again.sent != other.sent
    assert first.by_case == other.by_case


def test_a_derived_procedure_is_known_by_its_content(catalog: Catalog) -> None:
    """The same whatever the run; another where the department has a step of its own in it."""
    one, same, other = (
        {definitions.procedure.id for definitions in trial_of(catalog, name, DAY, run=run).derived}
        for name, run in (("culture", "1"), ("culture", "2"), ("police", "1"))
    )
    assert one == same
    assert one != other


def test_what_leaves_nothing_to_send_is_refused(catalog: Catalog) -> None:
    """An unknown name, or a procedure in which the department has no part."""
    with pytest.raises(UnknownDepartment):
        trial_of(catalog, "kultur", DAY, run="r")
    with pytest.raises(UnknownProcedure):
        trial_of(catalog, "culture", DAY, run="r", procedures=["karaoke"])
    with pytest.raises(NothingToSendError):
        trial_of(catalog, "culture", DAY, run="r", procedures=["work-permit"])
    assert not trial_of(catalog, "culture", DAY, run="r", procedures=["karaoke-licence"]).derived
