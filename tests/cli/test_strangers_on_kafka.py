"""On the live stack: whoever has no part in a case does nothing to it over Kafka, and learns nothing of it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import KafkaConsumer

from catalog.basis import Text
from catalog.systems import PORTAL, SubmittingSystem
from events.language.envelope import binary_headers
from events.language.identity import message_command_id, refusal_id_of
from events.language.topics import Topics
from events.transport.admin import TopicLayout
from events.transport.cluster import Cluster
from events.transport.producer import Producer
from greenlane.admission import let_in
from greenlane.wiring import Wiring
from store.views import CaseFilter, Views
from tests.cli.opened_letters import opened_letters
from tests.cli.program import LiveStack, Program
from tests.cli.test_commands_live import karaoke, submitted

TOPICS = Topics()
PATIENCE_SECONDS = 90.0
TAX = SubmittingSystem(id="tax-office", name=Text(vi="Thuế", en="Tax office"), sources=("/tax",))
NOWHERE = "H05.8-260101-9999"


class Sender:
    """Somebody with an account at Kafka, and what comes back."""

    def __init__(self, cluster: Cluster, kind: str, account: str) -> None:
        self.cluster, self.kind, self.account = cluster, kind, account
        is_department = kind == "department"
        self.topic = TOPICS.decisions(account) if is_department else TOPICS.submissions_of(account)
        self.replies = TOPICS.work(account) if is_department else TOPICS.answers(account)

    def send(self, source: str, name: str, data: dict[str, Any]) -> str:
        """Send a message; the id of the command that it asks for."""
        message_id = uuid.uuid4().hex
        headers = binary_headers(id=message_id, source=source, name=name, subject=None, time=datetime.now(UTC))
        with Producer(self.cluster) as producer:
            producer.send_now(self.topic, str(data.get("case", message_id)), json.dumps(data).encode(), headers)
        return message_command_id(self.kind, self.account, source, message_id)

    def answer_to(self, command_id: str) -> Any:
        """The answer on its own topic: the record that tells of the refusal."""
        told = records(self.cluster, self.replies)
        return next(record for record in told if json.loads(record.value).get("command_id") == command_id)


def records(cluster: Cluster, topic: str) -> Iterator[Any]:
    """What the topic holds and what comes, for as long as one is patient."""
    options = {"auto_offset_reset": "earliest", "group_id": None, "metrics_enabled": False}
    consumer: Any = cluster.connected(KafkaConsumer, "tests", **options)
    try:
        consumer.subscribe([topic])
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for batch in consumer.poll(timeout_ms=200).values():
                yield from batch
    finally:
        consumer.close(autocommit=False)


def dead_letter(stack: LiveStack, system: str, source: str) -> dict[str, str]:
    """The headers of the dead letter of a message under this source, as the operator sees it, once it is there."""

    def found() -> dict[str, str] | None:
        letters = opened_letters(stack, TOPICS.submissions_of(system))
        return next((each.header_texts for each in letters if each.header_texts.get("ce_source") == source), None)

    headers: dict[str, str] = until(found)
    return headers


def until(look: Callable[[], Any]) -> Any:
    """What it finds, once it finds anything."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


@pytest.fixture
def tax(live_stack: LiveStack) -> Sender:
    """A submitting system that was registered while the stack runs."""
    wiring = Wiring(live_stack.settings)
    try:
        wiring.systems.register(TAX)
        access = let_in(live_stack.settings, TAX.id, systems=(TAX.id,), layout=TopicLayout(partitions=1))
    finally:
        wiring.close()
    return Sender(access.cluster, "system", TAX.id)


def department(live_stack: LiveStack, name: str) -> Sender:
    return Sender(live_stack.cluster_of(name), "department", name)


def status_of(live: Program, code: str) -> tuple[str, int]:
    case = live("show", code).json["case"]
    return case["status"], case["sequence"]


def awaiting_documents(live: Program, name: str) -> str:
    """The dossier code of a case whose applicant is to bring a document."""
    code = submitted(live, name)
    said = ("--reason", "The plan is missing", "--document", "request")
    assert live("decide", code, "intake", "request_supplement", "--department", "one-stop", *said).code == 0
    return code


def test_a_department_without_a_part_gets_the_answer_for_a_case_that_is_not_there(
    live: Program, live_stack: LiveStack
) -> None:
    """A guessed dossier code: word for word, key and id of the answer too; nothing happens to the case."""
    code = awaiting_documents(live, "stranger-1")
    before = status_of(live, code)
    construction = department(live_stack, "construction")
    for name, data in (
        ("ReceiveSupplement", {"documents": [{"kind": "request"}]}),
        ("PauseClock", {"reason": "because", "legal_basis": "law 1"}),
        ("DecideStep", {"step_id": "intake", "outcome": "approve"}),
    ):
        sent = {case: construction.send("/construction", name, {"case": case} | data) for case in (code, NOWHERE)}
        told = {case: construction.answer_to(command_id) for case, command_id in sent.items()}
        for case, record in told.items():
            assert record.key.decode() == case
            assert dict(record.headers)["ce_id"].decode() == refusal_id_of(case, sent[case])
        bodies = [json.loads(record.value) | {"command_id": ""} for record in told.values()]
        assert bodies[0]["code"] == "case_unknown"
        assert bodies[0] | {"case_id": ""} == bodies[1] | {"case_id": ""}
        assert [body["case_id"] for body in bodies] == [code, NOWHERE]
    assert status_of(live, code) == before


def test_a_closed_case_is_told_of_only_to_those_who_have_a_part_in_it(live: Program, live_stack: LiveStack) -> None:
    """Temporal has forgotten it: the bridge answers, and asks the same rule."""
    code = submitted(live, "stranger-2")
    assert live("withdraw", code).code == 0
    answer = {"case": code, "step_id": "intake", "outcome": "approve"}
    for name, expected in (("construction", "case_unknown"), ("police", "case_closed")):
        sender = department(live_stack, name)
        record = sender.answer_to(sender.send(f"/{name}", "DecideStep", answer))
        assert json.loads(record.value)["code"] == expected


def test_a_source_that_is_not_its_systems_is_a_dead_letter(live: Program, live_stack: LiveStack) -> None:
    """/other-portal does not withdraw what /portal handed in, nor hand anything in itself."""
    code = submitted(live, "stranger-3")
    portal = Sender(live_stack.cluster_of(PORTAL), "system", PORTAL)
    for source, name, data in (
        ("/other-portal", "WithdrawApplication", {"case": code}),
        ("/portal-other", "SubmitApplication", json.loads(karaoke("stranger-4"))),
    ):
        portal.send(source, name, data)
        headers = dead_letter(live_stack, PORTAL, source)
        assert (headers["dlq-code"], headers["dlq-field"]) == ("source_not_yours", "source")
        assert "/portal, /command-line, /counter" in headers["dlq-reason"]
    assert status_of(live, code)[0] == "in_progress"
    # Its own, and what lies below them, are heard; the applicant changes between counter, portal and command line.
    portal.send("/counter/7", "WithdrawApplication", {"case": code})
    until(lambda: status_of(live, code)[0] == "closed")


def test_one_system_does_not_speak_for_the_applicants_of_another(
    live: Program, live_stack: LiveStack, tax: Sender
) -> None:
    """Registered while the stack runs, it hands in and withdraws its own, and nothing of the portal's."""
    code = submitted(live, "stranger-5")
    sent = {case: tax.send("/tax", "WithdrawApplication", {"case": case}) for case in (code, NOWHERE)}
    bodies = [json.loads(tax.answer_to(command_id).value) for command_id in sent.values()]
    assert [body["code"] for body in bodies] == ["case_unknown", "case_unknown"]
    assert [body["case_id"] for body in bodies] == [code, NOWHERE]
    assert status_of(live, code)[0] == "in_progress"
    tax.send("/tax/office-2", "SubmitApplication", json.loads(karaoke("stranger-6")))
    own = until(lambda: case_from(live_stack, "/tax/office-2"))
    assert application_of(live, own)["system"] == TAX.id
    portal = Sender(live_stack.cluster_of(PORTAL), "system", PORTAL)
    refused = portal.answer_to(portal.send("/portal", "WithdrawApplication", {"case": own}))
    assert json.loads(refused.value)["code"] == "case_unknown"
    tax.send("/tax", "WithdrawApplication", {"case": own})
    until(lambda: status_of(live, own)[0] == "closed")


def test_a_case_of_a_source_without_a_system_is_answered_through_the_portal(
    live: Program, live_stack: LiveStack
) -> None:
    """As everything was before there were systems: its own source goes on speaking for it, and for no other case."""
    old = live("submit", "-", "--source", "/field-office", stdin=karaoke("stranger-7")).json["submitted"][0]["case_id"]
    other = submitted(live, "stranger-8")
    portal = Sender(live_stack.cluster_of(PORTAL), "system", PORTAL)
    portal.send("/field-office", "WithdrawApplication", {"case": other})
    assert dead_letter(live_stack, PORTAL, "/field-office")["dlq-code"] == "source_not_yours"
    assert status_of(live, other)[0] == "in_progress"
    portal.send("/field-office", "WithdrawApplication", {"case": old})
    until(lambda: status_of(live, old)[0] == "closed")


def test_a_topic_of_nobody_is_a_dead_letter(live_stack: LiveStack) -> None:
    """A submissions topic whose system nobody registered: what comes on it is not taken for anybody's."""
    access = let_in(live_stack.settings, "unheard", systems=("unheard",), layout=TopicLayout(partitions=1))
    Sender(access.cluster, "system", "unheard").send("/portal", "SubmitApplication", json.loads(karaoke("stranger-9")))
    headers = dead_letter(live_stack, "unheard", "/portal")
    assert (headers["dlq-code"], headers["dlq-field"]) == ("system_unknown", "topic")


def case_from(live_stack: LiveStack, source: str) -> str | None:
    """The case that came from this source."""
    wiring = Wiring(live_stack.settings)
    try:
        found = Views(wiring.store).cases(CaseFilter(source=source), limit=1)
        return found[0].case_id if found else None
    finally:
        wiring.close()


def application_of(live: Program, case: str) -> dict[str, Any]:
    found: dict[str, Any] = live("show", case).json["timeline"][0]["event"]["application"]
    return found
