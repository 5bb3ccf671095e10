"""A case or a linked dossier as it stood at an instant, as values for whatever door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from audit.replay.cases import remaining_seconds
from cases.model import Case, ClockState
from cases.turn import WorkItem
from cases.views import view_of, work_of
from events.language.case_events import EventRecord
from services.case_sheets import CaseSheet
from services.dossier_sheets import DossierSheet
from services.lateness import Delay, WaitingStep
from sla.calendar import compiled


@dataclass(frozen=True)
class CaseThen:
    """A case at a business instant, with the events that say so."""

    sheet: CaseSheet
    at: datetime

    @classmethod
    def of(cls, case: Case, records: Iterable[EventRecord], at: datetime, texts: dict[str, str]) -> CaseThen:
        """Of a state and the events that made it."""
        return cls(CaseSheet(case, view_of(case), tuple(records), [], texts), at)

    @property
    def work(self) -> tuple[WaitingStep, ...]:
        """Its place on the worklists: the steps that wait for a department."""
        return waiting_then(self.sheet.case, self.at)

    def remaining_seconds(self, clock: ClockState) -> float | None:
        """What is left of a clock's budget, in the clock's own measure; None: it is over, or beyond the calendar."""
        return remaining_seconds(clock, self.sheet.case.definitions, self.at)


@dataclass(frozen=True)
class DossierThen:
    """A linked dossier at a business instant, with the events that say so and its cases as they stood then."""

    sheet: DossierSheet
    at: datetime


Then = CaseThen | DossierThen


class Frame(NamedTuple):
    """One event that counts, with what stood before and after it."""

    record: EventRecord
    before: Then | None
    """None: it is the first."""
    after: Then


def waiting_then(case: Case, at: datetime) -> tuple[WaitingStep, ...]:
    """The steps of a case that waited at an instant, each late by the calendar that its clock ran on then."""
    return tuple(WaitingStep(item, _delay(case, item, at)) for item in work_of(case))


def _delay(case: Case, item: WorkItem, at: datetime) -> Delay | None:
    return None if item.late is None else Delay(item.late, compiled(case.definitions.calendars[item.late.calendar]), at)
