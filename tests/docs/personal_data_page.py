"""docs/personal-data.md held to the messages: `python -m tests.docs.personal_data_page` writes its table of fields.

Every field of everything that comes in has a class here. A field without one is found by the test, before it can carry a
person's name to where nobody looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel

from events.language.commands import CaseCommand, Command, Message
from events.language.dossier_commands import DossierCommand
from events.language.dossier_messages import DossierFile, LinkedData
from events.language.messages import DECISION_MESSAGES, SUBMISSION_MESSAGES

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "personal-data.md"
TABLE: Final = re.compile(r"(?<=<!-- fields -->\n)(?:.*\n)*?(?=<!-- end of fields -->)")

Class = Literal["personal", "personal or fact", "free text", "given name", "account", "none"]

ENVELOPE: Final[dict[str, Class]] = {
    "Kafka key": "personal",
    "ce_id, id": "given name",
    "ce_source, source": "given name",
    "ce_type, type": "none",
    "ce_subject, subject": "personal",
    "ce_time, time": "none",
    "ce_traceparent, traceparent": "none",
    "every other header or attribute": "personal",
}
"""What travels around every message. Of an id a digest is kept, of key, subject and other headers nothing."""

CLASSES: Final[dict[str, dict[Class, str]]] = {
    "SubmissionMessage": {
        "personal": "applicant",
        "personal or fact": "facts",
        "given name": "application_id",
        "none": "procedure channel step_limit documents route",
    },
    "DocumentMessage": {"personal": "title reference", "none": "kind"},
    "DocumentPart": {"personal": "reference", "none": "kind"},
    "DeclaredStep": {"given name": "id name", "none": "department"},
    "SupplementMessage": {"none": "case documents declared_complete"},
    "ExplanationMessage": {"personal": "reference", "none": "case"},
    "WithdrawalMessage": {"personal": "reason", "none": "case"},
    "DecisionMessage": {
        "free text": "reason legal_basis question data",
        "given name": "step_id",
        "none": "case outcome documents consult",
    },
    "ConsultationRequest": {"free text": "question", "none": "department limit silence"},
    "PauseMessage": {"free text": "reason legal_basis", "none": "case"},
    "ResumeMessage": {"free text": "reason", "none": "case"},
    "StopMessage": {"free text": "reason legal_basis", "account": "approved_by", "none": "case until_at"},
    "ReturnMessage": {"free text": "reason legal_basis", "none": "case"},
    "DossierFile": {
        "personal": "applicant",
        "personal or fact": "facts",
        "given name": "dossier_id",
        "none": "applications template channel lead cap after_hours documents",
    },
    "LinkedPart": {"personal or fact": "data", "given name": "name", "none": "procedure needs"},
    "LinkedData": {"personal or fact": "facts", "none": "documents"},
    "Need": {"given name": "name", "none": "result kind document policy"},
    "ResultReference": {"given name": "number issuer", "none": "issued_on valid_until"},
    "DecideStep": {
        "free text": "reason legal_basis question data",
        "given name": "step_id",
        "none": "department outcome documents consult",
    },
    "ReceiveSupplement": {"none": "documents declared_complete"},
    "ReceiveExplanation": {"personal": "reference"},
    "WithdrawApplication": {"personal": "reason", "none": "reason_ref reason_code"},
    "WithdrawDossier": {"personal": "reason", "none": "reason_ref"},
    "PauseClock": {"free text": "reason legal_basis", "none": "from_at until_at"},
    "ResumeClock": {"free text": "reason"},
    "StopCase": {"free text": "reason legal_basis", "account": "approved_by", "none": "until_at"},
    "ReturnCase": {"free text": "reason legal_basis"},
    "AcknowledgeEscalation": {"free text": "note", "none": "escalation_id"},
    "ReassignStep": {
        "free text": "reason",
        "account": "officer",
        "given name": "step_id",
        "none": "department escalation_id",
    },
    "RequestPayment": {"free text": "reason", "given name": "step_id", "none": "department amount_vnd"},
    "ConfirmPayment": {"given name": "receipt"},
    "MoveAppointment": {"free text": "reason", "none": "by"},
    "ExtendLimit": {"free text": "reason legal_basis", "account": "approved_by", "none": "by"},
    "ChangeLane": {"free text": "reason legal_basis", "account": "approved_by", "none": "lane override"},
    "ApplyCalendar": {"free text": "reason", "none": "calendar"},
    "MigrateProcedure": {"free text": "reason", "none": "procedure"},
    "RevokeResult": {"free text": "reason legal_basis", "given name": "name number"},
    "RecordResult": {"given name": "name replaces", "none": "result"},
    "ApplyCascade": {"free text": "reason", "given name": "name"},
    "Actor": {"account": "id", "none": "kind assurance"},
    "Budget": {"none": "amount unit"},
}
"""By model, the class of each field. What holds other models has the class `none`: theirs are told at them."""

OF_THE_ENGINE: Final = ("SubmitApplication", "SubmitDossier", "RecordEnd", "Tick")
"""Commands that only the engine makes, out of messages that are told here, and of events."""
SHARED: Final = frozenset(Command.model_fields) | {"type"}


def roots() -> Iterator[type[BaseModel]]:
    """Everything that comes in: messages, files, and commands that are typed."""
    yield from dict.fromkeys((*SUBMISSION_MESSAGES.values(), *DECISION_MESSAGES.values(), DossierFile, LinkedData))
    for commands in (CaseCommand, DossierCommand):
        yield from (kind for kind in models_in(commands) if kind.__name__ not in OF_THE_ENGINE)
    yield from models_in(Command.model_fields["actor"].annotation)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def incoming(kinds: Iterable[type[BaseModel]] | None = None) -> dict[str, type[BaseModel]]:
    """Every model of the language of which something comes in, by name; those of the catalogue are published, and no messages."""
    found: dict[str, type[BaseModel]] = {}
    waiting = list(roots() if kinds is None else kinds)
    while waiting:
        kind = waiting.pop(0)
        is_ours = issubclass(kind, Message) or kind.__module__.startswith("sla.units")
        if is_ours and kind.__name__ not in found:
            found[kind.__name__] = kind
            waiting += [inner for field in kind.model_fields.values() for inner in models_in(field.annotation)]
    return found


def fields_of(kind: type[BaseModel]) -> list[str]:
    """Its own fields; what all commands share is told once."""
    return [name for name in kind.model_fields if not (issubclass(kind, Command) and name in SHARED)]


def classed() -> dict[tuple[str, str], Class]:
    """The class of each field that has one."""
    return {
        (model, field): kind
        for model, by_class in CLASSES.items()
        for kind, fields in by_class.items()
        for field in fields.split()
    }


def table() -> str:
    """The table of the page."""
    classes = classed()
    rows = [("(around every message)", name, kind) for name, kind in ENVELOPE.items()]
    for model, kind in incoming().items():
        rows += [(model, field, classes[model, field]) for field in fields_of(kind)]
    lines = [f"| {model} | `{field}` | {kind} |\n" for model, field, kind in rows]
    return "".join(["| message, file or command | field | class |\n", "| --- | --- | --- |\n", *lines])


if __name__ == "__main__":
    PAGE.write_text(TABLE.sub(lambda _: table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
