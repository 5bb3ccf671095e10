"""Random lives of one case against a model of the rules of its own, written from the decrees: 0 differences, 0 false alarms.

2,000 lives on every commit, 20,000 with GREENLANE_TEST_TIER=long; `SEED=n` lives that one alone, `SEED=n LIVES=m` m from there.
A difference is shrunk to the acts that it needs, and printed with the command that replays it.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path

import pytest

from events.language.commands import WithdrawApplication
from tests.audit.simulation.lives import LivedCase, finding_of, plan_of, report_of, shrunk
from tests.audit.simulation.reference import player
from tests.audit.simulation.reference.player import RULES

PARTS = 8
SEED = os.environ.get("SEED")
LONG = os.environ.get("GREENLANE_TEST_TIER") == "long"
LIVES = int(os.environ.get("LIVES") or (1 if SEED else 20_000 if LONG else 2_000))
FIRST_SEED = int(SEED or 0)
REPORTS_MAX = 5
JUDGED = 1 if SEED else 4
"""Of so many lives one is held against the invariants too, which take longer than the life; in the long tier every one."""


@pytest.mark.parametrize("part", range(PARTS))
def test_the_core_and_the_model_say_the_same_of_every_life(part: int) -> None:
    """Taken or refused and why, states, both ends, every rung, breach, set-aside, share and count, after every turn."""
    seeds = range(FIRST_SEED + part * LIVES // PARTS, FIRST_SEED + (part + 1) * LIVES // PARTS)
    wrong = [seed for seed in seeds if finding_of(plan_of(seed), judged=LONG or seed % JUDGED == 0) is not None]
    reports = "\n\n".join(report_of(plan_of(seed)) for seed in wrong[:REPORTS_MAX])
    assert not wrong, f"{len(wrong)} of {len(seeds)} lives: {wrong[:20]}\n{reports}"


def test_the_lives_are_worth_living() -> None:
    """What a seed draws reaches the rare events and refusals too: else the figures say nothing."""
    events: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for seed in range(1_200):
        life = LivedCase(plan_of(seed)).live()
        events.update(record.event.type for record in life.records)
        causes.update(getattr(record.event, "cause", "") for record in life.records)
        codes.update(life.codes)
    rare = {"AppointmentPassed", "AppointmentMoved", "BreachSetAside", "ConsultationLapsed", "StepsRestarted"}
    acts = {"ExplanationRequested", "ExplanationReceived", "CaseStopped", "CaseReturned", "SuspensionReviewDue"}
    changes = {
        "ClockExtended",
        "LaneChanged",
        "CalendarApplied",
        "ProcedureMigrated",
        "StepReassigned",
        "ClockSuspended",
    }
    assert (
        rare | acts | changes | {"PaymentConfirmed", "GreenPromiseDeclined", "EscalationAcknowledged"} <= events.keys()
    )
    said_no = {"second_person", "not_entitled", "supplement_incomplete", "supplement_rounds", "appointment_late"}
    assert said_no | {"suspension_backdated", "consultation_open", "case_stopped", "return_not_allowed"} <= codes.keys()
    assert {"delayed_by_system", "suspended", "stop", "restart"} <= causes.keys()
    assert codes["case_unknown"] > 200, "strangers are among them"
    assert codes["taken"] > sum(codes.values()) / 2


def test_one_seed_one_life() -> None:
    """The same seed gives the same ledger; another gives another."""
    one, same, other = (LivedCase(plan_of(seed)).live().records for seed in (7, 7, 8))
    assert one == same
    assert one != other


def test_a_difference_shrinks_to_the_acts_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that forgets to close a withdrawn case differs; what is left of the life is the withdrawal."""
    monkeypatch.setitem(RULES, WithdrawApplication, lambda life, command, at, turn: None)
    plan = next(plan for plan in map(plan_of, range(400)) if finding_of(plan) is not None)
    small, finding = shrunk(plan)
    # Or of somebody else who speaks for the applicant after all.
    assert [act.kind for act in small.acts] in (["withdraw"], ["stranger"])
    assert "closed" in finding
    assert f"SEED={plan.seed}" in report_of(plan)


def test_the_model_shares_nothing_with_the_core() -> None:
    """It reads the language, the catalogue's data and what a calendar, a unit and a rung are; no rule and no arithmetic."""
    allowed = ("catalog.dossier", "catalog.model", "events.language", "sla.definition", "sla.ladder", "sla.units")
    for file in Path(player.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in (
                "audit",
                "cases",
                "catalog",
                "events",
                "sla",
            ):
                assert str(node.module).startswith(allowed), (file.name, node.module)
