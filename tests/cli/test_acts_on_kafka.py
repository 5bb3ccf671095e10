"""The acts of the law as departments and applicants send them over Kafka: known by their topics."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.systems import PORTAL
from events.language.commands import ActorKind, Assurance
from events.language.envelope import binary_headers
from events.language.messages import (
    DECISION_MESSAGES,
    SUBMISSION_MESSAGES,
    DecisionMessage,
    ExplanationMessage,
    ReturnMessage,
    StopMessage,
    SupplementMessage,
    parsed,
)
from events.language.topics import Topics
from events.transport.producer import Producer
from intake.reception import command_of
from tests.cli.program import LiveStack, Program
from tests.cli.test_commands_live import submitted

TOPICS = Topics()
PATIENCE_SECONDS = 60.0
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
GIVEN = {"command_id": "culture:1", "received_at": AT, "actor": {"kind": "department", "id": "culture"}}
WHY = {"reason": "because", "legal_basis": "61/2018/NĐ-CP art. 19"}


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        (DecisionMessage, {"step_id": "a", "outcome": "request_explanation", "question": "Why?"}, {"question": "Why?"}),
        (StopMessage, {**WHY, "approved_by": "office", "until_at": AT}, {"approved_by": "office", "until_at": AT}),
        (StopMessage, WHY, {"approved_by": None, "until_at": None}),
        (ReturnMessage, WHY, WHY),
        (ExplanationMessage, {"reference": "in-7"}, {"reference": "in-7"}),
        (ExplanationMessage, {}, {"reference": None}),
        (SupplementMessage, {"declared_complete": True}, {"declared_complete": True}),
        (SupplementMessage, {}, {"declared_complete": False}),
    ],
)
def test_each_message_becomes_its_command(kind: Any, content: dict[str, Any], expected: dict[str, Any]) -> None:
    """Field by field; what an older sender leaves out has its old meaning."""
    case, command = command_of(parsed(kind, {"case": "case-1", **content}), dict(GIVEN), "culture")
    assert case == "case-1"
    assert {name: getattr(command, name) for name in expected} == expected
    assert (command.command_id, command.actor.kind) == ("culture:1", ActorKind.DEPARTMENT)


def test_applicants_explain_and_do_not_stop() -> None:
    """What the submissions topic takes, and what only a department's own topic does."""
    assert "ReceiveExplanation" in SUBMISSION_MESSAGES.keys() & DECISION_MESSAGES.keys()
    assert {"StopCase", "ReturnCase"} <= DECISION_MESSAGES.keys() - SUBMISSION_MESSAGES.keys()


def _until(look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def test_a_question_a_stop_and_a_return_over_kafka(live: Program, live_stack: LiveStack) -> None:
    """Each leaves its event with the department, or the system that submits, as who claims to act."""
    code = submitted(live, "kafka-acts-1")
    assert live("decide", code, "intake", "approve", "--department", "one-stop").code == 0

    def timeline() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = live("show", code).json["timeline"]
        return found

    def event(kind: str) -> dict[str, Any] | None:
        return next((record for record in timeline() if record["event"]["type"] == kind), None)

    culture = TOPICS.decisions("culture")
    with Producer(live_stack.cluster_of("culture")) as department, Producer(live_stack.cluster_of(PORTAL)) as portal:

        def send(topic: str, name: str, **content: Any) -> None:
            headers = binary_headers(
                id=f"kafka-acts-{name}-{time.monotonic_ns()}",
                source="/portal/outside",
                name=name,
                time=datetime.now(UTC),
                subject=None,
            )
            producer = department if topic == culture else portal
            producer.send_now(topic, code, json.dumps({"case": code, **content}).encode(), headers)

        send(culture, "DecideStep", step_id="site-check", outcome="request_explanation", question="Which entrance?")
        asked = _until(lambda: event("ExplanationRequested"))
        send(TOPICS.submissions, "ReceiveExplanation", reference="portal-7")
        answered = _until(lambda: event("ExplanationReceived"))
        send(culture, "StopCase", **WHY, approved_by="chairman-office")
        stopped = _until(lambda: event("CaseStopped"))
        send(culture, "ReturnCase", **WHY)
        returned = _until(lambda: event("CaseReturned"))
    department = {"kind": "department", "id": "culture", "assurance": Assurance.TOPIC}
    assert [record["actor"] for record in (asked, stopped, returned)] == [department] * 3
    assert answered["actor"] == {"kind": "applicant", "id": "portal", "assurance": "topic"}
    told = live("show", code).json
    assert told["texts"] == {answered["event"]["reference"]: "portal-7"}, "where the answer lies, the vault knows"
    assert stopped["event"]["approved_by"] == "chairman-office"
    assert live("show", code).json["case"]["outcome"] == "returned"
