"""The promise over the whole: announced to all at once, recomputed on every event, warned of, broken, and whose fault."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.dossier.ticks import next_due
from cases.dossier.views import dossier_view_of
from catalog.dossier import EdgeKind
from catalog.loader import load_catalog
from events.language.commands import AcknowledgeEscalation
from events.language.dossier_messages import Need
from events.language.refusals import Refusal
from sla.calendar import compiled
from sla.deadline import AfterHours, due
from sla.units import Budget, Unit
from tests.builders import MONDAY, a_calendar
from tests.cases.dossier.openings import OFFICER, Life, a_submission, an_application, days, in_province, midnight_after

HOUR = timedelta(hours=1)


def a_chain(**change: object) -> Life:
    """a (3 days, culture) → b (5, police) → c (5, finance); d (2, construction) beside them."""
    life = Life({"a": days(3), "b": days(5), "c": days(5), "d": days(2)})
    life.open(an_application("a"), an_application("b", "a"), an_application("c", "b"), an_application("d"), **change)
    return life


def test_every_agency_is_told_at_once_of_its_task_and_its_provisional_due_date() -> None:
    """The lead too; no clock but the joint one runs, and only what is free is released."""
    life = a_chain()
    told = {event.department: event for event in life.of_type("DossierAnnounced")}
    assert set(told) == {"culture", "police", "finance", "construction"}
    assert {event.lead for event in told.values()} == {"culture"}
    due = {task.application: task.provisional_due_at for event in told.values() for task in event.tasks}
    assert due == {"a": in_province(5), "b": in_province(12), "c": in_province(19), "d": in_province(4)}
    assert [event.name for event in life.of_type("ApplicationReleased")] == ["a", "d"]


def test_without_a_joint_limit_the_critical_path_is_the_promise() -> None:
    life = a_chain()
    assert life.dossier.basis == "critical_path"
    assert life.dossier.joint_due_at == in_province(19)
    assert life.dossier.critical_path == ("a", "b", "c")
    assert life.dossier.holder == "culture"


@pytest.mark.parametrize("unit", [Unit.DAYS, Unit.WORKING_DAYS, Unit.HOURS])
@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_joint_promise_is_never_shorter_than_its_path(unit: Unit, hour: int) -> None:
    """Whenever it was handed in: who ends in time does not break the promise over the whole."""
    at = MONDAY + timedelta(hours=hour)
    life = Life({"a": Budget(amount=11, unit=unit)})
    life.open(an_application("a"), at=at)
    assert life.dossier.joint_due_at >= life.dossier.promised_at
    law = due(Budget(amount=11, unit=unit), at, compiled(a_calendar()))
    life.live_until((law.lawful_end_at or law.operational_at) - timedelta(seconds=1))
    assert not life.dossier.breached


def test_the_promise_follows_every_end() -> None:
    """Early or late: the rest of the graph is laid on the calendar anew, and the holder changes with it."""
    life = a_chain()
    life.end("a", in_province(3))
    assert life.dossier.promised_at == in_province(17)
    assert (life.dossier.critical_path, life.dossier.holder) == (("b", "c"), "police")
    life.end("b", in_province(13))
    assert life.dossier.promised_at == in_province(20)
    assert life.dossier.joint_due_at == in_province(19)


def test_a_joint_limit_counts_from_the_next_opening() -> None:
    """As Decree 297/2025 says: handed in after closing, it counts from the next working day."""
    life = Life({"a": days(3)})
    evening = in_province(2, 19)
    life.open(an_application("a"), at=evening, cap=days(16), after_hours=AfterHours.NEXT_OPENING)
    # From Tuesday 7:00 on; the end of the sixteenth working day's first hour is the end of the fifteenth's last.
    assert life.dossier.joint_due_at == in_province(24, 17)
    assert life.dossier.joint_lawful_day == in_province(25).date()


def test_the_joint_clock_warns_breaks_and_escalates_once_each() -> None:
    life = a_chain(cap=days(5))
    life.live_until(in_province(13))
    fired = [event.rung for event in life.of_type("DossierRungFired")]
    assert fired == ["half", "late-warning", "past-appointment", "breach", "first", "second"]
    (breach,) = life.of_type("DossierBreached")
    # Civil Code 2015 art. 148: a limit in days ends with its last day, whatever the appointment said.
    assert breach.due_at == midnight_after(9)
    assert next_due(life.dossier) is None
    assert dossier_view_of(life.dossier).joint_state == "breached"


def test_a_warning_is_read_and_not_acknowledged() -> None:
    """As for cases: acknowledged, it would silence the escalations that are still to come."""
    life = a_chain(cap=days(5))
    life.live_until(in_province(9) - HOUR)

    def acknowledged(rung: str) -> AcknowledgeEscalation:
        at = life.records[-1].at
        return AcknowledgeEscalation(command_id=rung, received_at=at, actor=OFFICER, escalation_id=f"joint/{rung}")

    refused = life.attempt(acknowledged("half"))
    assert isinstance(refused, Refusal)
    assert refused.code == "escalation_unknown"
    life.live_until(in_province(9))
    refused = life.attempt(acknowledged("past-appointment"))
    assert isinstance(refused, Refusal)
    life.live_until(midnight_after(9))
    life.do(acknowledged("breach"))
    life.live_until(in_province(13))
    fired = [event.rung for event in life.of_type("DossierRungFired")]
    assert fired == ["half", "late-warning", "past-appointment", "breach"]


def test_the_blame_is_split_among_those_along_the_chain_that_was_waited_for() -> None:
    """`a` took three days, of which the applicant two; `b` has had it since; `d`, long done, has no part in it."""
    life = a_chain(cap=days(5))
    life.end("d", MONDAY + HOUR, time_shares=[{"owner": "construction", "seconds": 3600}])
    shares = [{"owner": "applicant", "seconds": 2 * 86400}, {"owner": "culture", "seconds": 86400}]
    life.end("a", MONDAY + timedelta(days=3), time_shares=shares)
    life.live_until(midnight_after(9))
    (breach,) = life.of_type("DossierBreached")
    assert {share.owner: share.seconds for share in breach.blame} == {
        "applicant": 2 * 86400.0,
        "culture": 86400.0,
        "police": 4 * 86400.0 + 15 * 3600,
    }


def test_a_dossier_closed_in_time_keeps_its_promise() -> None:
    life = Life({"a": days(2)})
    life.open(an_application("a"))
    life.end("a", MONDAY + HOUR)
    closed = life.of_type("DossierClosed")[0]
    assert (closed.outcome, closed.promise_kept) == ("granted", True)
    assert [share.owner for share in closed.time_shares] == ["culture"]


def test_what_is_released_counts_from_the_turn_and_the_delay_is_the_systems() -> None:
    """Told in the wrong order, and late: nobody could begin before we heard of it, and nobody pays for that."""
    life = Life({name: days(2) for name in ("a", "b", "c")})
    life.open(an_application("a"), an_application("b"), an_application("c", "a", "b"))
    life.end("a", MONDAY + 5 * HOUR)
    life.do(life.ending("b", MONDAY + 2 * HOUR), now=MONDAY + 6 * HOUR)
    assert life.of_type("ApplicationReleased")[-1].released_at == MONDAY + 6 * HOUR
    life.end(
        "c",
        MONDAY + 8 * HOUR,
        time_shares=[{"owner": "finance", "seconds": 3600}, {"owner": "system", "seconds": 3600}],
    )
    (closed,) = life.of_type("DossierClosed")
    shares = {share.owner: share.seconds for share in closed.time_shares}
    # `a` had five hours; the last of both ends was heard of an hour later, and the case `c` says an hour of its own.
    assert shares == {"culture": 5 * 3600.0, "system": 2 * 3600.0, "finance": 3600.0}


def test_what_is_free_at_the_opening_counts_from_the_receipt() -> None:
    """The applicant handed it in then (Decree 61/2018 art. 17): our delay does not shorten what the law gives him."""
    life = Life({"a": days(2)})
    life.do(a_submission([an_application("a")]), now=MONDAY + 30 * HOUR)
    assert life.of_type("ApplicationReleased")[0].released_at == MONDAY


def test_five_templates_are_shipped_and_the_karaoke_group_fits_its_joint_limit() -> None:
    """Every hard edge has a policy; silence that may never mean consent is asked for nowhere."""
    catalog = load_catalog()
    day = in_province(2).date()
    found = {template.id: template for template in catalog.templates_on(day)}
    assert set(found) == {"karaoke", "food-factory", "foreign-retail-store", "petrol-station", "private-clinic"}
    karaoke = found["karaoke"]
    assert (karaoke.cap, karaoke.after_hours) == (days(16), AfterHours.NEXT_OPENING)
    spent = [catalog.procedure(part.procedure, day).limit for part in karaoke.applications]
    assert sum(limit.amount for limit in spent if limit is not None) == 13
    for template in found.values():
        for asked in template.consultations:
            part = next(p for p in template.applications if p.name == asked.application)
            excluded = catalog.definitions_for(part.procedure, day).silence_excluded
            assert asked.department not in excluded or asked.silence == "escalate"


def test_a_need_said_twice_is_as_strong_as_its_stronger_word() -> None:
    life = Life({name: days(2) for name in ("a", "b")})
    soft, hard = Need(name="a", kind=EdgeKind.PRACTICAL), Need(name="a", kind=EdgeKind.HARD)
    life.open(an_application("a"), an_application("b", soft, hard))
    assert [event.name for event in life.of_type("ApplicationReleased")] == ["a"]
