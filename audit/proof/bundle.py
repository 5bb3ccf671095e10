"""A bundle: one file in which a case or a linked dossier proves itself (docs/bundle.md). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from audit.proof.errors import EvidenceBroken
from audit.proof.leaves import event_leaf
from audit.proof.merkle import leaf_hash, verify_inclusion
from audit.proof.signing import SigningKey, key_named
from events.language.chain import GENESIS, link
from events.language.checkpoint import EVENTS, Checkpoint, Handover, canonical_bytes, instant_text

FORMAT: Final = "greenlane bundle"
VERSION: Final = 1
ALGORITHM: Final = "SHA-256+Ed25519"
START: Final = "<!DOCTYPE html>\n<!-- greenlane bundle -->\n"
"""How the page begins, so that a file that was cut off is known for what it was."""
OPENING: Final = '<script type="application/json" id="greenlane-bundle">'
CLOSING: Final = "</script>"
END: Final = "</html>\n"

Kind = Literal["case", "dossier"]


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """An event as its row has it, with its leaf and the hashes that lead from that to the signed root."""

    body: str
    hash: bytes
    recorded_at: datetime
    number: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ProvenStream:
    """All events of a stream that the checkpoint covers, in their order."""

    id: str
    events: tuple[ProvenEvent, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a bundle proves, whatever its page says of it."""

    kind: Kind
    subject: str
    """The stream of the case or dossier; it is the first of `streams`."""
    streams: tuple[ProvenStream, ...]
    definitions: Mapping[str, str]
    """By digest the canonical JSON of what the events were decided under."""
    checkpoint: Checkpoint
    handovers: tuple[Handover, ...]
    exported_at: datetime
    """Real time."""

    @property
    def events(self) -> int:
        """How many events there are in all streams."""
        return sum(len(stream.events) for stream in self.streams)


@dataclass(frozen=True, slots=True)
class Page:
    """The page around the JSON: what comes before it, and after."""

    head: str
    tail: str


def refuse_unproven(evidence: Evidence) -> None:
    """Raise EvidenceBroken for the first event that is not what the checkpoint covers: nothing false leaves the house."""
    log = evidence.checkpoint.logs[EVENTS]
    for stream in evidence.streams:
        previous = GENESIS
        for sequence, event in enumerate(stream.events, 1):
            previous = link(previous, event.body)
            leaf = leaf_hash(event_leaf(stream.id, sequence, event.hash, event.recorded_at))
            proven = verify_inclusion(leaf, event.number, log.size, event.path, bytes.fromhex(log.root))
            if previous != event.hash or not proven:
                raise EvidenceBroken(stream_id=stream.id, sequence=sequence)


def bundle_of(evidence: Evidence, page: Page, key: SigningKey | None) -> bytes:
    """The file. With a key it is signed: the page's words, and that there are no more events up to the checkpoint."""
    head, tail = (START + page.head + OPENING).encode(), (CLOSING + page.tail + END).encode()
    content = _content(evidence) | {
        "report_sha256": hashlib.sha256(head + tail).hexdigest(),
        "signed_by": None if key is None else key.key_id,
    }
    content["sha256"] = hashlib.sha256(canonical_bytes(content)).hexdigest()
    content["signature"] = None if key is None else key.sign(canonical_bytes(content)).hex()
    # In a page nothing within the JSON may look like the end of it.
    return head + canonical_bytes(content).replace(b"<", b"\\u003c") + tail


def _content(evidence: Evidence) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "algorithm": ALGORITHM,
        "installation": evidence.checkpoint.installation,
        "kind": evidence.kind,
        "subject": evidence.subject,
        "exported_at": instant_text(evidence.exported_at),
        "streams": [{"id": stream.id, "events": list(map(_event, stream.events))} for stream in evidence.streams],
        "definitions": dict(evidence.definitions),
        "checkpoint": evidence.checkpoint.model_dump(mode="json"),
        "keys": list(map(_handover, evidence.handovers)),
    }


def _event(event: ProvenEvent) -> dict[str, Any]:
    return {
        "body": event.body,
        "hash": event.hash.hex(),
        "recorded_at": instant_text(event.recorded_at),
        "number": event.number,
        "path": [step.hex() for step in event.path],
    }


def _handover(handover: Handover) -> dict[str, Any]:
    return handover.model_dump(mode="json") | {"key_id": key_named(handover).key_id}
