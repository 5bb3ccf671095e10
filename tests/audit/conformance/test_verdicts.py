"""The rules by which a program is judged, one by one, with nothing that runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from audit.conformance.observations import Answer, Assignment, Cancellation, Observations, Rejection
from audit.conformance.verdict_words import FAULTS, RULES
from audit.conformance.verdicts import SOURCES_MAX, UNDER_WAY_MS, Rule, Verdict, judge, unsettled_answers
from events.language.case_events import CaseClosed, EventRecord, StepAssigned, StepCancelled, StepDecided
from presentation.trial import REHEARSALS
from wording.text import Bilingual, in_language

CASE, STEP, DEPARTMENT = "case-1", "handling", "culture"
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SAYS = Bilingual("no", "không")


class Life:
    """What is seen of one case, told in order; every line of it a second later."""

    def __init__(self) -> None:
        self.seen = Observations(DEPARTMENT)
        self._numbers = count(1)
        self.at_ms = 0

    def _event(self, event: Any, command: str) -> None:
        at = AT + timedelta(milliseconds=self.at_ms)
        given = {"case_id": CASE, "sequence": next(self._numbers), "at": at, "decided_at": at, "command_id": command}
        self.seen.add_event(EventRecord(event=event, **given))

    def assigned(self, round: int = 1, *, late: bool = False) -> Life:  # noqa: A002 - the event's own word
        self.at_ms += 1000
        given = {"procedure": "p", "lane": "standard", "assigned_at": AT, "round": round}
        event = StepAssigned(step_id=STEP, name_vi="Bước", name_en="Step", department=DEPARTMENT, **given)
        self._event(event, "someone")
        name = Bilingual("Step", "Bước")
        self.seen.assigned.append(Assignment(f"a-{round}", CASE, STEP, round, "processing", self.at_ms, late, name))
        return self

    def cancelled(self) -> Life:
        self.at_ms += 1000
        self._event(StepCancelled(step_id=STEP, department=DEPARTMENT, cause="case_closed"), "someone")
        self.seen.cancelled.append(Cancellation("c", CASE, STEP, self.at_ms))
        return self

    def answer(self, name: str = "m", after_ms: int = 1000, **change: Any) -> Life:
        self.at_ms += after_ms
        given: dict[str, Any] = {
            "place": f"partition 0, offset {self.at_ms}",
            "at_ms": self.at_ms,
            "source": "/culture/program",
            "id": name,
            "name": "DecideStep",
            "command_id": f"department/culture:{name}",
            "case_id": CASE,
            "step_id": STEP,
            "outcome": "approve",
            "digest": "same",
        }
        self.seen.answers.append(Answer(**given | change))
        return self

    def taken(self, *, late: bool = False) -> Life:
        answer = self.seen.answers[-1]
        given = {"outcome": "approve", "decided_at": AT, "late": late}
        self._event(StepDecided(step_id=STEP, department=DEPARTMENT, **given), answer.command_id)
        return self

    def refused(self, code: str) -> Life:
        self.at_ms += 1000
        name = self.seen.answers[-1].command_id
        self.seen.refused.append(Rejection(name, CASE, None, code, "step_id", SAYS, SAYS, self.at_ms))
        return self

    def unusable(self, code: str = "invalid_field") -> Life:
        answer = self.seen.answers[-1]
        self.seen.refused.append(
            Rejection(answer.command_id, None, answer.place, code, "outcome", SAYS, SAYS, self.at_ms)
        )
        return self

    def closed(self) -> Life:
        given = {"outcome": "issued", "closed_at": AT, "elapsed_seconds": 1.0, "time_shares": ()}
        self._event(CaseClosed(**given), "someone")
        return self

    def judged(self, *, in_real_time: bool = True) -> Verdict:
        return judge(self.seen, foreign=lambda source: source.startswith("/sandbox"), in_real_time=in_real_time)


def codes(life: Life) -> list[str]:
    return [fault.code for fault in life.judged().faults]


def test_one_answer_for_each_assignment_is_right() -> None:
    """Also where it is sent again under its id, and where the step is assigned anew."""
    life = Life().assigned().answer().taken().answer().assigned(2).answer("m-2").taken().closed()
    verdict = life.judged()
    assert verdict.faults == ()
    assert (verdict.answered, verdict.unanswered, verdict.refused, verdict.late) == (2, 0, 0, 0)
    assert verdict.passed
    assert not unsettled_answers(life.seen)


def test_nothing_asked_is_nothing_passed() -> None:
    """A run in which the program had nothing to do says nothing of it."""
    assert not Life().judged().passed


def test_a_step_that_waits_is_unanswered_and_one_taken_back_is_not() -> None:
    """Silence is a fault only where an answer was wanted."""
    assert codes(Life().assigned()) == ["unanswered"]
    assert Life().assigned().judged().unanswered == 1
    assert codes(Life().assigned().cancelled()) == []
    given_up = Life().assigned()
    given_up.seen.given_up.add("a-1")
    # The sandbox itself withdrew the case then: that excuses nobody.
    assert codes(given_up.cancelled().closed()) == ["unanswered"]


def test_nobody_is_blamed_for_what_was_cut_short() -> None:
    """It is counted all the same."""
    life = Life().assigned()
    life.seen.cut_short = True
    assert codes(life) == []
    assert life.judged().unanswered == 1


@pytest.mark.parametrize("code", ["already_answered", "case_closed"])
def test_a_second_answer_is_one_too_many(code: str) -> None:
    """Under another id, whatever it says and however it was refused."""
    life = Life().assigned().answer().taken().answer("m-2", outcome="refuse", digest="other").refused(code)
    assert codes(life) == ["answered_twice"]
    fault = life.judged().faults[0]
    assert (fault.rule, fault.message_ids, fault.assigned_id) == (Rule.ONCE, ("m-2",), "a-1")


def test_a_corrected_answer_is_right_after_all() -> None:
    """What was refused for its content may be sent anew; that it was wrong at first is told."""
    life = Life().assigned().answer(outcome="refuse").refused("field_missing").answer("m-2").taken().closed()
    assert codes(life) == ["refused_answer"]
    assert life.judged().answered == 1


def test_consulting_is_not_answering() -> None:
    """The opinion comes, and then the step is answered."""
    life = Life().assigned().answer(outcome="consult")
    assert codes(life.answer("m-2").taken().closed()) == []


def test_a_new_assignment_needs_a_new_id() -> None:
    """The old answer under the old id changes nothing, so the step waits in vain."""
    life = Life().assigned().answer().taken().assigned(2).answer()
    assert codes(life) == ["id_not_new"]
    assert (life.judged().answered, life.judged().unanswered) == (1, 1)


def test_one_id_is_one_message() -> None:
    """The refusal that follows is not told as a second fault."""
    life = Life().assigned().answer(outcome="refuse", digest="other").refused("field_missing").answer()
    faults = [fault for fault in life.judged().faults if fault.code == "id_not_unique"]
    assert len(faults) == 1
    assert len(faults[0].places) == 2
    for place in faults[0].places:
        assert place in str(faults[0].message), "both messages can be found"
        assert place in in_language(faults[0].message, "vi")


def test_a_standstill_is_nobodys_fault_but_sending_again_is() -> None:
    """Once refused because the case is suspended, the program waits."""
    once = Life().assigned().answer().refused("case_suspended").cancelled().closed()
    assert codes(once) == []
    assert Rule.REFUSALS in once.judged().looked_at
    again = Life().assigned().answer().refused("case_suspended").answer("m-2").refused("case_suspended")
    assert codes(again) == ["repeats_refused"]


def test_two_answers_at_once_are_two_whatever_became_of_them() -> None:
    """The second was sent before the first was refused: no repetition, but one too many."""
    life = Life().assigned().answer().answer("m-2")
    for name in ("m", "m-2"):
        no = Rejection(f"department/culture:{name}", CASE, None, "case_suspended", "", SAYS, SAYS, life.at_ms + 1)
        life.seen.refused.append(no)
    assert codes(life) == ["answered_twice"]


@pytest.mark.parametrize(("after_ms", "expected"), [(UNDER_WAY_MS, []), (UNDER_WAY_MS + 1, ["answered_cancelled"])])
def test_an_answer_under_way_is_excused_when_a_step_is_taken_back(after_ms: int, expected: list[str]) -> None:
    """But not one that is sent long after."""
    assert codes(Life().assigned().cancelled().closed().answer(after_ms=after_ms).refused("case_closed")) == expected


def test_an_answer_to_what_was_not_asked() -> None:
    """A step of nobody's, or of another department's."""
    life = Life().assigned().answer().taken().answer("m-2", step_id="signing").refused("wrong_department").closed()
    assert codes(life) == ["not_its_step"]


def test_a_message_that_cannot_be_used_is_told_by_its_place() -> None:
    """Its step waits; that it does is no second fault."""
    life = Life().assigned().answer(outcome="approved").unusable()
    assert codes(life) == ["unreadable"]
    assert life.judged().unanswered == 1
    assert life.judged().faults[0].places == ("partition 0, offset 2000",)
    unreadable = Life()
    place = "partition 1, offset 7"
    unreadable.seen.refused.append(Rejection("", None, place, "malformed_json", "data", SAYS, SAYS, 1))
    assert codes(unreadable) == ["unreadable"]


def test_the_source_is_ones_own_and_stays() -> None:
    """Neither the sandbox's, nor another one for every message."""
    assert codes(Life().assigned().answer(source="/sandbox/culture/1").taken().closed()) == ["source_not_own"]
    life = Life()
    for number in range(1, SOURCES_MAX + 2):
        life.assigned(number).answer(f"m-{number}", source=f"/culture/{number}").taken()
        assert codes(life) == (["source_changes"] if number > SOURCES_MAX else [])


def test_the_key_is_the_case() -> None:
    """Told once, however often."""
    life = Life().assigned().answer(has_key=False).taken().assigned(2).answer("m-2", has_key=False).taken().closed()
    assert codes(life) == ["key_other"]


def test_late_is_a_fault_only_of_what_came_in_time_and_in_real_time() -> None:
    """What was late when it was assigned is counted; where business time is scaled nobody is blamed."""
    in_time = Life().assigned().answer().taken(late=True).closed()
    assert codes(in_time) == ["late"]
    assert in_time.judged(in_real_time=False).faults == ()
    came_late = Life().assigned(late=True).answer().taken(late=True).closed()
    assert codes(came_late) == []
    assert came_late.judged().late == 1


def test_every_rule_and_fault_has_its_words() -> None:
    """In both languages."""
    assert set(RULES) == {rule.value for rule in Rule}
    assert all(
        (texts and in_language(text, "vi") != text) or text == "{what}" for texts in FAULTS.values() for text in texts
    )


def test_its_vietnamese_has_the_words_of_the_glossary() -> None:
    """Of a step it is said that it is late; overdue is a limit of the law. A topic is called a channel, as elsewhere."""
    fault_text = [
        *(in_language(each, "vi") for each in (*RULES.values(), *REHEARSALS.values())),
        *(in_language(each, "vi") for texts in FAULTS.values() for each in texts),
    ]
    assert [text for text in fault_text if "quá hạn" in text or "topic" in text] == []
