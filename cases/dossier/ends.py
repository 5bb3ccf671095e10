"""The joint promise's ends: the appointment told to the applicant, the lawful end, and what became of them. Pure.

A joint limit counted in days has two ends as any limit has (Civil Code 2015 art. 147-148). A promise made of the critical path
is measured in working time, but it is no limit of its own: whoever ends in time at the end of the path keeps it. So it lasts
as long as the limits that it is made of, until 24:00 of their last day; a path that ends with a limit in hours has one end.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cases.dossier.model import Dossier, Same, graph_in
from cases.dossier.schedule import Limit, schedule
from cases.model import ClockStatus
from cases.timetable import TWO_ENDED_UNITS
from catalog.dossier import DossierDefinitions
from events.language.dossier_commands import Declaration
from sla.calendar import compiled
from sla.clock import Clock
from sla.errors import CalendarRangeError


class JointEnds(NamedTuple):
    """When the joint promise ends. Instants in UTC."""

    appointment_at: datetime
    """The operational end; the only one, where there is one."""
    lawful_end_at: datetime | None
    """24:00 of the last day; None: the promise has one end."""

    @property
    def end_at(self) -> datetime:
        """The end whose passing is the breach."""
        return self.lawful_end_at or self.appointment_at


def joint_ends(dossier: Dossier) -> JointEnds | None:
    """The ends of the joint promise; None: it was not given yet. The same for what an older version started."""
    if dossier.clock is None or dossier.joint_due_at is None or dossier.declaration is None:
        return None
    lawful = _lawful_end(Same(dossier.declaration), Same(dossier.definitions), dossier.clock)
    appointment_at = dossier.joint_due_at.astimezone(UTC)
    return JointEnds(appointment_at, lawful if lawful is not None and lawful >= appointment_at else None)


@lru_cache(256)
def _lawful_end(declaration: Same[Declaration], definitions: Same[DossierDefinitions], clock: Clock) -> datetime | None:
    calendar = compiled(definitions.value.calendar)
    try:
        if declaration.value.cap is not None:
            limit = clock.due(calendar) if clock.budget.unit in TWO_ENDED_UNITS else None
            end_at = None if limit is None else limit.lawful_end_at
        else:
            graph = graph_in(declaration)
            limits = limits_of(declaration.value, definitions.value)
            end_at = schedule(graph, limits, clock.anchored_at, calendar).lawful_end_at
    except CalendarRangeError:
        return None
    return None if end_at is None else end_at.astimezone(UTC)


def limits_of(declaration: Declaration, definitions: DossierDefinitions) -> dict[str, Limit]:
    """How long each application may take."""
    return {part.name: Limit.of(definitions.procedures[part.procedure]) for part in declaration.applications}


class JointVerdict(NamedTuple):
    """How the joint promise stands."""

    state: ClockStatus
    met_at: datetime | None
    kept: bool | None
    """Of the end whose passing is the breach; None: not decided yet."""
    appointment_kept: bool | None
    """None: not decided yet, or the promise has one end, or was given back with the dossier."""


def verdict_of(dossier: Dossier) -> JointVerdict:
    """What became of the joint promise; of a breach that does not count: as without it."""
    ends = joint_ends(dossier)
    two_ends = ends is not None and ends.lawful_end_at is not None
    state = joint_state(dossier, ends)
    ended_at = dossier.joint_ended_at
    kept = dossier.promise_kept if state is ClockStatus.CANCELLED else _kept(state)
    appointment_kept = dossier.appointment_kept
    if ended_at is not None and two_ends and ends is not None and appointment_kept is None:
        # An older event does not say.
        appointment_kept = None if state is ClockStatus.CANCELLED else ended_at <= ends.appointment_at
    return JointVerdict(state, ended_at if state is ClockStatus.MET else None, kept, appointment_kept)


def _kept(state: ClockStatus) -> bool | None:
    return {ClockStatus.MET: True, ClockStatus.BREACHED: False}.get(state)


def joint_state(dossier: Dossier, ends: JointEnds | None) -> ClockStatus:
    """Running, past its appointment, met, breached or cancelled."""
    ended_at = dossier.joint_ended_at
    if dossier.counts_as_breached and not _ended_before_lawful_end(dossier, ends):
        return ClockStatus.BREACHED
    if ended_at is not None:
        return ClockStatus.CANCELLED if dossier.joint_given_back else ClockStatus.MET
    return ClockStatus.RUNNING if dossier.appointment_passed_at is None else ClockStatus.PAST_APPOINTMENT


def _ended_before_lawful_end(dossier: Dossier, ends: JointEnds | None) -> bool:
    """Whether the breach is an older rule's, recorded at the appointment, and the dossier ended in time after all."""
    ended_at, lawful_end_at = dossier.joint_ended_at, None if ends is None else ends.lawful_end_at
    in_time = ended_at is not None and lawful_end_at is not None and ended_at <= lawful_end_at
    return dossier.was_breached_early and in_time


def recorded_early_at(dossier: Dossier, ends: JointEnds) -> datetime | None:
    """When a breach was recorded that an older rule took from the appointment, before the lawful end; None: none was."""
    if not dossier.was_breached_early or ends.lawful_end_at is None:
        return None
    breached_at = dossier.breached_at or ends.appointment_at
    return breached_at if breached_at < ends.lawful_end_at else None
