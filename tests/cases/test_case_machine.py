"""A case driven by a machine: any command at any time, late deliveries, outages; every invariant after every step."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from audit.invariants import check_case, replay_decisions
from cases.decide import CASES, fold
from cases.evolve import evolve
from cases.model import Case, CaseStatus, StepStatus, blank
from cases.timetable import next_due
from cases.turn import CaseView
from catalog.model import (
    AppointmentRule,
    Definitions,
    ExplanationRule,
    LaneId,
    StopRule,
    SupplementRule,
    SuspensionRule,
)
from events.language.case_events import EventRecord
from events.language.commands import (
    ChangeLane,
    Command,
    ConfirmPayment,
    ExtendLimit,
    MoveAppointment,
    Outcome,
    RequestPayment,
)
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    PAUSE,
    RESTART,
    SUPERVISOR,
    a_pause,
    a_procedure,
    a_question,
    a_reassignment,
    a_resumption,
    a_return,
    a_stop,
    a_submission,
    a_supplement,
    a_withdrawal,
    an_acknowledgement,
    an_answer,
    an_explanation,
    the_definitions,
)
from tests.invariants import view_equals_fold
from tests.timetables import due_items

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WAITS = st.sampled_from([timedelta(0), timedelta(seconds=1), MINUTE, 47 * MINUTE, timedelta(hours=9), 3 * DAY])
LATE = st.sampled_from([timedelta(0), timedelta(0), MINUTE, timedelta(hours=5), 4 * DAY])
DEPARTMENTS = st.sampled_from(["culture", "police", "finance"])


def rulebook(
    policy: str, restart_steps: bool, rounds: int, limit: Budget, cap: Budget | None, explained: str
) -> Definitions:
    return the_definitions(
        a_procedure(
            clock_policy=policy,
            restart_steps=restart_steps,
            limit=limit,
            supplement=SupplementRule(
                notice_limit=Budget(amount=3, unit=Unit.WORKING_DAYS),
                rounds_max=rounds,
                applicant_limit=Budget(amount=6, unit=Unit.DAYS),
            ),
            explanation=ExplanationRule(
                notice_limit=Budget(amount=2, unit=Unit.WORKING_DAYS),
                rounds_max=2,
                applicant_limit=None if cap else Budget(amount=5, unit=Unit.WORKING_DAYS),
                clock="RUN" if explained == "RUN" else "PAUSE",
                on_expiry="refused",
            ),
            stop=StopRule(cap=cap, review_after=Budget(amount=2, unit=Unit.WORKING_DAYS)),
            suspension=SuspensionRule(cap=cap, review_after=Budget(amount=3, unit=Unit.DAYS)),
            appointment=AppointmentRule(
                reappointments_max=2, extension_max=Budget(amount=6, unit=limit.unit), move_max=None
            ),
        )
    )


class CaseMachine(RuleBasedStateMachine):
    """Commands wait in a mailbox until a turn is taken: that is how they come late and in another order."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = MONDAY
        self.records: list[EventRecord] = []
        self.waiting: list[Command] = []
        self.number = 0

    @initialize(
        policy=st.sampled_from([RESTART.value, PAUSE.value]),
        restart_steps=st.booleans(),
        rounds=st.integers(1, 3),
        limit=st.sampled_from(
            [
                Budget(amount=5, unit=Unit.WORKING_DAYS),
                Budget(amount=20, unit=Unit.WORKING_HOURS),
                Budget(amount=4, unit=Unit.DAYS),
                Budget(amount=50, unit=Unit.HOURS),
            ]
        ),
        cap=st.sampled_from([None, Budget(amount=2, unit=Unit.DAYS)]),
        explained=st.sampled_from(["PAUSE", "RUN"]),
        facts=st.sampled_from([{}, {"project": "ring-road-4"}, {"field": "social-housing"}]),
    )
    def submit(
        self,
        policy: str,
        restart_steps: bool,
        rounds: int,
        limit: Budget,
        cap: Budget | None,
        explained: str,
        facts: dict[str, str],
    ) -> None:
        self.definitions = rulebook(policy, restart_steps, rounds, limit, cap, explained)
        self.case: Case = blank("case-1", self.definitions)
        self.waiting = [a_submission(self.now, facts=facts)]
        self.turn()

    def put(self, command: Command) -> None:
        self.number += 1
        self.waiting.append(command.model_copy(update={"command_id": f"c{self.number}"}))

    @rule(wait=WAITS)
    def time_passes(self, wait: timedelta) -> None:
        self.now += wait

    @precondition(lambda self: next_due(self.case) is not None)
    @rule(offset=st.sampled_from([-1, 0, 1]))
    def time_passes_to_the_next_instant(self, offset: int) -> None:
        due_at = next_due(self.case)
        if due_at is not None:
            self.now = max(self.now, due_at + timedelta(seconds=offset))

    @rule()
    def turn(self) -> None:
        turn = CASES.take_turn(self.case, self.waiting, self.now)
        self.waiting = []
        if turn is None:
            return
        before = self.case
        for record in turn.records:
            self.case = evolve(self.case, record)
            self.records.append(record)
        if isinstance(turn.view, CaseView):
            assert view_equals_fold(self.definitions, self.records, turn.view, turn.work) == []
        assert turn.expected_sequence == before.sequence + 1

    @precondition(lambda self: self.case.open_steps)
    @rule(
        outcome=st.sampled_from(
            [*(Outcome.APPROVE,) * 4, Outcome.REFUSE, Outcome.REQUEST_SUPPLEMENT, Outcome.REQUEST_EXPLANATION]
        ),
        late=LATE,
        which=st.integers(0, 5),
        right=st.sampled_from([True, True, True, False]),
    )
    def answer(self, outcome: Outcome, late: timedelta, which: int, right: bool) -> None:
        step = self.case.open_steps[which % len(self.case.open_steps)]
        department = step.department if right else "construction"
        documents = ("form", "lease") if outcome is Outcome.REQUEST_SUPPLEMENT and which % 2 else ()
        self.put(an_answer(step.id, department, self.now - late, outcome, documents=documents))

    @precondition(lambda self: self.case.open_steps)
    @rule(late=LATE, asked=DEPARTMENTS, limit=st.sampled_from([None, Budget(amount=3, unit=Unit.WORKING_HOURS)]))
    def consult(self, late: timedelta, asked: str, limit: Budget | None) -> None:
        step = self.case.open_steps[0]
        self.put(a_question(step.id, step.department, self.now - late, asked, limit=limit))

    @rule(late=LATE, kinds=st.sampled_from([(), ("form",), ("lease",), ("other",)]), said=st.booleans())
    def documents_come(self, late: timedelta, kinds: tuple[str, ...], said: bool) -> None:
        actor = {"actor": SUPERVISOR} if said else {}
        self.put(a_supplement(self.now - late, *kinds, declared_complete=said, **actor))

    @rule(late=LATE)
    def the_applicant_explains(self, late: timedelta) -> None:
        self.put(an_explanation(self.now - late))

    @rule(late=LATE, lasts=st.sampled_from([None, timedelta(hours=30), 5 * DAY]))
    def stop(self, late: timedelta, lasts: timedelta | None) -> None:
        until_at = None if lasts is None else self.now + lasts
        self.put(a_stop(self.now - late, until_at=until_at))

    @rule(late=LATE, really=st.sampled_from([False, False, True]))
    def give_back(self, late: timedelta, really: bool) -> None:
        if really:
            self.put(a_return(self.now - late))

    @rule(late=LATE)
    def extend(self, late: timedelta) -> None:
        by = Budget(amount=2, unit=self.definitions.procedure.limit.unit)  # type: ignore[union-attr]
        self.put(
            ExtendLimit(
                command_id="-",
                received_at=self.now - late,
                actor=SUPERVISOR,
                by=by,
                reason="r",
                legal_basis="l",
                approved_by="second",
            )
        )

    @rule(late=LATE)
    def pause(self, late: timedelta) -> None:
        self.put(a_pause(self.now - late))

    @rule(began=st.sampled_from([MINUTE, DAY]))
    def note_a_pause(self, began: timedelta) -> None:
        times = {"from_at": self.now - began, "until_at": self.now - began / 2}
        self.put(a_pause(self.now).model_copy(update=times))

    @rule(late=LATE)
    def resume(self, late: timedelta) -> None:
        self.put(a_resumption(self.now - late))

    @precondition(lambda self: self.case.open_steps)
    @rule(to=st.none() | DEPARTMENTS, late=LATE)
    def reassign(self, to: str | None, late: timedelta) -> None:
        step = self.case.open_steps[-1]
        self.put(a_reassignment(step.id, self.now - late, department=to, officer="officer-2"))

    @precondition(lambda self: any(state.fired for state in self.case.clocks.values()))
    @rule(late=LATE)
    def acknowledge(self, late: timedelta) -> None:
        state = next(state for state in self.case.clocks.values() if state.fired)
        self.put(an_acknowledgement(f"{state.id}/{state.fired[-1]}", self.now - late))

    @precondition(lambda self: self.case.open_steps)
    @rule()
    def ask_for_the_fee(self) -> None:
        step = self.case.open_steps[0]
        self.put(
            RequestPayment(
                command_id="-",
                received_at=self.now,
                actor=SUPERVISOR,
                step_id=step.id,
                department=step.department,
                amount_vnd=1,
                reason="fee",
            )
        )

    @rule(late=LATE)
    def pay(self, late: timedelta) -> None:
        self.put(ConfirmPayment(command_id="-", received_at=self.now - late, actor=SUPERVISOR, receipt="1"))

    @rule(lane=st.sampled_from(tuple(LaneId)))
    def change_lane(self, lane: LaneId) -> None:
        self.put(
            ChangeLane(
                command_id="-",
                received_at=self.now,
                actor=SUPERVISOR,
                lane=lane,
                reason="r",
                legal_basis="l",
                approved_by="second",
                override=True,
            )
        )

    @rule()
    def move_the_appointment(self) -> None:
        by = Budget(amount=2, unit=self.definitions.procedure.limit.unit)  # type: ignore[union-attr]
        self.put(MoveAppointment(command_id="-", received_at=self.now, actor=SUPERVISOR, by=by, reason="r"))

    @rule(late=LATE, really=st.sampled_from([False, False, False, True]))
    def withdraw(self, late: timedelta, really: bool) -> None:
        if really:
            self.put(a_withdrawal(self.now - late))

    @invariant()
    def every_invariant_holds(self) -> None:
        if not self.records:
            return
        assert check_case(self.definitions, self.records) == []
        assert replay_decisions(self.definitions, self.records) == []

    @invariant()
    def the_case_is_its_ledger(self) -> None:
        if self.records:
            assert fold("case-1", self.definitions, self.records) == self.case
            assert Case.model_validate_json(self.case.model_dump_json()) == self.case

    @invariant()
    def what_stands_still_is_not_due(self) -> None:
        still = (CaseStatus.SUSPENDED, CaseStatus.STOPPED, CaseStatus.AWAITING_PAYMENT)
        if self.records and self.case.status in still:
            assert due_items(self.case) == []

    @invariant()
    def an_open_case_has_somebody(self) -> None:
        if self.records and self.case.status is CaseStatus.IN_PROGRESS:
            assert any(step.status is StepStatus.ASSIGNED for step in self.case.steps.values())


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
