"""The outside world of the benchmark: submits applications and answers every assigned step at once, over Kafka alone.

`python -m bench.throughput.departments ACCESS PREFIX PROCEDURE CASES IN_FLIGHT ROUND [ANSWERS]` prints one JSON object: how long
it took, and when (real time, UTC epoch) each assigned step was in its hands. With ANSWERS, so many steps of each case are
answered and the case is left open.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer

from bench import SOURCE, SYSTEM
from catalog.loader import load_catalog
from events.language.envelope import binary_headers
from events.language.topics import Topics
from events.transport.cluster import Cluster
from greenlane.admission import KafkaAccess


class Departments:
    """All departments, and the applicants, in one process."""

    def __init__(self, cluster: Cluster, prefix: str, procedure_id: str, round_id: str) -> None:
        catalog = load_catalog()
        self._procedure = catalog.procedure(procedure_id, date.today())  # noqa: DTZ011 - any day in force will do
        self._topics = Topics(prefix)
        self._round = round_id
        departments = sorted({step.department for step in self._procedure.steps})
        options = cluster.client_options("bench")
        self._producer = KafkaProducer(**options, linger_ms=1)
        self._consumer = KafkaConsumer(**options, group_id=None, auto_offset_reset="latest")
        self._consumer.subscribe([self._topics.case_events, *(self._topics.work(name) for name in departments)])
        while not self._consumer.assignment():
            self._consumer.poll(timeout_ms=50)
        for place in self._consumer.assignment():
            self._consumer.position(place)
        self.in_hand_at: dict[str, float] = {}
        self.warm_cpu_s = time.process_time()
        """What importing and connecting took: no part of a case."""

    def run(self, cases: int, in_flight: int, answers: int | None) -> float:
        """Seconds from the first submission until the last case is closed, or has had its answers."""
        began = time.perf_counter()
        submitted = 0
        done: set[bytes] = set()
        """The events that told so, each once: a publisher that was killed sends some again."""
        answered: dict[str, int] = {}
        while len(done) < cases:
            while submitted < cases and submitted - len(done) < in_flight:
                self._submit(submitted)
                submitted += 1
            for place, messages in self._consumer.poll(timeout_ms=100).items():
                if place.topic == self._topics.case_events:
                    # The event after the last answer tells that it was taken; without a number, the closing.
                    name = b".StepDecided" if answers else b".CaseClosed"
                    done |= {dict(message.headers)["ce_id"] for message in messages if self._tells(message, name)}
                    continue
                for message in messages:
                    case_id = message.key.decode()
                    if answers is None or answered.get(case_id, 0) < answers:
                        answered[case_id] = answered.get(case_id, 0) + 1
                        self._answer(message)
        self._producer.flush()
        return time.perf_counter() - began

    def _submit(self, number: int) -> None:
        application_id = f"{self._round}-{number}"
        data = {
            "application_id": application_id,
            "procedure": self._procedure.id,
            "applicant": {"name": "Nguyễn Văn A"},
            "documents": [{"kind": document.kind} for document in self._procedure.documents],
        }
        self._send(self._topics.submissions_of(SYSTEM.id), "SubmitApplication", application_id, application_id, data)

    @staticmethod
    def _tells(message: Any, name: bytes) -> bool:
        return bool(dict(message.headers)["ce_type"].endswith(name))

    def _answer(self, message: Any) -> None:
        headers = dict(message.headers)
        if not headers["ce_type"].endswith(b".StepAssigned"):
            return
        event_id = headers["ce_id"].decode()
        self.in_hand_at[event_id] = time.time()
        body = json.loads(message.value)
        event = body["event"]
        data = {"case": body["case_id"], "step_id": event["step_id"], "outcome": "approve"}
        topic = self._topics.decisions(event["department"])
        self._send(topic, "DecideStep", f"answer-{event_id}", body["case_id"], data)

    def _send(self, topic: str, name: str, message_id: str, key: str, data: dict[str, Any]) -> None:
        headers = binary_headers(id=message_id, source=SOURCE, name=name, subject=None, time=datetime.now(UTC))
        self._producer.send(topic, key=key.encode(), value=json.dumps(data).encode(), headers=headers)


def main(arguments: list[str]) -> None:
    """One round."""
    access, prefix, procedure, cases, in_flight, round_id, *answers = arguments
    outside = Departments(KafkaAccess.read(Path(access)).cluster, prefix, procedure, round_id)
    seconds = outside.run(int(cases), int(in_flight), int(answers[0]) if answers else None)
    result = {
        "cases_per_s": int(cases) / seconds,
        "cpu_s": time.process_time() - outside.warm_cpu_s,
        "in_hand_at": outside.in_hand_at,
        "case": next(iter(outside.in_hand_at)).rpartition(".")[0],
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
