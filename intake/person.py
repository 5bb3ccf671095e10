"""Putting the person's part of a submission apart from the facts of the case. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from catalog.model import LaneTable
from events.language.commands import Application, DocumentPart
from events.language.identity import case_id_of, subject_ref_of
from events.language.messages import SubmissionMessage


@dataclass(frozen=True, slots=True)
class Parted:
    """A submission in two parts: what the case may know, and what only the vault may hold."""

    case_id: str
    application: Application
    person_json: str
    """JSON of the personal data, for the vault; empty: it lies there already."""
    content_digest: str
    """SHA-256 (hex) over all that was submitted: the same submission twice has the same."""


def parted(message: SubmissionMessage, source: str, lanes: LaneTable, system: str | None = None) -> Parted:
    """Part a submission. `system`: who handed it in.

    Facts that no lane asks for stay with the person: what we do not need, the case does not get.
    """
    case_id = case_id_of(source, message.application_id)
    facts = {name: value for name, value in message.facts.items() if name in lanes.facts}
    application = Application(
        application_id=message.application_id,
        source=source,
        system=system,
        procedure=message.procedure,
        subject_ref=subject_ref_of(case_id),
        channel=message.channel,
        documents=tuple(DocumentPart(kind=part.kind, reference=part.reference) for part in message.documents),
        facts=facts,
        route=message.route,
        step_limit=message.step_limit,
    )
    person = {
        "applicant": message.applicant,
        "documents": [part.model_dump(mode="json", exclude_none=True) for part in message.documents],
        "other_facts": {name: value for name, value in message.facts.items() if name not in lanes.facts},
    }
    return Parted(case_id, application, json.dumps(person, ensure_ascii=False), _digest(message))


def _digest(message: SubmissionMessage) -> str:
    content = json.dumps(message.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
