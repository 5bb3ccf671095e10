"""What the sandbox plays around the program: the other departments, and the applicants. From an event to what follows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.conformance.identity import SYSTEM
from audit.conformance.rehearsals import ASKING_STEP, CLOSING_STEP, DOCUMENT, OPINION_LIMIT, QUESTION, STEP, Rehearsal
from audit.conformance.trial import Trial, TrialCase
from events.language.carried import Parcel
from events.language.case_events import (
    EventRecord,
    ExplanationRequested,
    RungFired,
    StepAssigned,
    StepDecided,
    SupplementRequested,
)
from events.language.topics import Topics

REASON = "Sandbox"
LEGAL_BASIS = "Sandbox"


@dataclass(frozen=True, slots=True)
class HandOver:
    """A supervisor gives a step to the department under test; `suspended`: and the case stands still then."""

    case_id: str
    step_id: str
    suspended: bool


class Cast:
    """Everybody but the program."""

    def __init__(self, trial: Trial, topics: Topics) -> None:
        self._trial = trial
        self._topics = topics
        self._sent: Mapping[str, TrialCase] = trial.by_case
        self._handed_over: set[str] = set()
        self._asked: set[str] = set()
        """Cases in which the applicant was asked for documents already."""

    def submission(self, sent: TrialCase) -> Parcel:
        """An application."""
        topic = self._topics.submissions_of(SYSTEM.id)
        return _parcel(topic, sent.case_id, f"{sent.case_id}/0", "SubmitApplication", sent.message)

    def withdrawal(self, case_id: str) -> Parcel:
        """The applicant takes the application back."""
        topic = self._topics.submissions_of(SYSTEM.id)
        return _parcel(topic, case_id, f"{case_id}/withdrawal", "WithdrawApplication", {"case": case_id})

    def react(self, record: EventRecord) -> Iterator[Parcel | HandOver]:
        """What others do upon an event of one of the run's cases."""
        event, rehearsal = record.event, self._sent[record.case_id].rehearsal
        match event:
            case StepAssigned() if event.department != self._trial.department:
                yield from self._assigned(record, event, rehearsal)
            case StepDecided(kind="consultation", department=asked) if asked == self._trial.department:
                if rehearsal is Rehearsal.CONSULTATION:
                    yield self._decision(record, self._trial.other, ASKING_STEP, {"outcome": "approve"})
            case SupplementRequested():
                documents = [{"kind": kind} for kind in event.documents]
                yield self._applicant(record, "ReceiveSupplement", {"documents": documents})
            case ExplanationRequested():
                yield self._applicant(record, "ReceiveExplanation", {})
            case RungFired(kind="breach") if rehearsal is Rehearsal.LATE:
                yield from self._hand_over(record, suspended=False)

    def _assigned(
        self, record: EventRecord, event: StepAssigned, rehearsal: Rehearsal | None
    ) -> Iterator[Parcel | HandOver]:
        content: dict[str, Any] = {"outcome": "approve"}
        if rehearsal is Rehearsal.LATE and event.step_id == STEP:
            return
        if rehearsal is Rehearsal.REFUSAL and event.step_id == STEP:
            yield from self._hand_over(record, suspended=True)
            return
        if rehearsal is Rehearsal.CONSULTATION and event.step_id == ASKING_STEP:
            asked = {"department": self._trial.department, "question": QUESTION}
            limit = OPINION_LIMIT.model_dump(mode="json")
            content = {"outcome": "consult", "consult": [asked | {"limit": limit}]}
        elif rehearsal is Rehearsal.SUPPLEMENT and event.step_id == CLOSING_STEP and record.case_id not in self._asked:
            self._asked.add(record.case_id)
            content = {"outcome": "request_supplement", "reason": REASON, "documents": [DOCUMENT]}
        yield self._decision(record, event.department, event.step_id, content)

    def _hand_over(self, record: EventRecord, *, suspended: bool) -> Iterator[HandOver]:
        if record.case_id not in self._handed_over:
            self._handed_over.add(record.case_id)
            yield HandOver(record.case_id, STEP, suspended)

    def _decision(self, record: EventRecord, department: str, step_id: str, content: Mapping[str, Any]) -> Parcel:
        data = {"case": record.case_id, "step_id": step_id, **content}
        return _parcel(self._topics.decisions(department), record.case_id, _id(record), "DecideStep", data)

    def _applicant(self, record: EventRecord, name: str, content: Mapping[str, Any]) -> Parcel:
        topic = self._topics.submissions_of(SYSTEM.id)
        return _parcel(topic, record.case_id, _id(record), name, {"case": record.case_id, **content})


def _id(record: EventRecord) -> str:
    # What follows one event follows it once: the same event read again gives the same message.
    return f"{record.case_id}/{record.sequence}"


def _parcel(topic: str, case_id: str, message_id: str, name: str, data: Mapping[str, Any]) -> Parcel:
    body = json.dumps(data, ensure_ascii=False, allow_nan=False)
    return Parcel(topic=topic, key=case_id, id=message_id, name=name, subject=case_id, body=body)
