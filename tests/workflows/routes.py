"""Procedures for cases on the stage, and who answers their steps."""

from __future__ import annotations

from itertools import pairwise

from catalog.model import ClockPolicy, Definitions
from sla.units import Budget, Unit
from tests.builders import a_procedure, a_step, the_definitions

FIVE_STEPS = (
    ("intake", "one-stop"),
    ("appraisal", "culture"),
    ("fire-safety", "police"),
    ("fee", "finance"),
    ("signing", "culture"),
)
"""One after the other."""


def five_steps() -> Definitions:
    """The standard of all measurements: five steps in a row."""
    first, *rest = FIVE_STEPS
    following = [a_step(*step, before) for (before, _), step in pairwise([first, *rest])]
    return the_definitions(a_procedure(steps=(a_step(*first), *following)))


def one_step(policy: ClockPolicy = ClockPolicy.RESTART) -> Definitions:
    """One step with all the time of the case: 40 working hours by its clock, 5 working days by the case's."""
    return the_definitions(
        a_procedure(
            steps=(a_step("signing", "culture", budget=Budget(amount=8, unit=Unit.WORKING_HOURS)),), clock_policy=policy
        )
    )
