"""The promise over the whole: where the remaining graph ends, along which applications, and who holds them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cases.dossier.draft import DossierDraft
from cases.dossier.ends import joint_ends, limits_of
from cases.dossier.evolve import joint_clock_of
from cases.dossier.graph import Graph
from cases.dossier.model import Dossier, PartStatus
from cases.dossier.schedule import Progressed, Schedule, schedule
from events.language.dossier_events import DossierPromised, JointClockStarted
from sla.calendar import WorkingCalendar, compiled
from sla.deadline import due
from sla.errors import CalendarRangeError
from sla.units import Budget, Unit

MINUTE_SECONDS = 60


def remaining(dossier: Dossier, at: datetime) -> Schedule | None:
    """What is still to be done, on the calendar; None: the calendar ends before.

    What was lost, what waits for it, and what is being withdrawn is not to be done; it comes back when somebody acts.
    """
    gone = {part.name for part in dossier.parts.values() if _is_gone(dossier, part.name)}
    names = tuple(name for name in dossier.graph.names if name not in gone)
    edges = tuple(e for e in dossier.graph.edges if e.source not in gone and e.target not in gone)
    progress = {
        part.name: Progressed(part.released_at, part.ended_at)
        for part in dossier.parts.values()
        if part.name not in gone and part.released_at is not None and part.status not in (PartStatus.WAITING,)
    }
    for part in dossier.parts.values():
        if part.substitute is not None and part.name not in gone:
            progress[part.name] = Progressed(at, part.ended_at or at)
    if dossier.declaration is None:
        return None
    limits, calendar = limits_of(dossier.declaration, dossier.definitions), compiled(dossier.definitions.calendar)
    try:
        return schedule(Graph(names, edges), limits, at, calendar, progress)
    except CalendarRangeError:
        return None


def _is_gone(dossier: Dossier, name: str) -> bool:
    part = dossier.parts[name]
    if part.substitute is not None:
        return False
    if part.leaving is PartStatus.WAITING:
        return False
    return part.leaving is not None or part.status not in (PartStatus.WAITING, PartStatus.RELEASED, PartStatus.GRANTED)


def holder_of(dossier: Dossier, critical_path: tuple[str, ...]) -> str | None:
    """Whose turn it is: the agency of the open application on the critical path; the lead where nothing can move."""
    if dossier.is_closed:
        return None
    for name in critical_path:
        if dossier.parts[name].status is PartStatus.RELEASED:
            return dossier.agency(name)
    return next((dossier.agency(part.name) for part in dossier.of_status(PartStatus.RELEASED)), dossier.lead)


def held_up_by(dossier: Dossier, holders: Mapping[str, str | None]) -> str | None:
    """Who holds everything up now: whoever has the critical case, by the holders of the open cases; else whose turn it is."""
    critical = (dossier.parts[name].case_id or "" for name in dossier.critical_path)
    return next((holders[case_id] for case_id in critical if case_id in holders), dossier.holder)


def renew(draft: DossierDraft) -> None:
    """Compute the promise anew, and say it where it has changed."""
    dossier = draft.state
    left = remaining(dossier, draft.at)
    path = left.critical_path if left is not None else ()
    event = DossierPromised(
        operational_at=left and left.operational_at.astimezone(draft.at.tzinfo),
        lawful_day=left and left.lawful_day,
        critical_path=path,
        holder=holder_of(dossier, path),
    )
    former = DossierPromised(
        operational_at=dossier.promised_at,
        lawful_day=dossier.promised_day,
        critical_path=dossier.critical_path,
        holder=dossier.holder,
    )
    if event != former:
        draft.emit(event)


def start_joint_clock(draft: DossierDraft, whole: Schedule) -> None:
    """Start the promise over the whole: the joint limit, or the critical path as it is now. Raises CalendarRangeError."""
    declaration = draft.state.declaration
    if declaration is None:
        raise TypeError("a dossier that was never opened promises nothing")
    basis = "critical_path" if declaration.cap is None else "cap"
    budget = declaration.cap or _working_budget(draft.at, whole, draft.calendar)
    after_hours = declaration.after_hours
    end = due(budget, draft.at, draft.calendar, after_hours)
    started = JointClockStarted.model_validate(
        {
            "basis": basis,
            "budget": budget,
            "anchored_at": draft.at,
            "after_hours": after_hours,
            "due_at": end.operational_at.astimezone(draft.at.tzinfo),
            "lawful_day": end.lawful_day if declaration.cap is not None else whole.lawful_day,
        }
    )
    ends = joint_ends(draft.state.changed(joint_clock_of(started)))
    draft.emit(started.model_copy(update={"lawful_end_at": ends and ends.lawful_end_at}))


def _working_budget(at: datetime, whole: Schedule, calendar: WorkingCalendar) -> Budget:
    seconds = calendar.between(at, whole.operational_at).total_seconds()
    # Upwards: the joint promise is never a minute shorter than the path it is made of.
    budget = Budget(amount=max(1, int(-(-seconds // MINUTE_SECONDS))), unit=Unit.WORKING_MINUTES)
    if due(budget, at, calendar).operational_at >= whole.operational_at:
        return budget
    # A path that ends at an opening, or at night, has no working time behind the closing before: the night is its own.
    return budget.model_copy(update={"amount": budget.amount + 1})
