"""A catalogue put together from its definitions, wherever they were kept: in a folder, or in the database of a stack. Pure.

Nothing is checked here: the definitions are those of a folder or of an edition that was found whole and consistent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from catalog.catalogue import Catalog, version_order
from catalog.dossier import DossierTemplate, SilenceRules
from catalog.duties import DutyRules
from catalog.errors import UnknownCalendarFlag
from catalog.model import LaneTable, ProcedureVersion
from catalog.province import Province
from catalog.retention import RetentionRules
from catalog.systems import SystemList
from catalog.validity import NO_ENDS, Ends, in_order
from sla.calendar import CalendarDefinition, with_flags
from sla.ladder import Ladder

M = TypeVar("M", bound=BaseModel)
D = TypeVar("D", ProcedureVersion, DossierTemplate)


def assembled(definitions: Iterable[BaseModel], ends: Ends = NO_ENDS, flags: frozenset[str] = frozenset()) -> Catalog:
    """The catalogue of all these versions, in any order; `ends`: the last days of those that were retired.

    `flags` take announced holidays off the calendars whose law is not confirmed. Raises UnknownCalendarFlag for a flag no
    calendar has.
    """
    versions = list(definitions)
    calendars = newest(_of(CalendarDefinition, versions))
    _refuse_unknown_flags(calendars, flags)
    return Catalog(
        procedures=_by_id(_of(ProcedureVersion, versions)),
        province=newest(_of(Province, versions))[-1],
        lanes=in_order(_of(LaneTable, versions)),
        ladders={ladder.id: ladder for ladder in newest(_of(Ladder, versions))},
        calendars={calendar.id: _flagged(calendar, flags) for calendar in calendars},
        flags=flags,
        dossiers=_by_id(_of(DossierTemplate, versions)),
        silence=next(reversed(newest(_of(SilenceRules, versions))), None),
        duties=next(reversed(newest(_of(DutyRules, versions))), None),
        retention=in_order(_of(RetentionRules, versions)),
        systems={system.id: system for lists in newest(_of(SystemList, versions))[-1:] for system in lists.systems},
        ends=ends,
    )


def newest(definitions: Iterable[M]) -> list[M]:
    """All versions, the newest last, so that it wins where the id is the key."""
    return sorted(definitions, key=lambda definition: version_order(str(getattr(definition, "version", ""))))


def _of(model: type[M], definitions: Sequence[BaseModel]) -> list[M]:
    return [definition for definition in definitions if isinstance(definition, model)]


def _by_id(definitions: Sequence[D]) -> dict[str, tuple[D, ...]]:
    ids = sorted({definition.id for definition in definitions})
    return {name: in_order(definition for definition in definitions if definition.id == name) for name in ids}


def _refuse_unknown_flags(calendars: Iterable[CalendarDefinition], flags: frozenset[str]) -> None:
    known = {entry.flag for calendar in calendars for entry in calendar.flagged_days_off}
    for flag in sorted(flags - known):
        raise UnknownCalendarFlag(flag, known)


def _flagged(calendar: CalendarDefinition, flags: frozenset[str]) -> CalendarDefinition:
    """The calendar with its share of the flags; without one it stays as published, and its digest is the published one."""
    own = flags & {entry.flag for entry in calendar.flagged_days_off}
    return with_flags(calendar, own) if own else calendar
