"""What cases would have been decided under, had a policy held: their own definitions with what it changes. Pure.

Each changed definition is checked as a whole again; a contradiction is told at the line of the policy that brings it about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from catalog.catalogue import Catalog
from catalog.errors import PolicyInvalid, Problem, UnknownDefinition, UnknownLadder, UnknownProcedure
from catalog.model import Definitions, LaneTable, ProcedureVersion, StepDefinition
from catalog.policy import Policy, ProcedureChange
from catalog.reader import Source
from catalog.soundness import Path, Unsound
from catalog.value_texts import CORRECT, value_message
from sla.calendar import CalendarDefinition
from sla.ladder import Ladder
from sla.units import Budget
from wording.text import _, layout

M = TypeVar("M", bound=BaseModel)
LOG = "log"
"""How a policy calls the procedure of a log's cases, which no catalogue has."""
PROCEDURE_FIELDS = ("limit", "after_hours", "reduction_max")
STEP_FIELDS = ("budget", "minimum", "weight")


class UnknownRule(UnknownDefinition):
    """No decision table has a rule with this id."""

    code = "unknown_rule"
    noun = _("rule")
    named_in = "without"


class UnknownStep(UnknownDefinition):
    """The procedure has no step with this id."""

    code = "unknown_step"
    noun = _("step")
    named_in = "steps"


class Proposal:
    """A policy, and a calendar beside it, ready to be put in place of what cases were decided under."""

    def __init__(self, source: Source[Policy], newest: LaneTable, calendar: CalendarDefinition | None = None) -> None:
        """`newest`: the catalogue's table of lanes, for the cases of days on which there were none yet."""
        self.policy = source.definition
        self.calendar = calendar
        self._document = source.document
        self._newest = newest
        self._kept: dict[str, Definitions] = {}

    def definitions(self, former: Definitions) -> Definitions:
        """What a case would be decided under. Raises PolicyInvalid where the policy contradicts what the case had."""
        if former.digest not in self._kept:
            self._kept[former.digest] = self._changed(former)
        return self._kept[former.digest]

    def step_limit(self, procedure: str, former: Budget | None) -> Budget | None:
        """The clock of each step of a route that an application declares itself."""
        limits = [change.step_limit for _, change in self._changes(procedure) if change.step_limit is not None]
        return limits[-1] if limits else former

    def procedure(self, former: ProcedureVersion) -> ProcedureVersion:
        """The procedure's version with its other limits. Raises PolicyInvalid."""
        values: dict[str, Any] = {}
        steps = {step.id: step for step in former.steps}
        for _number, change in self._changes(former.id):
            values |= _said(change, PROCEDURE_FIELDS)
            for other in (step for step in change.steps if step.id in steps):
                steps[other.id] = steps[other.id].model_copy(update=_said(other, STEP_FIELDS))
        if not values and all(steps[step.id] is step for step in former.steps):
            return former
        what = f"{former.id} {former.version}"
        return self._sound(former, values | {"steps": tuple(steps.values())}, what, partial(self._place_of, former))

    def lanes(self, former: LaneTable) -> LaneTable:
        """The table of lanes with its other rules, lists and promises. Raises PolicyInvalid."""
        change, newest = self.policy.lanes, self._newest
        if change is None:
            return former
        known = {rule.id for rule in former.rules}
        others = {rule.id: rule for rule in change.rules}
        own = [others.get(rule.id, rule) for rule in former.rules if rule.id not in change.without]
        values = {
            "facts": tuple(dict.fromkeys((*former.facts, *newest.facts, *change.facts))),
            "lists": _each_once("id", newest.lists, former.lists, change.lists),
            "rules": (*(rule for rule in change.rules if rule.id not in known), *own),
            "promises": _each_once("lane", newest.promises, former.promises, change.promises),
        }
        return self._sound(former, values, f"{former.id} {former.version}", partial(self._lane_place, values))

    def problems(self, catalog: Catalog) -> Iterator[Problem]:
        """What the policy names and the catalogue has not, and where it contradicts a version of it."""
        yield from self._unknown(catalog)
        ids = {change.procedure for change in self.policy.procedures}
        procedures = [version for each in sorted(filter(None, ids)) for version in catalog.procedures.get(each, ())]
        works: list[Callable[[], object]] = [partial(self.procedure, version) for version in procedures]
        works += [partial(self.lanes, table) for table in catalog.lanes]
        for work in works:
            try:
                work()
            except PolicyInvalid as error:
                yield from error.problems

    def _changed(self, former: Definitions) -> Definitions:
        ladders: Mapping[str, Ladder] = {ladder.id: ladder for ladder in self.policy.ladders}
        changed = former.model_copy(
            update={
                "procedure": self.procedure(former.procedure),
                "lanes": self.lanes(former.lanes),
                "step_ladder": ladders.get(former.step_ladder.id, former.step_ladder),
                "case_ladder": ladders.get(former.case_ladder.id, former.case_ladder),
            }
        )
        if self.calendar is None:
            return changed
        if self.calendar.id in changed.calendars:
            return changed.with_calendar(self.calendar)
        return changed.model_copy(update={"calendar": self.calendar})

    def _changes(self, procedure: str) -> Iterator[tuple[int, ProcedureChange]]:
        for number, change in enumerate(self.policy.procedures):
            if change.procedure in (None, procedure):
                yield number, change

    def _sound(self, former: M, values: Mapping[str, Any], what: str, place_of: Callable[[Path], Path]) -> M:
        """The definition with these values, checked whole."""
        try:
            return type(former).model_validate(_fields(former) | dict(values))
        except ValidationError as error:
            raise PolicyInvalid(self._faults(error, what, place_of)) from None

    def _faults(self, error: ValidationError, what: str, place_of: Callable[[Path], Path]) -> Iterator[Problem]:
        for report in error.errors():
            cause = report.get("ctx", {}).get("error")
            found = [((), value_message(report["type"], report))]
            located = cause.problems if isinstance(cause, Unsound) else found
            for path, text in located:
                said = layout("{text} ({what})", text=text, what=what)
                yield self._document.problem(place_of((*report["loc"], *path)), said, CORRECT, "unsound")

    def _place_of(self, former: ProcedureVersion, path: Path) -> Path:
        """Where the policy says what stands at a place of a procedure: the last change that does."""
        name = path[0] if path else None
        place: Path = ("procedures",)
        for number, change in self._changes(former.id):
            if name in PROCEDURE_FIELDS and getattr(change, str(name)) is not None:
                place = ("procedures", number, str(name))
            if name == "steps" and len(path) > 1 and isinstance(path[1], int):
                place = _step_place(change, former.steps[path[1]], number, path) or place
        return place

    def _lane_place(self, values: Mapping[str, Any], path: Path) -> Path:
        """Where the policy says what stands at a place of the table that it makes."""
        part = str(path[0]) if path else ""
        said: Sequence[Any] = getattr(self.policy.lanes, part, ())
        if len(path) > 1 and isinstance(path[1], int):
            entry = values[part][path[1]]
            if entry in said:
                return ("lanes", part, said.index(entry), *path[2:])
        return ("lanes", part)

    def _unknown(self, catalog: Catalog) -> Iterator[Problem]:
        """Every id in the policy that leads nowhere."""
        for number, change in enumerate(self.policy.procedures):
            place: Path = ("procedures", number)
            if change.procedure not in (None, LOG) and change.procedure not in catalog.procedures:
                yield self._missing((*place, "procedure"), UnknownProcedure(str(change.procedure), catalog.procedures))
                continue
            steps = {
                step.id for version in catalog.procedures.get(change.procedure or "", ()) for step in version.steps
            }
            for at, step in enumerate(change.steps):
                if step.id not in steps:
                    yield self._missing((*place, "steps", at, "id"), UnknownStep(step.id, steps))
        for number, ladder in enumerate(self.policy.ladders):
            if ladder.id not in catalog.ladders:
                yield self._missing(("ladders", number, "id"), UnknownLadder(ladder.id, catalog.ladders))
        rules = {rule.id for table in catalog.lanes for rule in table.rules}
        for number, rule in enumerate(self.policy.lanes.without if self.policy.lanes else ()):
            if rule not in rules:
                yield self._missing(("lanes", "without", number), UnknownRule(rule, rules))

    def _missing(self, place: Path, error: UnknownDefinition) -> Problem:
        return self._document.problem(place, error.message, error.remedy, error.code)


def _step_place(change: ProcedureChange, step: StepDefinition, number: int, path: Path) -> Path | None:
    ids = [other.id for other in change.steps]
    return ("procedures", number, "steps", ids.index(step.id), *path[2:]) if step.id in ids else None


def _said(change: BaseModel, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(change, name) for name in names if getattr(change, name) is not None}


def _fields(definition: BaseModel) -> dict[str, Any]:
    return {name: getattr(definition, name) for name in type(definition).model_fields}


def _each_once(key: str, *groups: Sequence[Any]) -> tuple[Any, ...]:
    """All entries, each by its key once: the last group that has it says what it is."""
    return tuple({getattr(entry, key): entry for group in groups for entry in group}.values())
