"""Telling the open cases that their rules have changed: paced, from where an earlier run stopped, and again where one is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog

from catalog.model import ProcedureVersion
from events.language.commands import Actor, ActorKind, ApplyCalendar, CaseCommand
from events.language.identity import PLAN_PREFIX
from events.transport.errors import Unavailable
from intake.cases import CaseIntake
from services.actors import claimed
from services.change_previews import Progress, Unreachable, migration
from sla.calendar import CalendarDefinition
from store.changes import ChangePlans, Plan, PlanHead
from store.database import Store
from wording.text import _

TOLD_AT_ONCE: Final = 20
"""Commands sent between two marks in the store: after a kill so many at most are sent twice, under the same ids."""
AWAY_MAX: Final = 3
"""So many cases one after the other that cannot be reached for now: then it is Temporal that is away, not a case."""
TRIED_AGAIN_SECONDS: Final = 60.0
UNAVAILABLE: Final = "unavailable"
TEMPORAL: Final = "Temporal"

log = structlog.get_logger()


@dataclass(slots=True)
class Telling:
    """How a plan was told."""

    sent: int = 0
    untold: list[Unreachable] = field(default_factory=list)
    """Cases that could not be: they are tried again by themselves."""


async def tell_cases(
    store: Store, intake: CaseIntake, plan: Plan, rate: float, progress: Progress, clock: Callable[[], datetime]
) -> Telling:
    """Send each case of a plan its command, at most `rate` a second, from where an earlier run stopped; `clock`: real.

    A case that cannot be told holds up none behind it. Raises Unavailable and StoreError where none can be; the next run goes
    on where this one ended, and no case takes a command twice.
    """
    plans, sent, telling = ChangePlans(store), plan.sent, Telling()
    loop = asyncio.get_running_loop()
    began_at, away = loop.time(), 0
    while waiting := await asyncio.to_thread(plans.unsent, plan, sent, TOLD_AT_ONCE):
        untold: dict[str, Unreachable] = {}
        for number, case_id in enumerate(waiting, start=sent - plan.sent):
            # The pace is kept over the whole run: a slow answer is made up for, a fast one waits.
            await asyncio.sleep(max(0.0, began_at + number / rate - loop.time()))
            missed = await _tell(intake, plan, case_id, clock())
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
        progress(len(waiting))
    return telling


async def _tell(intake: CaseIntake, plan: Plan, case_id: str, now: datetime) -> Unreachable | None:
    """Send one case its command. Why it could not be told; None: it is. Raises retryable StoreError."""
    try:
        await intake.send(case_id, command_of(plan, case_id, intake.business(now)))
    except Unavailable as error:
        return Unreachable(case_id, UNAVAILABLE, _("{what} does not answer.", what=error.what))
    except Exception as error:
        return Unreachable.of(case_id, error)
    return None


class Healing:
    """Tells cases that a plan could not reach, as soon as they can be."""

    def __init__(self, store: Store, intake: CaseIntake, clock: Callable[[], datetime]) -> None:
        self._plans, self._intake, self._clock = ChangePlans(store), intake, clock
        self._tried: dict[str, float] = {}

    async def look(self, _: float) -> int:
        """Try those again that were not tried of late. Returns how many are told. Raises retryable StoreError."""
        loop, healed = asyncio.get_running_loop(), 0
        for plan, case_id in await asyncio.to_thread(self._plans.untold):
            if loop.time() - self._tried.get(case_id, -TRIED_AGAIN_SECONDS) < TRIED_AGAIN_SECONDS:
                continue
            self._tried[case_id] = loop.time()
            missed = await _tell(self._intake, plan, case_id, self._clock())
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
    if head.kind == "calendar":
        return ApplyCalendar(
            command_id=command_id,
            received_at=at,
            actor=_planner(head),
            calendar=CalendarDefinition.model_validate_json(head.body),
            reason=head.reason,
        )
    return migration(command_id, at, _planner(head), ProcedureVersion.model_validate_json(head.body), head.reason)


def _planner(head: PlanHead) -> Actor:
    """Who made the plan. One that an older version stored names the administrator's account alone."""
    kind, _, account = head.actor.partition(":")
    if account and kind in set(ActorKind):
        return claimed(kind, account)
    return claimed(ActorKind.ADMINISTRATOR, head.actor)
