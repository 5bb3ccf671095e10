"""Random lives of one linked dossier, the same for the same seed: played by the core and by the model, turn by turn.

An act says what somebody does, and picks whom it concerns among those whom it can concern then: so any act can be left out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from cases.dossier.decide import DOSSIERS
from cases.dossier.ends import joint_ends, verdict_of
from cases.dossier.evolve import evolve_dossier
from catalog.dossier import CascadePolicy, EdgeKind
from events.language.dossier_commands import (
    ApplyCascade,
    DossierCommand,
    LinkedApplication,
    RecordResult,
    RevokeResult,
    WithdrawDossier,
)
from events.language.dossier_messages import Need, ResultReference
from sla.deadline import AfterHours
from sla.units import Budget, Unit
from tests.audit.simulation.dossier_reference import ModelledDossier
from tests.audit.simulation.dossier_reference_parts import LOST, UNBEGUN
from tests.audit.simulation.reference.hours import Hours, instant
from tests.builders import MONDAY, a_calendar
from tests.cases.dossier.openings import OFFICER, Life, a_submission, an_application

PROVINCE = timedelta(hours=7)
CALENDAR = a_calendar(days_off=(date(2026, 3, 11), date(2026, 3, 20), date(2026, 4, 1)))
KINDS = {"end": 12, "pass": 3, "revoke": 3, "cascade": 4, "record": 3, "withdraw": 0.4}
"""What somebody does, and how often."""
ENDS = {"issued": 8, "refused": 1, "returned": 0.6, "withdrawn": 0.6}
DAY_MINUTES = 24 * 60


class Act(NamedTuple):
    """What somebody does: so long after the act before, taken in a turn so much later, or in that of the next act."""

    kind: str
    pick: int
    minutes: int
    outage: int
    waits: bool
    outcome: str
    valid_days: int | None


class DossierPlan(NamedTuple):
    """All that a life is made of."""

    seed: int
    limits: dict[str, Budget]
    applications: tuple[LinkedApplication, ...]
    opened_at: datetime
    opening_outage: int
    change: dict[str, Any]
    acts: tuple[Act, ...]


@cache
def _hours() -> Hours:
    return Hours(CALENDAR)


def _budget(chance: random.Random) -> Budget:
    unit = chance.choice((Unit.WORKING_DAYS, Unit.WORKING_DAYS, Unit.DAYS, Unit.HOURS))
    return Budget(amount=chance.randint(1, 60 if unit is Unit.HOURS else 12), unit=unit)


def _needs(chance: random.Random, name: str, before: list[str], opened_at: datetime) -> Iterator[Need]:
    for needed in chance.sample(before, min(len(before), chance.randint(0, 3))):
        kind = chance.choice((EdgeKind.HARD, EdgeKind.HARD, EdgeKind.PRACTICAL))
        yield Need(name=needed, kind=kind, policy=chance.choice(list(CascadePolicy)))
    if chance.random() < 0.2:
        until = chance.choice((None, (opened_at + PROVINCE).date() + timedelta(days=chance.randint(0, 20))))
        yield Need(result=_elsewhere(f"N-{name}", until), policy=chance.choice(list(CascadePolicy)))


def _elsewhere(number: str, valid_until: date | None) -> ResultReference:
    return ResultReference(number=number, issuer="elsewhere", issued_on=date(2026, 1, 1), valid_until=valid_until)


def _act(chance: random.Random) -> Act:
    return Act(
        kind=chance.choices(list(KINDS), list(KINDS.values()))[0],
        pick=chance.randrange(10_000),
        minutes=chance.choice((0, chance.randint(1, 300), chance.randint(1, 3 * DAY_MINUTES))),
        outage=chance.choice((0, 0, 0, chance.randint(1, 600), chance.randint(1, 12 * DAY_MINUTES))),
        waits=chance.random() < 0.15,
        outcome=chance.choices(list(ENDS), list(ENDS.values()))[0],
        valid_days=chance.choice((None, None, chance.randint(0, 20))),
    )


def dossier_plan_of(seed: int) -> DossierPlan:
    """The plan that a seed draws."""
    chance = random.Random(seed)
    names = [f"a{number}" for number in range(chance.randint(2, 6))]
    opened_at = MONDAY + timedelta(minutes=chance.randint(0, 7 * DAY_MINUTES), seconds=chance.choice((0, 0, 13)))
    parts = [an_application(n, *_needs(chance, n, names[:place], opened_at)) for place, n in enumerate(names)]
    chance.shuffle(parts)
    change = {"cap": chance.choice((None, _budget(chance))), "after_hours": chance.choice(list(AfterHours))}
    return DossierPlan(
        seed=seed,
        limits={name: _budget(chance) for name in names},
        applications=tuple(parts),
        opened_at=opened_at,
        opening_outage=chance.choice((0, 0, chance.randint(1, 3 * DAY_MINUTES))),
        change=change,
        acts=tuple(_act(chance) for _ in range(chance.randint(4, 24))),
    )


class LivedDossier:
    """One life, played by both at once."""

    def __init__(self, plan: DossierPlan) -> None:
        self.plan = plan
        self.life = Life(plan.limits)
        definitions = self.life.dossier.definitions.model_copy(update={"calendar": CALENDAR})
        self.life.dossier = self.life.dossier.changed({"definitions": definitions})
        self.model = ModelledDossier(definitions, _hours())

    def finding(self) -> str | None:
        """The first difference, after the turn in which it shows; None: there is none."""
        plan = self.plan
        at = plan.opened_at
        now = at + timedelta(minutes=plan.opening_outage)
        waiting: list[DossierCommand] = [a_submission(plan.applications, at, **plan.change)]
        found = self._turn(waiting, now)
        for number, act in enumerate(plan.acts):
            if found is not None:
                return found
            at += timedelta(minutes=act.minutes)
            waiting = [] if not act.waits and not waiting else waiting
            command = self._command(act, at, number)
            waiting += [] if command is None else [command]
            if act.waits and number + 1 < len(plan.acts):
                continue
            now = max(now, at + timedelta(minutes=act.outage))
            found = self._turn(waiting, now)
        return found

    def _turn(self, commands: list[DossierCommand], now: datetime) -> str | None:
        turn = DOSSIERS.take_turn(self.life.dossier, commands, now)
        for record in () if turn is None else turn.records:
            self.life.dossier = evolve_dossier(self.life.dossier, record)
            self.life.records.append(record)
        taken = [] if turn is None else [outcome.accepted for outcome in turn.outcomes]
        expected = self.model.turn(commands, instant(now))
        said = ", ".join(f"{command.type} {getattr(command, 'name', '')}" for command in commands)
        commands.clear()
        core, model = {"taken": taken} | self.core_told(), {"taken": expected} | self.model_told()
        wrong = [f"{key}: core {core[key]}, model {model[key]}" for key in core if core[key] != model[key]]
        return f"turn at {now.astimezone(UTC)} ({said}): " + "; ".join(wrong) if wrong else None

    def core_told(self) -> dict[str, Any]:
        """What the core tells of the dossier, in the model's words."""
        dossier, life = self.life.dossier, self.life
        ends = joint_ends(dossier)
        return {
            "parts": {name: (str(part.status), part.round, part.leaving) for name, part in dossier.parts.items()},
            "released": sorted((e.name, e.round, instant(e.released_at)) for e in life.of_type("ApplicationReleased")),
            "closed": (None if dossier.closed_at is None else instant(dossier.closed_at), dossier.outcome),
            "reopenings": len(life.of_type("DossierReopened")),
            "ends": ends and (instant(ends.appointment_at), ends.lawful_end_at and instant(ends.lawful_end_at)),
            "state": str(verdict_of(dossier).state),
            "rungs": [(event.rung, instant(event.due_at)) for event in life.of_type("DossierRungFired")],
            "kept": [(event.promise_kept, event.appointment_kept) for event in life.of_type("DossierClosed")],
        }

    def model_told(self) -> dict[str, Any]:
        """What the model tells of the dossier."""
        model, promise = self.model, self.model.promise
        parts = {part.name: part for part in model.parts.values()}
        told = self.life.dossier.parts
        assert promise is not None
        # The verdict of the first end stays, however often the dossier ends.
        kept = [(promise.state != "breached", promise.appointment_kept)] * model.closings
        return {
            "parts": {name: (parts[name].status, parts[name].round, parts[name].leaving) for name in told},
            "released": sorted(model.released),
            "closed": (model.closed_at, model.outcome),
            "reopenings": model.reopenings,
            "ends": tuple(promise.ends),
            "state": promise.state,
            "rungs": promise.fired,
            "kept": kept,
        }

    def _command(self, act: Act, at: datetime, number: int) -> DossierCommand | None:
        parts = list(self.life.dossier.parts.values())
        given: dict[str, Any] = {"command_id": f"c-{number}", "received_at": at, "actor": OFFICER}
        lost = [p for p in parts if (p.status in LOST and p.substitute is None) or p.lost_results]
        until = None if act.valid_days is None else (at + PROVINCE).date() + timedelta(days=act.valid_days)
        match act.kind:
            case "end":
                part = _picked(act, [p for p in parts if p.status == "released"] or parts)
                outcome = "withdrawn" if part.leaving and act.pick % 4 else act.outcome
                change = {"command_id": f"c-{number}", "valid_until": until if outcome == "issued" else None}
                return self.life.ending(part.name, at, outcome, round=max(part.round, 1), **change)
            case "revoke":
                part = _picked(act, [p for p in parts if p.has_result or p.needs] or parts)
                held = [need.result.number for need in part.needs if need.result is not None]
                which = held[0] if held and act.pick % 2 else None
                return RevokeResult(**given, name=part.name, number=which, reason="forged", legal_basis="art. 15")
            case "cascade":
                return ApplyCascade(**given, name=_picked(act, lost or parts).name)
            case "record":
                part = _picked(act, [p for p in parts if p in lost or p.status in UNBEGUN] or parts)
                held = [need.result.number for need in part.needs if need.result is not None]
                replaces = held[0] if held and act.pick % 2 else None
                return RecordResult(**given, name=part.name, result=_elsewhere(f"R{number}", until), replaces=replaces)
            case "withdraw":
                return WithdrawDossier(**given)
        return None


def _picked(act: Act, among: list[Any]) -> Any:
    return among[act.pick % len(among)]


def dossier_finding_of(plan: DossierPlan) -> str | None:
    """The first difference between the core and the model in this life."""
    return LivedDossier(plan).finding()


def shrunk_dossier(plan: DossierPlan) -> tuple[DossierPlan, str]:
    """The plan with only the acts that the difference needs, and what it is then."""
    found = dossier_finding_of(plan) or ""
    place = 0
    while place < len(plan.acts):
        less = plan._replace(acts=plan.acts[:place] + plan.acts[place + 1 :])
        still = dossier_finding_of(less)
        if still is None:
            place += 1
        else:
            plan, found = less, still
    return plan, found


def dossier_report_of(plan: DossierPlan) -> str:
    """The shrunk life in lines, with the command that replays it."""
    small, found = shrunk_dossier(plan)
    lines = [
        f"{p.name}: {[(n.name or n.result, n.kind.value, n.policy.value) for n in p.needs]}" for p in small.applications
    ]
    acts = [str(act) for act in small.acts]
    replay = f"SEED={plan.seed} python -m pytest tests/audit/simulation/test_dossier_lives_and_model.py"
    return "\n".join(
        [replay, f"opened {small.opened_at} +{small.opening_outage} min {small.change}", *lines, *acts, found]
    )
