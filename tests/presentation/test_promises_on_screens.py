"""What people read: both ends of a promise under their own names, who acted and how that is known, reasons in their language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from cases.turn import CaseView
from cases.views import view_of
from events.language import case_events as ev
from events.language.commands import ENGINE, Actor, ActorKind, Assurance
from events.language.reasons import ReasonCode, said_reason
from greenlane.cli.acting import acting
from presentation.actors import actor_text
from presentation.cases.event_lines import detail_of
from presentation.cases.promises import Kind, appointment_line, lawful_end_text, promise_of, rung_text
from presentation.moments import Moments
from presentation.reasons import reason_text
from presentation.words.words import TABLE, Words
from services.actors import claimed
from services.change_telling import command_of
from services.changes import head_of
from sla.business_time import BusinessTime
from store.changes import Plan
from tests.builders import MONDAY, Life, a_calendar, a_submission, an_answer
from wording.text import in_language

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
APPOINTMENT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
"""Five working days after Monday 2 March, 09:00 in the province; the lawful end is 24:00 of that day."""
LAWFUL_END = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)
STEPS = (("intake", "one-stop"), ("appraisal", "culture"), ("fire", "police"), ("signing", "culture"))


def moments(language: str, now: datetime = MONDAY) -> Moments:
    return Moments(Words(language), ZONE, BusinessTime.real_time(), now)


def an_open_case(until: datetime, **change: object) -> Life:
    life = Life()
    life.do(a_submission(**change))
    life.live_until(until)
    return life


def shown(view: CaseView, language: str, kind: Kind = "statutory", now: datetime = MONDAY) -> str:
    at = moments(language, now)
    promised, lawful_day = promise_of(view, kind)
    return f"{appointment_line(promised, kind, at)} {lawful_end_text(lawful_day, kind, at)}"


def test_past_the_appointment_is_not_overdue() -> None:
    """Between the two ends: the one word says what it is not; after the lawful end the other says what it is."""
    between = view_of(an_open_case(APPOINTMENT + timedelta(hours=1)).case)
    after = view_of(an_open_case(LAWFUL_END + timedelta(hours=1)).case)
    assert "09/03/2026 09:00 quá hẹn (chưa quá hạn) hết hạn theo luật: 24:00 ngày 09/03/2026" in shown(between, "vi")
    assert "past the appointment (not overdue)" in shown(between, "en")
    assert "quá hạn" in shown(after, "vi")
    assert "quá hẹn" not in shown(after, "vi")


def test_a_green_promise_is_broken_never_overdue() -> None:
    """The law's word is for the law's limit."""
    life = an_open_case(MONDAY + timedelta(hours=25), facts={"project": "ring-road-4"})
    view = view_of(life.case)
    assert "lỡ cam kết" in shown(view, "vi", "green")
    assert "promise broken" in shown(view, "en", "green")
    assert "quá hạn" not in shown(view, "vi", "green")
    assert rung_text(Words("vi"), "breach", "green") == "lỡ cam kết"
    assert rung_text(Words("vi"), "breach", "statutory") == "quá hạn"


def test_closed_between_the_ends_is_in_time_and_says_that_the_appointment_was_missed() -> None:
    """Met in law, and the applicant was told another day."""
    life = an_open_case(APPOINTMENT + timedelta(hours=1))
    for step, department in STEPS:
        life.do(an_answer(step, department, APPOINTMENT + timedelta(hours=2)))
    view = view_of(life.case)
    assert view.promises.statutory is not None
    assert (view.promises.statutory.state, view.promises.statutory.appointment_kept) == ("met", False)
    assert "đúng hạn (trễ hẹn)" in shown(view, "vi")
    assert "met (after the appointment)" in shown(view, "en")


@pytest.mark.parametrize("kind", ActorKind)
def test_an_actor_is_never_shown_without_how_it_is_known(kind: ActorKind) -> None:
    """Every kind and every assurance has its words in both languages."""
    for assurance in (*Assurance, None):
        actor = Actor(kind=kind, id="account-7", assurance=assurance)
        for language, assured in (("vi", "chưa xác thực"), ("en", "claimed")):
            words = Words(language)
            text = actor_text(actor, words)
            assert text.startswith(f"{words.named('actor', kind)} account-7 (")
            assert (assured in text) == (assurance in (Assurance.CLAIMED, None))
        assert f"actor.{kind}" in TABLE


def test_the_engine_and_older_events() -> None:
    """The clock is the system; an older event does not say who acted."""
    assert actor_text(ENGINE, Words("vi")) == "hệ thống"
    assert actor_text(None, Words("vi")) == "không ghi nhận"
    assert actor_text(None, Words("en")) == "not on record"


def test_reasons_are_said_in_the_language_with_amounts_in_its_words() -> None:
    """A code with its details; an older sentence stands for its code; what somebody wrote stays as written."""
    details = {"promise": "3 working_days", "limit": "2 days"}
    assert (
        reason_text(None, ReasonCode.AFTER_STATUTE, moments("vi"), details)
        == "3 ngày làm việc sẽ kết thúc sau thời hạn theo luật là 2 ngày"
    )
    assert "3 working days would end" in str(reason_text(None, ReasonCode.AFTER_STATUTE, moments("en"), details))
    older = "3 working_days would fall after the statutory 2 days"
    assert reason_text(older, None, moments("vi")) == reason_text(
        None, ReasonCode.AFTER_STATUTE, moments("vi"), details
    )
    assert reason_text("documents received", None, moments("vi")) == in_language(
        said_reason(ReasonCode.DOCUMENTS_RECEIVED), "vi"
    )
    assert reason_text("Lũ lụt", None, moments("en")) == "Lũ lụt"
    assert reason_text(None, None, moments("en")) is None


def test_an_escalation_of_a_ladder_says_what_it_is() -> None:
    """The rung past the appointment in the timeline, in both languages; the answers in words."""
    life = an_open_case(LAWFUL_END + timedelta(hours=1))
    (passed,) = (rung for rung in life.of_type("RungFired") if rung.kind == "past_appointment")
    assert "quá hẹn (chưa quá hạn)" in detail_of(passed, moments("vi"))
    (breach,) = (event for event in life.of_type("ClockBreached") if event.clock_id == "statutory")
    assert detail_of(breach, moments("vi")).startswith("thời hạn theo luật; Hết hạn theo luật: 09/03/2026 24:00")
    answered = life.do(an_answer("intake", "one-stop", LAWFUL_END + timedelta(hours=2)))
    lines = [detail_of(event, moments("vi")) for event in answered]
    assert any("one-stop: intake: đồng ý" in line for line in lines)


def test_every_cause_and_answer_has_its_word() -> None:
    """Closed sets of the events: a new member cannot be forgotten."""
    for kind in (ev.ClockCancelled, ev.StepCancelled, ev.BreachSetAside, ev.ClockExtended):
        for cause in get_args(kind.model_fields["cause"].annotation):
            assert f"cause.{cause}" in TABLE, cause
    for entitlement in get_args(get_args(ev.LaneChanged.model_fields["entitlement"].annotation)[0]):
        assert f"entitlement.{entitlement}" in TABLE


def test_who_acts_where_nobody_is_named() -> None:
    """The operator, by the system's account; a name is taken for what the command says it is."""
    assert acting("lead-officer", "supervisor") == claimed("supervisor", "lead-officer")
    assert acting("officer-7") == claimed("officer", "officer-7")
    assert acting(None, "administrator").kind == "operator"
    assert acting(None, "administrator").id


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (None, ("operator", "root")),
        ("command-line", ("administrator", "command-line")),
        ("a:b", ("administrator", "a:b")),
        ("officer:a:b", ("officer", "a:b")),
    ],
)
def test_a_plan_keeps_who_made_it(stored: str | None, expected: tuple[str, str]) -> None:
    """Also one that an older version stored, which named the administrator's account alone."""
    head = head_of(a_calendar(version="2"), "why", claimed("operator", "root"), MONDAY)
    if stored is not None:
        head = replace(head, actor=stored)
    plan = Plan(number=1, head=head, cases=1, sent=0)
    command = command_of(plan, "case-1", MONDAY)
    assert (command.actor.kind, command.actor.id) == expected
    assert command.actor.assurance is Assurance.CLAIMED
