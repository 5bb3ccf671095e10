"""Applying a new calendar or procedure version: what it changes among the open cases, and telling each of them, paced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Self

import structlog

from cases.evolve import fold
from cases.model import Case
from catalog.model import ProcedureVersion
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.commands import Actor, ActorKind, ApplyCalendar, Assurance, CaseCommand, MigrateProcedure
from events.language.identity import PLAN_PREFIX
from events.transport.errors import Unavailable
from greenlane.wiring import Wiring
from intake.cases import CaseIntake
from sla.calendar import CalendarDefinition
from store.changes import ChangePlans, ChangeRow, Plan, PlanHead
from store.definitions import DefinitionArchive
from store.errors import LedgerRowBroken, StoreError
from store.ledger import rows_of_cases
from store.views import CaseFilter, Views
from wording.text import _

if TYPE_CHECKING:
    from cases.plans import PlannedChange, RefusedChange

BATCH_CASES = 200
"""Open cases folded together; memory stays bounded by them."""
TOLD_AT_ONCE = 20
"""Commands sent between two marks in the store: after a kill so many at most are sent twice, under the same ids."""
AWAY_MAX = 3
"""So many cases one after the other that cannot be reached for now: then it is Temporal that is away, not a case."""
TRIED_AGAIN_SECONDS = 60.0
CALENDAR, PROCEDURE = "calendar", "procedure"
DEFECT, UNAVAILABLE, TEMPORAL = "defect", "unavailable", "Temporal"

log = structlog.get_logger()

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A case that could not be looked at, or not be told."""

    case_id: str
    code: str
    message: str

    @classmethod
    def of(cls, case_id: str, error: Exception) -> Self:
        """Why. Raises the error itself where it concerns all cases: a server that is away."""
        if isinstance(error, StoreError):
            if error.retryable:
                raise error
            return cls(case_id, error.code, error.message)
        # The name only: the text of an exception may quote what nobody else may read.
        name = type(error).__name__
        return cls(case_id, DEFECT, _("The case cannot be reached ({name}).", name=name))


@dataclass(slots=True)
class Looked:
    """What a version changes among the open cases."""

    changes: list[PlannedChange] = field(default_factory=list)
    refused: list[RefusedChange] = field(default_factory=list)
    """Cases that cannot come under it."""
    unreachable: list[Unreachable] = field(default_factory=list)
    """Cases of which nothing can be said: their ledger cannot be read."""


def open_cases(wiring: Wiring, looked: Looked, procedure: str | None = None) -> Iterator[list[Case]]:
    """The open cases, folded from their ledger, in batches; those that cannot be are noted. Raises retryable StoreError."""
    views, archive = Views(wiring.store), DefinitionArchive(wiring.store)
    wanted, after = CaseFilter(open_only=True, procedure=procedure), None
    while found := views.cases(wanted, limit=BATCH_CASES, after=after):
        after = found[-1].opened_at, found[-1].case_id
        with wiring.store.reading() as connection:
            rows = list(rows_of_cases(connection, [view.case_id for view in found]))
        batch: list[Case] = []
        for case_id, of_case in groupby(rows, key=lambda row: row.case_id):
            try:
                batch.append(_folded([row.record for row in of_case], archive))
            except Exception as error:
                looked.unreachable.append(Unreachable.of(case_id, error))
        yield batch


def _folded(records: Sequence[EventRecord], archive: DefinitionArchive) -> Case:
    first = records[0].event
    if not isinstance(first, ApplicationSubmitted):
        raise LedgerRowBroken(case_id=records[0].case_id, sequence=1)
    return fold(records[0].case_id, archive.definitions(first.definitions_digest), records)


def calendar_plan(wiring: Wiring, target: CalendarDefinition, told: Told) -> Looked:
    """What the version changes; `told` hears how many cases have been looked at."""
    from cases.plans import calendar_changes  # NumPy: a third of what a process takes to start

    looked = Looked()
    for batch in open_cases(wiring, looked):
        looked.changes.extend(calendar_changes(batch, target))
        told(len(batch))
    return looked


def migration_plan(wiring: Wiring, target: ProcedureVersion, reason: str, actor: Actor, told: Told) -> Looked:
    """What the version changes, and the cases that cannot come under it."""
    from cases.plans import RefusedChange, tried_out

    looked = Looked()
    at = wiring.business_time_now()
    for batch in open_cases(wiring, looked, target.id):
        for case in batch:
            if case.definitions.procedure.digest == target.digest:
                continue
            command = _migration(f"try:{case.case_id}", at, actor, target, reason)
            found = tried_out(case, command)
            if isinstance(found, RefusedChange):
                looked.refused.append(found)
            else:
                looked.changes.extend(found)
        told(len(batch))
    return looked


def kept(wiring: Wiring, head: PlanHead, changes: Sequence[PlannedChange]) -> Plan:
    """Store the plan with the due columns that it moves. Raises StoreError."""
    rows = (ChangeRow(c.case_id, c.clock_id, c.kind, c.step_id, c.former_due_at, c.due_at, c.reason) for c in changes)
    return ChangePlans(wiring.store).keep(head, rows)


def actor_of(kind: str, account: str) -> Actor:
    """Who changes the rules under open cases; that it is they is only claimed."""
    return Actor(kind=ActorKind(kind), id=account, assurance=Assurance.CLAIMED)


def head_of(target: CalendarDefinition | ProcedureVersion, reason: str, actor: Actor, planned_at: datetime) -> PlanHead:
    """What a plan for this version is about."""
    kind = CALENDAR if isinstance(target, CalendarDefinition) else PROCEDURE
    body = target.model_dump_json(exclude_defaults=True)
    return PlanHead(
        kind, target.id, target.version, target.digest, body, reason, f"{actor.kind}:{actor.id}", planned_at
    )


@dataclass(slots=True)
class Telling:
    """How a plan was told."""

    sent: int = 0
    untold: list[Unreachable] = field(default_factory=list)
    """Cases that could not be: they are tried again by themselves."""


async def tell_cases(wiring: Wiring, intake: CaseIntake, plan: Plan, rate: float, told: Told) -> Telling:
    """Send each case of a plan its command, at most `rate` a second, from where an earlier run stopped.

    A case that cannot be told holds up none behind it. Raises Unavailable and StoreError where none can be; the next run goes
    on where this one ended, and no case takes a command twice.
    """
    plans, sent, telling = ChangePlans(wiring.store), plan.sent, Telling()
    loop = asyncio.get_running_loop()
    began_at, away = loop.time(), 0
    while waiting := await asyncio.to_thread(plans.unsent, plan, sent, TOLD_AT_ONCE):
        untold: dict[str, Unreachable] = {}
        for number, case_id in enumerate(waiting, start=sent - plan.sent):
            # The pace is kept over the whole run: a slow answer is made up for, a fast one waits.
            await asyncio.sleep(max(0.0, began_at + number / rate - loop.time()))
            missed = await _told_one(intake, plan, case_id)
            away = away + 1 if missed is not None and missed.code == UNAVAILABLE else 0
            if away >= AWAY_MAX:
                raise Unavailable(TEMPORAL)
            if missed is not None:
                untold[case_id] = missed
        await asyncio.to_thread(plans.keep_untold, plan, {case_id: found.code for case_id, found in untold.items()})
        telling.untold += untold.values()
        telling.sent += len(waiting) - len(untold)
        sent += len(waiting)
        await asyncio.to_thread(plans.mark_sent, plan, sent)
        told(len(waiting))
    return telling


async def _told_one(intake: CaseIntake, plan: Plan, case_id: str) -> Unreachable | None:
    """Send one case its command. Why it could not be told; None: it is. Raises retryable StoreError."""
    try:
        await intake.send(case_id, command_of(plan, case_id, intake.business(datetime.now(UTC))))
    except Unavailable as error:
        return Unreachable(case_id, UNAVAILABLE, _("{what} does not answer.", what=error.what))
    except Exception as error:
        return Unreachable.of(case_id, error)
    return None


class Healing:
    """Tells cases that a plan could not reach, as soon as they can be."""

    def __init__(self, wiring: Wiring, intake: CaseIntake) -> None:
        self._plans, self._intake = ChangePlans(wiring.store), intake
        self._tried: dict[str, float] = {}

    async def look(self, _: float) -> int:
        """Try those again that were not tried of late. Returns how many are told. Raises retryable StoreError."""
        loop, healed = asyncio.get_running_loop(), 0
        for plan, case_id in await asyncio.to_thread(self._plans.untold):
            if loop.time() - self._tried.get(case_id, -TRIED_AGAIN_SECONDS) < TRIED_AGAIN_SECONDS:
                continue
            self._tried[case_id] = loop.time()
            missed = await _told_one(self._intake, plan, case_id)
            if missed is not None:
                log.warning("a case still cannot be told", case=case_id, code=missed.code)
                continue
            await asyncio.to_thread(self._plans.forget_untold, plan, case_id)
            self._tried.pop(case_id, None)
            healed += 1
        return healed


def command_of(plan: Plan, case_id: str, at: datetime) -> CaseCommand:
    """The command that a plan sends to one case: always the same id, so that it takes effect once."""
    head = plan.head
    command_id = f"{PLAN_PREFIX}{plan.number}:{case_id}"
    if head.kind == CALENDAR:
        return ApplyCalendar(
            command_id=command_id,
            received_at=at,
            actor=_planner(head),
            calendar=CalendarDefinition.model_validate_json(head.body),
            reason=head.reason,
        )
    return _migration(command_id, at, _planner(head), ProcedureVersion.model_validate_json(head.body), head.reason)


def _planner(head: PlanHead) -> Actor:
    """Who made the plan. One that an older version stored names the administrator's account alone."""
    kind, _, account = head.actor.partition(":")
    if account and kind in set(ActorKind):
        return actor_of(kind, account)
    return actor_of(ActorKind.ADMINISTRATOR, head.actor)


def _migration(command_id: str, at: datetime, actor: Actor, target: ProcedureVersion, reason: str) -> MigrateProcedure:
    return MigrateProcedure(
        command_id=command_id,
        received_at=at,
        actor=actor,
        procedure=target,
        reason=reason,
    )
