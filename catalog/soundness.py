"""What makes a definition contradict itself, each place named, so that the line of a file can be. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from sla.units import Budget
from wording.amounts import counted
from wording.text import _

Path = tuple[str | int, ...]
"""Where in a definition something stands, e.g. `("steps", 2, "needs")`; empty: the definition itself."""
Located = tuple[Path, str]
"""A place and what is wrong there."""
T = TypeVar("T")


class StepLike(Protocol):
    """What the checks need to know of a step."""

    @property
    def id(self) -> str:
        """What it is called within its procedure."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The steps that must be done before."""

    @property
    def budget(self) -> Budget | None:
        """How long it may take by itself; None: its share of the whole."""


class Unsound(ValueError):
    """A definition contradicts itself in one or more places; a ValueError, so that pydantic reports it."""

    def __init__(self, problems: Sequence[Located]) -> None:
        super().__init__("; ".join(f"{field_name(path)}: {text}" if path else text for path, text in problems))
        self.problems = tuple(problems)


def field_name(path: Path) -> str:
    """A path as people write it: `steps[2].needs`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def raise_if_unsound(definition: T, problems: Sequence[Located]) -> T:
    """The definition itself. Raises Unsound if there are problems."""
    if problems:
        raise Unsound(problems)
    return definition


def repeated(path: Path, name: str, values: Iterable[Hashable]) -> list[Located]:
    """Every value that stood there before; `name` is the field of the entry at `path`, empty for the entry itself."""
    seen: set[Hashable] = set()
    problems: list[Located] = []
    for index, value in enumerate(values):
        if value in seen:
            problems.append(
                (
                    (*path, index, name) if name else (*path, index),
                    _("'{value}' stands there twice", value=value),
                )
            )
        seen.add(value)
    return problems


def validity_problems(valid_from: date | None, valid_until: date | None) -> list[Located]:
    """A window of validity that ends before it begins."""
    if valid_from and valid_until and valid_until < valid_from:
        return [
            (
                ("valid_until",),
                _("{valid_until} lies before valid_from, {valid_from}", valid_until=valid_until, valid_from=valid_from),
            )
        ]
    return []


def in_force(valid_from: date | None, valid_until: date | None, day: date) -> bool:
    """Whether the day lies in the window; both ends are included, None is open."""
    return (valid_from is None or valid_from <= day) and (valid_until is None or day <= valid_until)


def graph_problems(steps: Sequence[StepLike]) -> list[Located]:
    """What keeps the steps from being a graph without circles."""
    ids = {step.id for step in steps}
    problems: list[Located] = [
        (("steps", index, "needs", place), _("unknown step '{need}'", need=need))
        for index, step in enumerate(steps)
        for place, need in enumerate(step.needs)
        if need not in ids
    ]
    done: set[str] = set()
    while ready := {step.id for step in steps if step.id not in done and done >= set(step.needs) & ids}:
        done |= ready
    if circle := [index for index, step in enumerate(steps) if step.id not in done]:
        names = ", ".join(sorted(ids - done))
        problems.append(
            (
                ("steps", circle[0], "needs"),
                _("these steps need each other in a circle: {names}", names=names),
            )
        )
    return problems


def budget_problems(steps: Sequence[StepLike], limit: Budget) -> list[Located]:
    """Steps whose own budgets, in the limit's unit, add up along a path to more than the limit. Needs a sound graph."""
    total: dict[str, int] = {}
    problems: list[Located] = []
    waiting = list(enumerate(steps))
    while waiting:
        for index, step in waiting:
            if total.keys() >= set(step.needs):
                own = step.budget.amount if step.budget and step.budget.unit is limit.unit else 0
                total[step.id] = own + max((total[need] for need in step.needs), default=0)
                if own and total[step.id] > limit.amount:
                    text = _(
                        "up to here the steps' own budgets are {total}, the limit {limit}",
                        total=counted(total[step.id], limit.unit.value),
                        limit=counted(limit.amount, limit.unit.value),
                    )
                    problems.append((("steps", index, "budget"), text))
        waiting = [entry for entry in waiting if entry[1].id not in total]
    return problems
