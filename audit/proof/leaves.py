"""What a leaf of each log says, byte for byte: `<log> <stream>.<sequence> <hash, hex> <instant>` in UTF-8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from audit.proof.merkle import leaf_hash
from events.language.checkpoint import EVENTS, instant_text
from store.leaves import Leaf


def event_leaf(stream_id: str, sequence: int, hash: bytes, recorded_at: datetime) -> bytes:  # noqa: A002
    """The leaf of an event: its place, its chain hash, and the real instant of its transaction."""
    return _data(EVENTS, stream_id, sequence, hash, recorded_at)


def data_of(leaf: Leaf) -> bytes:
    """What a stored leaf says; of an act of publishing its number, its digest (`store.catalogue.digest_of_act`), its instant."""
    return _data(leaf.log, leaf.stream_id, leaf.sequence, leaf.hash, leaf.recorded_at)


def hashes_of(leaves: Iterable[Leaf]) -> Iterator[bytes]:
    """The hashes of stored leaves, as they come."""
    return (leaf_hash(data_of(leaf)) for leaf in leaves)


def _data(log: str, stream_id: str, sequence: int, digest: bytes, at: datetime) -> bytes:
    return f"{log} {stream_id}.{sequence} {digest.hex()} {instant_text(at)}".encode()
