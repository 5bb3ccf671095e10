"""What may be retired, and on which day. Pure.

A version is retired where no other takes its place: a law that is abolished, a temporary rule. It ends with the day that is
named; what was received until then keeps it. No day that is past can be named, for applications were received on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel

from catalog.definition import Key
from catalog.dossier import DossierTemplate
from catalog.errors import RetirementRefused, UnknownDefinition, UnknownKind, UnknownVersion
from catalog.kinds import KINDS, Kind, kind_of
from catalog.validity import Ends, begins_on, ends_on, in_order, windows
from wording.text import LazyText, _, joined

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Retirement:
    """The last day of one version."""

    key: Key
    valid_until: date
    stands: bool
    """Whether it was so before: the same act twice is one act."""


@dataclass(frozen=True)
class Retiring:
    """A catalogue in which something is to be retired: every version of it, what is published, and what ended before."""

    definitions: Sequence[BaseModel]
    published: Collection[Key]
    ends: Ends
    today: date
    """The day by which the act is done, in the province."""

    def of(self, kind: str, id_: str, version: str, on: date) -> Retirement:
        """The retirement. Raises UnknownKind, UnknownDefinition, UnknownVersion, RetirementRefused."""
        key, versions = self._found(kind, id_, version)
        definition = next(candidate for candidate in versions if (candidate.id, candidate.version) == key[1:])
        if self.ends.get(key, definition.valid_until) == on:
            return Retirement(key, on, stands=True)
        named = {"noun": KINDS[kind].noun, "id": id_, "version": version}
        details = {**named, "on": _said(on), "today": _said(self.today)}
        if on < begins_on(definition):
            raise RetirementRefused.of(
                "retire_before_beginning", field="on", begins=_said(begins_on(definition)), **details
            )
        self._refuse_ended(definition, on, details)
        if on < self.today:
            raise RetirementRefused.of("retire_past", field="on", **details)
        self._refuse_followed(versions, definition, on, details)
        if KINDS[kind].one and self._follower(versions, definition) != on + ONE_DAY:
            raise RetirementRefused.of("retire_lanes", field="on", **details)
        return Retirement(key, on, stands=False)

    def _found(self, kind: str, id_: str, version: str) -> tuple[Key, tuple[Any, ...]]:
        """The version's key, and all versions among which it stands, the earliest first."""
        if kind not in KINDS:
            raise UnknownKind(kind, KINDS)
        meant = KINDS[kind]
        versions = [definition for definition in self.definitions if kind_of(definition) is meant]
        own = self._named(meant, versions, id_)
        key = Key(kind, id_, version)
        if not meant.dated:
            raise RetirementRefused.of("retire_kind", field="kind", noun=meant.noun)
        details = {"noun": meant.noun, "id": id_, "version": version}
        if version not in {definition.version for definition in own}:
            known = joined(", ", [definition.version for definition in in_order(own)])
            raise UnknownVersion.of("retire_version", field="version", known=known, **details)
        if key not in self.published:
            raise RetirementRefused.of("retire_draft", field="version", **details)
        return key, in_order(versions if meant.one else own)

    @staticmethod
    def _named(kind: Kind, versions: Iterable[Any], id_: str) -> list[Any]:
        everything = list(versions)
        own = [definition for definition in everything if definition.id == id_]
        if not own:
            raise UnknownDefinition(id_, {definition.id for definition in everything}, kind.noun)
        return own

    def _refuse_ended(self, definition: Any, on: date, details: Mapping[str, str]) -> None:
        """What ended stays so; and no act lets a version live longer than its own text says."""
        end = ends_on(definition, self.ends)
        if end < self.today:
            raise RetirementRefused.of("retire_ended", field="version", end=_said(end), **details)
        if definition.valid_until is not None and on > definition.valid_until:
            raise RetirementRefused.of("retire_stated", field="on", end=_said(definition.valid_until), **details)

    def _refuse_followed(self, versions: Sequence[Any], definition: Any, on: date, details: Mapping[str, str]) -> None:
        """Its successor ends it sooner."""
        begins = self._follower(versions, definition)
        if begins is not None and on >= begins:
            newer = versions[versions.index(definition) + 1].version
            days = {"begins": _said(begins), "end": _said(begins - ONE_DAY)}
            raise RetirementRefused.of("retire_replaced", field="on", newer=newer, **days, **details)

    @staticmethod
    def _follower(versions: Sequence[Any], definition: Any) -> date | None:
        """The day on which the next version begins."""
        later = versions[versions.index(definition) + 1 :]
        return begins_on(later[0]) if later else None

    def templates_without(self, done: Retirement) -> list[str]:
        """Templates of linked dossiers that are in force while a procedure of theirs is not: nobody can open one by them."""
        if done.key.kind != "procedure":
            return []
        _, versions = self._found(*done.key)
        definition = next(version for version in versions if version.version == done.key.version)
        first, next_ = done.valid_until + ONE_DAY, self._follower(versions, definition)
        last = date.max if next_ is None else next_ - ONE_DAY
        return sorted(
            {
                template.id
                for template, window in self._templates()
                if any(part.procedure == definition.id for part in template.applications)
                and max(window.first_day or date.min, first) <= min(window.last_day or date.max, last)
            }
        )

    def _templates(self) -> Iterable[tuple[DossierTemplate, Any]]:
        templates = [definition for definition in self.definitions if isinstance(definition, DossierTemplate)]
        for id_ in sorted({template.id for template in templates}):
            yield from windows(in_order(template for template in templates if template.id == id_), self.ends)


def _said(day: date) -> LazyText:
    """A day as each language writes it."""
    return _("{day:%Y-%m-%d}", day=day)
