"""A run of the sandbox from its first application to the last answer, and the end of every case it opened."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from audit.conformance.cast import LEGAL_BASIS, REASON, Cast, HandOver
from audit.conformance.hearing import Hearing
from audit.conformance.identity import CLIENT, SOURCES, SYSTEM
from audit.conformance.observations import Observations
from audit.conformance.rehearsals import LATE_LIMIT, Rehearsal
from audit.conformance.report import ConformanceReport
from audit.conformance.trial import Trial, trial_of
from audit.conformance.verdicts import judge, unsettled_answers
from events.language.carried import Parcel, key_of, kind_of
from events.language.commands import Actor, ActorKind, Assurance, CaseCommand, PauseClock, ReassignStep
from events.language.notices import MessageRefused
from events.transport import listening
from events.transport.cluster import Cluster
from events.transport.rendering import EVENT_SOURCE
from events.transport.sender import Outgoing
from greenlane.admission import KafkaAccess, let_in
from greenlane.stack.progress import Progress
from greenlane.wiring import Wiring
from intake.cases import CaseIntake
from sla.units import WALL_CLOCK
from wording.json_text import read_json
from wording.text import Bilingual, LazyText, _, in_language

POLL_MS = 100
QUIET_SECONDS = 5.0
"""How long one listens for what should not come: a second answer, a refused one sent again."""
LAST_WORDS_SECONDS = 20.0
"""How long at most, when all has ended."""
OUTCOME_SECONDS = 60.0
"""How long the engine may take for an answer or a withdrawal before the sandbox goes on without."""
SUPERVISOR = Actor(kind=ActorKind.SUPERVISOR, id="sandbox", assurance=Assurance.CLAIMED)


Ask = Callable[[str, CaseCommand], str | None]
"""Gives a case a command; what is told of a refusal, None where it was taken."""


@dataclass(slots=True)
class NeverStops:
    """The sender is stopped by ending the run, between messages."""

    wanted: bool = False


@dataclass(slots=True)
class Hitch:
    """Something of the sandbox's own that did not go as meant: no fault of the program."""

    case_id: str
    message: str


@dataclass(slots=True)
class Clockwork:
    """The moments that a run goes by, in real seconds."""

    timeout: float
    moved: int = -1
    moved_at: float = field(default_factory=time.monotonic)

    def look(self, moved: int) -> None:
        """Note whether anything has happened since the last look."""
        if moved != self.moved:
            self.moved, self.moved_at = moved, time.monotonic()

    @property
    def quiet(self) -> float:
        """How long nothing has happened."""
        return time.monotonic() - self.moved_at


class Run:
    """One run. Call it in the main thread, where Ctrl-C arrives."""

    def __init__(self, wiring: Wiring, trial: Trial, *, timeout: float, progress: Progress) -> None:
        self._wiring = wiring
        self._trial = trial
        self._progress = progress
        self._language = wiring.settings.language
        self._cast = Cast(trial, wiring.topics)
        self._seen = Observations(trial.department)
        self._hearing = Hearing(self._seen, wiring.topics, trial.by_case)
        self._clock = Clockwork(timeout)
        self._hitches: list[Hitch] = []
        self._withdrawn: set[str] = set()
        self._refused_at: dict[str, float] = {}
        self._begun_at = time.monotonic()

    def play(self) -> ConformanceReport:
        """The whole run; Ctrl-C ends it early, with a report of what was seen. Raises TransportError, StoreError."""
        wiring = self._wiring
        access = self._let_in()
        outgoing = Outgoing(access.cluster, self._trial.source, NeverStops(), CLIENT, wiring.settings.max_message_bytes)
        with closing(outgoing), closing(self._listening(access.cluster)) as consumer, self._commanding() as ask:
            try:
                self._submit(outgoing)
                self._until_answered(consumer, outgoing, ask)
            except KeyboardInterrupt:
                self._seen.cut_short = True
            self._seen.given_up |= {each.message_id for each in self._seen.open_assignments()}
            self._end(consumer, outgoing, ask, hurried=self._seen.cut_short)
        return self._report()

    def _let_in(self) -> KafkaAccess:
        wiring, topics, department = self._wiring, self._wiring.topics, self._trial.department
        self._tell(_("letting the sandbox in"))
        wiring.systems.register(SYSTEM)
        for definitions in self._trial.derived:
            wiring.intake_records.publish_derived(definitions)
        return let_in(
            wiring.settings,
            SYSTEM.id,
            departments=[name for name in wiring.catalog.departments if name != department],
            systems=[SYSTEM.id],
            watches=[topics.work(department), topics.decisions(department)],
            layout=wiring.topic_layout,
        )

    def _listening(self, cluster: Cluster) -> Any:
        topics, department = self._wiring.topics, self._trial.department
        names = (topics.case_events, topics.answers(SYSTEM.id), topics.work(department), topics.decisions(department))
        consumer = listening.assigned(cluster, names, CLIENT)
        consumer.seek_to_end()
        # Asked now, so that nothing lies between this end and the first application.
        listening.offsets_of(consumer)
        return consumer

    @contextmanager
    def _commanding(self) -> Iterator[Ask]:
        """A way to give cases a supervisor's commands."""
        loop = asyncio.new_event_loop()
        try:
            intake: CaseIntake = self._wiring.intake(loop.run_until_complete(self._wiring.temporal()))

            def ask(case_id: str, command: CaseCommand) -> str | None:
                asking = asyncio.wait_for(intake.ask(case_id, command), OUTCOME_SECONDS)
                try:
                    refusal = loop.run_until_complete(asking).refusal
                except TimeoutError:
                    return in_language(_("no worker answers"), self._language)
                return None if refusal is None else refusal.message(self._language)

            yield ask
        finally:
            loop.close()

    def _submit(self, outgoing: Outgoing) -> None:
        for sent in self._trial.sent:
            outgoing.add(self._cast.submission(sent))
        outgoing.settle()

    def _until_answered(self, consumer: Any, outgoing: Outgoing, ask: Ask) -> None:
        """Until every case has ended, or the program has let the time pass in which it was to answer."""
        while not self._all_ended():
            self._turn(consumer, outgoing, ask)
            self._withdraw_refused(outgoing)
            if self._clock.quiet > self._patience():
                return

    def _patience(self) -> float:
        waits_for_limit = any(
            sent.rehearsal is Rehearsal.LATE and not self._is_ours(sent.case_id) for sent in self._trial.sent
        )
        limit = WALL_CLOCK[LATE_LIMIT.unit] * LATE_LIMIT.amount / self._wiring.business_time.factor
        return self._clock.timeout + (limit.total_seconds() if waits_for_limit else 0.0)

    def _is_ours(self, case_id: str) -> bool:
        return self._seen.is_closed(case_id) or any(each.case_id == case_id for each in self._seen.assigned)

    def _turn(self, consumer: Any, outgoing: Outgoing, ask: Ask) -> None:
        """Hear what there is, do what follows from it."""
        for records in consumer.poll(timeout_ms=POLL_MS).values():
            for record in records:
                if record.topic == self._wiring.topics.answers(SYSTEM.id):
                    self._hear_refusal(record)
                    continue
                event = self._hearing.hear(record)
                for act in self._cast.react(event) if event is not None else ():
                    if isinstance(act, Parcel):
                        outgoing.add(act)
                    else:
                        self._hand_over(act, ask)
        outgoing.settle()
        self._clock.look(self._hearing.moved)
        self._tell_standing()

    def _hear_refusal(self, record: Any) -> None:
        """One of the sandbox's own applications was not taken: the report says so."""
        case_id = key_of(record)
        if kind_of(record) == MessageRefused.__name__ and case_id in self._trial.by_case:
            refused = MessageRefused.model_validate(read_json(record.value))
            self._hitches.append(
                Hitch(case_id, in_language(Bilingual(refused.message, refused.message_vi), self._language))
            )
            self._withdrawn.add(case_id)

    def _hand_over(self, act: HandOver, ask: Ask) -> None:
        basics = {"received_at": self._wiring.business_time_now(), "actor": SUPERVISOR, "reason": REASON}
        commands: list[CaseCommand] = []
        if act.suspended:
            pause_id = f"sandbox:{act.case_id}:pause"
            commands.append(PauseClock(command_id=pause_id, legal_basis=LEGAL_BASIS, **basics))
        over_id = f"sandbox:{act.case_id}:hand-over"
        step = {"step_id": act.step_id, "department": self._trial.department}
        commands.append(ReassignStep(command_id=over_id, **step, **basics))
        for command in commands:
            refused = ask(act.case_id, command)
            if refused is not None:
                self._hitches.append(Hitch(act.case_id, refused))
                return

    def _withdraw_refused(self, outgoing: Outgoing) -> None:
        """The applicant takes back what cannot be answered, once it was seen what the program makes of the refusal."""
        for sent in self._trial.sent:
            case_id = sent.case_id
            if sent.rehearsal is Rehearsal.REFUSAL and any(each.case_id == case_id for each in self._seen.refused):
                since = self._refused_at.setdefault(case_id, time.monotonic())
                if time.monotonic() - since > QUIET_SECONDS:
                    self._withdraw(case_id, outgoing)

    def _withdraw(self, case_id: str, outgoing: Outgoing) -> None:
        if case_id not in self._withdrawn and not self._seen.is_closed(case_id):
            self._withdrawn.add(case_id)
            outgoing.add(self._cast.withdrawal(case_id))

    def _all_ended(self) -> bool:
        refused = {hitch.case_id for hitch in self._hitches}
        return all(self._seen.is_closed(sent.case_id) or sent.case_id in refused for sent in self._trial.sent)

    def _end(self, consumer: Any, outgoing: Outgoing, ask: Ask, *, hurried: bool) -> None:
        """Withdraw what is still open, and hear what became of the last answers. Nothing of the run stays open."""
        for sent in self._trial.sent:
            self._withdraw(sent.case_id, outgoing)
        outgoing.settle()
        quiet = 0.0 if hurried else QUIET_SECONDS
        ends_at = time.monotonic() + OUTCOME_SECONDS
        while time.monotonic() < ends_at:
            self._turn(consumer, outgoing, ask)
            if self._all_ended():
                # A program that never is quiet is not waited for.
                ends_at = min(ends_at, time.monotonic() + LAST_WORDS_SECONDS)
                if self._clock.quiet > quiet and not unsettled_answers(self._seen):
                    return

    def _report(self) -> ConformanceReport:
        owner_of = self._wiring.systems.owner_of

        def foreign(source: str) -> bool:
            return source == EVENT_SOURCE or source.startswith(f"{SOURCES}/") or owner_of(source) is not None

        in_real_time = self._wiring.business_time.factor == 1
        return ConformanceReport(
            trial=self._trial,
            seen=self._seen,
            verdict=judge(self._seen, foreign=foreign, in_real_time=in_real_time),
            hitches={hitch.case_id: hitch.message for hitch in self._hitches},
            elapsed=timedelta(seconds=time.monotonic() - self._begun_at),
        )

    def _tell(self, what: LazyText) -> None:
        self._progress.doing(in_language(what, self._language))

    def _tell_standing(self) -> None:
        closed, cases = self._seen.closed(), len(self._trial.sent)
        waits = len(self._seen.open_assignments())
        self._tell(
            _(
                "{closed} of {cases} cases have ended; {waits} step(s) wait for the program",
                closed=closed,
                cases=cases,
                waits=waits,
            )
        )


def new_trial(wiring: Wiring, department: str, procedures: Collection[str], seed: int) -> Trial:
    """What a run of today sends, under a name that no other has. Raises as `trial_of`."""
    day = wiring.business_time_now().astimezone(wiring.zone).date()
    name = f"{datetime.now(UTC):%y%m%d}-{uuid.uuid4().hex[:8]}"
    return trial_of(wiring.catalog, department, day, run=name, procedures=procedures, seed=seed)
