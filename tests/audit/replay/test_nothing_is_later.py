"""A case or a linked dossier as of any instant of random lives: nothing in it is later; by all that is known it is the fold.

This does not ask the written definition, as the oracle does, but whether the definition leaves a later instant in.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from audit.replay.cases import case_at
from audit.replay.dossiers import dossier_at
from audit.replay.facts import counts_from
from cases.dossier.decide import fold_dossier
from cases.dossier.model import Dossier
from cases.dossier.views import dossier_view_of
from cases.model import Case
from events.language.case_events import EventRecord
from tests.audit.simulation.chances import Dice
from tests.audit.simulation.dossier_lives import LivedDossier, dossier_plan_of
from tests.audit.simulation.lives import LivedCase, plan_of

LIVES, LOOKS = 25, 20


def instants_in_case(case: Case) -> list[datetime | None]:
    """Every instant at which something has happened by what the case says; what is to come, such as an end, is none."""
    clocks = case.clocks.values()
    stretches = [entry for state in clocks for entry in state.clock.suspensions]
    return [
        *(case.opened_at, case.received_at, case.closed_at, case.suspended_since_at),
        *(step.assigned_at for step in case.steps.values()),
        *(state.clock.anchored_at for state in clocks),
        *(at for state in clocks for at in (state.ended_at, state.breached_at, state.appointment_passed_at)),
        *(at for entry in stretches for at in (entry.from_at, entry.until_at)),
    ]


def instants_in(dossier: Dossier) -> list[datetime | None]:
    """The same of a dossier."""
    parts = [(part.released_at, part.ended_at) for part in dossier.parts.values()]
    whole = (dossier.opened_at, dossier.closed_at, dossier.joint_ended_at, dossier.appointment_passed_at)
    return [*whole, *(at for pair in parts for at in pair)]


def test_nothing_in_a_case_is_later_than_the_instant() -> None:
    """Whatever came late, was entered later, or was set aside."""
    seen = 0
    for seed in range(LIVES):
        life, dice = LivedCase(plan_of(seed)).live(), Dice(seed)
        for _ in range(LOOKS if life.records else 0):
            at = counts_from(dice.choice(life.records)) + timedelta(seconds=dice.choice((-1, 0, 1, 3600)))
            then = case_at(life.definitions, life.records, at)
            if then is not None:
                seen += 1
                assert all(said <= at for said in instants_in_case(then) if said is not None), (seed, at)
    assert seen > LIVES * LOOKS // 2


def test_nothing_in_a_dossier_is_later_than_the_instant() -> None:
    """Its row can be told, and each instant in it has come."""
    seen = 0
    for seed in range(LIVES):
        life, dice = LivedDossier(dossier_plan_of(seed)), Dice(seed)
        life.finding()
        records: list[EventRecord] = life.life.records
        definitions = life.life.dossier.definitions
        for _ in range(LOOKS if records else 0):
            at = counts_from(dice.choice(records)) + timedelta(seconds=dice.choice((-1, 0, 1, 3600)))
            then = dossier_at(definitions, records, at)
            assert (then is None) is (at < records[0].at)
            if then is not None:
                seen += 1
                assert dossier_view_of(then).sequence == then.sequence
                assert all(said <= at for said in instants_in(then) if said is not None), (seed, at)
    assert seen > LIVES * LOOKS // 2


def test_a_dossier_by_all_that_is_known_is_the_plain_fold() -> None:
    """At every place of its stream; before the first event there is nothing."""
    for seed in range(0, LIVES, 10):
        life = LivedDossier(dossier_plan_of(seed))
        life.finding()
        records, definitions = life.life.records, life.life.dossier.definitions
        for count in range(1, len(records) + 1):
            known = records[:count]
            assert dossier_at(definitions, known, None) == fold_dossier(known[0].case_id, definitions, known)
        assert dossier_at(definitions, (), None) is None
