"""`replay`: a case or a linked dossier as of two instants, by the same fold that the engine uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from events.language.identity import is_dossier
from events.language.refusals import Refusal, refuse
from services.case_sheets import LOOK_AGAIN
from services.errors import NotAnsweredError
from services.installation import Installation
from services.recording_reads import Reader, filter_said, record_read
from services.replays.instants import AT, DIFF, KNOWN_AT, Asked, Instants, instants_of
from services.replays.lives import CaseLife, DossierLife, Life
from services.replays.moments import Frame, Then
from services.replays.streams import known_events
from store.dossiers import Dossiers
from wording.text import _


@dataclass(frozen=True)
class Replay:
    """What is known of a case or a linked dossier, as of two instants."""

    instants: Instants
    event: int
    """The number of the last event that was known."""
    then: Then
    other: Then | None
    """As it stood at the other instant; None: no difference was asked for."""
    frames: tuple[Frame, ...]
    """Event by event; empty: that was not asked for."""

    @property
    def ends(self) -> tuple[Then, Then] | None:
        """Both instants of a difference, the earlier first; None: none was asked for."""
        if self.other is None:
            return None
        return (self.other, self.then) if self.other.at <= self.then.at else (self.then, self.other)


def replay(
    installation: Installation, reader: Reader, reference: str, asked: Asked, *, stepped: bool = False, now: datetime
) -> Replay | Refusal:
    """The case with this id or dossier code, or the dossier with this id of the ledger's or of its source's.

    `stepped`: with every frame. The read is on record, with both instants; a refusal tells nothing that would be one.

    Raises NotAnsweredError for one that was accepted but is not opened yet, StoreError.
    """
    instants = instants_of(installation, asked, now)
    if isinstance(instants, Refusal):
        return instants
    stream_id = _stream_of(installation, reference)
    if stream_id is None:
        return refuse("case_unknown", "case")
    rows = installation.ledger.rows(stream_id)
    known = known_events(installation, rows, instants)
    if not known:
        return refuse("nothing_then", KNOWN_AT)
    life = DossierLife(installation, known) if is_dossier(stream_id) else CaseLife(installation, known)
    told = _told(installation, life, instants, asked, stepped=stepped)
    if isinstance(told, Replay):
        also = filter_said({"diff": asked.diff_at, "step": stepped}) or None
        record_read(installation, reader, case_id=stream_id, as_of=instants.at, known_at=instants.known_at, filter=also)
    return told


def _told(
    installation: Installation, life: Life, instants: Instants, asked: Asked, *, stepped: bool
) -> Replay | Refusal:
    then = life.at(instants)
    if then is None:
        return refuse("nothing_then", AT)
    other = None
    if asked.diff_at is not None:
        other = life.at(instants.moved_to(asked.diff_at))
        if other is None:
            return refuse("nothing_then", DIFF)
    frames = tuple(life.frames(instants)) if stepped else ()
    return Replay(instants, life.known[-1].sequence, then, other, frames)


def _stream_of(installation: Installation, reference: str) -> str | None:
    """The stream of the ledger that somebody means; None: there is none."""
    known = None if is_dossier(reference) else installation.inbox.find_case(reference)
    if known is not None and known.status is not None:
        return known.case_id
    dossier = Dossiers(installation.store).find(reference)
    if dossier is not None:
        return dossier.stream_id
    if known is not None or installation.inbox.opening(reference) is not None:
        message = _("{reference} was accepted, but is not opened yet.", reference=reference)
        raise NotAnsweredError(message, field="case", remedy=LOOK_AGAIN)
    return None
