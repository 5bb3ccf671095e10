"""A checkpoint: what every log held at an instant, signed. It leaves the house, so that nobody inside can change the past."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from events.language.commands import Message

VERSION: Final = 1
ALGORITHM: Final = "Ed25519"
EVENTS: Final = "events"
"""The log of all events of all cases and linked dossiers."""
PUBLICATIONS: Final = "publications"
"""The log of what was published of the catalogue."""
READS: Final = "reads"
"""The log of who looked at what."""
LOGS: Final = (EVENTS, PUBLICATIONS, READS)
"""All of them, in this order."""
FIRST_LOGS: Final = (EVENTS, PUBLICATIONS)
"""Those that every checkpoint signs; the others came later, and whatever was signed before says nothing of them."""
NAME: Final = "CheckpointSigned"
"""What the message is called on Kafka."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class LogState(Message):
    """How many leaves a log has, and the root (SHA-256, hex) of its Merkle tree (RFC 9162)."""

    size: int = Field(ge=0)
    root: Digest


class Handover(Message):
    """The old key names its successor: `signature` is the old one's, over `handover_bytes`."""

    by: KeyId
    public_key: Digest
    """The new key: its 32 raw bytes, hex."""
    signature: Signature


class Checkpoint(Message):
    """What all logs held at an instant (real time, UTC, by the database's clock), signed with Ed25519 over `signed_bytes`."""

    version: Literal[1] = VERSION
    algorithm: Literal["Ed25519"] = ALGORITHM
    installation: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    number: int = Field(ge=1)
    at: AwareDatetime
    cases: int = Field(ge=0)
    """Cases with at least one event among the leaves; linked dossiers are not counted."""
    logs: dict[str, LogState]
    key_id: KeyId
    previous: Digest | None = None
    """SHA-256 of the canonical JSON of the checkpoint before, with its signature; None: there was none."""
    handover: Handover | None = None
    """In the first checkpoint under another key than the one before."""
    signature: Signature


def canonical_bytes(value: object) -> bytes:
    """JSON in the one form that is signed and hashed: keys sorted, no blanks, UTF-8 as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


@lru_cache(maxsize=64)  # what one transaction wrote has one instant
def instant_text(at: datetime) -> str:
    """An instant in UTC as leaves and bundles have it, with six digits of the second: `2026-03-04T05:06:07.000000Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def canonical_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The checkpoint with its signature, as it is stored, published and hashed by the next."""
    return canonical_bytes(checkpoint.model_dump(mode="json"))


def signed_bytes(checkpoint: Checkpoint) -> bytes:
    """What the signature is over: all but the signature."""
    return canonical_bytes(checkpoint.model_dump(mode="json", exclude={"signature"}))


def digest_of_checkpoint(checkpoint: Checkpoint) -> str:
    """SHA-256 (hex) of the canonical checkpoint: the next one's `previous`."""
    return hashlib.sha256(canonical_checkpoint(checkpoint)).hexdigest()


def handover_bytes(installation: str, by: str, key_id: str, public_key: str) -> bytes:
    """What an old key signs when it names its successor."""
    return canonical_bytes({"by": by, "installation": installation, "key_id": key_id, "public_key": public_key})
