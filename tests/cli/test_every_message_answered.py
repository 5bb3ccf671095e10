"""Every message ends in an effect, an answer to its sender, or a dead letter of which its sender is told; on a live stack."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import KafkaConsumer

from events.language.envelope import binary_headers
from events.language.identity import message_command_id
from events.language.topics import Topics
from events.transport.producer import Producer
from tests.cli.program import LiveStack, Program
from tests.cli.test_commands_live import karaoke, submitted
from tests.cli.test_dossiers_live import answer_all, declaration, until

TOPICS = Topics()
PATIENCE_SECONDS = 90.0


def send(stack: LiveStack, account: str, value: bytes, event_id: str, name: str) -> str:
    """One message of an account on its own topic; the id of the command that it asks for."""
    kind = "system" if account == "portal" else "department"
    topic = TOPICS.submissions if kind == "system" else TOPICS.decisions(account)
    headers = binary_headers(id=event_id, source=f"/{account}", name=name, time=datetime.now(UTC), subject=None)
    with Producer(stack.cluster_of(account)) as producer:
        producer.send_now(topic, event_id, value, headers)
    return message_command_id(kind, account, f"/{account}", event_id)


def answer_to(stack: LiveStack, account: str, command_id: str) -> tuple[str, dict[str, Any]]:
    """Type and content of the answer, as the account itself reads it."""
    topic = TOPICS.answers(account) if account == "portal" else TOPICS.work(account)
    consumer: Any = stack.cluster_of(account).connected(
        KafkaConsumer, "tests", auto_offset_reset="earliest", group_id=None, metrics_enabled=False
    )
    try:
        consumer.subscribe([topic])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for batch in consumer.poll(timeout_ms=200).values():
                for record in batch:
                    told = json.loads(record.value)
                    if told.get("command_id") == command_id:
                        return dict(record.headers)["ce_type"].decode().removeprefix("vn.greenlane."), told
    finally:
        consumer.close(autocommit=False)
    raise AssertionError("no answer came")


@pytest.mark.parametrize(
    ("account", "value", "name", "code", "field"),
    [
        ("culture", b'{"case": ', "DecideStep", "malformed_json", "data"),
        ("culture", b'{"case": "case-1"}', "DecideNothing", "unknown_type", "type"),
        ("culture", b'{"case": "case-1"}', "DecideStep", "invalid_field", "step_id"),
        ("portal", b'{"application_id": ', "SubmitApplication", "malformed_json", "data"),
        (
            "portal",
            karaoke("told-1", procedure="karaoke-licens"),
            "SubmitApplication",
            "procedure_unknown",
            "procedure",
        ),
        ("portal", b'{"case": "case-1", "documents": 7}', "ReceiveSupplement", "invalid_field", "documents"),
    ],
)
def test_who_sent_what_cannot_be_used_is_told(
    live_stack: LiveStack, account: str, value: bytes, name: str, code: str, field: str
) -> None:
    """On a topic that only it reads, in both languages, with the place where it lies; not a word of what it wrote."""
    command_id = send(live_stack, account, value, f"told-{code}-{field}", name)
    kind, told = answer_to(live_stack, account, command_id)
    assert (kind, told["code"], told["field"]) == ("MessageRefused", code, field)
    assert told["topic"] == (TOPICS.submissions if account == "portal" else TOPICS.decisions(account))
    assert all(told[text] for text in ("message", "remedy", "message_vi", "remedy_vi"))
    assert told["message"] != told["message_vi"]
    assert "karaoke-licens" not in json.dumps(told)


def test_a_linked_dossier_is_no_case(live: Program, live_stack: LiveStack) -> None:
    """Who answers a step of one gets the answer for a case that does not exist, over Kafka and at the command line."""
    dossier = live("dossier", "submit", "-", stdin=declaration("no-case")).json["dossier"]
    value = json.dumps({"case": dossier, "step_id": "intake", "outcome": "approve"}).encode()
    command_id = send(live_stack, "one-stop", value, "a-dossier", "DecideStep")
    kind, told = answer_to(live_stack, "one-stop", command_id)
    assert (kind, told["code"]) == ("AnswerRefused", "case_unknown")
    for words in (("decide", dossier, "intake", "approve", "--department", "one-stop"), ("withdraw", dossier)):
        refused = live(*words)
        assert (refused.code, refused.error["code"]) == (2, "case_unknown")
    code = submitted(live, "no-dossier")
    assert live("dossier", "withdraw", code).json["error"]["code"] == "dossier_unknown"
    assert live("dossier", "show", dossier).json["status"] == "in_progress"


def test_the_same_id_with_other_content_to_an_unknown_case(live_stack: LiveStack) -> None:
    """There is no case that could remember it: the inbox does."""
    nowhere = {"case": "H05.8-260101-9999", "step_id": "intake"}
    first = json.dumps(nowhere | {"outcome": "approve"}).encode()
    command_id = send(live_stack, "police", first, "nowhere", "DecideStep")
    assert answer_to(live_stack, "police", command_id)[1]["code"] == "case_unknown"
    send(live_stack, "police", first, "nowhere", "DecideStep")
    other = json.dumps(nowhere | {"outcome": "refuse", "reason": "x"}).encode()
    send(live_stack, "police", other, "nowhere", "DecideStep")
    value = json.dumps(nowhere | {"outcome": "approve"}).encode()
    answer_to(live_stack, "police", send(live_stack, "police", value, "nowhere-last", "DecideStep"))
    assert codes_of(live_stack, "police", command_id) == ["case_unknown", "command_conflict"]


def codes_of(stack: LiveStack, account: str, command_id: str) -> list[str]:
    """The codes of all answers to one command, in order, once there are two."""
    topic = TOPICS.work(account)
    consumer: Any = stack.cluster_of(account).connected(
        KafkaConsumer, "tests", auto_offset_reset="earliest", group_id=None, metrics_enabled=False
    )
    found: list[str] = []
    try:
        consumer.subscribe([topic])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(found) < 2:
            assert time.monotonic() < deadline, found
            for batch in consumer.poll(timeout_ms=200).values():
                told = [json.loads(record.value) for record in batch]
                found += [each["code"] for each in told if each.get("command_id") == command_id]
        return found
    finally:
        consumer.close(autocommit=False)


def test_one_id_one_command_to_a_dossier(live: Program) -> None:
    """While it runs, and after its end, when the inbox alone knows what was asked under the id."""
    dossier = live("dossier", "submit", "-", stdin=declaration("dossier-ids")).json["dossier"]
    answer_all(live, until(live, dossier, "registration", "released")["case_id"], "refuse")
    until(live, dossier, "security-order", "blocked")
    result = ("--number", "1/2026", "--issuer", "commune", "--issued-on", "2026-01-05", "--command-id", "d1")
    for _ in range(2):
        assert live("dossier", "result", dossier, "registration", *result).code == 0
    refused = live("dossier", "withdraw", dossier, "--command-id", "d1")
    assert refused.json["error"]["code"] == "command_conflict"
    assert live("dossier", "show", dossier).json["status"] == "in_progress"
    assert live("dossier", "withdraw", dossier, "--command-id", "d2").code == 0
    until(live, dossier, "security-order", "withdrawn")
    assert live("dossier", "withdraw", dossier, "--command-id", "d2").code == 0
    again = live("dossier", "withdraw", dossier, "--reason", "another", "--command-id", "d2")
    assert again.json["error"]["code"] == "command_conflict"
    assert live("dossier", "withdraw", dossier, "--command-id", "system/portal:x").error["code"] == "id_reserved"
