"""What a department is told with its step: all that it decides by, and nothing of the person or of what its sender wrote."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit.invariants import check_case, replay_decisions
from cases.older import read_state
from cases.telling import TOLD_AT_ONCE
from events.language.case_events import EventRecord, canonical_json
from events.language.commands import (
    CONSULTED_MAX,
    DOCUMENTS_MAX,
    Actor,
    ActorKind,
    DocumentPart,
    Outcome,
    ReceiveSupplement,
)
from events.language.identity import document_ref_of, is_held_apart
from events.language.messages import SubmissionMessage
from events.language.routing import topics_of
from events.language.topics import Topics
from intake.person import documents_in, parted, references_in
from sla.units import Budget, Unit
from tests.builders import (
    MONDAY,
    Life,
    a_lane_table,
    a_pause,
    a_procedure,
    a_question,
    a_reassignment,
    a_resumption,
    a_step,
    a_supplement,
    an_answer,
    an_explanation,
    an_open_life,
    the_definitions,
)

HOUR = timedelta(hours=1)
TOPICS = Topics()
TOLD = (
    "procedure_name_vi",
    "procedure_name_en",
    "asked_by_department",
    "limit",
    "facts",
    "documents",
    "documents_left_out",
)
"""What the program of before did not tell."""


def ours(place: int) -> str:
    return document_ref_of("case", place)


def on_work_of(life: Life, department: str) -> list[str]:
    """The types of event on a department's work topic, in order."""
    topic = TOPICS.work(department)
    return [record.event.type for record in life.records if topic in topics_of(record, TOPICS)]


def test_a_step_comes_with_all_that_it_is_decided_by() -> None:
    """Documents, facts, limit with its end, names; in both languages."""
    documents = (DocumentPart(kind="form", reference=ours(0)), DocumentPart(kind="lease", reference=ours(1)))
    life = an_open_life(documents=documents, facts={"field": "social-housing"})
    (assigned,) = life.of_type("StepAssigned")
    assert (assigned.documents, assigned.documents_left_out) == (documents, None)
    assert assigned.facts == {"field": "social-housing"}
    assert (assigned.procedure_name_vi, assigned.procedure_name_en) == ("Karaoke licence", "Karaoke licence")
    assert assigned.limit == life.case.clocks["step:intake"].clock.budget
    assert assigned.due_at is not None


def test_an_opinion_comes_with_its_question_and_its_asker() -> None:
    life = an_open_life()
    limit = Budget(amount=4, unit=Unit.WORKING_HOURS)
    life.do(a_question("intake", "one-stop", MONDAY + HOUR, "police", limit=limit))
    asked = life.of_type("StepAssigned")[-1]
    assert (asked.question, asked.asked_by, asked.asked_by_department) == ("any objection?", "intake", "one-stop")
    assert (asked.limit, asked.documents) == (limit, life.of_type("StepAssigned")[0].documents)


def test_nothing_that_a_sender_wrote_is_told() -> None:
    """Older cases hold the senders' references, and facts that no list knows: they stay where they are."""
    documents = (DocumentPart(kind="form", reference="C:/An/don.pdf"), DocumentPart(kind="map", reference=ours(1)))
    life = an_open_life(documents=documents, facts={"field": "Tôi là An", "note": "An", "project": "ring-road-4"})
    (assigned,) = life.of_type("StepAssigned")
    assert assigned.documents == (DocumentPart(kind="form"), documents[1])
    assert assigned.facts == {"project": "ring-road-4"}
    assert "An" not in assigned.model_dump_json(exclude={"step_id"})


def test_every_document_has_a_reference_by_which_the_vault_knows_it() -> None:
    """Whether or not its sender gave one; it says nothing of the person, and is the same each time."""
    sent = SubmissionMessage.model_validate(
        {
            "application_id": "A-1",
            "procedure": "karaoke",
            "applicant": {"name": "Nguyễn Văn A"},
            "documents": [{"kind": "form", "title": "Đơn của An"}, {"kind": "map", "reference": "/files/an.pdf"}],
        }
    )
    found = parted(sent, "/portal", a_lane_table())
    told = [part.reference or "" for part in found.application.documents]
    assert all(map(is_held_apart, told))
    assert told == [part.reference for part in parted(sent, "/portal", a_lane_table()).application.documents]
    kept = documents_in(found.person_json)
    assert [kept[reference]["kind"] for reference in told] == ["form", "map"]
    assert references_in(found.person_json) == {told[1]: "/files/an.pdf"}


def test_documents_that_came_later_are_told_with_the_step_and_to_all_who_hold_one() -> None:
    """The asking step comes back with them; the other departments are told that they came."""
    life = an_open_life(documents=(DocumentPart(kind="form", reference=ours(0)),))
    life.do(an_answer("intake", "one-stop", MONDAY + HOUR))
    asked = {"documents": ("lease", "map")}
    life.do(an_answer("appraisal", "culture", MONDAY + 2 * HOUR, Outcome.REQUEST_SUPPLEMENT, **asked))
    later = (DocumentPart(kind="lease", reference="text-" + "0" * 24), DocumentPart(kind="map"))
    for place, part in enumerate(later, start=3):
        life.do(a_supplement(MONDAY + place * HOUR).model_copy(update={"documents": (part,)}))
    assigned = life.of_type("StepAssigned")[-1]
    assert (assigned.step_id, assigned.round) == ("appraisal", 2)
    assert assigned.documents == (DocumentPart(kind="form", reference=ours(0)), *later)
    for department in ("culture", "police"):
        assert on_work_of(life, department).count("SupplementReceived") == 2
    assert on_work_of(life, "culture")[-1] == "StepAssigned"
    assert on_work_of(life, "police") == [
        "StepAssigned",
        "ClockPaused",
        "SupplementReceived",
        "SupplementReceived",
        "ClockResumed",
    ]
    life.do(an_answer("fire", "police", MONDAY + 6 * HOUR))
    life.do(an_answer("appraisal", "culture", MONDAY + 7 * HOUR))
    assert life.of_type("StepAssigned")[-1].documents == assigned.documents, "all who come after have them too"


def test_what_a_department_did_comes_back_to_it() -> None:
    """Whoever did it in its name; and what stands still, and who answered, reaches all who wait for it."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + HOUR))
    life.do(a_question("appraisal", "culture", MONDAY + 2 * HOUR, "finance"))
    life.do(an_answer("appraisal.opinion-1", "finance", MONDAY + 3 * HOUR))
    life.do(an_answer("appraisal", "culture", MONDAY + 4 * HOUR, Outcome.REQUEST_EXPLANATION))
    life.do(an_explanation(MONDAY + 5 * HOUR, reference="text-" + "1" * 24))
    life.do(a_pause(MONDAY + 6 * HOUR))
    life.do(a_resumption(MONDAY + 7 * HOUR))
    assert on_work_of(life, "one-stop") == ["StepAssigned", "StepDecided"]
    assert on_work_of(life, "finance") == ["StepAssigned", "StepDecided"]
    assert on_work_of(life, "culture") == [
        *("StepAssigned", "ConsultationRequested", "StepDecided", "ExplanationRequested", "ClockPaused"),
        *("ExplanationReceived", "ClockResumed", "StepAssigned", "ClockPaused", "ClockResumed"),
    ]
    life.do(a_reassignment("fire", MONDAY + 8 * HOUR, department="finance"))
    assert on_work_of(life, "police")[-1] == "StepCancelled"
    assert life.of_type("StepAssigned")[-1].documents == life.of_type("StepAssigned")[0].documents


@pytest.mark.parametrize("steps", [4, 100, 200])
def test_what_one_turn_tells_is_bounded(steps: int) -> None:
    """However many departments begin at once, and however many documents there are: the turn still travels."""
    procedure = a_procedure(steps=tuple(a_step(f"s{n}", "culture") for n in range(steps)))
    documents = tuple(DocumentPart(kind="form", reference=ours(n)) for n in range(DOCUMENTS_MAX))
    life = an_open_life(the_definitions(procedure), documents=documents)
    told = life.of_type("StepAssigned")
    assert sum(len(event.documents) for event in told) <= TOLD_AT_ONCE
    assert all(event.documents == documents[-len(event.documents) :] for event in told)
    assert {len(event.documents) + (event.documents_left_out or 0) for event in told} == {DOCUMENTS_MAX}
    assert (len(told[0].documents) == DOCUMENTS_MAX) == (steps + CONSULTED_MAX <= TOLD_AT_ONCE // DOCUMENTS_MAX)


def test_what_came_later_is_kept_within_bounds() -> None:
    """A case that is sent documents without end carries the latest."""
    life = an_open_life()
    life.do(
        an_answer("intake", "one-stop", MONDAY + HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("form", "lease", "map"))
    )
    officer = Actor(kind=ActorKind.OFFICER, id="one-stop")
    for place, kind in enumerate(("lease", "map", "form"), start=2):
        parts = tuple(DocumentPart(kind=kind) for _ in range(DOCUMENTS_MAX))
        given: dict[str, Any] = {"command_id": f"s{place}", "received_at": MONDAY + place * HOUR, "actor": officer}
        life.do(ReceiveSupplement(documents=parts, **given))
    assert len(life.case.supplements or ()) == DOCUMENTS_MAX
    assigned = life.of_type("StepAssigned")[-1]
    assert len(assigned.documents) + assigned.documents_left_out == 1 + 3 * DOCUMENTS_MAX


# ---- cases that the program of before began


def as_told_before(records: list[EventRecord]) -> list[EventRecord]:
    """The ledger as that program wrote it."""
    return [
        record.model_copy(
            update={
                "event": record.event.model_copy(
                    update=dict.fromkeys(TOLD)
                    if record.event.type == "StepAssigned"
                    else {"departments": None}
                    if record.event.type in ("SupplementReceived", "ClockPaused", "ClockResumed")
                    else {}
                )
            }
        )
        for record in records
    ]


def a_life_with_a_supplement() -> Life:
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + HOUR))
    life.do(
        an_answer("appraisal", "culture", MONDAY + 2 * HOUR, Outcome.REQUEST_SUPPLEMENT, documents=("form", "lease"))
    )
    life.do(a_supplement(MONDAY + 3 * HOUR))
    return life


def test_a_ledger_of_before_is_decided_again_as_it_stands() -> None:
    """Nothing is found that it did not tell; and no byte of it changes."""
    life = a_life_with_a_supplement()
    before = as_told_before(life.records)
    assert replay_decisions(life.definitions, before) == []
    assert check_case(life.definitions, before) == []
    assigned = canonical_json(next(record for record in before if record.event.type == "StepAssigned"))
    assert not any(f'"{name}"' in assigned for name in TOLD)
    life.records = before
    life.do(an_answer("fire", "police", MONDAY + 4 * HOUR))
    life.do(an_answer("appraisal", "culture", MONDAY + 5 * HOUR))
    assert life.of_type("StepAssigned")[-1].facts == {}, "from the upgrade on it is told"
    assert replay_decisions(life.definitions, life.records) == []


@pytest.mark.parametrize("change", [{"facts": {"field": "x"}}, {"documents": ()}, {"documents": None}, {"limit": None}])
def test_a_case_of_today_tells_what_the_rules_say(change: dict[str, Any]) -> None:
    """The auditor finds what was added, taken away or left out."""
    life = a_life_with_a_supplement()
    place = [record.event.type for record in life.records].index("StepAssigned", 9)
    changed = life.records[place].event.model_copy(update=change)
    life.records[place] = life.records[place].model_copy(update={"event": changed})
    assert [violation.invariant for violation in replay_decisions(life.definitions, life.records)] == ["I2"]


def test_a_run_of_before_tells_no_documents_that_it_did_not_keep() -> None:
    """It carried its state along without what came after the application: then none are named, rather than some."""
    unasked, asked = an_open_life(), a_life_with_a_supplement()
    for life, known in ((unasked, True), (asked, False)):
        state = life.case.model_dump(mode="json", exclude={"definitions", "supplements", "documents_given"})
        life.case = life.case.model_validate({**read_state(state), "definitions": life.definitions})
        life.records = as_told_before(life.records)
        assert (life.case.supplements is not None) == known
    unasked.do(an_answer("intake", "one-stop", MONDAY + HOUR))
    assert unasked.of_type("StepAssigned")[-1].documents == (DocumentPart(kind="form"),)
    asked.do(an_answer("fire", "police", MONDAY + 4 * HOUR))
    asked.do(an_answer("appraisal", "culture", MONDAY + 5 * HOUR))
    assert asked.of_type("StepAssigned")[-1].documents is None
    for life in (unasked, asked):
        assert replay_decisions(life.definitions, life.records) == []
