"""What is held about a person: found, shown and handed out, each time on record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from cases.retention import retention_ends_on
from events.language.refusals import Refusal, refuse
from services.erasing import held_of
from services.installation import Installation
from services.reads_on_record import RecordedRead, reads_of_person
from services.recording_reads import Reader, filter_said, record_read
from store.persons import Persons, SubjectStream
from store.vault.subjects import Subject
from store.vault.vault import VaultDocument

READS_MAX: Final = 100_000
"""Reads that an export holds, the newest."""

SoughtBy = Literal["number", "phone", "name"]


@dataclass(frozen=True, slots=True)
class SubjectCase:
    """A case or linked dossier of a subject."""

    stream: SubjectStream
    kept_until: date | None
    """The last day on which it must be kept; None: it is open, or nothing says how long."""


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A subject, without what is held of it."""

    subject: Subject
    cases: tuple[SubjectCase, ...]


@dataclass(frozen=True, slots=True)
class ShownSubject:
    """A subject with what it said of itself last."""

    subject: Subject
    person: Mapping[str, Any] = field(repr=False)
    cases: tuple[SubjectCase, ...]
    differs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    """By case or dossier, the fields in which it was said otherwise there: it may be another person's."""


@dataclass(frozen=True, slots=True)
class ExportedSubject:
    """All that is held about a subject."""

    shown: ShownSubject
    said: Mapping[str, Any] = field(repr=False)
    """What it handed in, by case or dossier: the applicant's part, documents and further facts."""
    documents: tuple[tuple[str, VaultDocument], ...] = field(repr=False)
    """Its files, each with its case or dossier."""
    texts: Mapping[str, str] = field(repr=False)
    """What it wrote later, by reference."""
    reads: tuple[RecordedRead, ...]
    """Who looked at it or at its cases."""


def find_subjects(installation: Installation, reader: Reader, by: SoughtBy, value: str) -> tuple[FoundSubject, ...]:
    """Who has this number, phone or full name, however it is written. On record is by what was sought, never the value.

    Raises StoreError, MasterKeyMissing and the master key's errors.
    """
    known = [installation.vault.subject(ref) for ref in installation.vault.find(by, value)]
    found = tuple(_found(installation, subject) for subject in known if subject is not None)
    record_read(installation, reader, filter=filter_said({"by": by}), count=len(found))
    return found


def show_subject(installation: Installation, reader: Reader, subject_ref: str) -> ShownSubject | Refusal:
    """A subject, what it said of itself last, and its cases. Raises as `find_subjects`."""
    shown = _shown(installation, subject_ref)
    if not isinstance(shown, Refusal):
        record_read(installation, reader, subject=subject_ref)
    return shown


def export_subject(installation: Installation, reader: Reader, subject_ref: str) -> ExportedSubject | Refusal:
    """All that is held about a subject, who read it among it, this reading too. Raises as `find_subjects`."""
    shown = _shown(installation, subject_ref)
    if isinstance(shown, Refusal):
        return shown
    vault = installation.vault
    said = {entry.stream_id: json.loads(entry.person) for entry in vault.entries_of(subject_ref)}
    documents, texts = vault.documents_of(subject_ref), vault.texts_of(subject_ref)
    record_read(installation, reader, subject=subject_ref)
    streams = [case.stream.stream_id for case in shown.cases]
    reads = reads_of_person(installation, subject_ref, streams, limit=READS_MAX)
    return ExportedSubject(shown, said, documents, texts, reads)


def standing(installation: Installation, subject_ref: str) -> Subject | Refusal:
    """A subject about whom something is held. Raises StoreError."""
    subject = installation.vault.subject(subject_ref)
    if subject is None:
        return refuse("subject_unknown", "subject", subject=subject_ref)
    return refuse("subject_erased", "subject", subject=subject_ref) if subject.wrapped is None else subject


def _found(installation: Installation, subject: Subject) -> FoundSubject:
    return FoundSubject(subject, _cases(installation, subject.ref))


def _shown(installation: Installation, subject_ref: str) -> ShownSubject | Refusal:
    subject = standing(installation, subject_ref)
    if isinstance(subject, Refusal):
        return subject
    cases = _cases(installation, subject_ref)
    order = {case.stream.stream_id: place for place, case in enumerate(cases)}
    entries = sorted(installation.vault.entries_of(subject_ref), key=lambda entry: order.get(entry.stream_id, 0))
    said = {entry.stream_id: json.loads(entry.person).get("applicant", {}) for entry in entries}
    person = _latest(list(said.values()))
    differs = {
        stream_id: {name: value for name, value in each.items() if value != person[name]}
        for stream_id, each in said.items()
    }
    return ShownSubject(subject, person, cases, {name: other for name, other in differs.items() if other})


def _latest(said: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Each field as it was said last."""
    person: dict[str, Any] = {}
    for each in said:
        person |= each
    return person


def _cases(installation: Installation, subject_ref: str) -> tuple[SubjectCase, ...]:
    catalog = installation.catalog
    return tuple(
        SubjectCase(stream, retention_ends_on(held_of(installation, stream), catalog.retention, catalog.ends))
        for stream in Persons(installation.store).streams_of(subject_ref)
    )
