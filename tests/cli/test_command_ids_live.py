"""The id of a command on a live stack: one id, one command, over the command line, updates and Kafka."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer

from events.language.access import OPERATOR
from events.language.envelope import binary_headers
from events.language.identity import case_id_of, message_command_id
from events.language.topics import Topics
from events.transport.producer import Producer
from tests.cli.program import LiveStack, Program
from tests.cli.test_bad_input import karaoke
from tests.cli.test_commands_live import submitted

TOPICS = Topics()
PATIENCE_SECONDS = 60.0


def until(look: Callable[[], Any]) -> Any:
    """What it finds, once it finds anything."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def send(stack: LiveStack, topic: str, source: str, event_id: str, name: str, **data: Any) -> None:
    """One message of an outside system."""
    headers = binary_headers(id=event_id, source=source, name=name, time=datetime.now(UTC), subject=None)
    sender = TOPICS.department_of(topic) or TOPICS.system_of(topic)
    assert sender is not None
    with Producer(stack.cluster_of(sender)) as producer:
        producer.send_now(topic, str(data.get("case", "new")), json.dumps(data).encode(), headers)


def answers(stack: LiveStack, topic: str, *command_ids: str) -> dict[str, str]:
    """Command ids and codes of the refusals on a topic, once all that are named are there."""
    consumer: Any = stack.cluster_of(OPERATOR).connected(
        KafkaConsumer, "tests", auto_offset_reset="earliest", group_id=None, metrics_enabled=False
    )
    found: dict[str, str] = {}
    try:
        consumer.subscribe([topic])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not set(command_ids) <= found.keys():
            assert time.monotonic() < deadline, found
            for batch in consumer.poll(timeout_ms=200).values():
                for record in batch:
                    if dict(record.headers)["ce_type"] == b"vn.greenlane.AnswerRefused":
                        told = json.loads(record.value)
                        found[told["command_id"]] = told["code"]
    finally:
        consumer.close(autocommit=False)
    return found


def decided(live: Program, code: str) -> list[tuple[str, str]]:
    """Steps and outcomes of the case's decisions, in order."""
    return [
        (record["event"]["step_id"], record["event"]["outcome"])
        for record in live("show", code).json["timeline"]
        if record["event"]["type"] == "StepDecided"
    ]


def test_two_systems_of_one_department_count_alike(live: Program, live_stack: LiveStack) -> None:
    """Both messages have their effect: a department's two systems number from 1, the same topic, the same case."""
    code = submitted(live, "ids-two-systems")
    assert live("decide", code, "intake", "approve", "--department", "one-stop").code == 0
    culture = TOPICS.decisions("culture")
    answer = {"case": code, "outcome": "approve"}
    send(live_stack, culture, "/culture/field", "1", "DecideStep", step_id="site-check", **answer)
    until(lambda: ("site-check", "approve") in decided(live, code))
    assert live("decide", code, "opinion-police", "approve", "--department", "police").code == 0
    send(live_stack, culture, "/culture/office", "1", "DecideStep", step_id="signing", **answer)
    until(lambda: ("signing", "approve") in decided(live, code))


def test_two_systems_that_submit_count_alike(live: Program, live_stack: LiveStack) -> None:
    """An application from one source of the portal and what another sends to it under the same id are two messages."""
    application = json.loads(karaoke("ids-two-sources"))
    send(live_stack, TOPICS.submissions, "/portal", "ids-1", "SubmitApplication", **application)
    case = case_id_of("/portal", "ids-two-sources")
    until(lambda: live("show", case).code == 0)
    send(live_stack, TOPICS.submissions, "/counter/7", "ids-1", "ReceiveSupplement", case=case)
    second = message_command_id("system", "portal", "/counter/7", "ids-1")
    assert answers(live_stack, TOPICS.answers("portal"), second)[second] == "no_supplement_awaited"


def test_an_id_that_is_used_again_on_the_command_line(live: Program) -> None:
    """The same command again is the old answer; every other is refused, whatever its kind, and nothing is done."""
    code = submitted(live, "ids-command-line")
    first = ("decide", code, "intake", "approve", "--department", "one-stop", "--command-id", "k1")
    assert live(*first).code == 0
    assert live(*first).json["accepted"]
    for other in (
        ("decide", code, "site-check", "refuse", "--reason", "x", "--department", "culture", "--command-id", "k1"),
        ("withdraw", code, "--command-id", "k1"),
    ):
        refused = live(*other)
        assert (refused.code != 0, refused.error["code"], refused.error["field"]) == (
            True,
            "command_conflict",
            "command_id",
        )
    assert decided(live, code) == [("intake", "approve")]
    assert live("withdraw", code, "--command-id", "k2").code == 0
    # The case is over: Temporal is asked in vain, the inbox knows.
    assert live("withdraw", code, "--command-id", "k2").json["accepted"]
    assert live("withdraw", code, "--reason", "y", "--command-id", "k2").error["code"] == "command_conflict"


def test_an_id_that_is_used_again_over_kafka(live: Program, live_stack: LiveStack) -> None:
    """Its sender is told on its own topic: a department on its work topic, a submitting system on its answers."""
    code = submitted(live, "ids-kafka")
    mine, stop = TOPICS.decisions("one-stop"), {"case": code, "reason": "x", "legal_basis": "law"}
    send(live_stack, mine, "/one-stop", "7", "DecideStep", case=code, step_id="intake", outcome="approve")
    until(lambda: decided(live, code))
    send(live_stack, mine, "/one-stop", "7", "DecideStep", case=code, step_id="intake", outcome="approve")
    send(live_stack, mine, "/one-stop", "7", "StopCase", **stop)
    department_id = message_command_id("department", "one-stop", "/one-stop", "7")
    assert answers(live_stack, TOPICS.work("one-stop"), department_id)[department_id] == "command_conflict"
    send(live_stack, TOPICS.submissions, "/portal", "8", "WithdrawApplication", case=code)
    until(lambda: live("show", code).json["case"]["outcome"] == "withdrawn")
    send(live_stack, TOPICS.submissions, "/portal", "8", "WithdrawApplication", case=code)
    send(live_stack, TOPICS.submissions, "/portal", "8", "WithdrawApplication", case=code, reason="another")
    system_id = message_command_id("system", "portal", "/portal", "8")
    assert answers(live_stack, TOPICS.answers("portal"), system_id)[system_id] == "command_conflict"


def test_what_a_submitting_system_asks_in_vain_is_answered(live: Program, live_stack: LiveStack) -> None:
    """Refused by a case that is open, by one that is over, and where there is none."""
    opened, closed = submitted(live, "ids-answers-open"), submitted(live, "ids-answers-closed")
    assert live("withdraw", closed).code == 0
    cases = {"open": opened, "closed": closed, "none": "H05.8-260101-9999"}
    for event_id, case in cases.items():
        send(live_stack, TOPICS.submissions, "/portal", event_id, "ReceiveSupplement", case=case)
    ids = {event_id: message_command_id("system", "portal", "/portal", event_id) for event_id in cases}
    found = answers(live_stack, TOPICS.answers("portal"), *ids.values())
    assert {event_id: found[name] for event_id, name in ids.items()} == {
        "open": "no_supplement_awaited",
        "closed": "case_closed",
        "none": "case_unknown",
    }


def test_ids_of_the_engine_are_its_own(live: Program) -> None:
    """Nobody takes the place of a message that is still to come."""
    code = submitted(live, "ids-reserved")
    for taken in (message_command_id("system", "portal", "/portal", "1"), "conflict/1", "submissions:9"):
        refused = live("withdraw", code, "--command-id", taken)
        assert (refused.error["code"], refused.error["field"]) == ("id_reserved", "command_id")
