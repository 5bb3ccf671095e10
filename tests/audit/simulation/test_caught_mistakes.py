"""Known mistakes put into the engine on purpose: the invariants must catch each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.memory import MemoryRecorder
from cases import (
    appointments,
    changes,
    clocks,
    closing,
    evolve,
    spans,
    stops,
    stream,
    supplements,
    suspensions,
    ticks,
    timetable,
    views,
)
from cases.decide import CASES, draft_of
from cases.draft import Draft
from cases.model import Case, CaseStatus, ClockState, ClockStatus
from cases.turn import Recorded, Turn
from events.language import case_events as ev
from events.language.commands import Tick
from events.transport.memory import MemoryLease
from sla.calendar import WorkingCalendar
from sla.clock import Clock
from sla.deadline import Due
from tests.audit.simulation.people import People, lived
from tests.audit.simulation.world import World

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
    patch.setattr(Clock, "later", lambda self, from_at, _, __: None if self.is_open_ended else from_at)


def pauses_do_not_count(patch: pytest.MonkeyPatch) -> None:
    right = clocks._consumed_seconds

    def unpaused(draft: Draft, state: ClockState) -> float | None:
        clock = state.clock.model_copy(update={"suspensions": ()})
        return right(draft, state.changed({"clock": clock}))

    patch.setattr(clocks, "_consumed_seconds", unpaused)


def an_acknowledged_chain_goes_on(patch: pytest.MonkeyPatch) -> None:
    right = timetable.open_among
    patch.setattr(
        timetable,
        "open_among",
        lambda items, state, table: right(items, state.changed({"acknowledged": False}), table),
    )


def late_answers_are_set_aside(patch: pytest.MonkeyPatch) -> None:
    right = clocks.stop

    def aside(draft: Draft, clock_id: str) -> None:
        due_at = timetable.appointment_at(draft.state.clocks[clock_id], draft.state.definitions)
        if due_at is None:
            return right(draft, clock_id)
        return draft.emit(ev.BreachSetAside(clock_id=clock_id, received_at=draft.at, due_at=due_at))

    patch.setattr(clocks, "stop", aside)


def met_clocks_go_on(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(
        evolve._CHANGES,
        ev.ClockMet,
        lambda case, event, _: {"clocks": evolve.with_clock(case, event.clock_id, status=ClockStatus.MET)},
    )


def a_closed_case_leaves_its_steps_open(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(evolve._CHANGES, ev.StepCancelled, lambda *_: {})


def shares_go_beyond_the_end(patch: pytest.MonkeyPatch) -> None:
    right = closing.time_shares
    patch.setattr(closing, "time_shares", lambda case, until_at: right(case, until_at + timedelta(minutes=5)))


def a_turn_fires_one_instant_only(patch: pytest.MonkeyPatch) -> None:
    def first(self: stream._Bench[Any, Any, Any], until: datetime, *, itself: bool) -> None:
        due_at = timetable.next_due(self.state)
        drafted = draft_of(self.state, Tick(due_at=due_at), self.now) if due_at is not None else None
        if isinstance(drafted, Draft) and due_at is not None and (due_at < until or (itself and due_at == until)):
            self._add(drafted)

    patch.setattr(stream._Bench, "pass_time_until", first)


def the_view_is_a_turn_old(patch: pytest.MonkeyPatch) -> None:
    right = views.view_of
    patch.setitem(vars(CASES), "view", lambda case: right(case).model_copy(update={"breaches": 0}))


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

    for module in ("cases.draft", "tests.audit.simulation.worker", "audit.story"):
        patch.setattr(f"{module}.evolve", drifting)


def the_appointment_is_the_end(patch: pytest.MonkeyPatch) -> None:
    """As the version before had it."""
    right = timetable.Timetable.__init__

    def one_ended(self: timetable.Timetable, *given: Any) -> None:
        right(self, *given)
        self.end_at = self.appointment_at

    patch.setattr(timetable.Timetable, "__init__", one_ended)


def the_lawful_end_is_a_day_early(patch: pytest.MonkeyPatch) -> None:
    right = timetable.Timetable._lawful_end

    def early(self: timetable.Timetable) -> datetime | None:
        end_at = right(self)
        return end_at and end_at - timedelta(days=1)

    patch.setattr(timetable.Timetable, "_lawful_end", early)


def an_apology_moves_the_limit(patch: pytest.MonkeyPatch) -> None:
    def longer(case: Case, event: ev.AppointmentMoved, _: datetime) -> dict[str, Any]:
        clock = case.clocks[event.clock_id].clock.extended(event.by)
        return {"clocks": evolve.with_clock(case, event.clock_id, clock=clock), "appointments_moved": 1}

    patch.setitem(evolve._CHANGES, ev.AppointmentMoved, longer)


def work_counts_from_receipt(patch: pytest.MonkeyPatch) -> None:
    right = clocks.arm

    def early(draft: Draft, kind: Any, budget: Any, _: datetime, *rest: Any) -> str:
        return right(draft, kind, budget, draft.at, *rest)

    patch.setattr("cases.release.arm", early)


def our_own_delay_is_the_departments(patch: pytest.MonkeyPatch) -> None:
    right = spans.handed_over
    patch.setattr("cases.evolve.handed_over", lambda held, owner, at, _: right(held, owner, at, at))


def nobody_seconds(patch: pytest.MonkeyPatch) -> None:
    for module in (appointments, changes, stops):
        patch.setattr(module, "not_seconded", lambda *_: None)


def who_acted_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """From the third event on."""
    right = Draft.emit

    def forgetful(self: Draft, event: ev.CaseEvent) -> None:
        actor, self.actor = self.actor, None if self.state.sequence > 2 else self.actor  # type: ignore[assignment]
        right(self, event)
        self.actor = actor

    patch.setattr(Draft, "emit", forgetful)


def every_appointment_is_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks, "_appointment_kept", lambda draft, state: True)


def a_passed_appointment_is_not_told(patch: pytest.MonkeyPatch) -> None:
    right = timetable.open_among

    def untold(items: Any, state: ClockState, table: timetable.Timetable) -> Any:
        return (item for item in right(items, state, table) if item.what != "appointment")

    patch.setattr(timetable, "open_among", untold)


def a_case_that_stands_still_goes_on(patch: pytest.MonkeyPatch) -> None:
    right, still = suspensions.stands_still, (CaseStatus.STOPPED, CaseStatus.SUSPENDED)
    patch.setattr("cases.steps.stands_still", lambda case: None if case.status in still else right(case))


def nothing_ends_by_itself(patch: pytest.MonkeyPatch) -> None:
    right = evolve._CHANGES[ev.ClockPaused]

    def endless(case: Case, event: ev.ClockPaused, at: datetime) -> dict[str, Any]:
        return right(case, event.model_copy(update={"ends_at": None}), at)

    patch.setitem(evolve._CHANGES, ev.ClockPaused, endless)


def a_part_is_taken_for_the_whole(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(supplements, "_missing", lambda case, command: ())


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
    (the_appointment_is_the_end, {"I5"}),
    (the_lawful_end_is_a_day_early, {"I5"}),
    (an_apology_moves_the_limit, {"I5"}),
    (work_counts_from_receipt, {"I7"}),
    (our_own_delay_is_the_departments, {"I7"}),
    (nobody_seconds, {"I2"}),
    (who_acted_is_forgotten, {"I2"}),
    (every_appointment_is_kept, {"I5"}),
    (a_passed_appointment_is_not_told, {"I6"}),
    (a_case_that_stands_still_goes_on, {"I2"}),
    (nothing_ends_by_itself, {"I6"}),
    (a_part_is_taken_for_the_whole, {"I2"}),
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
