"""Who looked at what: the reads on record, told to whoever asks, who thereby reads too."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from events.language.refusals import Refusal, refuse
from services.installation import Installation
from services.recording_reads import Reader, filter_said, record_read
from services.reports import Period
from store.dossiers import Dossiers
from store.reads import Read, ReadFilter, Reads, RecordedRead

__all__ = ["Period", "Read", "ReadList", "RecordedRead", "list_reads", "reads_of_person"]


@dataclass(frozen=True, slots=True)
class ReadList:
    """Reads, the newest first."""

    reads: tuple[RecordedRead, ...]
    total: int
    """How many there are in all, without this one."""


def list_reads(
    installation: Installation,
    reader: Reader,
    period: Period,
    *,
    case: str | None = None,
    by: str | None = None,
    limit: int,
) -> ReadList | Refusal:
    """The reads of a period of real time, at most so many; to list them is a read itself.

    `case`: only of this one, by its id or dossier code, or of this linked dossier. `by`: only of this account. Raises StoreError.
    """
    stream_id = None if case is None else _stream_of(installation, case)
    if case is not None and stream_id is None:
        return refuse("case_unknown", "case")
    wanted = ReadFilter(case_id=stream_id, actor_id=by, from_at=period.from_at, until_at=period.until_at)
    stored = Reads(installation.store)
    found = stored.find(wanted, limit=limit)
    total = len(found) if len(found) < limit else stored.count(wanted)
    narrowed = {"case": stream_id, "by": by, "from": period.from_at, "to": period.until_at}
    record_read(installation, reader, filter=filter_said(narrowed), count=len(found))
    return ReadList(found, total)


def reads_of_person(
    installation: Installation, subject: str, streams: Collection[str], *, limit: int
) -> tuple[RecordedRead, ...]:
    """Who looked at a person or at the person's cases, the newest first; that this is told, the caller records.

    Raises StoreError.
    """
    return Reads(installation.store).of_person(subject, streams, limit=limit)


def _stream_of(installation: Installation, reference: str) -> str | None:
    known = installation.inbox.find_case(reference)
    if known is not None:
        return known.case_id
    dossier = Dossiers(installation.store).find(reference)
    return None if dossier is None else dossier.stream_id
