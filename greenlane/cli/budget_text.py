"""Amounts of time as people type them."""

from __future__ import annotations

import re
from typing import Final

import typer
from pydantic import ValidationError

from sla.units import Budget, Unit
from wording.text import _

_BUDGET: Final = re.compile(r"^\s*(\d{1,7})\s*([a-z][a-z_ ]*)\s*$")


def budget_of(text: str, option: str = "--limit") -> Budget:
    """`3 working_days` as a budget. Raises the usage error that names the option and the units there are."""
    match = _BUDGET.match(text.lower())
    name = match.group(2).strip().replace(" ", "_") if match else ""
    unit = next((unit for unit in Unit if name in (unit.value, unit.value.removesuffix("s"))), None)
    if match is not None and unit is not None:
        try:
            return Budget(amount=int(match.group(1)), unit=unit)
        except ValidationError:
            pass
    units = ", ".join(Unit)
    raise typer.BadParameter(
        _('A number and a unit are needed, such as "3 working_days" ({units}).', units=units),
        param_hint=option,
    )
