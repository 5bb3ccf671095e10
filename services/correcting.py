"""Putting right what is held about a person, in every application in which it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.errors import CatalogInvalid
from events.language.refusals import Refusal, refuse
from intake.corrections import Correction, changed_fields, corrected, correction_of, demand_known, differing
from intake.identifiers import identifiers_of
from services.installation import Installation
from services.recording_reads import Reader, filter_said, record_read, record_read_in
from services.subjects import standing
from store.persons import Persons
from store.vault.correcting import Corrections, NumberTaken, SaidAnew
from store.vault.vault import Entry

__all__ = ["Corrected", "Correction", "correct_subject", "correction_of"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A subject whose data were put right."""

    subject_ref: str
    fields: tuple[str, ...]
    """What says something else now, each once, by its name."""


def correct_subject(
    installation: Installation,
    reader: Reader,
    subject_ref: str,
    correction: Correction,
    *,
    reason: str,
    case: str | None = None,
) -> Corrected | Refusal:
    """Write the right values wherever the fields stand for this subject, and by what it is found from now on.

    `case`: only in what was said with this case (its id or dossier code) or linked dossier; needed where the applications say
    different things, which may be of different people. All or nothing, in one transaction, which ends after it is on record who
    did it and why: `reason` and the names of the fields, no value; refusals that say something of the person are too. Raises
    CatalogInvalid for fields that stand nowhere, StoreError, MasterKeyMissing and the master key's errors.
    """
    subject = standing(installation, subject_ref)
    if isinstance(subject, Refusal):
        return subject

    def told(refused: str) -> None:
        record_read(installation, reader, subject=subject_ref, filter={"refused": refused})

    try:
        done = _put(installation, reader, subject_ref, correction, reason, case)
    except NumberTaken as taken:
        done = refuse("number_taken", "subject", other=taken.other)
    except CatalogInvalid:
        told("field_unknown")
        raise
    if isinstance(done, Refusal):
        told(done.code)
    return done


def _put(
    installation: Installation, reader: Reader, subject_ref: str, correction: Correction, reason: str, case: str | None
) -> Corrected | Refusal:
    """What was corrected and is on record, or why nothing was. Raises NumberTaken."""
    meant = None if case is None else _stream_of(installation, subject_ref, case)
    with Corrections(installation.store, installation.vault).of(subject_ref) as correcting:
        entries = [entry for entry in correcting.entries if case is None or entry.stream_id == meant]
        if case is not None and not entries:
            return refuse("case_unknown", "case")
        said = [_applicant(entry) for entry in entries]
        demand_known(correction, said)
        if differ := differing(correction, said):
            return refuse("values_differ", "case", fields=", ".join(differ))
        anew = [_said_anew(entry, correction) for entry in entries]
        fields = tuple(dict.fromkeys(name for _said, names in anew for name in names))
        if not fields:
            return refuse("nothing_changes", "subject")
        others = [
            SaidAnew(each.stream_id, each.person, identifiers_of(_applicant(each))) for each in correcting.entries
        ]
        changed = {said.stream_id: said for said, _names in anew}
        correcting.put([changed.get(each.stream_id, each) for each in others])
        # In the same transaction: what cannot be put on record is not done, and what is not done is not on record.
        narrowed = filter_said({"reason": reason, "fields": list(fields), "case": meant})
        record_read_in(correcting.session, reader, subject=subject_ref, filter=narrowed)
    return Corrected(subject_ref, fields)


def _stream_of(installation: Installation, subject_ref: str, case: str) -> str | None:
    """The case or linked dossier of the subject that is meant."""
    streams = Persons(installation.store).streams_of(subject_ref)
    return next((stream.stream_id for stream in streams if case in (stream.stream_id, stream.dossier_code)), None)


def _applicant(entry: Entry) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(entry.person).get("applicant", {})
    return said


def _said_anew(entry: Entry, correction: Correction) -> tuple[SaidAnew, Sequence[str]]:
    before = _applicant(entry)
    after = corrected(before, correction)
    person = json.dumps(json.loads(entry.person) | {"applicant": after}, ensure_ascii=False, allow_nan=False)
    return SaidAnew(entry.stream_id, person, identifiers_of(after)), list(changed_fields(before, after))
