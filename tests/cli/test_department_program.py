"""The program of docs/integration.md against a live stack, as the department's own account and in a process of its own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from events.language.identity import is_held_apart
from events.language.topics import Topics
from events.schemas import outgoing_models
from tests.cli.program import LiveStack, Program
from tests.docs.test_integration_page import PROGRAM, RECEIVED

DEPARTMENT = "home-affairs"
"""No other test of this stack has work for it."""
KINDS = ("request", "health-certificates", "criminal-record", "photo", "identity", "expertise-proof")
PATIENCE_SECONDS = 120.0


def until(look: Callable[[], Any]) -> Any:
    """What a look finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


class Running:
    """The program, as a department's operator starts and stops it: alone in a folder, with nothing of ours in reach."""

    def __init__(self, folder: Path, access: dict[str, Any]) -> None:
        self._program = shutil.copy(PROGRAM, folder / "department.py")
        self._access = folder / "access.json"
        self._access.write_text(json.dumps(access))
        self._said = folder / "said.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._said.open("ab") as said:
            command = [sys.executable, "-I", str(self._program), str(self._access)]
            self._process = subprocess.Popen(command, stdout=said, stderr=said, cwd=self._said.parent)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        process, self._process = self._process, None
        assert process is not None
        process.send_signal(sign)
        return process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        if self._process is not None:
            self.stop(signal.SIGKILL)

    def said(self, *words: str) -> list[str]:
        """Its lines that hold all these words."""
        return [line for line in self._said.read_text().splitlines() if all(word in line for word in words)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("department")


@pytest.fixture
def program(folder: Path, live: Program) -> Iterator[Running]:
    running = Running(folder, live("access", "kafka", DEPARTMENT).json)
    yield running
    running.kill()


def a_permit(live: Program, name: str) -> tuple[str, str]:
    """Dossier code and id of a case that is the department's turn."""
    documents = [{"kind": kind, "reference": f"/files/{name}/{kind}.pdf"} for kind in KINDS]
    body = {"application_id": name, "procedure": "work-permit", "applicant": {"name": "Nguyễn Văn Bí Mật"}}
    facts = {"field": "social-housing", "projet": "của Bí Mật"}
    given = json.dumps(body | {"documents": documents, "facts": facts}, ensure_ascii=False).encode()
    (taken,) = live("submit", "-", stdin=given).json["submitted"]
    code, case_id = taken["dossier_code"], taken["case_id"]
    assert live("decide", code, "intake", "approve", "--department", "one-stop").code == 0
    return code, case_id


def events_of(live: Program, code: str, *kinds: str) -> list[dict[str, Any]]:
    return [
        r["event"] | {"actor": r["actor"]} for r in live("show", code).json["timeline"] if r["event"]["type"] in kinds
    ]


def work_of(stack: LiveStack, case_id: str) -> list[tuple[str, dict[str, Any]]]:
    """What lies on the department's topic for a case: types and contents."""
    consumer: Any = stack.cluster_of(DEPARTMENT).connected(
        KafkaConsumer, "tests", auto_offset_reset="earliest", group_id=None, metrics_enabled=False
    )
    try:
        topic = Topics().work(DEPARTMENT)
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(places)
        ends, found = consumer.end_offsets(places), []
        while any(consumer.position(place) < ends[place] for place in places):
            for batch in consumer.poll(timeout_ms=200).values():
                found += [(dict(r.headers)["ce_type"].decode().split(".")[-1], json.loads(r.value)) for r in batch]
        return [(kind, body) for kind, body in found if body.get("case_id") == case_id]
    finally:
        consumer.close(autocommit=False)


def forgets_what_it_read(stack: LiveStack) -> None:
    """The group's place in the topic goes back to the beginning: all that was handed out is handed out again."""
    consumer: Any = stack.cluster_of(DEPARTMENT).connected(
        KafkaConsumer, "tests", group_id=f"{DEPARTMENT}.program", enable_auto_commit=False, metrics_enabled=False
    )
    try:
        topic = Topics().work(DEPARTMENT)
        places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(places)
        consumer.commit({place: OffsetAndMetadata(0, "", -1) for place in places})
    finally:
        consumer.close(autocommit=False)


def shows_what_the_page_says(live_stack: LiveStack, case_id: str) -> None:
    """Fields and all; with references of the engine's alone, and never a word of the applicant or of who sent it."""
    told = work_of(live_stack, case_id)
    assert {"StepAssigned", "StepDecided", "SupplementRequested", "SupplementReceived"} <= {kind for kind, _ in told}
    words = json.dumps(told, ensure_ascii=False)
    assert not any(word in words for word in ("Bí Mật", "/files/", "projet"))
    shown = [data["event"].keys() for name, data in RECEIVED if name == "StepAssigned"]
    for kind, body in told:
        outgoing_models()[kind].model_validate(body)
        assert kind != "StepAssigned" or any(body["event"].keys() <= fields for fields in shown)
    first, again = (
        body["event"] for kind, body in told if kind == "StepAssigned" and body["event"]["step_id"] == "appraisal"
    )
    assert [part["kind"] for part in first["documents"]] == list(KINDS)
    assert [part["kind"] for part in again["documents"]] == [*KINDS, "labour-contract"]
    assert all(is_held_apart(part["reference"]) for part in first["documents"])
    assert (first["facts"], first["limit"]["unit"]) == ({"field": "social-housing"}, "working_minutes")
    assert first["due_at"]


def test_a_whole_case_with_a_supplement_a_repetition_and_a_clean_end(
    live: Program, live_stack: LiveStack, program: Running
) -> None:
    """It asks for what is missing, approves when it is there, and what it gets twice has its effect once."""
    program.start()
    code, case_id = a_permit(live, "program-1")
    (asked,) = until(lambda: events_of(live, code, "SupplementRequested"))
    assert asked["documents"] == ["labour-contract"]
    assert asked["actor"] == {"kind": "department", "id": DEPARTMENT, "assurance": "topic"}
    assert live("supplement", code, "--document", "labour-contract").code == 0
    until(lambda: [e for e in events_of(live, code, "StepDecided") if e["step_id"] == "appraisal"])
    assert live("decide", code, "opinion-police", "approve", "--department", "police").code == 0
    until(lambda: [e for e in events_of(live, code, "StepDecided") if e["step_id"] == "signing"])
    until(lambda: program.said("answered", f"{case_id}/signing/1", "approve"))
    assert program.stop() == 0, "it ends cleanly"

    before = events_of(live, code, "StepDecided", "SupplementRequested")
    forgets_what_it_read(live_stack)
    program.start()
    until(lambda: len(program.said("answered", f"{case_id}/signing/1")) == 2)
    assert len(program.said("answered", f"{case_id}/appraisal/1", "request_supplement")) == 2
    assert program.stop(signal.SIGINT) == 0
    assert live("decide", code, "return", "approve", "--department", "one-stop").json["case"]["outcome"] == "issued"
    assert events_of(live, code, "StepDecided", "SupplementRequested")[: len(before)] == before
    assert len(events_of(live, code, "StepDecided")) == 5, "each step once"
    assert not program.said("refused"), "a repetition is no mistake"
    shows_what_the_page_says(live_stack, case_id)


def test_a_refused_answer_is_told_to_the_program(live: Program, program: Running) -> None:
    """An officer was faster: the program says so in words, and goes on with the next step."""
    code, case_id = a_permit(live, "program-2")
    assert live("decide", code, "appraisal", "approve", "--department", DEPARTMENT).code == 0
    program.start()
    until(lambda: program.said("refused already_answered step_id", "Nothing is to be done"))
    assert program.said("answered", f"{case_id}/appraisal/1")
    assert live("decide", code, "opinion-police", "approve", "--department", "police").code == 0
    until(lambda: program.said("answered", f"{case_id}/signing/1"))
    assert program.stop() == 0
