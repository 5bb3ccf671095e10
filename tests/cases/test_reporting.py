"""Who used the time, to the second; promised against used; and the agencies' own duties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.duties import duties_of
from cases.model import CaseStatus
from cases.reporting import Account, Tally, account_of, summed
from catalog.duties import DutyRule, DutyRules
from catalog.loader import load_catalog
from events.language.commands import ConfirmPayment, Outcome, PauseClock, RequestPayment
from events.language.refusals import Refusal
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    SUPERVISOR,
    Life,
    a_closed_life,
    a_pause,
    a_resumption,
    a_submission,
    a_supplement,
    a_withdrawal,
    an_answer,
    an_open_life,
    text,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = load_catalog().duties


def account(life: Life, now: datetime | None = None) -> Account:
    found = account_of(life.definitions, life.records, RULES, now or life.records[-1].at)
    assert found is not None
    return found


def test_promised_against_used_in_working_time() -> None:
    """Five working days were promised, two hours used; the steps' times are their departments'."""
    life = a_closed_life()
    found = account(life)
    assert (found.whole.closed, found.whole.clocks, found.whole.met, found.whole.breached) == (1, 1, 1, 0)
    assert found.whole.promised_seconds == 5 * 8 * 3600
    assert found.whole.used_seconds == 2 * 3600
    assert found.departments["one-stop"].used_seconds == 30 * 60
    assert found.departments["culture"].clocks == 2
    assert sum(tally.held_seconds for tally in found.departments.values()) == 2 * 3600


def test_suspended_time_is_not_used_time() -> None:
    """Neither the department's nor the promise's."""
    life = an_open_life()
    life.do(a_pause(MONDAY + HOUR))
    life.do(a_resumption(MONDAY + DAY))
    life.do(an_answer("intake", "one-stop", MONDAY + DAY + HOUR, Outcome.REFUSE))
    found = account(life)
    assert found.whole.used_seconds == 2 * 3600
    assert found.departments["one-stop"].held_seconds == 2 * 3600
    assert found.owners == {"one-stop": 2 * 3600, "suspension": 23 * 3600}


def test_breaches_and_escalations_are_counted() -> None:
    """Warnings too; a case that is withdrawn after its breach stays breached."""
    life = an_open_life()
    life.live_until(MONDAY + 9 * DAY)
    life.do(a_withdrawal(MONDAY + 9 * DAY))
    found = account(life)
    assert (found.whole.breached, found.whole.met) == (1, 0)
    assert found.whole.escalations == 4, "two of the case's ladder, two of the step's"
    assert found.departments["one-stop"].escalations == 2
    assert found.whole.used_seconds > found.whole.promised_seconds
    assert (found.whole.used_share or 0) > 1


def test_accounts_add_up_by_whatever_they_are_grouped() -> None:
    """Lane, procedure, department."""
    accounts = [account(a_closed_life()), account(a_closed_life())]
    whole = Tally()
    for found in accounts:
        whole.add(found.whole)
    assert summed(accounts, "lane")["standard"] == whole
    assert summed(accounts, "procedure")["karaoke"] == whole
    departments = summed(accounts, "department")
    assert departments["culture"].cases == 2
    assert sum(tally.held_seconds for tally in departments.values()) == whole.held_seconds


def _acts(life: Life, choice: int, at: datetime) -> Any:
    """What the n-th thing is that may happen; the rules refuse what may not."""
    common: dict[str, Any] = {"command_id": f"{choice}:{at.isoformat()}", "received_at": at, "actor": SUPERVISOR}
    step = next(iter(life.case.open_steps), None)
    pay = {"step_id": step.id if step else "intake", "department": step.department if step else "one-stop"}
    back = at - timedelta(seconds=7919 * (choice + 1))
    acts = [
        lambda: a_pause(at),
        lambda: a_resumption(at),
        lambda: a_supplement(at),
        lambda: RequestPayment(**common, **pay, amount_vnd=1, reason="fee"),
        lambda: ConfirmPayment(**common, receipt="B"),
        lambda: PauseClock(**common, reason="late", legal_basis="05", from_at=back),
        lambda: PauseClock(**common, reason="was", legal_basis="05", from_at=back, until_at=at - HOUR),
        lambda: an_answer(pay["step_id"], pay["department"], at),
        lambda: an_answer(pay["step_id"], pay["department"], at, Outcome.REQUEST_SUPPLEMENT, documents=("form",)),
    ]
    return acts[choice % len(acts)]()


@settings(deadline=None)  # a loaded machine is no fault of the rules
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 20_000)), max_size=25))
def test_every_second_has_one_owner(story: list[tuple[int, int]]) -> None:
    """Whatever happens, in whatever order: the shares sum to the whole life, and none is negative."""
    life, at = an_open_life(), MONDAY
    for choice, seconds in story:
        at += timedelta(seconds=seconds)
        life.live_until(at)
        if life.case.is_closed:
            break
        decided = life.attempt(_acts(life, choice, at))
        assert isinstance(decided, Refusal) or decided
    if not life.case.is_closed:
        at += timedelta(seconds=1)
        life.live_until(at)
    if not life.case.is_closed:
        life.do(a_withdrawal(at))
    closed = life.of_type("CaseClosed")[0]
    shares = [share.seconds for share in closed.time_shares]
    elapsed = (closed.closed_at - MONDAY).total_seconds()
    assert all(seconds > 0 for seconds in shares)
    assert sum(shares) == elapsed == closed.elapsed_seconds
    assert life.case.status is CaseStatus.CLOSED
    assert sum(account(life).owners.values()) == elapsed


# ---- duties


def test_a_dossier_received_after_three_is_handed_on_the_next_morning() -> None:
    """Decree 61/2018 art. 18: by 07:00 of the next working day, in this calendar."""
    at = datetime(2026, 3, 2, 8, 10, tzinfo=UTC)  # 15:10 in the province
    life = an_open_life()
    (kept,) = [duty for duty in duties_of(life.definitions, RULES, life.records) if duty.duty == "transfer"]
    assert kept.due_at == MONDAY.replace(hour=10), "received at 09:00: by the closing of the same day"
    assert kept.done_at is None
    assert kept.late_at(MONDAY.replace(hour=10) + timedelta(seconds=1))
    late = Life()
    late.do(a_submission(at))
    (kept,) = [duty for duty in duties_of(late.definitions, RULES, late.records) if duty.duty == "transfer"]
    assert kept.due_at == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    late.do(an_answer("intake", "one-stop", datetime(2026, 3, 3, 0, 0, tzinfo=UTC)))
    (kept,) = [duty for duty in duties_of(late.definitions, RULES, late.records) if duty.duty == "transfer"]
    assert (kept.done_at, kept.late_at(at)) == (kept.due_at, False)


@pytest.mark.parametrize(("days", "late"), [(3, False), (4, True)])
def test_a_notice_of_supplements_has_its_own_limit(days: int, late: bool) -> None:
    """Three working days from receipt; a later one is reported as a breach of its own."""
    life = an_open_life()
    at = MONDAY + days * DAY
    life.live_until(at)
    life.do(an_answer("intake", "one-stop", at, Outcome.REQUEST_SUPPLEMENT, documents=("form",)))
    found = account(life).whole
    assert (found.duties["supplement-notice"], found.duties_late["supplement-notice"]) == (1, int(late))


def test_an_online_submission_is_answered_at_once() -> None:
    """Eight working hours by Decree 45/2020; the engine confirms by itself. A counter has no such duty."""
    online, counter = an_open_life(), an_open_life(channel="counter")
    assert account(online).whole.duties["answer-online"] == 1
    assert account(online).whole.duties_late["answer-online"] == 0
    assert "answer-online" not in account(counter).whole.duties


def test_a_duty_says_what_it_measures() -> None:
    """An answer without a limit, or a transfer without a cut-off, is no rule."""
    for content in (
        {"kind": "answer"},
        {"kind": "transfer"},
        {"kind": "transfer", "cut_off": "15:00", "within": {"amount": 1, "unit": "hours"}},
    ):
        with pytest.raises(ValueError, match=r"duty|limit|cut-off"):
            DutyRule.model_validate({"id": "x", "name": text("x"), "source": "y", **content})
    rule = DutyRule(id="x", name=text("x"), source="y", kind="answer", within=Budget(amount=1, unit=Unit.WORKING_HOURS))
    with pytest.raises(ValueError, match="twice"):
        DutyRules(id="d", version="1", duties=(rule, rule))
