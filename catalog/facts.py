"""Which facts of an application the catalogue admits: names, lists and types that a lane table knows. Pure.

Everything else that an application says is its applicant's own text: it is put away with the person, and no event has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.errors import close_matches
from catalog.model import Fact, LaneTable
from wording.text import LazyText, _, _p

NUMBER_MAX: Final = 2**53 - 1
"""Whole numbers up to this are the same in every reader of JSON (RFC 8259, section 6)."""
_KEPT: Final = "_admitted"


@dataclass(frozen=True, slots=True)
class _Admitted:
    """What one fact may be: one of some texts, a truth, a number."""

    texts: frozenset[str]
    truths: bool
    numbers: bool

    def takes(self, value: Fact) -> bool:
        if isinstance(value, bool):
            return self.truths
        if isinstance(value, int):
            return self.numbers and abs(value) <= NUMBER_MAX
        return value in self.texts


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A fact that no event gets: the catalogue knows no such name, or no list of it such a value."""

    name: str
    nearest: str | None
    """The known name, or the entry of a list, that looks most like it."""
    is_known: bool = False
    """The name is known, its value is not."""

    @property
    def field(self) -> str:
        """Where it stands in an application."""
        return f"facts.{self.name}"

    @property
    def message(self) -> LazyText:
        """What is wrong, without the value."""
        name = f"'{self.name}'"
        if self.is_known:
            return _("No list knows the value of {name}: the case goes without it.", name=name)
        return _("There is no fact {name}: the case goes without it.", name=name)

    @property
    def remedy(self) -> LazyText:
        """The nearest that is known."""
        if self.nearest is None:
            return _p("fact", "Leave it out.")
        return _("Did you mean '{nearest}'?", nearest=self.nearest)


def admitted(table: LaneTable, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts that a case may know under this table."""
    known = _of(table)
    return {name: value for name, value in facts.items() if name in known and known[name].takes(value)}


def left_out(table: LaneTable, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts that stay with the person."""
    taken = admitted(table, facts)
    return {name: value for name, value in facts.items() if name not in taken}


def findings(table: LaneTable, facts: Mapping[str, Fact]) -> tuple[LeftOut, ...]:
    """Each fact that is left out, with the nearest that is known; in the order in which they were given."""
    known = _of(table)
    unlisted: list[LeftOut] = []
    for name, value in left_out(table, facts).items():
        is_known = name in known
        # The name is misspelt, or else the value, which is shown to nobody.
        near = close_matches(str(value) if is_known else name, known[name].texts if is_known else known, 1)
        unlisted.append(LeftOut(name, near[0] if near else None, is_known=is_known))
    return tuple(unlisted)


def _of(table: LaneTable) -> Mapping[str, _Admitted]:
    known: Mapping[str, _Admitted] | None = table.__dict__.get(_KEPT)
    if known is None:
        # Not a field: it takes no part in equality or digest, is never written out, and a changed copy makes its own.
        known = table.__dict__[_KEPT] = {name: _admitted_by(table, name) for name in table.facts}
    return known


def _admitted_by(table: LaneTable, name: str) -> _Admitted:
    conditions = [condition for rule in table.rules for condition in rule.when if condition.fact == name]
    equals = [condition.equals for condition in conditions if condition.equals is not None]
    texts = {value for value in equals if isinstance(value, str)}
    for condition in conditions:
        if condition.in_list is not None:
            texts |= table.list_by_id[condition.in_list].members
    return _Admitted(
        texts=frozenset(texts),
        truths=any(isinstance(value, bool) for value in equals),
        numbers=any(condition.at_least is not None for condition in conditions)
        or any(isinstance(value, int) and not isinstance(value, bool) for value in equals),
    )
