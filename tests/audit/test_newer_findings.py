"""What two ends, second persons and recorded actors added to the ledger: changed by hand, each is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any

import pytest

from audit.invariants import check_case, replay_decisions, story_of
from catalog.model import LaneId
from events.language.case_events import EventRecord, TimeShare
from events.language.commands import Actor, ActorKind, ChangeLane, MoveAppointment, Outcome
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    SUPERVISOR,
    Life,
    a_pause,
    a_resumption,
    a_return,
    a_stop,
    a_supplement,
    an_answer,
    an_explanation,
    an_open_life,
)
from tests.upgrade.fixtures import the_ledger
from tests.upgrade.going_on import GoingOn

Ledger = list[EventRecord]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OTHER = Actor(kind=ActorKind.SUPERVISOR, id="somebody-else")


@lru_cache
def a_long_life() -> Life:
    """Asked and answered, completed in parts, given a new appointment, past both ends, stopped, given back."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.REQUEST_EXPLANATION))
    life.do(an_explanation(MONDAY + 2 * HOUR))
    asked = ("lease", "map")
    life.do(an_answer("intake", "one-stop", MONDAY + 3 * HOUR, Outcome.REQUEST_SUPPLEMENT, documents=asked))
    life.do(a_supplement(MONDAY + 4 * HOUR, "lease"))
    life.do(a_supplement(MONDAY + 5 * HOUR, "map"), now=MONDAY + 6 * HOUR)
    by = Budget(amount=1, unit=Unit.WORKING_DAYS)
    life.do(MoveAppointment(command_id="move", received_at=MONDAY + 7 * HOUR, actor=SUPERVISOR, by=by, reason="r"))
    why: dict[str, Any] = {"reason": "r", "legal_basis": "l", "approved_by": "office", "override": True}
    lane = LaneId.GREEN_60
    life.do(ChangeLane(command_id="lane", received_at=MONDAY + 7 * HOUR, actor=SUPERVISOR, lane=lane, **why))
    life.live_until(MONDAY + 20 * DAY)
    life.do(a_stop(MONDAY + 20 * DAY))
    life.do(a_return(MONDAY + 21 * DAY))
    return life


def changed(name: str, nth: int = 0, **change: Any) -> Callable[[Ledger], Ledger]:
    """The ledger with one event of this name changed."""

    def tampered(records: Ledger) -> Ledger:
        place = [n for n, record in enumerate(records) if record.event.type == name][nth]
        event = records[place].event.model_copy(update=change)
        return [*records[:place], records[place].model_copy(update={"event": event}), *records[place + 1 :]]

    return tampered


def without(name: str) -> Callable[[Ledger], Ledger]:
    def tampered(records: Ledger) -> Ledger:
        place = next(n for n, record in enumerate(records) if record.event.type == name)
        kept = [*records[:place], *records[place + 1 :]]
        return [record.model_copy(update={"sequence": n}) for n, record in enumerate(kept, start=1)]

    return tampered


FORGERIES: tuple[tuple[str, Callable[[Ledger], Ledger], str], ...] = (
    ("an appointment that never was", changed("AppointmentPassed", appointment_at=MONDAY + 2 * DAY), "I5"),
    ("no appointment passed", without("AppointmentPassed"), "I6"),
    ("another former appointment", changed("AppointmentMoved", former_appointment_at=MONDAY + DAY), "I5"),
    ("moved back", changed("AppointmentMoved", appointment_at=MONDAY), "I2"),
    ("an end without its name", changed("ClockBreached", two_ends=None), "I5"),
    ("a second round", changed("ExplanationRequested", round=2), "I2"),
    ("no question", without("ExplanationRequested"), "I2"),
    ("an answer to another round", changed("ExplanationReceived", round=2), "I2"),
    ("a part that was not asked for", changed("SupplementReceived", missing=("passport",)), "I2"),
    ("a part taken for the whole", changed("SupplementReceived", missing=()), "I2"),
    ("an appointment that was missed, kept", changed("ClockStopped", appointment_kept=True), "I5"),
    ("stopped by one alone", changed("CaseStopped", approved_by=SUPERVISOR.id), "I2"),
    ("a lane by one alone", changed("LaneChanged", approved_by=None), "I2"),
    ("a rule that is not named", changed("LaneChanged", entitlement="rule"), "I2"),
    ("never stopped", without("ClockPaused"), "I2"),
    ("work from another instant", changed("ClockStarted", 1, anchored_at=MONDAY - HOUR), "I7"),
    ("consumed nobody knows what", changed("ClockMet", consumed_seconds=None), "I7"),
    ("our delay is nobody's", changed("CaseClosed", time_shares=(TimeShare(owner="police", seconds=1),)), "I7"),
)


def test_the_long_life_is_sound() -> None:
    """And holds what the forgeries forge."""
    life = a_long_life()
    assert check_case(life.definitions, life.records, open_ok=False) == []
    assert replay_decisions(life.definitions, life.records) == []


@pytest.mark.parametrize(("forge", "invariant"), [f[1:] for f in FORGERIES], ids=[f[0] for f in FORGERIES])
def test_a_forgery_is_found(forge: Callable[[Ledger], Ledger], invariant: str) -> None:
    """By the invariant that it breaks."""
    life = a_long_life()
    found = check_case(life.definitions, forge(life.records), open_ok=False)
    assert invariant in {violation.invariant for violation in found}


def test_another_actor_is_found_where_the_event_names_him_and_on_every_tick() -> None:
    """Who acted is a part of what is decided again."""
    life = a_long_life()
    for kind in ("LaneChanged", "AppointmentPassed", "RungFired"):
        place = next(n for n, record in enumerate(life.records) if record.event.type == kind)
        forged = [*life.records]
        forged[place] = forged[place].model_copy(update={"actor": OTHER})
        assert replay_decisions(life.definitions, forged), kind


def test_a_newer_event_that_does_not_say_who_acted_is_found() -> None:
    """It would pass for an older one, which is not decided again."""
    life = a_long_life()
    forged = [*life.records[:-1], life.records[-1].model_copy(update={"actor": None})]
    found = check_case(life.definitions, forged, open_ok=False)
    assert any("does not say who acted" in violation.message for violation in found)


def test_nothing_newer_poses_as_an_older_event() -> None:
    """A ledger whose actors were all taken away is decided again nowhere; what only today's rules write still tells."""
    life = a_long_life()
    forged = [record.model_copy(update={"actor": None}) for record in life.records]
    found = {violation.message for violation in check_case(life.definitions, forged, open_ok=False)}
    assert "AppointmentPassed: it does not say who acted" in found
    assert any("two ends" in message for message in found)


def test_no_forgery_stops_the_deciding() -> None:
    """Whatever is left out, the auditor goes on to the end of the ledger."""
    life = a_long_life()
    for place in range(len(life.records)):
        kept = [*life.records[:place], *life.records[place + 1 :]]
        forged = [record.model_copy(update={"sequence": n}) for n, record in enumerate(kept, start=1)]
        replay_decisions(life.definitions, forged)


def test_older_events_are_counted_and_newer_ones_decided_again() -> None:
    """A ledger that went on under today's rules: a changed correction is found."""
    kept = the_ledger("karaoke_breached")
    assert story_of(kept.definitions, kept.records).older == len(kept.records)
    case = GoingOn("karaoke_breached")
    case.live_until(case.stopped_at + 30 * DAY)
    assert story_of(kept.definitions, case.records).older == len(kept.records)
    assert case.new("BreachSetAside") or case.new("BreachConfirmed")
    place = next(n for n, r in enumerate(case.records) if r.event.type in ("BreachSetAside", "BreachConfirmed"))
    forged = changed(case.records[place].event.type, clock_id="step:nowhere")(case.records)
    assert check_case(kept.definitions, forged)


def test_a_pause_noted_late_is_shared_out_as_the_auditor_finds() -> None:
    """Our own delay between receipt and turn is the system's."""
    life = an_open_life()
    life.do(a_pause(MONDAY + HOUR), now=MONDAY + 2 * HOUR)
    life.do(a_resumption(MONDAY + 5 * HOUR), now=MONDAY + 6 * HOUR)
    life.do(an_answer("intake", "one-stop", MONDAY + 7 * HOUR, Outcome.REFUSE))
    shares = {share.owner: share.seconds / 3600 for share in life.of_type("CaseClosed")[0].time_shares}
    assert shares == {"one-stop": 2, "suspension": 4, "system": 1}
    assert check_case(life.definitions, life.records, open_ok=False) == []
