"""The acts of the law on a live stack: a question, a stop, a return, a second person; who acted stands in the timeline."""

from __future__ import annotations

import json
import os
import pwd
from typing import Any

from tests.cli.program import Answer, LiveStack, Program
from tests.cli.test_commands_live import submitted

WHY = ("--reason", "because", "--legal-basis", "61/2018/NĐ-CP art. 19")
PROMISED = {
    "appointment_at",
    "first_appointment_at",
    "lawful_end_at",
    "state",
    "set_aside",
    "met_at",
    "appointment_kept",
}


def accepted(answer: Answer) -> dict[str, Any]:
    """The case after a command that was taken."""
    assert answer.code == 0, answer
    case: dict[str, Any] = answer.json["case"]
    return case


def actors(live: Program, code: str, kind: str) -> list[dict[str, Any]]:
    """Who made the events of a type happen."""
    return [r["actor"] for r in live("show", code).json["timeline"] if r["event"]["type"] == kind]


def test_a_question_to_the_applicant_and_the_answer(live: Program) -> None:
    """No documents are awaited; the case waits for the applicant, and goes on with the step that asked."""
    code = submitted(live, "acts-1")
    accepted(live("decide", code, "intake", "approve", "--department", "one-stop", "--by", "counter-3"))
    ask = ("decide", code, "site-check", "request_explanation", "--department", "culture")
    assert live(*ask).error["field"] == "question"
    asked = accepted(live(*ask, "--question", "Which entrance is it?", "--by", "officer-7"))
    assert (asked["status"], asked["holder"]) == ("awaiting_explanation", "applicant")
    assert asked["promises"]["statutory"]["appointment_at"] is None, "the clock stands still"
    assert asked["promises"]["statutory"]["state"] == "running"
    assert live("cases", "--status", "awaiting_explanation").json["total"] >= 1
    assert live("supplement", code, "--document", "request").error["code"] == "no_supplement_awaited"
    told = accepted(live("explain", code, "--reference", "incoming-117", "--by", "counter-3"))
    assert told["status"] == "in_progress"
    assert live("explain", code).error["code"] == "no_explanation_awaited"
    sheet = live("show", code).json
    events = {record["event"]["type"]: record["event"] for record in sheet["timeline"]}
    assert events["ExplanationRequested"]["question"] == "Which entrance is it?"
    assert sheet["texts"] == {events["ExplanationReceived"]["reference"]: "incoming-117"}
    claimed = {"kind": "officer", "assurance": "claimed"}
    assert actors(live, code, "ExplanationRequested") == [{**claimed, "id": "officer-7"}]
    assert actors(live, code, "ExplanationReceived") == [{**claimed, "id": "counter-3"}]


def test_a_stop_needs_a_second_person_and_ends_in_resumption_or_return(live: Program) -> None:
    """Nobody approves his own act; a stopped case takes no answers; it is resumed, or given back in writing."""
    code = submitted(live, "acts-2")
    stop = ("stop", code, *WHY, "--by", "lead-officer")
    for alone in ((), ("--approved-by", "lead-officer")):
        error = live(*stop, *alone).error
        assert (error["code"], error["field"]) == ("second_person", "approved_by")
    assert live("return", code, *WHY).error["code"] == "not_stopped"
    stopped = accepted(live(*stop, "--approved-by", "chairman-office"))
    assert (stopped["status"], stopped["holder"]) == ("stopped", "suspension")
    answer = live("decide", code, "intake", "approve", "--department", "one-stop")
    assert answer.error["code"] == "case_stopped"
    assert accepted(live("resume", code, "--reason", "the deed is free"))["status"] == "in_progress"
    accepted(live(*stop, "--approved-by", "chairman-office"))
    returned = accepted(live("return", code, *WHY, "--by", "lead-officer"))
    assert (returned["status"], returned["outcome"]) == ("closed", "returned")
    supervisor = {"kind": "supervisor", "id": "lead-officer", "assurance": "claimed"}
    assert actors(live, code, "CaseStopped") == [supervisor] * 2
    assert actors(live, code, "CaseReturned") == [supervisor]


def test_a_stop_ends_by_itself_only_in_the_time_to_come(live: Program) -> None:
    """An instant that has passed is refused; one without its offset is not understood."""
    code = submitted(live, "acts-3")
    stop = ("stop", code, *WHY, "--by", "lead-officer", "--approved-by", "chairman-office", "--until")
    assert live(*stop, "2020-01-01T08:00:00+07:00").error["code"] == "stop_past"
    assert live(*stop, "2020-01-01T08:00:00").error["code"] == "naive_instant"


def test_a_lane_without_entitlement_needs_an_override_and_a_second_person(live: Program) -> None:
    """No rule gives it: the decision alone may, approved by another person, and that stands on record."""
    code = submitted(live, "acts-4")
    lane = ("lane", code, "green_60", *WHY, "--by", "lead-officer")
    assert live(*lane).error["code"] == "second_person"
    assert live(*lane, "--approved-by", "chairman-office").error["code"] == "not_entitled"
    granted = accepted(live(*lane, "--approved-by", "chairman-office", "--override"))
    assert granted["lane"] == "green_60"
    assert set(granted["promises"]["green"]) == PROMISED
    (changed,) = (
        record["event"] for record in live("show", code).json["timeline"] if record["event"]["type"] == "LaneChanged"
    )
    assert (changed["entitlement"], changed["approved_by"], changed["rule"]) == ("override", "chairman-office", None)


def test_an_extension_needs_a_second_person(live: Program) -> None:
    """Missing, or the one who acts: refused in the same words as elsewhere, where the law allows an extension at all."""
    code = submitted(live, "acts-5")
    extend = ("extend", code, "--by-time", "1 working_days", *WHY, "--by", "lead-officer")
    codes = {live(*extend, *more).error["code"] for more in ((), ("--approved-by", "lead-officer"))}
    assert codes <= {"second_person", "extension_refused"}
    assert len(codes) == 1


def test_documents_come_in_part_and_an_officer_may_say_that_they_are_complete(live: Program) -> None:
    """What is still missing is named; nothing of it is refused; `--complete` is an officer's word."""
    code = submitted(live, "acts-6")
    accepted(live("decide", code, "intake", "approve", "--department", "one-stop"))
    request = ("decide", code, "site-check", "request_supplement", "--department", "culture", "--reason", "missing")
    accepted(live(*request, "--document", "floor-plan", "--document", "lease"))
    assert live("supplement", code, "--document", "other").error["code"] == "supplement_incomplete"
    part = accepted(live("supplement", code, "--document", "floor-plan"))
    assert part["status"] == "awaiting_supplement"
    whole = accepted(live("supplement", code, "--complete", "--by", "counter-3"))
    assert whole["status"] == "in_progress"
    received = [r["event"] for r in live("show", code).json["timeline"] if r["event"]["type"] == "SupplementReceived"]
    assert [(one["missing"], one["declared_complete"]) for one in received] == [(["lease"], False), ([], True)]


def test_without_a_name_the_operator_acts(live: Program) -> None:
    """By the account of the operating system; what is submitted comes from an applicant's source; none is more than claimed."""
    code = submitted(live, "acts-7")
    accepted(live("pause", code, *WHY))
    accepted(live("resume", code, "--reason", "done", "--by", "lead-officer"))
    account = pwd.getpwuid(os.getuid()).pw_name
    assert actors(live, code, "ClockPaused") == [{"kind": "operator", "id": account, "assurance": "claimed"}]
    assert actors(live, code, "ClockResumed") == [{"kind": "supervisor", "id": "lead-officer", "assurance": "claimed"}]
    (submitter,) = actors(live, code, "ApplicationSubmitted")
    assert (submitter["kind"], submitter["assurance"]) == ("applicant", "claimed")


def test_both_promises_have_one_form_everywhere(live: Program) -> None:
    """As `submit`, `show`, `cases` and the answers give them: the appointment, as first told, and the lawful end behind it."""
    code = submitted(live, "acts-8")
    case = live("show", code).json["case"]
    (listed,) = (view for view in live("cases", "--limit", "1000").json["cases"] if view["dossier_code"] == code)
    assert listed["promises"] == case["promises"]
    assert set(case["promises"]) == {"statutory", "green"}
    statutory = case["promises"]["statutory"]
    assert set(statutory) == PROMISED
    assert case["promises"]["green"] is None
    assert statutory["appointment_at"] == case["statutory_due_at"] == statutory["first_appointment_at"]
    assert statutory["lawful_end_at"] > statutory["appointment_at"]
    assert (statutory["state"], statutory["met_at"], statutory["appointment_kept"]) == ("running", None, None)
    answer = accepted(live("decide", code, "intake", "approve", "--department", "one-stop"))
    assert answer["promises"] == case["promises"]
    for state in ("--overdue", "--past-appointment"):
        assert code not in json.dumps(live("cases", state, "--limit", "1000").json)


def test_the_screen_says_both_ends_and_who_acted(live: Program, greenlane: Program, live_stack: LiveStack) -> None:
    """In both languages under their own names; what is only claimed is marked so."""
    code = submitted(live, "acts-9")
    accepted(live("decide", code, "intake", "approve", "--department", "one-stop", "--by", "counter-3"))
    said = {
        "vi": ("Hẹn trả theo luật", "hết hạn theo luật: 24:00 ngày", "cán bộ counter-3", "(chưa xác thực)", "đồng ý"),
        "en": ("Statutory appointment", "lawful end: 24:00 of", "officer counter-3", "(claimed)", "approve"),
    }
    for language, texts in said.items():
        screen = greenlane("show", code, "--state-dir", str(live_stack.state_dir), "--lang", language).out
        flat = " ".join(screen.replace("│", " ").split())
        for text in texts:
            assert text in flat, (language, text)
