"""The catalogue as a process keeps up with it: what a case is told, while somebody publishes, and ahead of the clock."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from catalog.basis import Text
from catalog.catalogue import Catalog
from catalog.definition import Key
from catalog.loader import DATA_FOLDER, load_catalog, read_folder
from catalog.systems import SubmittingSystem
from events.transport.errors import Unavailable
from intake import catalogue as module
from intake.catalogue import IN_FORCE_AFTER, LiveCatalogue
from intake.publishing import versions_on
from intake.systems import Systems
from sla.business_time import BusinessTime
from store.catalogue import Act, Look, PublishedVersion
from store.errors import CatalogueUnreadable, StoreNotMigrated, StoreUnavailable
from tests.builders import MONDAY
from tests.workflows.stage import soon

NOON = datetime(2026, 4, 1, 5, tzinfo=UTC)
SHIPPED = tuple(versions_on(read_folder(DATA_FOLDER).shelf))
LANES = next(version for version in SHIPPED if version.key.kind == "lanes" and version.key.version == "2025-08-01")
DAY = date(2026, 11, 27)


def lanes(version: str) -> PublishedVersion:
    """A further version of the table of lanes, that holds from the day it is named by."""
    definition = LANES.parsed().model_copy(update={"version": version, "valid_from": date.fromisoformat(version)})
    return replace(LANES, key=Key(*LANES.key[:2], version), definition=definition.model_dump_json(exclude_none=True))


class Published:
    """A database of acts, whose clock goes as the test says."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.acts: list[Act] = []
        self.looks = 0
        self.is_under_way = False
        self.on_look: Callable[[], None] = lambda: None

    def publish(self, *versions: PublishedVersion, ends: Any = ()) -> Act:
        act = Act(len(self.acts) + 1, "publish", "an", None, self.now, versions, tuple(ends))
        self.acts.append(act)
        return act

    def look(self, after: int = 0) -> Look:
        self.looks += 1
        self.on_look()
        return Look(tuple(act for act in self.acts if act.number > after), None if self.is_under_way else self.now)

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def live(published: Published, time: BusinessTime | None = None, *flags: str) -> LiveCatalogue:
    return LiveCatalogue(published, time or BusinessTime.real_time(), frozenset(flags))  # type: ignore[arg-type]


@pytest.fixture
def published() -> Published:
    """One that was prepared an hour ago."""
    made = Published(NOON - timedelta(hours=1))
    made.publish(*SHIPPED)
    made.now = NOON
    return made


def table(catalog: Catalog) -> str:
    return catalog.lane_table(DAY).version


async def test_the_first_edition_holds_since_ever(published: Published) -> None:
    """Cases that were there before there were editions go on."""
    found = live(published)
    for instant in (MONDAY, published.acts[0].at, NOON, datetime.min.replace(tzinfo=UTC)):
        assert table(await found.at(instant)) == "2025-08-01"
    assert published.looks == 1


async def test_an_edition_holds_from_its_instant_on(published: Published) -> None:
    """Not from when it was written, nor from when somebody learnt of it."""
    act = published.publish(lanes("2026-04-02"))
    published.passes(60)
    found = live(published)
    begins = act.at + IN_FORCE_AFTER
    assert table(await found.at(act.at)) == "2025-08-01"
    assert table(await found.at(begins - timedelta(microseconds=1))) == "2025-08-01"
    assert table(await found.at(begins)) == "2026-04-02"
    assert table(found.newest()) == "2026-04-02"


async def test_who_looked_a_moment_ago_does_not_look_again(published: Published) -> None:
    """What is published within that moment comes into force after it."""
    found = live(published)
    await found.at(NOON)
    for after in (0.5, 1.0, 2.9):
        await found.at(NOON + timedelta(seconds=after))
    assert published.looks == 1
    published.publish(lanes("2026-04-02"))
    published.passes(3)
    assert table(await found.at(published.now)) == "2026-04-02", "the very first instant at which it holds"
    assert published.looks == 2


async def test_many_that_wait_look_once(published: Published) -> None:
    """A burst of cases after a pause is no burst of questions to the database."""
    found = live(published)
    await asyncio.gather(*(found.at(NOON) for _ in range(50)))
    assert published.looks == 1


async def test_two_processes_say_the_same(published: Published) -> None:
    """Whenever each of them looked."""
    early, late = live(published), live(published)
    await early.at(NOON)
    published.publish(lanes("2026-04-02"))
    published.passes(2)
    published.publish(lanes("2026-04-03"))
    published.passes(10)
    for second in range(9):
        instant = NOON + timedelta(seconds=second)
        assert table(await early.at(instant)) == table(await late.at(instant))


async def test_a_case_waits_while_somebody_publishes(published: Published) -> None:
    """Until that is over, and then runs under what was published."""
    found = live(published)
    await found.at(NOON)
    published.is_under_way = True
    published.passes(5)
    asked = asyncio.create_task(found.at(published.now))
    await soon(lambda: published.looks >= 4)
    assert not asked.done()
    # It wrote its row at once, and can be seen only now.
    act = published.publish(lanes("2026-04-02"))
    published.acts[-1] = replace(act, at=NOON)
    published.is_under_way = False
    assert table(await asked) == "2026-04-02"


async def test_an_instant_that_is_known_is_answered_though_somebody_publishes(published: Published) -> None:
    """Nothing that is under way now can concern it."""
    found = live(published)
    await found.at(NOON)
    published.is_under_way = True
    assert table(await found.at(NOON + timedelta(seconds=1))) == "2025-08-01"


async def test_a_case_does_not_wait_for_ever(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever handed it in hears that PostgreSQL is not to be used now, and tries again."""
    monkeypatch.setattr(module, "WAIT_MAX_SECONDS", 0.2)
    published.is_under_way = True
    with pytest.raises(Unavailable):
        await live(published).at(NOON)


async def test_an_instant_a_little_ahead_of_the_database_is_waited_for(published: Published) -> None:
    """Another server's clock may go before it: what is published meanwhile holds at that instant."""
    found = live(published)
    ahead = NOON + timedelta(seconds=8)
    asked = asyncio.create_task(found.at(ahead))
    await soon(lambda: published.looks >= 3)
    assert not asked.done()
    published.publish(lanes("2026-04-02"))
    published.passes(6)
    assert table(await asked) == "2026-04-02"


async def test_an_instant_far_ahead_gets_the_newest(published: Published) -> None:
    """Nobody waits a year for it."""
    published.publish(lanes("2026-04-02"))
    assert table(await live(published).at(NOON + timedelta(days=365))) == "2026-04-02"


async def test_business_time_has_a_pace_of_its_own(published: Published) -> None:
    """A moment of real time is hours of it; an edition holds from the business instant of that moment on."""
    time = BusinessTime(business_anchor_at=MONDAY, real_anchor_at=NOON, factor=3600)
    found = live(published, time)
    published.publish(lanes("2026-04-02"))
    published.passes(3.5)
    begins = MONDAY + timedelta(hours=3)
    assert table(await found.at(begins - timedelta(microseconds=1))) == "2025-08-01"
    assert table(await found.at(begins)) == "2026-04-02"


async def test_slow_business_time(published: Published) -> None:
    """Where many real instants are one business instant, one at the very bound is looked for again."""
    time = BusinessTime(business_anchor_at=MONDAY, real_anchor_at=NOON, factor=0.000001)
    found = live(published, time)
    assert table(await found.at(MONDAY)) == "2025-08-01"
    published.publish(lanes("2026-04-02"))
    published.passes(3)
    bound = time.to_business(published.acts[-1].at + IN_FORCE_AFTER)
    assert table(await found.at(bound)) == "2026-04-02"


async def test_retiring_is_an_edition_too(published: Published) -> None:
    """A case of before goes by what held then."""
    key = LANES.key
    act = published.publish(ends=[(key, date(2026, 10, 31))])
    published.passes(10)
    found = live(published)
    assert (await found.at(act.at)).ends == {}
    assert (await found.at(published.now)).ends == {key: date(2026, 10, 31)}


async def test_a_database_that_is_away_is_said(published: Published) -> None:
    """And looked at again; what is known already is answered meanwhile."""
    found = live(published)
    await found.at(NOON)

    def away() -> None:
        raise StoreUnavailable(reason="it is away")

    published.on_look = away
    assert table(await found.at(NOON + timedelta(seconds=1))) == "2025-08-01"
    published.passes(10)
    with pytest.raises(StoreUnavailable):
        await found.at(published.now)
    assert table(found.newest()) == "2025-08-01"
    published.on_look = lambda: None
    assert table(await found.at(published.now)) == "2025-08-01"


async def test_what_a_newer_program_published_stops_an_old_one(published: Published) -> None:
    """It may not guess; and what it knows stays whole, however often it looks."""
    found = live(published)
    await found.at(NOON)
    published.publish(lanes("2026-04-02"), replace(lanes("2026-04-03"), definition='{"colour": "red"}'))
    published.passes(10)
    for _ in range(3):
        with pytest.raises(CatalogueUnreadable):
            await found.at(published.now)
    assert [table.version for table in found.newest().lanes] == ["2025-01-01", "2025-08-01"]


async def test_a_database_that_was_never_prepared() -> None:
    """It says what to do."""
    found = live(Published())
    with pytest.raises(StoreNotMigrated):
        found.newest()
    with pytest.raises(StoreNotMigrated):
        await found.at(NOON)


def test_flags_are_those_of_the_installation(published: Published) -> None:
    """As in a folder, whatever was published since."""
    flag = next(entry.flag for calendar in load_catalog().calendars.values() for entry in calendar.flagged_days_off)
    published.publish(lanes("2026-04-02"))
    found = live(published, None, flag).newest()
    assert found.flags == {flag}
    assert found.calendars == load_catalog(flags=frozenset({flag})).calendars


def test_a_flag_that_no_calendar_of_the_time_had(published: Published) -> None:
    """The installation was prepared with it for a calendar that comes later: until then it means nothing."""
    assert live(published, None, "no-such-flag").newest().flags == frozenset()


class Nobody:
    """No system was registered at run time."""

    def all(self) -> tuple[SubmittingSystem, ...]:
        return ()


@pytest.mark.parametrize("find", [lambda systems: systems.of_id("tax"), lambda systems: systems.owner_of("/tax")])
def test_a_system_is_known_as_soon_as_it_is_published(
    published: Published, find: Callable[[Systems], SubmittingSystem | None]
) -> None:
    """Its first message may come before this process looked again."""
    systems = Systems(Nobody(), live(published))  # type: ignore[arg-type]
    assert find(systems) is None
    shipped = next(version for version in SHIPPED if version.key.kind == "systems").parsed()
    tax = SubmittingSystem(id="tax", name=Text(vi="Thuế", en="Tax"), sources=("/tax",))
    listed = shipped.model_copy(update={"version": "2026-04-02", "systems": (*shipped.systems, tax)})
    key = Key("systems", listed.id, listed.version)
    published.publish(PublishedVersion(key, "d", "systems.yaml", "", listed.model_dump_json(exclude_none=True)))
    assert find(systems) == tax


async def test_keeping_current_goes_on_after_a_fault(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what it learns is there without anybody asking."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    found = live(published)
    await found.at(NOON)
    faults = iter([True, True, False])

    def away() -> None:
        if next(faults, False):
            raise StoreUnavailable(reason="it is away")

    published.on_look = away
    published.publish(lanes("2026-04-02"))
    keeping = asyncio.create_task(found.keep_current())
    await soon(lambda: len(found.known_acts()) == 2)
    keeping.cancel()
    assert table(found.newest()) == "2026-04-02"


async def test_a_thousand_editions_stay_small(published: Published) -> None:
    """None is put together that nobody asks for, and one that is shares its definitions with the others."""
    for number in range(1000):
        published.publish(lanes(str(date(2023, 1, 1) + timedelta(days=number))))
        published.passes(1)
    found = live(published)
    tracemalloc.start()
    for second in range(3, 1000, 100):
        assert len((await found.at(NOON + timedelta(seconds=second))).lanes) == second
    assert len(found.newest().lanes) == 1002
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert published.looks == 1
    assert grown < 100_000_000
