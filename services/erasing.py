"""Erasing what is held about a person: refused while the law demands it, done by two, wholly or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cases.persons import not_seconded
from cases.retention import Held, not_erasable
from events.language.commands import Actor
from events.language.refusals import Refusal, refuse
from intake.person import documents_in
from services.erasure_list import ErasureList, ListedErasure
from services.installation import Installation
from services.personal_letters import find_letters_of
from services.recording_reads import Reader, filter_said, record_read
from store.errors import VaultValueBroken
from store.persons import Erasure, Persons, SubjectStream


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """What two people have decided, for the record; without personal data."""

    reason: str
    legal_basis: str
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Erased:
    """A subject whose data are gone."""

    erasure: Erasure
    already: bool
    """It was erased before; nothing was done."""
    clear_letters: int = 0
    """Dead letters of an older program that hold something of the person: they go with the age of their topic only."""
    closed_letters: int = 0
    """Dead letters of whomever that no master key here opens: nobody could look into them."""


@dataclass(frozen=True, slots=True)
class Reapplied:
    """What became of the erasures of a list in this database."""

    listed: int
    applied: tuple[str, ...]
    left: tuple[str, ...]
    """Subjects with a case that came after their erasure was listed, or whose line is not sealed by this installation:
    somebody must look."""


def erase_subject(
    installation: Installation,
    reader: Reader,
    subject_ref: str,
    order: ErasureOrder,
    listed: ErasureList,
    *,
    now: datetime,
) -> Erased | Refusal:
    """Erase a subject, and have it on record and on the list that outlives the database. Idempotent. `now`: real time.

    What is done is done in one transaction, which ends after the list is on the disk: killed before, nothing is done; killed
    between the two, `reapply_erasures` completes it. A refusal that says something of the person is a look at him, and on record.
    Raises StoreError, TransportError, ErasureListError.
    """
    if (refusal := _not_seconded(reader.actor, order.approved_by)) is not None:
        return refusal
    persons = Persons(installation.store)
    if installation.vault.subject(subject_ref) is None:
        return refuse("subject_unknown", "subject", subject=subject_ref)
    if (done := persons.erasure_of(subject_ref)) is not None:
        return _already(installation, done, listed)
    if (refusal := _refusal(installation, persons.streams_of(subject_ref), now)) is not None:
        return _told(installation, reader, subject_ref, refusal)
    # Looked for beforehand: it takes long, and nobody's application should wait for it.
    letters, documents = find_letters_of(installation, reader.actor, subject_ref), _documents(installation, subject_ref)
    with persons.erasing(subject_ref) as erasing:
        if erasing is not None:
            streams = erasing.streams()
            # An application that came meanwhile was let in before us, and holds the rest back.
            if (refusal := _refusal(installation, streams, now)) is not None:
                return _told(installation, reader, subject_ref, refusal)
            entry = _entry(reader.actor, subject_ref, order, streams, now)
            erasure = _of(entry, _cases(streams), documents)
            erasing.forget(erasure, entry.streams, letters.references)
            listed.add(entry.sealed_by(installation.vault.keyed_digest))
            return Erased(erasure, already=False, clear_letters=letters.clear, closed_letters=letters.closed)
    done = persons.erasure_of(subject_ref)
    # Without a record somebody else than this program took the key: `verify` says so.
    return (
        refuse("subject_erased", "subject", subject=subject_ref)
        if done is None
        else _already(installation, done, listed)
    )


def _not_seconded(actor: Actor, approved_by: str | None) -> Refusal | None:
    """As `not_seconded`; an account that differs by blanks and capitals only is no second person."""
    second = (approved_by or "").strip()
    is_same = second.casefold() in ("", actor.id.strip().casefold())
    return not_seconded(actor, None if is_same else second)


def _entry(
    actor: Actor, subject_ref: str, order: ErasureOrder, streams: Sequence[SubjectStream], now: datetime
) -> ListedErasure:
    return ListedErasure(
        subject_ref=subject_ref,
        erased_at=now,
        reason=order.reason,
        legal_basis=order.legal_basis,
        actor=actor,
        approved_by=order.approved_by or "",
        streams=tuple(stream.stream_id for stream in streams),
    )


def _told(installation: Installation, reader: Reader, subject_ref: str, refusal: Refusal) -> Refusal:
    """The refusal, once it is on record that it was told: it says which cases the person has."""
    record_read(installation, reader, subject=subject_ref, filter=filter_said({"refused": refusal.code}))
    return refusal


def reapply_erasures(installation: Installation, actor: Actor, listed: ErasureList) -> Reapplied:
    """Erase again who is on the list and still in the database: after a back-up was restored, or a kill between the two.

    Asks no rule again: it was lawful, and done. Whoever handed in an application since then is left, and whoever stands there
    in a line that this installation has not sealed. Idempotent. Raises StoreError, MasterKeyMissing and the master key's errors,
    TransportError, ErasureListError.
    """
    entries: dict[str, list[ListedErasure]] = {}
    for entry in listed.entries():
        entries.setdefault(entry.subject_ref, []).append(entry)
    persons = Persons(installation.store)
    remembered = persons.remembered(list(entries))
    keyed = installation.vault.keyed_digest
    ours = {ref: [entry for entry in entries[ref] if entry.is_sealed_by(keyed)] for ref in remembered}
    applied = [ref for ref in remembered if ours[ref] and _reapplied(installation, actor, persons, ours[ref])]
    left = tuple(ref for ref in remembered if ref not in applied)
    return Reapplied(len(entries), tuple(applied), left)


def _reapplied(installation: Installation, actor: Actor, persons: Persons, entries: Sequence[ListedErasure]) -> bool:
    """Whether the subject of these entries is erased now; not: it has a case that none of them names."""
    ref, known = entries[0].subject_ref, {stream for entry in entries for stream in entry.streams}
    if not known.issuperset(stream.stream_id for stream in persons.streams_of(ref)):
        return False
    letters, documents = find_letters_of(installation, actor, ref), _documents(installation, ref)
    with persons.erasing(ref) as erasing:
        if erasing is None:
            return True
        streams = erasing.streams()
        if not known.issuperset(stream.stream_id for stream in streams):
            return False
        names = [stream.stream_id for stream in streams]
        erasing.forget(_of(entries[0], _cases(streams), documents), names, letters.references)
    return True


def _refusal(installation: Installation, streams: Sequence[SubjectStream], now: datetime) -> Refusal | None:
    held = [held_of(installation, stream) for stream in streams]
    catalog = installation.catalog
    return not_erasable(held, catalog.retention, installation.business_day(now), catalog.ends)


def held_of(installation: Installation, stream: SubjectStream) -> Held:
    """A case or linked dossier as the rule of keeping looks at it."""
    closed_at = stream.closed_at
    return Held(
        stream_id=stream.stream_id,
        name=stream.name,
        procedure=stream.procedure,
        closed_on=None if closed_at is None else closed_at.astimezone(installation.zone).date(),
        outcome=stream.outcome,
        accepted=stream.linked or stream.dossier_code is not None,
    )


def _cases(streams: Sequence[SubjectStream]) -> int:
    return sum(not stream.linked for stream in streams)


def _documents(installation: Installation, subject_ref: str) -> int:
    """How many documents are held, sent along or told of; of what does not open any more nothing is counted."""
    persons = Persons(installation.store)
    references = set(persons.files_of(subject_ref))
    for stream in persons.streams_of(subject_ref):
        # Nothing that is about to be destroyed may keep itself from it.
        with suppress(VaultValueBroken):
            references |= documents_in(installation.vault.person(stream.stream_id) or "{}").keys()
    return len(references)


def _of(entry: ListedErasure, cases: int, documents: int) -> Erasure:
    return Erasure(
        subject_ref=entry.subject_ref,
        erased_at=entry.erased_at,
        reason=entry.reason,
        legal_basis=entry.legal_basis,
        actor=json.dumps(entry.actor.model_dump(mode="json"), ensure_ascii=False, sort_keys=True),
        approved_by=entry.approved_by,
        cases=cases,
        documents=documents,
    )


def _already(installation: Installation, done: Erasure, listed: ErasureList) -> Erased:
    """What was done before; a list that does not know of it, such as a new one, is told."""
    if done.subject_ref not in {entry.subject_ref for entry in listed.entries()}:
        entry = ListedErasure(
            subject_ref=done.subject_ref,
            erased_at=done.erased_at,
            reason=done.reason,
            legal_basis=done.legal_basis,
            actor=Actor.model_validate_json(done.actor),
            approved_by=done.approved_by,
            streams=installation.vault.streams_of(done.subject_ref),
        )
        listed.add(entry.sealed_by(installation.vault.keyed_digest))
    return Erased(done, already=True)
