"""What proves a case or a linked dossier: its rows, their leaves, the hashes up to a signed root, and its rules."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from audit.proof.bundle import Evidence, Kind, ProvenEvent, ProvenStream, refuse_unproven
from audit.proof.errors import EvidenceBroken, NotCoveredYet
from audit.proof.merkle import TooFewLeaves
from audit.proof.paths import paths_of
from events.language.case_events import ApplicationSubmitted
from events.language.checkpoint import EVENTS, Checkpoint, canonical_bytes
from events.language.dossier_events import ApplicationReleased, DossierOpened
from services.installation import Installation
from store.checkpoints import Checkpoints
from store.definitions import DefinitionArchive
from store.errors import DefinitionsUnknown
from store.leaves import Leaf, leaves_of_streams
from store.ledger import LedgerRow, record_of_row, rows_of_streams


def collect_evidence(
    installation: Installation, kind: Kind, stream_id: str, checkpoint: Checkpoint, *, exported_at: datetime
) -> Evidence:
    """All events of a case, or of a dossier and its cases, that the checkpoint covers, with what proves each.

    Raises NotCoveredYet, EvidenceBroken, StoreError.
    """
    leaves = _leaves_of(installation, kind, stream_id, checkpoint.logs[EVENTS].size)
    if not leaves.get(stream_id):
        raise NotCoveredYet(stream_id=stream_id)
    rows = _rows_of(installation, leaves)
    paths = _paths_of(installation, leaves, checkpoint, stream_id)
    evidence = Evidence(
        kind=kind,
        subject=stream_id,
        streams=tuple(
            ProvenStream(stream, tuple(_event(rows[leaf.stream_id, leaf.sequence], leaf, paths) for leaf in numbered))
            for stream, numbered in leaves.items()
        ),
        definitions=_definitions_of(installation, rows.values()),
        checkpoint=checkpoint,
        handovers=Checkpoints(installation.store).handovers(),
        exported_at=exported_at,
    )
    refuse_unproven(evidence)
    return evidence


def later_events(installation: Installation, kind: Kind, stream_id: str, checkpoint: Checkpoint | None) -> int:
    """How many events of a case, or of a dossier and its cases, no leaf of the checkpoint covers. Raises StoreError."""
    size = 0 if checkpoint is None else checkpoint.logs[EVENTS].size
    with installation.store.reading() as connection:
        streams = [stream_id, *(_members_of(installation, stream_id) if kind == "dossier" else ())]
        covered = sum(leaf.number < size for leaf in leaves_of_streams(connection, streams))
        return sum(1 for _ in rows_of_streams(connection, streams)) - covered


def _leaves_of(installation: Installation, kind: Kind, stream_id: str, size: int) -> dict[str, list[Leaf]]:
    """By stream, the subject's first, the leaves in order; a member is one that a covered event of the dossier names."""
    with installation.store.reading() as connection:
        own = [leaf for leaf in leaves_of_streams(connection, [stream_id]) if leaf.number < size]
        members = _members_of(installation, stream_id, len(own)) if kind == "dossier" else ()
        leaves = defaultdict(list, {stream_id: own})
        for leaf in leaves_of_streams(connection, members):
            if leaf.number < size:
                leaves[leaf.stream_id].append(leaf)
    for stream, numbered in leaves.items():
        for sequence, leaf in enumerate(numbered, 1):
            if leaf.sequence != sequence:
                raise EvidenceBroken(stream_id=stream, sequence=sequence)
    return leaves


def _members_of(installation: Installation, stream_id: str, up_to: int | None = None) -> list[str]:
    """The cases that the dossier's first events released; of all its events where `up_to` is not given."""
    released = (record.event for record in installation.ledger.records(stream_id)[:up_to])
    return sorted({event.case_id for event in released if isinstance(event, ApplicationReleased)})


def _rows_of(installation: Installation, leaves: dict[str, list[Leaf]]) -> dict[tuple[str, int], LedgerRow]:
    with installation.store.reading() as connection:
        rows = {(row.case_id, row.sequence): row for row in rows_of_streams(connection, list(leaves))}
    covered = [(leaf.stream_id, leaf.sequence) for numbered in leaves.values() for leaf in numbered]
    for place in covered:
        if place not in rows:
            raise EvidenceBroken(stream_id=place[0], sequence=place[1])
    return {place: rows[place] for place in covered}


def _paths_of(
    installation: Installation, leaves: dict[str, list[Leaf]], checkpoint: Checkpoint, stream_id: str
) -> dict[int, list[bytes]]:
    numbers = [leaf.number for numbered in leaves.values() for leaf in numbered]
    with installation.store.reading() as connection:
        try:
            return paths_of(connection, EVENTS, numbers, checkpoint.logs[EVENTS])
        except TooFewLeaves:
            raise EvidenceBroken(stream_id=stream_id, sequence=1) from None


def _event(row: LedgerRow, leaf: Leaf, paths: dict[int, list[bytes]]) -> ProvenEvent:
    # The hash and the instant are the row's: where the leaf has others, its proof fails.
    return ProvenEvent(row.body, row.hash, row.recorded_at, leaf.number, tuple(paths[leaf.number]))


def _definitions_of(installation: Installation, rows: Iterable[LedgerRow]) -> dict[str, str]:
    archive, bodies = DefinitionArchive(installation.store), dict[str, str]()
    for row in rows:
        event = record_of_row(row.case_id, row.sequence, row.body).event
        if isinstance(event, ApplicationSubmitted | DossierOpened) and event.definitions_digest not in bodies:
            body = _definitions_with(archive, event.definitions_digest)
            if body is None:
                raise EvidenceBroken(stream_id=row.case_id, sequence=row.sequence)
            bodies[event.definitions_digest] = body
    return bodies


def _definitions_with(archive: DefinitionArchive, digest: str) -> str | None:
    """In the form over which the digest is, for the archive keeps the fields in another order. None: no such stand there."""
    try:
        body = canonical_bytes(json.loads(archive.body(digest)))
    except (DefinitionsUnknown, ValueError):
        return None
    return body.decode() if hashlib.sha256(body).hexdigest() == digest else None
