"""Known mistakes put into the engine on purpose: the invariants must catch each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.memory import MemoryRecorder
from cases import clocks, closing, evolve, ticks, timetable, turns, views
from cases.decide import draft_of
from cases.draft import Draft
from cases.model import Case, ClockState, ClockStatus
from cases.turn import Recorded, Turn
from events.language import case_events as ev
from events.transport.memory import MemoryLease
from sla.calendar import WorkingCalendar
from sla.clock import Clock
from sla.deadline import Due
from tests.simulation.people import People, lived
from tests.simulation.world import World

WORLDS = 25
Mistake = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(autouse=True)
def _fresh_timetables() -> Iterator[None]:
    """What was worked out by a mistaken engine must not outlive it."""
    timetable._recent.clear()
    yield
    timetable._recent.clear()


def a_rung_fires_twice(patch: pytest.MonkeyPatch) -> None:
    right = ticks._fire_rung

    def twice(draft: Draft, state: ClockState, item: timetable.DueItem) -> None:
        right(draft, state, item)
        right(draft, state, item)

    patch.setattr(ticks, "_fire_rung", twice)


def breaches_come_a_minute_early(patch: pytest.MonkeyPatch) -> None:
    right = Clock.due

    def early(self: Clock, calendar: WorkingCalendar) -> Due | None:
        due = right(self, calendar)
        return due and due._replace(operational_at=due.operational_at - timedelta(minutes=1))

    patch.setattr(Clock, "due", early)


def rungs_come_a_second_early(patch: pytest.MonkeyPatch) -> None:
    right = Clock.instants_at
    patch.setattr(
        Clock,
        "instants_at",
        lambda self, percents, calendar: [at - timedelta(seconds=1) for at in right(self, percents, calendar)],
    )


def escalations_ignore_their_delay(patch: pytest.MonkeyPatch) -> None:
    right = Clock.due
    patch.setattr(Clock, "after_due", lambda self, _, calendar: (end := right(self, calendar)) and end.operational_at)


def pauses_do_not_count(patch: pytest.MonkeyPatch) -> None:
    right = Clock.consumed
    patch.setattr(
        Clock, "consumed", lambda self, now, calendar: right(self.model_copy(update={"suspensions": ()}), now, calendar)
    )


def an_acknowledged_chain_goes_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(timetable.Timetable, "escalations", frozenset())


def late_answers_are_set_aside(patch: pytest.MonkeyPatch) -> None:
    right = clocks.stop

    def aside(draft: Draft, clock_id: str) -> None:
        due_at = timetable.appointment_at(draft.case.clocks[clock_id], draft.case.definitions)
        if due_at is None:
            return right(draft, clock_id)
        return draft.emit(ev.BreachSetAside(clock_id=clock_id, received_at=draft.at, due_at=due_at))

    patch.setattr(clocks, "stop", aside)


def met_clocks_go_on(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(
        evolve._CHANGES,
        ev.ClockMet,
        lambda case, event, _: {"clocks": evolve._clock(case, event.clock_id, status=ClockStatus.MET)},
    )


def a_closed_case_leaves_its_steps_open(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(evolve._CHANGES, ev.StepCancelled, lambda *_: {})


def shares_go_beyond_the_end(patch: pytest.MonkeyPatch) -> None:
    right = closing.time_shares
    patch.setattr(closing, "time_shares", lambda case, until_at: right(case, until_at + timedelta(minutes=5)))


def a_turn_fires_one_instant_only(patch: pytest.MonkeyPatch) -> None:
    def first(self: turns._Bench, until: datetime, *, itself: bool) -> None:
        due_at = timetable.next_due(self.case)
        drafted = draft_of(self.case, ticks.tick_of(due_at), self.now) if due_at is not None else None
        if isinstance(drafted, Draft) and due_at is not None and (due_at < until or (itself and due_at == until)):
            self._add(drafted)

    patch.setattr(turns._Bench, "pass_time_until", first)


def the_view_is_a_turn_old(patch: pytest.MonkeyPatch) -> None:
    right = views.view_of
    patch.setattr(turns, "view_of", lambda case: right(case).model_copy(update={"breaches": 0}))


def a_lost_result_is_written_again(patch: pytest.MonkeyPatch) -> None:
    """The recorder forgets to look at what stands."""

    async def careless(self: MemoryRecorder, turn: Turn) -> Recorded:
        return self._written(self._coded(turn))

    patch.setattr(MemoryRecorder, "record", careless)


def rows_are_marked_before_they_are_sent(patch: pytest.MonkeyPatch) -> None:
    right = MemoryLease.unpublished

    def marked(self: MemoryLease, limit: int, *rest: Any) -> Any:
        rows = right(self, limit, *rest)
        self.mark_published([row.id for row in rows])
        return rows[:-1] if len(rows) > 1 else rows

    patch.setattr(MemoryLease, "unpublished", marked)


def a_later_row_overtakes(patch: pytest.MonkeyPatch) -> None:
    right = MemoryLease.unpublished
    patch.setattr(MemoryLease, "unpublished", lambda self, limit, *rest: list(right(self, limit, *rest))[::-1])


def alerts_forget_what_they_sent(patch: pytest.MonkeyPatch) -> None:
    right = People.receive

    def forgetful(self: People, row: Any, content: Any) -> None:
        if "escalations" in row.topic:
            self._read.discard((row.topic, row.event_id))
        right(self, row, content)

    patch.setattr(People, "receive", forgetful)


def the_procedure_changes_silently(patch: pytest.MonkeyPatch) -> None:
    right = evolve.evolve

    def drifting(case: Case, record: ev.EventRecord) -> Case:
        after = right(case, record)
        return after.changed({"definitions": after.definitions.model_copy()}) if record.sequence == 7 else after

    for module in ("cases.draft", "tests.simulation.worker", "audit.story"):
        patch.setattr(f"{module}.evolve", drifting)


MISTAKES: tuple[tuple[Mistake, set[str]], ...] = (
    (a_rung_fires_twice, {"I6"}),
    (breaches_come_a_minute_early, {"I5"}),
    (rungs_come_a_second_early, {"I6"}),
    (escalations_ignore_their_delay, {"I6"}),
    (pauses_do_not_count, {"I7"}),
    (an_acknowledged_chain_goes_on, {"I6"}),
    (late_answers_are_set_aside, {"I5"}),
    (met_clocks_go_on, {"I2", "I5"}),
    (a_closed_case_leaves_its_steps_open, {"I2"}),
    (shares_go_beyond_the_end, {"I7"}),
    (a_turn_fires_one_instant_only, {"I6"}),
    (the_view_is_a_turn_old, {"I8"}),
    (a_lost_result_is_written_again, {"I2"}),
    (rows_are_marked_before_they_are_sent, {"I3"}),
    (a_later_row_overtakes, {"I3"}),
    (alerts_forget_what_they_sent, {"I4"}),
    (the_procedure_changes_silently, {"I12"}),
)


@pytest.mark.parametrize(("mistake", "invariants"), MISTAKES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_mistake_is_caught(mistake: Mistake, invariants: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a few worlds, by the invariant that it breaks."""
    mistake(monkeypatch)
    found: set[str] = set()
    for seed in range(900, 900 + WORLDS):
        found |= {violation.invariant for violation in _world(seed).violations(open_ok=False)}
        if found & invariants:
            return
    pytest.fail(f"not caught in {WORLDS} worlds; found only {found}")


def _world(seed: int) -> World:
    return lived(seed, 5)
