"""The auditor of today over ledgers of the version before: no false alarm, and mistakes are still found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit.invariants import check_case, replay_decisions
from tests.upgrade.fixtures import names_of, the_ledger
from tests.upgrade.going_on import GoingOn

CASES = names_of("case")


@pytest.mark.parametrize("name", CASES)
def test_an_old_ledger_breaks_no_invariant(name: str) -> None:
    """It was lawful by the rules of its time."""
    kept = the_ledger(name)
    assert check_case(kept.definitions, kept.records) == []
    assert replay_decisions(kept.definitions, kept.records) == []


@pytest.mark.parametrize("name", CASES)
def test_an_old_ledger_that_went_on_breaks_no_invariant(name: str) -> None:
    """Half of it by the older rules, half by those of today."""
    case = GoingOn(name)
    case.live_until(case.stopped_at + timedelta(days=30))
    assert check_case(case.kept.definitions, case.records) == []
    assert replay_decisions(case.kept.definitions, case.records) == []
