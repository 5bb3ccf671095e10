"""Amounts of time as options."""

from __future__ import annotations

import typer

from sla import units
from sla.units import Budget, Unit
from wording.text import _


def budget_of(text: str, option: str = "--limit") -> Budget:
    """`3 working_days` as a budget. Raises the usage error that names the option and the units there are."""
    budget = units.budget_of(text)
    if budget is None:
        raise typer.BadParameter(
            _('A number and a unit are needed, such as "3 working_days" ({units}).', units=", ".join(Unit)),
            param_hint=option,
        )
    return budget
