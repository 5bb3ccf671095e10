"""A case or a linked dossier as a bundle: one file that proves itself without us (docs/bundle.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from audit.proof.bundle import Evidence, Kind, Page, ProvenStream, bundle_of
from audit.proof.errors import KeyNotHandedOver, NotCoveredYet
from audit.proof.sealing import sealing_with
from audit.proof.signing import SigningKey
from cases.decide import fold
from cases.dossier.decide import fold_dossier
from cases.views import view_of
from catalog.dossier import DossierDefinitions
from catalog.model import Definitions
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.checkpoint import Checkpoint
from events.language.dossier_events import DossierOpened
from events.language.identity import is_dossier
from events.language.refusals import Refusal, refuse
from services.case_sheets import CaseSheet
from services.dossier_sheets import DossierSheet
from services.evidence import collect_evidence, later_events
from services.installation import Installation
from services.recording_reads import Reader, record_read
from store.checkpoints import Checkpoints
from store.dossiers import Dossiers
from store.ledger import record_of_row


@dataclass(frozen=True, slots=True)
class Narrative:
    """What the page of a bundle tells: folds of the very events that the bundle proves, and of nothing else."""

    evidence: Evidence
    cases: tuple[CaseSheet, ...]
    dossier: DossierSheet | None
    later_events: int
    """Events on record that the checkpoint does not cover: they are left out."""
    signed_by: str | None
    """The key that will sign the page; None: nobody vouches for its words."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file, and what it holds."""

    content: bytes
    events: int
    later_events: int
    is_signed: bool


def export_bundle(
    installation: Installation,
    reader: Reader,
    reference: str,
    draw: Callable[[Narrative], Page],
    *,
    key: SigningKey | None,
    now: datetime,
) -> Bundle | Refusal:
    """The bundle of the case with this id or dossier code, or of the linked dossier with this id and all its cases.

    With the signing key what is recorded by now is covered by a checkpoint first, and the bundle is signed. `now`: real time.
    The read is on record. Raises NotCoveredYet, EvidenceBroken, KeyNotHandedOver, StoreError.
    """
    subject = _subject_of(installation, reference)
    if subject is None:
        return refuse("case_unknown", "case")
    kind, stream_id = subject
    checkpoint = _covering(installation, kind, stream_id, key)
    evidence = collect_evidence(installation, kind, stream_id, checkpoint, exported_at=now)
    later = later_events(installation, kind, stream_id, checkpoint)
    narrative = _narrative(installation, evidence, later, key, now)
    bundle = Bundle(bundle_of(evidence, draw(narrative), key), evidence.events, later, key is not None)
    record_read(installation, reader, case_id=stream_id)
    return bundle


def _subject_of(installation: Installation, reference: str) -> tuple[Kind, str] | None:
    if not is_dossier(reference):
        case = installation.inbox.find_case(reference)
        if case is not None:
            return "case", case.case_id
    dossier = Dossiers(installation.store).find(reference)
    return None if dossier is None else ("dossier", dossier.stream_id)


def _covering(installation: Installation, kind: Kind, stream_id: str, key: SigningKey | None) -> Checkpoint:
    """The newest checkpoint; where the key is at hand, one that covers all that the streams have."""
    checkpoints = Checkpoints(installation.store)
    newest = checkpoints.latest()
    if key is not None and later_events(installation, kind, stream_id, newest):
        newest = checkpoints.make(sealing_with(key), installation.topics.checkpoints) or checkpoints.latest()
    if newest is None:
        raise NotCoveredYet(stream_id=stream_id)
    if key is not None and key.key_id != newest.key_id:
        raise KeyNotHandedOver(key_id=key.key_id, signed_by=newest.key_id)
    return newest


def _narrative(
    installation: Installation, evidence: Evidence, later: int, key: SigningKey | None, now: datetime
) -> Narrative:
    signed_by, at = None if key is None else key.key_id, installation.business(now)
    if evidence.kind == "case":
        sheets = tuple(_case_sheet(evidence, stream) for stream in evidence.streams)
        return Narrative(evidence, sheets, None, later, signed_by)
    own, *members = evidence.streams
    sheets = tuple(_case_sheet(evidence, stream) for stream in members)
    return Narrative(evidence, sheets, _dossier_sheet(evidence, own, sheets, at), later, signed_by)


def _case_sheet(evidence: Evidence, stream: ProvenStream) -> CaseSheet:
    """The case as its proven events tell it: what was refused, and what the vault holds, is no part of them."""
    records = _records(stream)
    digest = next(r.event.definitions_digest for r in records if isinstance(r.event, ApplicationSubmitted))
    case = fold(stream.id, Definitions.model_validate_json(evidence.definitions[digest]), records)
    return CaseSheet(case, view_of(case), records, [])


def _dossier_sheet(
    evidence: Evidence, stream: ProvenStream, members: tuple[CaseSheet, ...], at: datetime
) -> DossierSheet:
    records = _records(stream)
    digest = next(r.event.definitions_digest for r in records if isinstance(r.event, DossierOpened))
    definitions = DossierDefinitions.model_validate_json(evidence.definitions[digest])
    views = {sheet.view.case_id: sheet.view for sheet in members}
    return DossierSheet(fold_dossier(stream.id, definitions, records), records, views, None, at)


def _records(stream: ProvenStream) -> tuple[EventRecord, ...]:
    return tuple(record_of_row(stream.id, place, event.body) for place, event in enumerate(stream.events, 1))
