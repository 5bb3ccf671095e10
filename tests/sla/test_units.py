"""Amounts of time as people type them."""

from __future__ import annotations

import pytest

from sla.units import Budget, Unit, budget_of


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("3 working_days", 3, Unit.WORKING_DAYS),
        (" 1 Working Day ", 1, Unit.WORKING_DAYS),
        ("8working hours", 8, Unit.WORKING_HOURS),
        ("2 months", 2, Unit.MONTHS),
    ],
)
def test_a_number_and_a_unit_are_an_amount(text: str, amount: int, unit: Unit) -> None:
    assert budget_of(text) == Budget(amount=amount, unit=unit)


@pytest.mark.parametrize(
    "text", ["", "3", "days", "0 days", "-1 days", "1.5 days", "3 weeks", "1000001 days", "3 day s"]
)
def test_all_else_is_none(text: str) -> None:
    assert budget_of(text) is None
