"""The traces of an event log as histories: as an import makes applications and decisions of them, in memory alone.

Each event is a step of its case's route and the approval of that step, at the instant that the log has for it. An event without
an instant, or with one before that of the event before it, counts at that one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from audit.simulation.history import Act, History
from catalog.basis import Text
from catalog.catalogue import Catalog
from catalog.facts import admitted
from catalog.model import Definitions, LaneTable, ProcedureVersion
from catalog.policy import LogTerms
from catalog.proposal import LOG
from catalog.receiving import receiver
from eventlog import own_logs
from eventlog.identity import SYSTEM, application_id_of
from eventlog.mapping import Naming, Step, application_facts
from eventlog.source import LogFile, Watch
from eventlog.xes import Event, Trace, XesReader
from events.language.case_events import ApplicationSubmitted
from events.language.commands import (
    ROUTE_MAX,
    Actor,
    ActorKind,
    Application,
    Assurance,
    DecideStep,
    DeclaredStep,
    Outcome,
    SubmitApplication,
)
from sla.calendar import CalendarDefinition
from wording.text import _

SOURCE: Final = "/simulation"
SENDER: Final = Actor(kind=ActorKind.SYSTEM, id=SYSTEM.id, assurance=Assurance.CLAIMED)
WITHOUT_TIME: Final = "without_time"
"""Why a trace is left out that has no instant at all."""


class Traces:
    """One log, trace by trace; memory holds one of them at a time."""

    def __init__(self, file: LogFile, terms: LogTerms, catalog: Catalog, calendar: CalendarDefinition) -> None:
        """`calendar`: on which the cases run, and in whose zone an instant counts that has no offset."""
        self.left_out: Counter[str] = Counter()
        self._file = file
        self._terms = terms
        self._catalog = catalog
        self._calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._naming = Naming()
        self._opened: dict[int, str] = {}
        """Of our own cases: by the line of the trace, when the application was handed in."""
        self._definitions: dict[str, Definitions] = {}
        self._counted: Counter[str] = Counter()
        self._actors: dict[str, Actor] = {}

    @property
    def departments(self) -> dict[str, str]:
        """What the log calls the departments that were met so far, by their ids."""
        return self._naming.departments

    def histories(self, watch: Watch | None = None) -> Iterator[tuple[History, dict[str, str]]]:
        """Each trace as a history, with all facts that it says of itself. Raises LogError, CatalogError."""
        reader = XesReader(self._file.path, ROUTE_MAX, self._is_set_aside)
        for number, trace in enumerate(reader.traces(self._file.blocks(watch)), 1):
            history = self._history(number, trace)
            if history is None:
                self.left_out[WITHOUT_TIME] += 1
            else:
                yield history

    def _is_set_aside(self, trace: Trace, event: Event) -> bool:
        if not own_logs.is_set_aside(trace, event):
            return False
        if event.first(own_logs.EVENT) == ApplicationSubmitted.__name__:
            self._opened[trace.line] = event.first("time:timestamp") or ""
        return True

    def _history(self, number: int, trace: Trace) -> tuple[History, dict[str, str]] | None:
        opened_at, decided = self._instants(trace)
        if opened_at is None:
            return None
        is_own = own_logs.is_own(trace)
        steps = own_logs.route_of(trace, self._naming) if is_own else self._naming.steps(trace)
        facts = (own_logs.facts_of if is_own else application_facts)(trace, self._counted)
        definitions = self._definitions_on(opened_at)
        name = (own_logs.application_name(trace) if is_own else None) or application_id_of(number, trace.name)
        application = Application(
            application_id=application_id_of(number, trace.name),
            source=SOURCE,
            system=SYSTEM.id,
            procedure=definitions.procedure.id,
            subject_ref=f"{LOG}-{number}",
            facts=admitted(definitions.lanes, facts),
            route=tuple(DeclaredStep(**step._asdict()) for step in steps),
            step_limit=self._terms.step_limit,
        )
        opening = SubmitApplication(
            command_id=f"{number}", received_at=opened_at, actor=SENDER, application=application
        )
        answers = (
            self._answer(number, place, step, at)
            for place, (step, at) in enumerate(zip(steps, decided, strict=True), 1)
        )
        acts = (Act(opening, opened_at), *(Act(answer, answer.received_at) for answer in answers))
        return History(f"{LOG}-{number}", name, definitions, acts), facts

    def _answer(self, number: int, place: int, step: Step, at: datetime) -> DecideStep:
        return DecideStep(
            command_id=f"{number}.{place}",
            received_at=at,
            actor=self._actor(step.department),
            step_id=step.id,
            department=step.department,
            outcome=Outcome.APPROVE,
        )

    def _actor(self, department: str) -> Actor:
        if department not in self._actors:
            self._actors[department] = Actor(kind=ActorKind.DEPARTMENT, id=department, assurance=Assurance.CLAIMED)
        return self._actors[department]

    def _instants(self, trace: Trace) -> tuple[datetime | None, list[datetime]]:
        """When the case was opened, and when each event counts; None: nobody knows."""
        told = [self._instant(event.first("time:timestamp")) for event in trace.events]
        attribute = self._terms.opened_at
        begun = self._instant(self._opened.pop(trace.line, None) or (attribute and trace.first(attribute)))
        first = next(filter(None, told), None)
        opened_at = min(filter(None, (begun, first)), default=None)
        if opened_at is None:
            return None, []
        last, counted = opened_at, []
        for at in told:
            last = last if at is None else max(last, at)
            counted.append(last)
        return opened_at, counted

    def _instant(self, text: str | None) -> datetime | None:
        try:
            at = datetime.fromisoformat((text or "").strip())
        except ValueError:
            return None
        return (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)

    def _definitions_on(self, opened_at: datetime) -> Definitions:
        table = self._catalog.lane_table(opened_at.astimezone(self._catalog.zone).date())
        if table.version not in self._definitions:
            self._definitions[table.version] = self._defined(opened_at)
        return self._definitions[table.version]

    def _defined(self, opened_at: datetime) -> Definitions:
        procedure = ProcedureVersion(
            id=LOG,
            version="1",
            name=Text.of(_("Cases of an event log")),
            agency=receiver(self._catalog).id,
            limit=self._terms.limit,
            route="declared",
        )
        definitions = self._catalog.definitions_of(procedure, opened_at.astimezone(self._catalog.zone).date())
        return definitions.model_copy(update={"calendar": self._calendar, "department_calendars": ()})


def refitted(history: History, facts: dict[str, str], lanes: LaneTable) -> History:
    """The history with the facts that another table of lanes asks for."""
    opening = history.acts[0]
    command = opening.command
    if not isinstance(command, SubmitApplication):
        return history
    application = command.application.model_copy(update={"facts": admitted(lanes, facts)})
    other = Act(command.model_copy(update={"application": application}), opening.decided_at)
    return History(history.case_id, history.name, history.definitions, (other, *history.acts[1:]), history.ticks)
