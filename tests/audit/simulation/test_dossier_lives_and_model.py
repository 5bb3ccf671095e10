"""Random lives of linked dossiers against a model of their rules of its own: 0 differences.

200 lives at every commit, 2,000 with GREENLANE_TEST_TIER=long; `SEED=n` lives that one alone, `SEED=n LIVES=m` m from there.
A difference is shrunk to the acts that it needs, and printed with the command that replays it.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cases.dossier import closing, decide, ends, release, ticks
from tests.audit.simulation import dossier_reference, dossier_reference_parts, dossier_reference_promise
from tests.audit.simulation.dossier_lives import (
    LivedDossier,
    dossier_finding_of,
    dossier_plan_of,
    dossier_report_of,
    shrunk_dossier,
)
from tests.audit.simulation.dossier_reference import ModelledDossier

PARTS = 4
SEED = os.environ.get("SEED")
LIVES = int(
    os.environ.get("LIVES") or (1 if SEED else 2_000 if os.environ.get("GREENLANE_TEST_TIER") == "long" else 200)
)
FIRST_SEED = int(SEED or 0)
REPORTS_MAX = 3


@pytest.mark.parametrize("part", range(PARTS))
def test_the_core_and_the_model_say_the_same_of_every_dossier(part: int) -> None:
    """What is taken, released, blocked, over and closed; both ends, state and rungs of the joint promise; each turn."""
    seeds = range(FIRST_SEED + part * LIVES // PARTS, FIRST_SEED + (part + 1) * LIVES // PARTS)
    wrong = [seed for seed in seeds if dossier_finding_of(dossier_plan_of(seed)) is not None]
    reports = "\n\n".join(dossier_report_of(dossier_plan_of(seed)) for seed in wrong[:REPORTS_MAX])
    assert not wrong, f"{len(wrong)} of {len(seeds)} lives: {wrong[:20]}\n{reports}"


def test_the_lives_of_dossiers_are_worth_living() -> None:
    """What a seed draws reaches the rare events too: else the figures say nothing."""
    events: Counter[str] = Counter()
    for seed in range(150):
        lived = LivedDossier(dossier_plan_of(seed))
        lived.finding()
        events.update(record.event.type for record in lived.life.records)
    losses = {"ResultRevoked", "ResultExpired", "ResultRecorded", "CascadeApplied", "ApplicationUnblocked"}
    last = {"DossierWithdrawn", "DossierClosed", "DossierReopened"}
    promise = {"DossierAppointmentPassed", "DossierBreached", "DossierBreachSetAside", "DossierRungFired"}
    assert losses | last | promise <= events.keys()


def test_a_difference_of_dossiers_shrinks_to_the_acts_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that closes over an open cascade differs; what is left of the life says so."""
    monkeypatch.setattr(ModelledDossier, "stands_on_a_loss", lambda self: False)
    plan = next(plan for plan in map(dossier_plan_of, range(400)) if dossier_finding_of(plan) is not None)
    small, finding = shrunk_dossier(plan)
    assert len(small.acts) < len(plan.acts)
    assert "closed: core (None" in finding
    assert f"SEED={plan.seed}" in dossier_report_of(plan)


MISTAKES: dict[str, tuple[Any, str, Any]] = {
    "closes over an open cascade": (closing, "is_open_over", lambda dossier: False),
    "lets the agencies pay for an outage": (release, "_free_from", lambda draft: draft.at),
    "forgets the verdict of an end that was told late": (closing, "_settle", lambda draft, closed_at: None),
    "lets a practical edge hold back": (release, "_is_hard", lambda dossier, part, need: True),
    "knows no lawful end": (ends, "_lawful_end", lambda declaration, definitions, clock: None),
    "re-opens nothing": (decide, "_reopen", lambda draft, command: None),
    "lets no result expire": (ticks, "_is_awaited", lambda dossier, name: False),
}
"""One rule each, put wrong in the core."""


@pytest.mark.parametrize("named", MISTAKES)
def test_a_mistake_in_the_core_of_dossiers_is_found(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lives of one commit find it."""
    monkeypatch.setattr(*MISTAKES[named])
    assert any(dossier_finding_of(dossier_plan_of(seed)) is not None for seed in range(200))


def test_the_model_of_dossiers_shares_nothing_with_the_core() -> None:
    """It reads the language, the kinds of edges, and what a unit and a rung are; no rule and no arithmetic."""
    allowed = ("catalog.dossier", "events.language", "sla.ladder", "sla.units", "tests.audit.simulation.")
    for module in (dossier_reference, dossier_reference_parts, dossier_reference_promise):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in (
                "audit",
                "cases",
                "catalog",
                "events",
                "sla",
                "tests",
            ):
                assert str(node.module).startswith(allowed), (module.__file__, node.module)
