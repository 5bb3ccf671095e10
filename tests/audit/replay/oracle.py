"""What was at an instant, as known at another: asked of the events as they lie in the ledger, question by question.

No state goes from event to event here. The events are the dictionaries of their JSON, in the order of the ledger; which of them
count is looked up, and then each thing that one may want to know has its own search among them. Written from docs/replay.md and
the words of the events, not from `evolve`. Ends of limits are walked day by day by the reference of the random lives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from catalog.model import Definitions
from sla.definition import CalendarDefinition
from sla.units import Unit
from tests.audit.simulation.reference.hours import OffTheCalendarError, instant
from tests.audit.simulation.reference.life import hours_of
from tests.audit.simulation.reference.limits import Limit

Json = dict[str, Any]
Answer = dict[str, Any]
TWO_ENDED_KINDS = ("statutory", "green", "supplement", "explanation")
DAY_UNITS = ("working_days", "days", "months")
SUSPENDING = ("suspension", "stop")
COUNTS_FROM = {
    "ClockPaused": ("from_at",),
    "ClockSuspended": ("from_at",),
    "ClockResumed": ("until_at",),
    "ClockStarted": ("anchored_at", "at"),
    "StepAssigned": ("assigned_at",),
}
SETS_STEP = {
    "StepAssigned": "assigned",
    "StepDecided": "done",
    "SupplementRequested": "awaiting_supplement",
    "ExplanationRequested": "awaiting_explanation",
}


def microseconds(text: str) -> int:
    """An instant of the JSON as a number."""
    return instant(datetime.fromisoformat(text))


@dataclass(frozen=True)
class Told:
    """One event of the ledger in its place."""

    place: int
    at: int
    event: Json

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def counts_from(self) -> int:
        fields = COUNTS_FROM.get(self.type, ("at",))
        return max(self.at if field == "at" else microseconds(self.event[field]) for field in fields)


def known_events(ledger: Sequence[Json], known_at: int) -> list[Told]:
    """The events up to the first that was recorded later. In a life without a database that is when it was decided."""
    known = []
    for place, record in enumerate(ledger):
        if microseconds(record["decided_at"]) > known_at:
            break
        known.append(Told(place, microseconds(record["at"]), record["event"]))
    return known


def answer_of(definitions: Definitions, ledger: Sequence[Json], at: int | None, known_at: int) -> Answer | None:
    """All that is asked of the case. `at` None: as of what is known, which is the present of that moment. None: nothing then."""
    known = known_events(ledger, known_at)
    counting = known if at is None else [told for told in known if told.counts_from <= at]
    if not any(told.type == "ApplicationSubmitted" for told in counting):
        return None
    return Moment(definitions, counting, at, known_at if at is None else at).answer()


@dataclass
class Moment:
    """The events that count, and the instant that is asked about."""

    definitions: Definitions
    counting: list[Told]
    cut_at: int | None
    asked_at: int

    def named(self, *types: str) -> list[Told]:
        return [told for told in self.counting if told.type in types]

    def last(self, *types: str) -> Json:
        """The last of these events; an empty one where there is none."""
        found = self.named(*types)
        return found[-1].event if found else {}

    # ---- the case

    def answer(self) -> Answer:
        opened, closed = self.named("ApplicationSubmitted")[0], self.last("CaseClosed")
        clocks = [Clock(self, started) for started in self.named("ClockStarted")]
        steps = self.steps()
        status = self.status()
        return {
            "sequence": self.counting[-1].place + 1,
            "status": status,
            "holder": None if status == "closed" else holder(status, steps.values()),
            "lane": self.last("LaneChanged").get("to_lane")
            or self.last("ApplicationClassified").get("lane", "standard"),
            "outcome": closed.get("outcome"),
            "opened_at": opened.at,
            "closed_at": microseconds(closed["closed_at"]) if closed else None,
            "breaches": sum(clock.verdict == "breached" and not clock.is_set_aside for clock in clocks),
            "escalations_open": sum(
                clock.level > 0 and not clock.is_acknowledged and not clock.is_over for clock in clocks
            ),
            "statutory_state": state_of_latest(clocks, "statutory"),
            "green_state": state_of_latest(clocks, "green"),
            "procedure": (self.procedure.get("id"), self.procedure.get("version")),
            "calendar": self.calendar(None).digest,
            "lanes": self.definitions.lanes.digest,
            "steps": list(steps.values()),
            "clocks": [clock.answer() for clock in clocks],
        }

    def status(self) -> str:
        """Where the case stands; what was noted as a pause in which the instant lies is one, whatever was said after it."""
        status = self.status_before(self.counting[-1].place + 1)
        noted = [microseconds(told.event["until_at"]) for told in self.named("ClockSuspended")]
        is_in_one = self.cut_at is not None and any(until_at > self.cut_at for until_at in noted)
        return "suspended" if is_in_one and status == "in_progress" else status

    def status_before(self, place: int) -> str:
        """Where the case stood before a place in the ledger: looked for from there backwards."""
        for told in reversed([told for told in self.counting if told.place < place]):
            status = self.status_by(told)
            if status is not None:
                return status
        return "new"

    def status_by(self, told: Told) -> str | None:
        event = told.event
        match told.type:
            case "ApplicationSubmitted" | "ExplanationReceived":
                return "in_progress"
            case "SupplementRequested":
                return "awaiting_supplement"
            case "ExplanationRequested":
                return "awaiting_explanation"
            case "SupplementReceived":
                return None if event.get("missing") else "in_progress"
            case "CaseClosed":
                return "closed"
            case "ClockPaused":
                return self.status_by_pause(told)
            case "ClockResumed" if event["cause"] in SUSPENDING:
                return self.status_resumed(told)
            case "ClockResumed" if event["cause"] == "payment":
                return "in_progress"
        return None

    def status_by_pause(self, told: Told) -> str | None:
        match told.event["cause"]:
            case "stop":
                return "stopped"
            case "payment":
                return "awaiting_payment"
            case "suspension":
                is_free = self.cut_at is None or self.status_before(told.place) == "in_progress"
                return "suspended" if is_free else None
        return None

    def status_resumed(self, told: Told) -> str:
        """A stop gives the case back to where it was; a suspension to those who work on it."""
        for earlier in reversed([each for each in self.counting if each.place < told.place]):
            if earlier.type == "ClockResumed" and earlier.event["cause"] in SUSPENDING:
                break
            if earlier.type == "ClockPaused" and earlier.event["cause"] == "stop":
                return self.status_before(earlier.place)
        return "in_progress"

    # ---- the rules

    @property
    def procedure(self) -> Json:
        migrated = self.last("ProcedureMigrated").get("procedure")
        return migrated or self.definitions.procedure.model_dump(mode="json")

    def calendar(self, calendar_id: str | None) -> CalendarDefinition:
        """The version of a calendar that the case ran on; None: its own."""
        wanted = self.definitions.calendar_of(calendar_id)
        applied = [told.event["calendar"] for told in self.named("CalendarApplied")]
        mine = [text for text in applied if text["id"] == wanted.id]
        return CalendarDefinition.model_validate(mine[-1]) if mine else wanted

    # ---- the steps

    def steps(self) -> dict[str, Answer]:
        """From one version of the procedure to the next: what was not begun is what the next version says."""
        steps = {step["id"]: fresh(step) for step in self.definitions.procedure.model_dump(mode="json")["steps"]}
        after = -1
        for migration in [*self.named("ProcedureMigrated"), None]:
            until = len(self.counting) and self.counting[-1].place + 1 if migration is None else migration.place
            stretch = [told for told in self.counting if after < told.place < until]
            steps = self.steps_after(steps, stretch)
            if migration is not None:
                new = {step["id"]: fresh(step) for step in migration.event["procedure"]["steps"]}
                begun = {key: step for key, step in steps.items() if step["status"] != "waiting"}
                needs = {key: new[key]["needs"] if key in new else [] for key in begun}
                steps = new | {key: step | {"needs": needs[key]} for key, step in begun.items()}
                after = migration.place
        return steps

    def steps_after(self, steps: dict[str, Answer], stretch: list[Told]) -> dict[str, Answer]:
        given = dict.fromkeys(told.event["step_id"] for told in stretch if told.type == "StepAssigned")
        found = {}
        for key in dict.fromkeys([*steps, *given]):
            first = next(
                (told for told in stretch if told.type == "StepAssigned" and told.event["step_id"] == key), None
            )
            if key in steps:
                found[key] = self.step_after(steps[key], stretch)
            elif first is not None:
                later = [told for told in stretch if told.place >= first.place]
                found[key] = self.step_after(self.asked_for(first), later)
        return found

    def asked_for(self, told: Told) -> Answer:
        """A step that no procedure has: somebody's opinion, and the clock that was set for it before it was told."""
        event = told.event
        before = [Clock(self, started) for started in self.named("ClockStarted") if started.place < told.place]
        its = [clock for clock in before if clock.step_id == event["step_id"] and not clock.was_over_before(told.place)]
        names = ("name_vi", "name_en", "kind", "asked_by", "question", "silence")
        said = {name: event.get(name) for name in names} | {"kind": event.get("kind", "processing")}
        plain = {"id": event["step_id"], "needs": [], "lapsed": False, "clock_id": its[0].id if its else None}
        return fresh({"id": "", "name": {"vi": "", "en": ""}, "department": ""}) | said | plain

    def step_after(self, step: Answer, stretch: list[Told]) -> Answer:
        mine = [told for told in stretch if self.is_about(step["id"], told)]
        given = [told for told in mine if told.type in ("StepAssigned", "StepReassigned")]
        assigned = [told for told in given if told.type == "StepAssigned"]
        started = [told for told in mine if told.type == "ClockStarted"]
        states = [state for state in (self.step_state(step, told) for told in mine) if state is not None]
        changed: Answer = {}
        if given:
            last = given[-1].event
            changed |= {"department": last.get("to_department") or last["department"], "officer": last.get("officer")}
        if assigned:
            last = assigned[-1].event
            changed |= {"round": last.get("round", 1), "assigned_at": microseconds(last["assigned_at"])}
        if started:
            changed |= {"clock_id": started[-1].event["clock_id"]}
        if states:
            changed |= {"status": states[-1]}
        if any(told.type == "ConsultationLapsed" for told in mine):
            changed |= {"lapsed": True}
        return step | changed

    def is_about(self, step_id: str, told: Told) -> bool:
        return told.event.get("step_id") == step_id or step_id in told.event.get("step_ids", ())

    def step_state(self, step: Answer, told: Told) -> str | None:
        if told.type == "StepsRestarted":
            return "waiting"
        if told.type != "StepCancelled":
            return SETS_STEP.get(told.type)
        anew = "waiting" if step["kind"] == "processing" else "cancelled"
        return {"case_closed": "cancelled", "restart": anew}.get(told.event["cause"])


def fresh(step: Json) -> Answer:
    """A step that nobody has begun."""
    return {
        "id": step["id"],
        "name_vi": step["name"]["vi"],
        "name_en": step["name"]["en"],
        "department": step["department"],
        "needs": list(step.get("needs", ())),
        "kind": "processing",
        "status": "waiting",
        "round": 0,
        "clock_id": None,
        "assigned_at": None,
        "asked_by": None,
        "question": None,
        "lapsed": False,
        "silence": None,
        "officer": None,
    }


def holder(status: str, steps: Iterable[Answer]) -> str:
    """Whose turn it is: the applicant's, nobody's, or the department's that has had its work longest, opinions last."""
    if status.startswith("awaiting_"):
        return "applicant"
    if status in ("suspended", "stopped"):
        return "suspension"
    held = [step for step in steps if step["status"] == "assigned" and step["assigned_at"] is not None]
    first = min(held, key=lambda step: (step["kind"] == "consultation", step["assigned_at"]), default=None)
    return "between_steps" if first is None else str(first["department"])


def state_of_latest(clocks: Sequence[Clock], kind: str) -> str | None:
    mine = [clock for clock in clocks if clock.kind == kind]
    if not mine:
        return None
    return "met" if mine[-1].is_set_aside else mine[-1].verdict


class Clock:
    """A clock that was started, and what was said of it since."""

    def __init__(self, moment: Moment, started: Told) -> None:
        self.moment, self.started = moment, started.event
        self.id, self.kind, self.step_id = (started.event.get(name) for name in ("clock_id", "kind", "step_id"))
        self.since = [told for told in moment.counting if told.place > started.place and self._is_mine(told)]

    def _is_mine(self, told: Told) -> bool:
        return told.event.get("clock_id") == self.id or self.id in told.event.get("clock_ids", ())

    def answer(self) -> Answer:
        ends = self._ends(self.limit)
        two_ends = self.kind in TWO_ENDED_KINDS and self.started["budget"]["unit"] in DAY_UNITS
        return {
            "id": self.id,
            "kind": self.kind,
            "step_id": self.step_id,
            "budget": (self.limit.amount, self.limit.unit.value),
            "anchored_at": self.limit.anchored,
            "status": self.verdict,
            "stopped": self.is_over,
            "paused": self.limit.stands_still,
            "held": sorted(self.limit.held, key=str),
            "set_aside": self.is_set_aside,
            "level": self.level,
            "fired": self.fired,
            "due_at": ends and ends.appointment_at,
            "lawful_end_at": ends.lawful_at if ends is not None and two_ends else None,
            "remaining": self.remaining,
        }

    # ---- what became of it

    @cached_property
    def verdict(self) -> str:
        return self.verdict_of(self.since)

    def verdict_of(self, said: list[Told]) -> str:
        """The last that decided it; what depends on how it stood before asks that first."""
        if not said:
            return "running"
        *before, last = said
        match last.type:
            case "ClockMet":
                return "met"
            case "ClockCancelled":
                return "cancelled"
            case "ClockBreached":
                return "breached"
            case "BreachSetAside" if last.event.get("cause") == "lawful_end":
                return "running"
            case "BreachSetAside":
                return "breached" if self.verdict_of(before) == "breached" else "met"
            case "AppointmentPassed":
                stood = self.verdict_of(before)
                return "past_appointment" if stood == "running" else stood
        return self.verdict_of(before)

    @property
    def is_set_aside(self) -> bool:
        asides = [number for number, told in enumerate(self.since) if self._sets_aside(told)]
        return any(self.verdict_of(self.since[:number]) == "breached" for number in asides)

    def _sets_aside(self, told: Told) -> bool:
        return told.type == "BreachSetAside" and told.event.get("cause") != "lawful_end"

    @property
    def is_over(self) -> bool:
        return any(map(self._ends_it, self.since))

    def was_over_before(self, place: int) -> bool:
        return any(self._ends_it(told) for told in self.since if told.place < place)

    def _ends_it(self, told: Told) -> bool:
        return told.type in ("ClockMet", "ClockStopped", "ClockCancelled") or self._sets_aside(told)

    @property
    def _told_anew(self) -> list[Told]:
        """What was said since its ladder last began again."""
        again = [n for n, told in enumerate(self.since) if told.type == "BreachSetAside" and not self._sets_aside(told)]
        return self.since[again[-1] + 1 :] if again else self.since

    @property
    def level(self) -> int:
        rungs = [told.event for told in self._told_anew if told.type == "RungFired"]
        return max((rung["level"] for rung in rungs if rung["kind"] == "escalation"), default=0)

    @property
    def is_acknowledged(self) -> bool:
        return any(told.type == "EscalationAcknowledged" for told in self._told_anew)

    @property
    def fired(self) -> list[str]:
        rungs = [told for told in self.since if told.type == "RungFired"]
        withdrawn = [told for told in self.since if told.type == "BreachSetAside"]
        return [
            rung.event["rung"]
            for rung in rungs
            if not any(w.place > rung.place and rung.event["rung"] in w.event.get("rungs", ()) for w in withdrawn)
        ]

    # ---- its time

    @cached_property
    def limit(self) -> Limit:
        """Its whole amount on its calendar, with the stretches in which it stood still as they are known at the instant."""
        budget, moment = self.started["budget"], self.moment
        longer = [told.event["by"]["amount"] for told in self.since if told.type == "ClockExtended"]
        moved = [told.event["by"]["amount"] for told in self.since if told.type == "AppointmentMoved"]
        moved += [self.started["appointment_by"]["amount"]] if self.started.get("appointment_by") else []
        return Limit(
            hours_of(moment.calendar(self.started.get("calendar"))),
            Unit(budget["unit"]),
            budget["amount"] + sum(longer),
            microseconds(self.started["anchored_at"]),
            self.started.get("after_hours") == "next_opening",
            tuple(self._cut(self._stretches())),
            sum(moved),
        )

    def _stretches(self) -> Iterable[tuple[int, int | None]]:
        """When it stood still: each pause up to the first resumption behind it."""
        for entry in self.started.get("suspensions", ()):
            until_at = entry.get("until_at")
            yield microseconds(entry["from_at"]), microseconds(until_at) if until_at else self._resumed_after(-1)
        for told in self.since:
            if told.type == "ClockPaused":
                yield microseconds(told.event["from_at"]), self._resumed_after(told.place)
            elif told.type == "ClockSuspended":
                yield microseconds(told.event["from_at"]), microseconds(told.event["until_at"])

    def _resumed_after(self, place: int) -> int | None:
        for told in self.since:
            if told.place > place and told.type == "ClockResumed":
                is_work = self.id in told.event.get("work_ids", ()) and told.event.get("work_until_at")
                return microseconds(told.event["work_until_at" if is_work else "until_at"])
        return None

    def _cut(self, stretches: Iterable[tuple[int, int | None]]) -> Iterable[tuple[int, int | None]]:
        cut_at = self.moment.cut_at
        for from_at, until_at in stretches:
            if cut_at is None:
                yield from_at, until_at
            elif from_at <= cut_at:
                yield from_at, None if until_at is not None and until_at > cut_at else until_at

    @property
    def remaining(self) -> int | None:
        """The whole, which ends where it would if nothing held it now, less what is used up."""
        if self.is_over:
            return None
        ended = tuple(stretch for stretch in self.limit.held if stretch[1] is not None)
        whole = self.limit._replace(held=ended, moved=0)
        try:
            end = whole.ends()
            return None if end is None else whole.used(end.appointment_at) - self.limit.used(self.moment.asked_at)
        except OffTheCalendarError:
            return None

    def _ends(self, limit: Limit) -> Any:
        try:
            return limit.ends()
        except OffTheCalendarError:
            return None


AnswerOf = Callable[[Definitions, Sequence[Json], int | None, int], Answer | None]
