"""A new calendar or procedure version is told to all that can be reached; the others are named, and told when they can be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from temporalio.client import Client

from catalog.model import Definitions, ProcedureVersion
from events.transport.errors import Unavailable
from services.actors import claimed
from services.change_previews import ChangePreview
from services.change_telling import UNAVAILABLE, Healing, tell_cases
from services.changes import PreparedChange, prepare_change
from services.recording_reads import Reader
from sla.calendar import CalendarDefinition
from store.changes import ChangePlans, Plan
from store.views import Views
from tests.builders import a_calendar
from tests.intake.house import House, a_house
from tests.workflows.routes import five_steps
from tests.workflows.stage import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

Target = CalendarDefinition | ProcedureVersion
ACTOR = claimed("administrator", "admin1")
real_now = partial(datetime.now, UTC)


@pytest_asyncio.fixture(loop_scope="module")
async def house(client: Client, database_url: str) -> AsyncIterator[House]:
    async with a_house(client, database_url, datetime.now(UTC)) as built:
        yield built


@pytest.fixture
def installation(house: House) -> Any:
    """As much of an installation as plans use."""
    return SimpleNamespace(store=house.store, views=Views(house.store), business=house.time.to_business)


def a_holiday() -> CalendarDefinition:
    """The tests' calendar with a day off within every limit."""
    return a_calendar(version="2", days_off=(date(2026, 3, 5),))


def a_version() -> ProcedureVersion:
    """The procedure's next version, which changes nothing but its number."""
    return five_steps().procedure.model_copy(update={"version": "2"})


def prepared(installation: Any, target: Target, *, dry_run: bool) -> PreparedChange:
    change = prepare_change(
        installation,
        Reader(ACTOR, "calendar apply"),
        target,
        "QĐ 1",
        lambda _: None,
        dry_run=dry_run,
        skip_refused=True,
        now=real_now(),
    )
    assert isinstance(change, PreparedChange)
    return change


def looked_at(installation: Any, target: Target) -> ChangePreview:
    return prepared(installation, target, dry_run=True).preview


def planned(installation: Any, target: Target) -> tuple[ChangePreview, Plan]:
    change = prepared(installation, target, dry_run=False)
    assert change.plan is not None
    return change.preview, change.plan


def version_of(house: House, case_id: str, target: Target) -> str:
    """Under which version the case runs."""
    from cases.decide import fold  # noqa: PLC0415

    definitions, records = house.intake_records.ledger_of(case_id)
    standing: Definitions = fold(case_id, definitions, records).definitions
    return (standing.calendar if isinstance(target, CalendarDefinition) else standing.procedure).version


def due_at(house: House, case_id: str) -> Any:
    """The due instant by which screens sort."""
    with house.store.reading() as connection:
        return connection.scalar(text("SELECT statutory_due_at FROM cases WHERE case_id = :id"), {"id": case_id})


@pytest.mark.parametrize("target_of", [a_holiday, a_version])
async def test_a_plan_steps_over_what_it_cannot_reach_and_heals(
    house: House, installation: Any, target_of: Callable[[], Target]
) -> None:
    """One ledger is broken when the plan is made, one afterwards, one run was terminated: the rest is told in one go."""
    target = target_of()
    cases = [await house.open_and_recorded() for _ in range(6)]
    unread, untold, ended, *sound = cases
    await house.handle(ended).terminate("an operator's mistake")
    await house.break_ledger(unread)
    looked, plan = planned(installation, target)
    assert [(found.case_id, found.code) for found in looked.unreachable] == [(unread, "ledger_row_broken")]
    assert plan.cases == 5
    before = due_at(house, unread)
    await house.break_ledger(untold)
    await house.handle(untold).terminate("an operator's mistake")

    telling = await tell_cases(house.store, house.intake, plan, 1000, lambda _: None, real_now)
    assert (telling.sent, [found.case_id for found in telling.untold]) == (4, [untold])
    assert telling.untold[0].code == "ledger_row_broken"
    async with house.worker():
        await soon(lambda: all(version_of(house, case_id, target) == "2" for case_id in (ended, *sound)))
    assert due_at(house, untold) == before, "what it was not told its due columns do not say"

    healing = Healing(house.store, house.intake, real_now)
    assert await healing.look(0) == 0, "it still cannot be told"
    for case_id in (unread, untold):
        await house.mend_ledger(case_id)
    assert await Healing(house.store, house.intake, real_now).look(0) == 1
    again, rest = planned(installation, target)
    assert {change.case_id for change in again.changes} <= {unread, untold}
    await tell_cases(house.store, house.intake, rest, 1000, lambda _: None, real_now)
    async with house.worker():
        await soon(lambda: all(version_of(house, case_id, target) == "2" for case_id in cases))
    assert ChangePlans(house.store).untold() == []
    assert looked_at(installation, target).changes == []


async def test_a_plan_stops_where_it_is_temporal_that_is_away(
    house: House, installation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One case that does not answer is stepped over; several in a row are none of the cases' doing: the plan waits."""
    cases = [await house.open_and_recorded() for _ in range(4)]
    _, plan = planned(installation, a_holiday())
    away: set[str] = {cases[0]}
    send = house.intake.send

    async def sometimes(case_id: str, command: Any) -> None:
        if case_id in away:
            raise Unavailable("Temporal")
        await send(case_id, command)

    monkeypatch.setattr(house.intake, "send", sometimes)
    telling = await tell_cases(house.store, house.intake, plan, 1000, lambda _: None, real_now)
    assert (telling.sent, [(u.case_id, u.code) for u in telling.untold]) == (3, [(cases[0], UNAVAILABLE)])
    away.update(cases)
    _, plan = planned(installation, a_calendar(version="3", days_off=(date(2026, 3, 6),)))
    with pytest.raises(Unavailable):
        await tell_cases(house.store, house.intake, plan, 1000, lambda _: None, real_now)
    left = ChangePlans(house.store).unfinished("calendar", plan.head.digest)
    assert left is not None
    assert left.sent == 0, "the next run tells all of them"
