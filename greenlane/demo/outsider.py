"""Outside systems of the demonstration: they know Kafka, the public messages and the wall clock, and nothing of our code.

`python -m greenlane.demo.outsider department ACCESS PREFIX TIME CAST DEPARTMENT...` plays departments,
`python -m greenlane.demo.outsider applicants ACCESS PREFIX TIME CAST` plays the applicants' portal.
ACCESS, TIME and CAST are files: how Kafka is reached, the stack's business time, and who behaves how.
"""

from __future__ import annotations

import heapq
import itertools
import json
import os
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, KafkaProducer

from events.language.envelope import binary_headers
from events.language.topics import Topics
from events.transport.cluster import Cluster
from greenlane.admission import KafkaAccess
from greenlane.demo.script import CAST, SOURCE, SYSTEM, Behaviour, Manner, Role
from sla.business_time import BusinessTime
from wording.json_text import read_json

APPLICANT_HOURS = 5.0
"""How long an applicant of the demonstration takes to bring what was asked for, in business hours."""

PACE_SECONDS = 0.25
"""Real time between two applications from the portal."""


@dataclass
class Agenda:
    """What is to be sent when, by the wall clock."""

    entries: list[tuple[float, int, tuple[str, str, str, dict[str, Any]]]] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=itertools.count)

    def add(self, at: datetime, topic: str, name: str, key: str, data: dict[str, Any]) -> None:
        """Send this message then."""
        heapq.heappush(self.entries, (at.timestamp(), next(self._number), (topic, name, key, data)))

    def due(self) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        """What is to be sent now."""
        while self.entries and self.entries[0][0] <= datetime.now(UTC).timestamp():
            yield heapq.heappop(self.entries)[2]

    @property
    def wait_ms(self) -> int:
        """How long to listen until the next one."""
        if not self.entries:
            return 100
        return max(1, min(100, int((self.entries[0][0] - datetime.now(UTC).timestamp()) * 1000)))


class Outsider:
    """One outside system."""

    def __init__(self, cluster: Cluster, prefix: str, time: BusinessTime, cast: tuple[Role, ...]) -> None:
        self.topics = Topics(prefix)
        self.time = time
        self.cast = {part.case_id: part for part in cast}
        self.agenda = Agenda()
        options = cluster.client_options("demonstration")
        self.producer = KafkaProducer(**options, linger_ms=2)
        self.consumer = KafkaConsumer(**options, group_id=None, auto_offset_reset="earliest")

    def later(self, from_at: datetime, hours: float) -> datetime:
        """The real instant so many business hours after a business instant."""
        return self.time.to_real(from_at + timedelta(hours=hours))

    def run(self, topics: list[str]) -> None:
        """Listen and answer until killed."""
        self.consumer.subscribe(topics)
        parent = os.getppid()
        while os.getppid() == parent:  # whoever started us is gone: nobody would end us any more
            for messages in self.consumer.poll(timeout_ms=self.agenda.wait_ms).values():
                for message in messages:
                    self.hear(read_json(message.value))
            for topic, name, key, data in self.agenda.due():
                headers = binary_headers(
                    id=str(uuid.uuid4()), source=SOURCE, name=name, subject=None, time=datetime.now(UTC)
                )
                self.producer.send(
                    topic, key=key.encode(), value=json.dumps(data, allow_nan=False).encode(), headers=headers
                )

    def hear(self, body: dict[str, Any]) -> None:
        """Take notice of one message."""
        raise TypeError(f"{type(self).__name__} hears nothing: {body.get('case_id')}")


class Departments(Outsider):
    """Departments that answer the steps they are given."""

    def hear(self, body: dict[str, Any]) -> None:
        """Plan the answer to an assigned step."""
        event = body.get("event", {})
        part = self.cast.get(body.get("case_id", ""))
        if event.get("type") != "StepAssigned":
            return
        behaviour = self._behaviour(part, event)
        if behaviour.manner is Manner.AT_SCREEN:
            return
        start = event["due_at"] if behaviour.after_due and "due_at" in event else event["assigned_at"]
        at = self.later(datetime.fromisoformat(start), behaviour.hours)
        data = {"case": body["case_id"], "step_id": event["step_id"], **_answer(behaviour)}
        self.agenda.add(at, self.topics.decisions(event["department"]), "DecideStep", body["case_id"], data)
        if behaviour.manner is Manner.CONSULT:
            self._approve_after(body["case_id"], event, at)

    def _approve_after(self, case_id: str, event: dict[str, Any], at: datetime) -> None:
        data = {"case": case_id, "step_id": event["step_id"], "outcome": "approve"}
        decided_at = self.later(self.time.to_business(at), 6.0)
        self.agenda.add(decided_at, self.topics.decisions(event["department"]), "DecideStep", case_id, data)

    @staticmethod
    def _behaviour(part: Role | None, event: dict[str, Any]) -> Behaviour:
        if part is None:
            return Behaviour()  # a case that a linked dossier opened: nobody knew of it when the parts were given out
        rounds = part.behaviours.get(event["step_id"], ())
        place = int(event.get("round", 1)) - 1
        return rounds[place] if place < len(rounds) else Behaviour()


def _answer(behaviour: Behaviour) -> dict[str, Any]:
    match behaviour.manner:
        case Manner.REFUSE:
            return {"outcome": "refuse", "reason": "Không đủ điều kiện / conditions not met"}
        case Manner.REQUEST_SUPPLEMENT:
            return {"outcome": "request_supplement", "reason": "Bổ sung bản vẽ / drawings", "documents": ["drawings"]}
        case Manner.CONSULT:
            consultation = {"department": behaviour.consult, "question": "Ý kiến? / opinion?"}
            return {"outcome": "consult", "consult": [consultation | {"limit": {"amount": 8, "unit": "working_hours"}}]}
        case _:
            return {"outcome": "approve"}


class Applicants(Outsider):
    """The applicants' portal: it brings what it is asked for."""

    def submit_all(self) -> None:
        """Send the applications of those who apply through the portal, one after the other."""
        for place, (case_id, part) in enumerate(self.cast.items()):
            if part.message is not None:
                at = datetime.now(UTC) + timedelta(seconds=PACE_SECONDS * place)
                self.agenda.add(
                    at, self.topics.submissions_of(SYSTEM.id), "SubmitApplication", case_id, dict(part.message)
                )

    def hear(self, body: dict[str, Any]) -> None:
        """Plan the delivery of the documents asked for."""
        event = body.get("event", {})
        if event.get("type") != "SupplementRequested" or body.get("case_id") not in self.cast:
            return
        at = self.later(datetime.fromisoformat(event["requested_at"]), APPLICANT_HOURS)
        data = {"case": body["case_id"], "documents": [{"kind": kind} for kind in event.get("documents", [])]}
        self.agenda.add(at, self.topics.submissions_of(SYSTEM.id), "ReceiveSupplement", body["case_id"], data)


def main(arguments: list[str]) -> None:
    """Play a role until killed."""
    role, access_file, prefix, time_file, cast_file, *departments = arguments
    time = BusinessTime.model_validate_json(Path(time_file).read_text(encoding="utf-8"))
    cast = CAST.validate_json(Path(cast_file).read_text(encoding="utf-8"))
    topics, cluster = Topics(prefix), KafkaAccess.read(Path(access_file)).cluster
    if role == "applicants":
        portal = Applicants(cluster, prefix, time, cast)
        portal.submit_all()
        portal.run([topics.case_events])
    else:
        Departments(cluster, prefix, time, cast).run([topics.work(name) for name in departments])


if __name__ == "__main__":
    main(sys.argv[1:])
