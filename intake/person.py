"""Putting the person's part of a submission apart from the facts of the case. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.facts import admitted, left_out
from catalog.model import LaneTable
from events.language.commands import Application, DocumentPart
from events.language.identity import case_id_of, document_ref_of, subject_ref_of
from events.language.messages import DocumentMessage, SubmissionMessage
from intake.identifiers import identifiers_of
from store.vault.numbers import Identifiers
from wording.names import tidied

HELD_AS = "held_as"
"""What events call a document, in the vault's record of it."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A submission in two parts: what the case may know, and what only the vault may hold."""

    case_id: str
    application: Application
    person_json: str
    """JSON of the personal data, for the vault; empty: it lies there already."""
    content_digest: str
    """SHA-256 (hex) over all that was submitted: the same submission twice has the same. Kept nowhere as it is."""
    identifiers: Identifiers = field(default_factory=Identifiers, repr=False)
    """By what the person is found."""


def parted(message: SubmissionMessage, source: str, lanes: LaneTable, system: str | None = None) -> Parted:
    """Part a submission. `system`: who handed it in.

    Facts that no list knows stay with the person: what we do not need, the case does not get.
    """
    case_id = case_id_of(source, message.application_id)
    application = Application(
        application_id=message.application_id,
        source=source,
        system=system,
        procedure=message.procedure,
        subject_ref=subject_ref_of(case_id),
        channel=message.channel,
        documents=held_as(case_id, message.documents),
        facts=admitted(lanes, message.facts),
        route=message.route,
        step_limit=message.step_limit,
    )
    person = {
        "applicant": message.applicant,
        "documents": told_of(case_id, message.documents),
        "other_facts": left_out(lanes, message.facts),
    }
    person_json = json.dumps(person, ensure_ascii=False, allow_nan=False)
    return Parted(case_id, application, person_json, _digest(message), identifiers_of(message.applicant))


def held_as(stream_id: str, documents: Sequence[DocumentMessage]) -> tuple[DocumentPart, ...]:
    """The documents as events name them: their kinds, and references of ours, whether or not the sender gave one."""
    return tuple(
        DocumentPart(kind=part.kind, reference=document_ref_of(stream_id, place))
        for place, part in enumerate(documents)
    )


def told_of(stream_id: str, documents: Sequence[DocumentMessage]) -> list[dict[str, Any]]:
    """The documents as the vault keeps them: as they were sent, each with what events call it."""
    return [
        sent.model_dump(mode="json", exclude_none=True) | {HELD_AS: held.reference}
        for sent, held in zip(documents, held_as(stream_id, documents), strict=True)
    ]


def references_in(person: str) -> dict[str, str]:
    """What the senders of a person's documents call them, by what events call them."""
    return {held: sent["reference"] for held, sent in documents_in(person).items() if "reference" in sent}


def documents_in(person: str) -> dict[str, dict[str, Any]]:
    """A person's documents as they were sent, by what events call them: what a department may fetch one day."""
    documents = json.loads(person).get("documents", ())
    return {document[HELD_AS]: document for document in documents if HELD_AS in document}


def identifiers_in(person: str) -> Identifiers:
    """By what the person is found whose data is kept as this JSON; nothing, where an older program kept what is no JSON."""
    try:
        applicant = json.loads(person).get("applicant", {})
    except (ValueError, AttributeError):
        return Identifiers()
    return identifiers_of(applicant) if isinstance(applicant, dict) else Identifiers()


def _digest(message: SubmissionMessage) -> str:
    # Written in another way, with decomposed accents or blanks around, it is the same.
    said = tidied(message.model_dump(mode="json"))
    content = json.dumps(said, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
