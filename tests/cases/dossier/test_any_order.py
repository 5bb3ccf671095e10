"""Whatever is done to a dossier, in whatever order, late or twice: its rules hold, and there is always a way to its end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.dossier_redecision import dossier_redecided
from audit.dossiers import check_dossier
from cases.dossier.cascade import is_open_over, preview
from cases.dossier.decide import DOSSIERS, fold_dossier
from cases.dossier.evolve import evolve_dossier
from cases.dossier.model import LOST, UNBEGUN, Dossier, Part, PartStatus
from cases.dossier.orders import application_of, wanted
from catalog.dossier import CascadePolicy, EdgeKind
from events.language.dossier_commands import (
    ApplyCascade,
    DossierCommand,
    RecordResult,
    RevokeResult,
    WithdrawDossier,
)
from events.language.dossier_messages import Need, ResultReference
from tests.builders import MONDAY
from tests.cases.dossier.openings import DOSSIER_ID, OFFICER, Life, an_application, days

PROVINCE = timedelta(hours=7)


def _needs(chance: random.Random, before: list[str]) -> Iterator[Need]:
    for name in chance.sample(before, min(len(before), chance.randint(0, 3))):
        kind = chance.choice((EdgeKind.HARD, EdgeKind.HARD, EdgeKind.PRACTICAL))
        yield Need(name=name, kind=kind, policy=chance.choice(list(CascadePolicy)))
    if chance.random() < 0.15:
        policy = chance.choice(list(CascadePolicy))
        yield Need(result=_a_result(chance, MONDAY, f"N{chance.randint(1, 3)}"), policy=policy)


def _a_result(chance: random.Random, at: datetime, number: str) -> ResultReference:
    valid_until = chance.choice((None, (at + PROVINCE).date() + timedelta(days=chance.randint(0, 20))))
    return ResultReference(number=number, issuer="elsewhere", issued_on=date(2026, 1, 1), valid_until=valid_until)


def _a_command(chance: random.Random, life: Life, at: datetime, number: int) -> DossierCommand:
    """An end of an open case, or what an officer may ask of any application, sensible or not."""
    name = chance.choice(list(life.dossier.parts))
    running = list(life.dossier.of_status(PartStatus.RELEASED))
    if running and chance.random() < 0.6:
        part = chance.choice(running)
        ends = ("withdrawn",) if part.leaving and chance.random() < 0.7 else ("issued",) * 4 + ("refused", "returned")
        return life.ending(part.name, at, chance.choice(ends), valid_until=_a_result(chance, at, "own").valid_until)
    given = {"command_id": f"c-{number}", "received_at": at, "actor": OFFICER, "name": name}
    elsewhere = f"N{chance.randint(1, 3)}"
    result = _a_result(chance, at, chance.choice((f"R{number}", elsewhere)))
    kind = chance.random()
    if kind < 0.3:
        return ApplyCascade.model_validate({**given, "reason": "as previewed"})
    if kind < 0.6:
        lost = chance.choice((None, elsewhere))
        return RevokeResult.model_validate({**given, "number": lost, "reason": "forged", "legal_basis": "art. 15"})
    if kind < 0.98:
        return RecordResult.model_validate({**given, "result": result, "replaces": chance.choice((None, elsewhere))})
    return WithdrawDossier(command_id=f"c-{number}", received_at=at, actor=OFFICER)


def _turn(life: Life, commands: list[DossierCommand], settled: set[str], at: datetime) -> None:
    fresh = {command.command_id: command for command in commands if command.command_id not in settled}
    turn = DOSSIERS.take_turn(life.dossier, list(fresh.values()), at)
    if turn is None:
        return
    settled |= {outcome.command_id for outcome in turn.outcomes}
    for record in turn.records:
        life.dossier = evolve_dossier(life.dossier, record)
        life.records.append(record)


def _holds(dossier: Dossier, at: datetime) -> None:
    parts = dossier.parts.values()
    # Nothing is closed over a loss that was not followed through: what stands on it would stand for ever.
    followed = not any(e.effect != "kept" for part in parts for e in preview(dossier, part.name))
    assert is_open_over(dossier) is not followed
    assert dossier.is_closed == (all(part.is_over for part in parts) and followed)
    assert not any(part.status in UNBEGUN and part.substitute is not None for part in parts)
    for order in wanted(dossier):
        assert application_of(dossier, order.part).linked is not None
    if dossier.is_open and not dossier.withdrawn:
        ready = [part.name for part in parts if part.status in UNBEGUN and _has_all(dossier, part, at)]
        assert ready == [], "released is an application the moment it has all"


def _has_all(dossier: Dossier, part: Part, at: datetime) -> bool:
    hard = (dossier.parts[name].has_result for name in dossier.graph.hard[part.name])
    day = (at + PROVINCE).date()
    results = (need.result for need in part.needs if need.result is not None)
    return all(hard) and all(result.valid_on(day) and not part.has_lost(result.number) for result in results)


def _led_to_its_end(life: Life, at: datetime) -> None:
    """What an office can always do: end what is open, follow losses through, bring another result."""
    for number in range(400):
        at += timedelta(hours=1)
        life.live_until(at)
        if life.dossier.is_closed:
            return
        _next_deed(life, at, number)
    raise AssertionError("the dossier does not end")


def _next_deed(life: Life, at: datetime, number: int) -> None:
    dossier = life.dossier
    running = next(dossier.of_status(PartStatus.RELEASED), None)
    if running is not None:
        life.end(running.name, at, "withdrawn" if running.leaving else "issued")
        return
    for part in dossier.parts.values():
        if any(effect.effect != "kept" for effect in preview(dossier, part.name)):
            life.cascade(part.name, at)
            return
    result = ResultReference(number=f"S{number}", issuer="elsewhere", issued_on=date(2026, 1, 1))
    given = {"command_id": f"s-{number}", "received_at": at, "actor": OFFICER, "result": result}
    for part in dossier.parts.values():
        if part.status in UNBEGUN and part.lost_results:
            replaces = part.lost_results[0].needs
            life.do(RecordResult.model_validate({**given, "name": part.name, "replaces": replaces}))
            return
    lost = next(part for part in dossier.parts.values() if part.status in LOST and part.substitute is None)
    life.do(RecordResult.model_validate({**given, "name": lost.name}))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_rules_hold_and_there_is_always_a_way_to_the_end(seed: int) -> None:
    """Ends, revocations, cascades, results and withdrawals, some told late, twice, or together in one turn."""
    chance = random.Random(seed)
    names = [f"a{number}" for number in range(chance.randint(1, chance.choice((5, 12, 40))))]
    needs = {name: list(_needs(chance, names[:place])) for place, name in enumerate(names)}
    life = Life({name: days(chance.randint(1, 9)) for name in names})
    chance.shuffle(names)
    life.open(*(an_application(name, *needs[name]) for name in names))
    at, sent, settled = MONDAY, list[DossierCommand](), set[str]()
    for _ in range(60):
        if life.dossier.is_closed and chance.random() < 0.3:
            break
        at += timedelta(minutes=chance.randint(1, 1800))
        commands = [
            chance.choice(sent)
            if sent and chance.random() < 0.2
            else _a_command(chance, life, at - timedelta(minutes=chance.choice((0, 0, 900))), len(sent) + place)
            for place in range(chance.choice((1, 1, 2, 4)))
        ]
        sent += commands
        _turn(life, commands, settled, at)
        _holds(life.dossier, at)
    _led_to_its_end(life, at)
    assert check_dossier(life.dossier.definitions, life.records) == []
    assert list(dossier_redecided(life.dossier.definitions, life.records)) == []
    assert fold_dossier(DOSSIER_ID, life.dossier.definitions, life.records) == life.dossier
    released = [(event.name, event.round) for event in life.of_type("ApplicationReleased")]
    assert len(released) == len(set(released))
    assert len(life.of_type("DossierClosed")) == 1 + len(life.of_type("DossierReopened"))
