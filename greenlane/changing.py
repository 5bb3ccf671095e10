"""Applying a new calendar or procedure version: what it changes among the open cases, and telling each of them, paced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from cases.evolve import fold
from cases.model import Case
from cases.plans import PlannedChange, RefusedChange, calendar_changes, tried_out
from catalog.model import ProcedureVersion
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.commands import Actor, ActorKind, ApplyCalendar, Assurance, CaseCommand, MigrateProcedure
from greenlane.wiring import Wiring
from intake.desk import Intake
from sla.calendar import CalendarDefinition
from store.changes import ChangePlans, ChangeRow, Plan, PlanHead
from store.definitions import DefinitionArchive
from store.ledger import rows_of_cases
from store.views import CaseFilter, Views

BATCH_CASES = 200
"""Open cases folded together; memory stays bounded by them."""
TOLD_AT_ONCE = 20
"""Commands sent between two marks in the store: after a kill so many at most are sent twice, under the same ids."""
CALENDAR, PROCEDURE = "calendar", "procedure"

Told = Callable[[int], None]


def open_cases(wiring: Wiring, procedure: str | None = None) -> Iterator[list[Case]]:
    """The open cases, folded from their ledger, in batches. Raises StoreError."""
    views, archive = Views(wiring.store), DefinitionArchive(wiring.store)
    wanted, after = CaseFilter(open_only=True, procedure=procedure), None
    while found := views.cases(wanted, limit=BATCH_CASES, after=after):
        after = found[-1].opened_at, found[-1].case_id
        with wiring.store.reading() as connection:
            rows = [row.record for row in rows_of_cases(connection, [view.case_id for view in found])]
        yield [_folded(list(records), archive) for _, records in groupby(rows, key=lambda record: record.case_id)]


def _folded(records: Sequence[EventRecord], archive: DefinitionArchive) -> Case:
    first = records[0].event
    if not isinstance(first, ApplicationSubmitted):
        raise ValueError(f"the ledger of {records[0].case_id} does not begin with a submission")
    return fold(records[0].case_id, archive.definitions(first.definitions_digest), records)


def calendar_plan(wiring: Wiring, target: CalendarDefinition, told: Told) -> list[PlannedChange]:
    """What the version changes; `told` hears how many cases have been looked at."""
    found: list[PlannedChange] = []
    for batch in open_cases(wiring):
        found.extend(calendar_changes(batch, target))
        told(len(batch))
    return found


def migration_plan(
    wiring: Wiring, target: ProcedureVersion, reason: str, actor: Actor, told: Told
) -> tuple[list[PlannedChange], list[RefusedChange]]:
    """What the version changes, and the cases that cannot come under it."""
    changes: list[PlannedChange] = []
    refused: list[RefusedChange] = []
    at = wiring.business_time_now()
    for batch in open_cases(wiring, target.id):
        for case in batch:
            if case.definitions.procedure.digest == target.digest:
                continue
            command = _migration(f"try:{case.case_id}", at, actor, target, reason)
            found = tried_out(case, command)
            if isinstance(found, RefusedChange):
                refused.append(found)
            else:
                changes.extend(found)
        told(len(batch))
    return changes, refused


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


async def tell_cases(wiring: Wiring, intake: Intake, plan: Plan, rate: float, told: Told) -> int:
    """Send each case of a plan its command, at most `rate` a second, from where an earlier run stopped; how many.

    Raises Unavailable and StoreError; the next run goes on where this one ended, and no case takes a command twice.
    """
    plans, sent = ChangePlans(wiring.store), plan.sent
    loop = asyncio.get_running_loop()
    began_at, count = loop.time(), 0
    while waiting := await asyncio.to_thread(plans.unsent, plan, sent, TOLD_AT_ONCE):
        for case_id in waiting:
            # The pace is kept over the whole run: a slow answer is made up for, a fast one waits.
            await asyncio.sleep(max(0.0, began_at + count / rate - loop.time()))
            await intake.send(case_id, command_of(plan, case_id, intake.business(datetime.now(UTC))))
            count += 1
        sent += len(waiting)
        await asyncio.to_thread(plans.mark_sent, plan, sent)
        told(len(waiting))
    return count


def command_of(plan: Plan, case_id: str, at: datetime) -> CaseCommand:
    """The command that a plan sends to one case: always the same id, so that it takes effect once."""
    head = plan.head
    command_id = f"plan:{plan.number}:{case_id}"
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
