"""Putting right what is held about a person, in every application in which it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from events.language.refusals import Refusal, refuse
from intake.corrections import Correction, changed_fields, corrected, correction_of, demand_known
from intake.identifiers import identifiers_of
from services.installation import Installation
from services.recording_reads import Reader, filter_said, record_read
from services.subjects import standing
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
    installation: Installation, reader: Reader, subject_ref: str, correction: Correction, *, reason: str
) -> Corrected | Refusal:
    """Write the right values wherever the fields stand for this subject, and by what it is found from now on.

    All or nothing, in one transaction. `reason` and the names of the fields go on record, no value does. Raises
    CatalogInvalid for fields that stand nowhere, StoreError, MasterKeyMissing and the master key's errors.
    """
    subject = standing(installation, subject_ref)
    if isinstance(subject, Refusal):
        return subject
    try:
        fields = _put(installation, subject_ref, correction)
    except NumberTaken as taken:
        return refuse("number_taken", "subject", other=taken.other)
    if not fields:
        return refuse("nothing_changes", "subject")
    record_read(
        installation, reader, subject=subject_ref, filter=filter_said({"reason": reason, "fields": list(fields)})
    )
    return Corrected(subject_ref, fields)


def _put(installation: Installation, subject_ref: str, correction: Correction) -> tuple[str, ...]:
    """The names of the fields that say something else now."""
    with Corrections(installation.store, installation.vault).of(subject_ref) as correcting:
        demand_known(correction, [_applicant(entry) for entry in correcting.entries])
        anew = [_said_anew(entry, correction) for entry in correcting.entries]
        fields = tuple(dict.fromkeys(name for _said, names in anew for name in names))
        if fields:
            correcting.put([said for said, _names in anew])
    return fields


def _applicant(entry: Entry) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(entry.person).get("applicant", {})
    return said


def _said_anew(entry: Entry, correction: Correction) -> tuple[SaidAnew, Sequence[str]]:
    before = _applicant(entry)
    after = corrected(before, correction)
    person = json.dumps(json.loads(entry.person) | {"applicant": after}, ensure_ascii=False, allow_nan=False)
    return SaidAnew(entry.stream_id, person, identifiers_of(after)), list(changed_fields(before, after))
