"""A policy for what-if: what of lanes, ladders and limits would be otherwise, as values; what it does not name stays. Pure.

`catalog.proposal` puts it in place of what cases were decided under.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from catalog import unsound_texts as unsound
from catalog.basis import FactName, Slug, Version
from catalog.definition import Definition
from catalog.model import LaneRule, NamedList, Promise
from catalog.soundness import Located, raise_if_unsound, repeated
from sla.calendar import CalendarDefinition
from sla.deadline import AfterHours
from sla.ladder import Ladder
from sla.units import Budget

Attribute = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class LogTerms(Definition):
    """What a log of others does not say of its cases: under what they stand in comparison, before any policy."""

    limit: Budget | None = None
    """The statutory limit of each case; None: none, and then nothing is met or breached before."""
    step_limit: Budget | None = None
    """The clock of each step; None: steps without a clock."""
    opened_at: Attribute | None = None
    """The attribute of a trace that says when its case was opened; None, or where a trace has none: its first event."""
    calendar: CalendarDefinition | None = None
    """The calendar of the log's own time and place; None: the catalogue's."""


class StepChange(Definition):
    """One step of a procedure; what is None stays."""

    id: Slug
    budget: Budget | None = None
    minimum: Budget | None = None
    weight: Annotated[int, Field(ge=1, le=1000)] | None = None


class ProcedureChange(Definition):
    """Limits of one procedure, or of all; what is None stays."""

    procedure: Slug | None = None
    """None: of every procedure, and of the cases of a log. Later changes win over earlier ones."""
    limit: Budget | None = None
    """The statutory limit."""
    after_hours: AfterHours | None = None
    reduction_max: Annotated[Decimal, Field(ge=0, le=Decimal("0.60"))] | None = None
    steps: Annotated[tuple[StepChange, ...], Field(max_length=200)] = ()
    step_limit: Budget | None = None
    """The clock of each step of a route that an application declares itself, as those of logs do."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        problems = repeated(("steps",), "id", (step.id for step in self.steps))
        if self.steps and self.procedure is None:
            problems.append((("steps",), unsound.STEPS_OF_NONE))
        return raise_if_unsound(self, problems)


class LaneChange(Definition):
    """What of the decision table would be otherwise. What has an id, or is of a lane, takes the place of the one that has it."""

    facts: tuple[FactName, ...] = ()
    """Beside those that the table names: of a log its traces' attributes, as `trace_channel`."""
    lists: tuple[NamedList, ...] = ()
    rules: tuple[LaneRule, ...] = ()
    """A rule with a new id is tried before all others; one without conditions takes every case."""
    without: tuple[Slug, ...] = ()
    """Rules that are taken away."""
    promises: tuple[Promise, ...] = ()

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        return raise_if_unsound(
            self,
            [
                *repeated(("facts",), "", self.facts),
                *repeated(("lists",), "id", (entry.id for entry in self.lists)),
                *repeated(("rules",), "id", (rule.id for rule in self.rules)),
                *repeated(("without",), "", self.without),
                *repeated(("promises",), "lane", (promise.lane for promise in self.promises)),
            ],
        )


class Policy(Definition):
    """Other rules for cases that were decided: never published, never in force, only for what-if."""

    id: Slug
    version: Version
    source: str
    """Who thinks of it, and why."""
    log: LogTerms = LogTerms()
    lanes: LaneChange | None = None
    procedures: tuple[ProcedureChange, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    """Each takes the place of the ladder with its id."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        problems: list[Located] = repeated(("ladders",), "id", (ladder.id for ladder in self.ladders))
        return raise_if_unsound(self, problems)
