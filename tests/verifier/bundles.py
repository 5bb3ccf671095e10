"""Bundles without a database: real events, a tree over them, a signed checkpoint; and files as a tamperer writes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.proof.bundle import Evidence, Page, ProvenEvent, ProvenStream, bundle_of
from audit.proof.leaves import event_leaf
from audit.proof.merkle import inclusion_paths, leaf_hash, root_of
from audit.proof.signing import UNSIGNED, SigningKey, hand_over, sign_checkpoint
from catalog.definition import canonical_json as definition_text
from events.language.case_events import EventRecord, canonical_json
from events.language.chain import GENESIS, link
from events.language.checkpoint import EVENTS, Checkpoint, Handover, LogState
from tests.builders import MONDAY, a_closed_life, an_open_life, the_definitions
from verifier.checking import Verdict, examine
from verifier.reading import OPENING

INSTALLATION = "0123456789abcdef0123456789abcdef"
PAGE = Page('<html lang="vi">\n<p>Hồ sơ đúng hẹn.</p>\n', "\n")


def a_key(number: int = 0) -> SigningKey:
    """The same key for the same number."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"key {number}".encode()).digest()))


class Paper:
    """A ledger in memory: streams of bodies, recorded one event of each in turn, and a checkpoint over all."""

    def __init__(self, streams: Mapping[str, Sequence[str]], key: SigningKey | None = None) -> None:
        self.key = key or a_key()
        self.rows: dict[tuple[str, int], tuple[str, bytes, datetime, int]] = {}
        self.streams = {stream: list(bodies) for stream, bodies in streams.items()}
        chains = dict.fromkeys(streams, GENESIS)
        for place in range(max(map(len, self.streams.values()))):
            for stream, bodies in self.streams.items():
                if place < len(bodies):
                    chains[stream] = link(chains[stream], bodies[place])
                    at = datetime(2026, 3, 2, 2, tzinfo=UTC) + timedelta(milliseconds=7 * len(self.rows))
                    self.rows[stream, place + 1] = (bodies[place], chains[stream], at, len(self.rows))
        self.leaves = [leaf_hash(event_leaf(*where, row[1], row[2])) for where, row in self.rows.items()]
        self.checkpoint = self.signed_by(self.key)

    def signed_by(self, key: SigningKey, handover: Handover | None = None) -> Checkpoint:
        """The checkpoint over all, under this key."""
        unsigned = Checkpoint(
            installation=INSTALLATION,
            number=1,
            at=datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC),
            cases=len(self.streams),
            logs={EVENTS: LogState(size=len(self.leaves), root=root_of(self.leaves).hex())},
            key_id=key.key_id,
            handover=handover,
            signature=UNSIGNED,
        )
        return sign_checkpoint(key, unsigned)

    def evidence(self, kind: Any, *streams: str, definitions: Iterable[str] = (), **change: Any) -> Evidence:
        """Of these streams."""
        numbers = [self.rows[stream, n + 1][3] for stream in streams for n in range(len(self.streams[stream]))]
        paths = inclusion_paths(self.leaves, numbers, len(self.leaves))
        given: dict[str, Any] = {
            "kind": kind,
            "subject": streams[0],
            "streams": tuple(self._stream(stream, paths) for stream in streams),
            "definitions": {hashlib.sha256(text.encode()).hexdigest(): text for text in definitions},
            "checkpoint": self.checkpoint,
            "handovers": (),
            "exported_at": datetime(2026, 3, 5, tzinfo=UTC),
        }
        return Evidence(**given | change)

    def _stream(self, stream: str, paths: Mapping[int, list[bytes]]) -> ProvenStream:
        rows = [self.rows[stream, n + 1] for n in range(len(self.streams[stream]))]
        return ProvenStream(stream, tuple(ProvenEvent(b, h, at, n, tuple(paths[n])) for b, h, at, n in rows))


def bodies_of(records: Iterable[EventRecord], stream: str) -> list[str]:
    """The rows of a life, as if the case had this id."""
    return [canonical_json(record.model_copy(update={"case_id": stream})) for record in records]


@lru_cache
def paper() -> Paper:
    """Three cases and a dossier that released two of them."""
    done, opened = a_closed_life().records, an_open_life().records
    streams = {
        "case-a": bodies_of(done, "case-a"),
        "case-b": bodies_of(opened, "case-b"),
        "case-c": bodies_of(done, "case-c"),
        "dossier-d": [_release("dossier-d", 1, "case-a"), _release("dossier-d", 2, "case-b")],
    }
    return Paper(streams)


def _release(stream: str, sequence: int, case_id: str) -> str:
    event = {"type": "ApplicationReleased", "name": f"part <{sequence}>", "case_id": case_id}
    return json.dumps({"case_id": stream, "sequence": sequence, "at": str(MONDAY), "event": event}, ensure_ascii=False)


RULES = definition_text(the_definitions())


def a_case(case_id: str = "case-a", **change: Any) -> bytes:
    """The bundle of a case, a closed one where none is named, signed."""
    key = change.pop("key", a_key())
    return bundle_of(paper().evidence("case", case_id, definitions=(RULES,), **change), PAGE, key)


def a_dossier(**change: Any) -> bytes:
    """The bundle of a dossier and its two cases, signed."""
    evidence = paper().evidence("dossier", "dossier-d", "case-a", "case-b", definitions=(RULES,), **change)
    return bundle_of(evidence, PAGE, a_key())


def after_rotation(by: int = 0, to: int = 2) -> bytes:
    """The bundle of a case whose checkpoint is under the key `to`, with every handing over from the key `by`."""
    keys = [a_key(number) for number in range(by, to + 1)]
    handed = tuple(hand_over(INSTALLATION, old, new.public) for old, new in pairwise(keys))
    checkpoint = paper().signed_by(keys[-1], handed[-1])
    return a_case(checkpoint=checkpoint, handovers=handed, key=keys[-1])


def verdict(file: bytes, number: int = 0) -> Verdict:
    """What the verifier says to an auditor who has this key."""
    return examine(file, Ed25519PublicKey.from_public_bytes(a_key(number).public.raw))


def content_of(file: bytes) -> dict[str, Any]:
    """The JSON of a bundle."""
    content: dict[str, Any] = json.loads(file.split(OPENING)[1].split(b"</script>")[0])
    return content


def canonical(value: object) -> bytes:
    """As a bundle writes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def written(file: bytes, content: Mapping[str, Any]) -> bytes:
    """The file with this JSON in place of its own."""
    head, rest = file.split(OPENING)
    return head + OPENING + canonical(content).replace(b"<", b"\\u003c") + b"</script>" + rest.split(b"</script>")[1]


def tampered(file: bytes, change: Callable[[dict[str, Any]], object], key: SigningKey | None = None) -> bytes:
    """The file after a change of its JSON, with every digest made to fit, and signed where the tamperer has a key."""
    content = content_of(file)
    change(content)
    if isinstance(content.get("sha256"), str):
        plain = {name: value for name, value in content.items() if name not in ("sha256", "signature")}
        content["sha256"] = hashlib.sha256(canonical(plain)).hexdigest()
    if key is not None:
        unsigned = {name: value for name, value in content.items() if name != "signature"}
        content["signature"] = key.sign(canonical(unsigned)).hex()
    return written(file, content)


def flipped(data: bytes, bit: int) -> bytes:
    """The same, with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def unsigned(file: bytes) -> bytes:
    """The same, as it is written where no key is at hand."""
    return tampered(file, lambda content: content.update(signed_by=None, signature=None))
