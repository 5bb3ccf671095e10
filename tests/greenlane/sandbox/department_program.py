"""Not a test: a department's program of the smallest kind, with Kafka's client and nothing of ours; right, or wrong in one way.

Run as `python department_program.py PROPERTIES PREFIX DEPARTMENT MANNER`; it writes "ready" once it listens
and runs until killed. PROPERTIES is a JSON file as `greenlane access kafka DEPARTMENT --json` prints it.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer


class DepartmentProgram:
    """Answers every step that it is given, in the manner that it was told."""

    def __init__(self, access: dict[str, Any], prefix: str, department: str, manner: str) -> None:
        options = {
            "bootstrap_servers": access["bootstrap"],
            "security_protocol": access["security_protocol"],
            "sasl_mechanism": access["sasl_mechanism"],
            "sasl_plain_username": access["username"],
            "sasl_plain_password": access["password"],
        }
        self.department, self.manner = department, manner
        self.decisions = f"{prefix}.decisions.{department}.v1"
        self.producer = KafkaProducer(**options)
        self.consumer = KafkaConsumer(**options, group_id=None, auto_offset_reset="latest")
        self.work = f"{prefix}.work.{department}.v1"
        self.ignored: str | None = None

    def run(self) -> None:
        """Until whoever started us is gone."""
        self.consumer.subscribe([self.work])
        while not self.consumer.assignment():
            self.consumer.poll(timeout_ms=100)
        for place in self.consumer.assignment():
            self.consumer.position(place)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        parent = os.getppid()
        while os.getppid() == parent:
            for messages in self.consumer.poll(timeout_ms=100).values():
                for message in messages:
                    self.hear(message)

    def hear(self, message: Any) -> None:
        headers = dict(message.headers)
        kind = headers["ce_type"].decode().removeprefix("vn.greenlane.")
        body = json.loads(message.value)
        if kind == "AnswerRefused" and self.manner == "repeats":
            self.send(body["case_id"], f"{body['command_id']}/again", self.answer(body["case_id"], body["step_id"]))
        if kind == "StepAssigned":
            self.assigned(body["case_id"], body["event"], headers["ce_id"].decode())

    def assigned(self, case_id: str, step: dict[str, Any], message_id: str) -> None:
        answer, answer_id = self.answer(case_id, step["step_id"]), f"answer-to-{message_id}"
        match self.manner:
            case "ignores" if self.ignored in (None, case_id):
                self.ignored = case_id
                return
            case "schema":
                answer = {**answer, "outcome": "approved"}
            case "same-id":
                answer_id = f"answer-to-{case_id}-{step['step_id']}"
            case "no-key":
                self.send("", answer_id, answer)
                return
        self.send(case_id, answer_id, answer)
        if self.manner == "twice":
            other = {"outcome": "refuse", "reason": "changed our mind"}
            self.send(case_id, f"{answer_id}-second", {**answer, **other})
        if self.manner == "resends":
            self.send(case_id, answer_id, answer)

    @staticmethod
    def answer(case_id: str, step_id: str) -> dict[str, Any]:
        return {"case": case_id, "step_id": step_id, "outcome": "approve"}

    def send(self, key: str, message_id: str, data: dict[str, Any]) -> None:
        headers = {
            "ce_specversion": "1.0",
            "ce_id": message_id,
            "ce_source": f"/{self.department}/program",
            "ce_type": "vn.greenlane.DecideStep",
            "ce_time": datetime.now(UTC).isoformat(),
            "content-type": "application/json",
        }
        self.producer.send(
            self.decisions,
            key=key.encode() or None,
            value=json.dumps(data).encode(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        ).get(timeout=60)


if __name__ == "__main__":
    properties, *rest = sys.argv[1:]
    DepartmentProgram(json.loads(Path(properties).read_text(encoding="utf-8")), *rest).run()
