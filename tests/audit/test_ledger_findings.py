"""A ledger that was tampered with, or written by a broken engine: each invariant names what is wrong and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from audit.invariants import Violation, check_case, replay_decisions
from cases.views import view_of, work_of
from events.language.case_events import ApplicationSubmitted, EventRecord, TimeShare
from events.language.commands import Outcome
from tests.builders import (
    MONDAY,
    PAUSE,
    Life,
    a_pause,
    a_procedure,
    a_resumption,
    a_supplement,
    an_acknowledgement,
    an_answer,
    an_open_life,
    the_definitions,
)
from tests.invariants import (
    acknowledged_once,
    effects_once,
    first_occurrences_in_order,
    outbox_on_topics,
    view_equals_fold,
)

Ledger = list[EventRecord]
HOUR = timedelta(hours=1)


def an_eventful_life() -> Life:
    """Paused and resumed, warned, asked for documents, breached, answered late, issued."""
    life = an_open_life(the_definitions(a_procedure(clock_policy=PAUSE)))
    life.do(a_pause(MONDAY + HOUR))
    life.do(a_resumption(MONDAY + 3 * HOUR))
    life.do(an_answer("intake", "one-stop", MONDAY + 4 * HOUR, Outcome.REQUEST_SUPPLEMENT))
    life.do(a_supplement(MONDAY + 30 * HOUR))
    life.live_until(MONDAY + timedelta(days=6))
    life.do(an_acknowledgement("step:intake/first", MONDAY + timedelta(days=6)))
    at = MONDAY + timedelta(days=9)
    for step, department in (
        ("intake", "one-stop"),
        ("appraisal", "culture"),
        ("fire", "police"),
        ("signing", "culture"),
    ):
        life.live_until(at)
        life.do(an_answer(step, department, at))
    assert life.case.outcome == "issued"
    return life


LIFE = an_eventful_life()


def index_of(name: str, nth: int = 0) -> int:
    return [n for n, record in enumerate(LIFE.records) if record.event.type == name][nth]


def changed(name: str, **change: Any) -> Callable[[Ledger], Ledger]:
    """The ledger with one event of this name changed."""

    def tampered(records: Ledger) -> Ledger:
        place = index_of(name)
        event = records[place].event.model_copy(update=change)
        return [*records[:place], records[place].model_copy(update={"event": event}), *records[place + 1 :]]

    return tampered


def renumbered(records: Ledger) -> Ledger:
    return [record.model_copy(update={"sequence": n}) for n, record in enumerate(records, start=1)]


def without(name: str) -> Callable[[Ledger], Ledger]:
    return lambda records: renumbered([r for n, r in enumerate(records) if n != index_of(name)])


def doubled(name: str) -> Callable[[Ledger], Ledger]:
    return lambda records: renumbered([*records[: index_of(name) + 1], *records[index_of(name) :]])


def swapped(records: Ledger) -> Ledger:
    return renumbered([*records[:6], records[7], records[6], *records[8:]])


def earlier(name: str) -> Callable[[Ledger], Ledger]:
    """The event was decided a day before it was due."""

    def tampered(records: Ledger) -> Ledger:
        place = index_of(name)
        at = records[place].at - timedelta(days=1)
        return [*records[:place], records[place].model_copy(update={"decided_at": at, "at": at}), *records[place + 1 :]]

    return tampered


FORGERIES: tuple[tuple[str, Callable[[Ledger], Ledger], str], ...] = (
    ("a gap", lambda records: [*records[:4], *records[5:]], "I2"),
    ("a repeat", lambda records: [*records[:5], *records[4:]], "I2"),
    ("two swapped", swapped, "I2"),
    ("another case's record", lambda r: [*r[:3], r[3].model_copy(update={"case_id": "case-x"}), *r[4:]], "I2"),
    ("no submission", lambda records: renumbered(records[1:]), "I2"),
    ("no assignment", without("StepAssigned"), "I2"),
    ("answered twice", doubled("StepDecided"), "I2"),
    ("breached twice", doubled("ClockBreached"), "I2"),
    ("a clock that never was", changed("ClockMet", clock_id="phantom"), "I2"),
    ("an end before the end", lambda r: renumbered([*r[:8], r[-1], *r[8:]]), "I2"),
    ("another department's answer", changed("StepDecided", department="finance"), "I2"),
    ("no pause", without("ClockPaused"), "I2"),
    ("never resumed", without("ClockResumed"), "I2"),
    ("a clock that never ends", without("ClockStopped"), "I5"),
    ("a breach before it was due", earlier("ClockBreached"), "I5"),
    ("a breach due at another time", changed("ClockBreached", due_at=MONDAY + 26 * HOUR), "I5"),
    ("a rung twice", doubled("RungFired"), "I6"),
    ("a rung too early", earlier("RungFired"), "I6"),
    ("a rung due too early", changed("RungFired", due_at=MONDAY + 2 * HOUR), "I6"),
    ("a rung of another ladder", changed("RungFired", rung="top"), "I6"),
    ("a missing rung", without("RungFired"), "I6"),
    ("consumed less", changed("ClockStopped", consumed_seconds=60.0), "I7"),
    ("a share too little", changed("CaseClosed", time_shares=(TimeShare(owner="police", seconds=60.0),)), "I7"),
    ("another end", changed("CaseClosed", closed_at=MONDAY + HOUR), "I7"),
    ("another version", changed("ApplicationSubmitted", definitions_digest="0" * 64), "I12"),
)


def test_a_sound_ledger_has_no_finding() -> None:
    """The life that all the forgeries start from."""
    assert check_case(LIFE.definitions, LIFE.records, open_ok=False) == []
    assert replay_decisions(LIFE.definitions, LIFE.records) == []


@pytest.mark.parametrize(("forge", "invariant"), [f[1:] for f in FORGERIES], ids=[f[0] for f in FORGERIES])
def test_a_forgery_is_found(forge: Callable[[Ledger], Ledger], invariant: str) -> None:
    """By the invariant that it breaks; and no ledger makes the check itself fail."""
    found = check_case(LIFE.definitions, forge(LIFE.records), open_ok=False)
    assert invariant in {violation.invariant for violation in found}
    replay_decisions(LIFE.definitions, forge(LIFE.records))


def _alone(place: int) -> bool:
    record = LIFE.records[place]
    others = [other for n, other in enumerate(LIFE.records) if n != place and other.command_id == record.command_id]
    return not others and record.event.type != "RungFired"


@pytest.mark.parametrize("place", [n for n in range(len(LIFE.records)) if not _alone(n)])
def test_no_part_of_a_decision_can_be_left_out(place: int) -> None:
    """Deciding again or the checks notice, even where the sequence is made to fit; a whole command: the hash chain."""
    records = renumbered([*LIFE.records[:place], *LIFE.records[place + 1 :]])
    found = check_case(LIFE.definitions, records, open_ok=False) + replay_decisions(LIFE.definitions, records)
    assert found


def test_another_procedure_version_is_found() -> None:
    """The definitions kept for a case are those that it was submitted under."""
    other = the_definitions(a_procedure(clock_policy=PAUSE, version="2"))
    found = {violation.invariant for violation in check_case(other, LIFE.records)}
    assert "I12" in found


def test_an_open_case_is_sound_where_it_may_be_open() -> None:
    """And a finding where it should have ended, or where something was due and nobody woke."""
    life = an_open_life()
    assert check_case(life.definitions, life.records) == []
    unfinished = check_case(life.definitions, life.records, open_ok=False)
    assert {violation.invariant for violation in unfinished} == {"I5", "I14"}
    asleep = check_case(life.definitions, life.records, until_at=MONDAY + timedelta(days=30))
    assert [violation.invariant for violation in asleep] == ["I14"]


def test_the_view_is_the_fold() -> None:
    """Byte for byte; a row without a ledger is a finding, too."""
    life = an_open_life()
    view, work = view_of(life.case), work_of(life.case)
    assert view_equals_fold(life.definitions, life.records, view, work) == []
    wrong = view_equals_fold(life.definitions, life.records, view.model_copy(update={"lane": "green_60"}), ())
    assert [violation.message for violation in wrong] == [
        "the case's row differs from the fold of its ledger",
        "the worklist differs at step intake",
    ]
    assert view_equals_fold(life.definitions, life.records, None, work)
    assert view_equals_fold(life.definitions, [], view, work)
    assert view_equals_fold(life.definitions, [], None, ()) == []


def test_every_acknowledged_submission_has_one_case() -> None:
    """I1; acknowledged twice is still one."""
    assert acknowledged_once(["a", "b", "a"], {"a": ["case-1"], "b": ["case-2"], "c": ["case-3"]}) == []
    found = acknowledged_once(["a", "b"], {"a": ["case-1", "case-2"]})
    assert [(v.case_id, v.message) for v in found] == [("a", "2 cases"), ("b", "0 cases")]


def test_outbox_and_topics_hold_the_same() -> None:
    """I3; a redelivery is allowed."""
    assert outbox_on_topics(["x.1", "x.2"], ["x.1", "x.1", "x.2"]) == []
    assert {v.case_id for v in outbox_on_topics(["x.1"], ["x.2"])} == {"x.1", "x.2"}


def test_first_occurrences_keep_the_order() -> None:
    """I3; a repeated record may come at any time."""
    assert first_occurrences_in_order([("a", 1), ("b", 1), ("a", 2), ("a", 1), ("b", 2), ("a", 3)]) == []
    assert first_occurrences_in_order([("a", 1), ("a", 3), ("a", 2)]) == [Violation("I3", "a", 2, "first seen after 3")]


def test_an_effect_happens_once() -> None:
    """I4."""
    assert effects_once(["k1", "k2"]) == []
    assert [v.case_id for v in effects_once(["k1", "k2", "k1"])] == ["k1"]


def test_a_violation_reads_as_a_sentence() -> None:
    """With its place."""
    assert str(Violation("I6", "case-1", 7, "fired twice")) == "I6 case-1.7: fired twice"
    assert str(Violation("I1", "a", None, "0 cases")) == "I1 a: 0 cases"


def test_the_submission_pins_what_the_story_uses() -> None:
    """The first record of every ledger."""
    assert isinstance(LIFE.records[0].event, ApplicationSubmitted)
