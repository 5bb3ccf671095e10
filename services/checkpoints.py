"""Signed checkpoints: making one, listing them, handing over to another key, and proofs for whoever trusts a key alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from audit.proof.errors import KEY_SETTING, LOG_NAMES, EvidenceBroken, LeavesBroken
from audit.proof.leaves import data_of, hashes_of
from audit.proof.merkle import CompactRange, TooFewLeaves, consistency_path, leaf_hash, verify_inclusion
from audit.proof.paths import paths_of
from audit.proof.sealing import admitting, beginning_anew, handing_over, sealing_with
from audit.proof.signing import SigningKey
from events.language.chain import GENESIS, link
from events.language.checkpoint import EVENTS, LOGS, PUBLICATIONS, READS, Checkpoint
from events.language.commands import Actor
from events.language.identity import CASE_REFERENCE_PATTERN
from events.language.refusals import Refusal, refuse
from services.errors import ServiceError
from services.installation import Installation
from store.catalogue import digest_of_act
from store.checkpoints import Checkpoints, Draft, Sealed
from store.leaves import CATALOG, Leaf, Leaves
from store.reads import Reads, digest_of_read
from wording.text import _, _n

__all__ = [
    "CATALOG", "EVENTS", "LOGS", "PUBLICATIONS", "READS", "Consistency", "Inclusion", "NoSigningKeyError", "SigningKey",
    "key_from", "list_checkpoints", "make_checkpoint", "prove_consistency", "prove_inclusion", "replace_lost_key", "rotate_key",
]  # fmt: skip


class NoSigningKeyError(ServiceError):
    """Nothing can be signed: no key is set."""

    code = "no_signing_key"

    def __init__(self) -> None:
        super().__init__(
            _("No key is set that signs checkpoints."),
            field=KEY_SETTING,
            remedy=_(
                "Make one with `greenlane checkpoint key --new FILE`, and name it in GREENLANE_CHECKPOINT_KEY_FILE."
            ),
        )


class KeyUnchangedError(ServiceError):
    """A key cannot follow itself, nor come back after another."""

    code = "key_unchanged"

    def __init__(self, *, key_id: str) -> None:
        super().__init__(
            _("Key {key_id} has signed already: only one that never did can follow.", key_id=key_id),
            field="--new",
            remedy=_("Make another: greenlane checkpoint key --new FILE"),
        )


class KeyNotLostError(ServiceError):
    """The key is at hand that is said to be lost: the break would be for nothing, and for ever."""

    code = "key_not_lost"

    def __init__(self, *, key_id: str) -> None:
        super().__init__(
            _("Key {key_id}, which signed the last checkpoint, is not lost: it is set here.", key_id=key_id),
            field="--lost",
            remedy=_("Leave out --lost: the key hands over then, and whoever trusts it follows."),
        )


class NotSignedYetError(ServiceError):
    """What is to be proved is in no checkpoint."""

    code = "not_signed_yet"

    def __init__(self) -> None:
        super().__init__(
            _("No checkpoint has signed this yet."),
            field="sequence",
            remedy=_("Make one: greenlane checkpoint"),
        )


class NothingThereError(ServiceError):
    """Nothing was ever recorded at this place."""

    code = "no_such_event"

    def __init__(self, *, stream: str, sequence: int) -> None:
        super().__init__(
            _("Nothing stands at place {sequence} of {stream}.", stream=stream, sequence=sequence),
            field="sequence",
            remedy=_("Count from 1; `greenlane show CASE` tells the whole timeline."),
        )


class SizeOutOfRangeError(ServiceError):
    """No tree of this size was signed."""

    code = "size_out_of_range"

    def __init__(self, *, field: str, log: str, signed: int) -> None:
        super().__init__(
            _n(
                "The log {log} has {count} signed leaf.",
                "The log {log} has {count} signed leaves.",
                signed,
                log=LOG_NAMES[log],
            ),
            field=field,
            remedy=_(
                "Name sizes from 1 to that, the smaller first; `greenlane checkpoint list` tells those that were signed."
            ),
        )


@dataclass(frozen=True, slots=True)
class Made:
    """The newest checkpoint."""

    checkpoint: Checkpoint
    is_new: bool
    """It was made now; else nothing had come since."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """What proves that something was recorded, to whoever has the root."""

    log: str
    index: int
    """The leaf's number, from 0."""
    size: int
    """Of the tree, as the newest checkpoint signed it."""
    data: bytes
    """What the leaf says."""
    root: bytes
    path: tuple[bytes, ...]

    @property
    def leaf(self) -> bytes:
        """The hash of the leaf."""
        return leaf_hash(self.data)


@dataclass(frozen=True, slots=True)
class Consistency:
    """What proves that a log only grew, to whoever has both roots."""

    log: str
    old_size: int
    size: int
    old_root: bytes
    root: bytes
    path: tuple[bytes, ...]


def key_from(pem: str, field: str) -> SigningKey:
    """The private key in a PEM file's text. Raises ProofError that names `field`."""
    return SigningKey.from_pem(pem, field)


def make_checkpoint(installation: Installation, actor: Actor, key: SigningKey | None) -> Made:
    """Sign what all logs hold now, where anything is new. Raises NoSigningKeyError, ProofError, StoreError.

    A key that may not sign is refused even where nothing is new.
    """
    signer = _needed(key)
    stored = _stored(installation)
    made = stored.make(sealing_with(signer), installation.topics.checkpoints, admit=admitting(signer))
    newest = made or stored.latest()
    if newest is None:
        raise AssertionError("the first checkpoint is always made")
    return Made(newest, is_new=made is not None)


def rotate_key(installation: Installation, actor: Actor, old: SigningKey | None, new: SigningKey) -> Checkpoint:
    """Sign with the new key, which the old one hands over to; from now on only the new one can sign.

    Raises NoSigningKeyError, KeyUnchangedError, ProofError, StoreError.
    """
    old = _needed(old)
    if old.key_id == new.key_id:
        raise KeyUnchangedError(key_id=new.key_id)
    return _changed_key(installation, new, handing_over(old, new))


def replace_lost_key(
    installation: Installation, actor: Actor, at_hand: SigningKey | None, new: SigningKey
) -> Checkpoint:
    """Sign with the new key, which nobody names, since the one before is lost: who trusts that one alone will not follow.

    `at_hand`: the key that is set here, which must be another than the lost one. Raises KeyNotLostError, KeyUnchangedError,
    ProofError, StoreError.
    """
    last = _stored(installation).latest()
    if last is not None and at_hand is not None and last.key_id == at_hand.key_id != new.key_id:
        raise KeyNotLostError(key_id=at_hand.key_id)
    return _changed_key(installation, new, beginning_anew(new))


def list_checkpoints(installation: Installation, actor: Actor) -> tuple[Checkpoint, ...]:
    """All, in their order. Raises StoreError."""
    return _stored(installation).all()


def prove_inclusion(
    installation: Installation, actor: Actor, reference: str, sequence: int, log: str = EVENTS
) -> Inclusion | Refusal:
    """That event `sequence` of a case or dossier is among what the newest checkpoint signed.

    `reference`: its id or a case's code; in the log of publications `catalog`, in that of reads `reads`.
    Raises NothingThereError, NotSignedYetError, LeavesBroken, EvidenceBroken where what stands there today is not what was
    signed, StoreError.
    """
    stream = _stream_of(installation, reference, log)
    if isinstance(stream, Refusal):
        return stream
    leaf = Leaves(installation.store).find(log, stream, sequence)
    if leaf is None:
        return _refuse_unproved(installation, log, stream, sequence)
    # Asked after the leaf, which therefore is among what it signed.
    checkpoint = _stored(installation).latest()
    if checkpoint is None or log not in checkpoint.logs:
        raise LeavesBroken(log=log, size=0)
    state = checkpoint.logs[log]
    try:
        with installation.store.reading() as connection:
            path = paths_of(connection, log, (leaf.number,), state)[leaf.number]
    except ValueError:  # too few leaves, or none with this number among them
        raise LeavesBroken(log=log, size=state.size) from None
    proof = Inclusion(log, leaf.number, state.size, data_of(leaf), bytes.fromhex(state.root), tuple(path))
    if not verify_inclusion(proof.leaf, proof.index, proof.size, proof.path, proof.root):
        raise LeavesBroken(log=log, size=state.size)
    if not _stands_today(installation, leaf):
        raise EvidenceBroken(stream_id=stream, sequence=sequence)
    return proof


def prove_consistency(
    installation: Installation, actor: Actor, old_size: int, size: int, log: str = EVENTS
) -> Consistency:
    """That the first `old_size` leaves of a log are the beginning of its first `size`; both may be sizes between checkpoints.

    Raises SizeOutOfRangeError, LeavesBroken, StoreError.
    """
    states = [one.logs[log] for one in _stored(installation).all() if log in one.logs]
    signed = {state.size: state.root for state in states}
    most = max(signed, default=0)
    if not 0 < old_size <= size <= most:
        raise SizeOutOfRangeError(field="to" if 0 < old_size <= most else "from", log=log, signed=most)
    roots = dict.fromkeys((old_size, size), b"")
    try:
        path = consistency_path(_rooted(hashes_of(Leaves(installation.store).of_log(log, size)), roots), old_size, size)
    except TooFewLeaves:
        raise LeavesBroken(log=log, size=size) from None
    for at, made in roots.items():
        if signed.get(at, made.hex()) != made.hex():
            raise LeavesBroken(log=log, size=at)
    return Consistency(log, old_size, size, roots[old_size], roots[size], tuple(path))


def _changed_key(installation: Installation, new: SigningKey, seal: Callable[[Draft], Sealed]) -> Checkpoint:
    stored = _stored(installation)
    if any(checkpoint.key_id == new.key_id for checkpoint in stored.all()):
        raise KeyUnchangedError(key_id=new.key_id)
    made = stored.make(seal, installation.topics.checkpoints, even_unchanged=True)
    if made is None:
        raise AssertionError("it is made even where nothing is new")
    return made


def _needed(key: SigningKey | None) -> SigningKey:
    if key is None:
        raise NoSigningKeyError
    return key


def _stored(installation: Installation) -> Checkpoints:
    return Checkpoints(installation.store)


def _rooted(hashes: Iterable[bytes], roots: dict[int, bytes]) -> Iterator[bytes]:
    """The hashes as they come; meanwhile `roots` gets the root of each of its sizes."""
    tree = CompactRange()
    for leaf in hashes:
        tree.append(leaf)
        if tree.size in roots:
            roots[tree.size] = tree.root()
        yield leaf


def _stream_of(installation: Installation, reference: str, log: str) -> str | Refusal:
    if log != EVENTS or CASE_REFERENCE_PATTERN.fullmatch(reference):
        return reference
    view = installation.views.case(reference)
    return refuse("case_unknown", "case") if view is None else view.case_id


def _stands_today(installation: Installation, leaf: Leaf) -> bool:
    """Whether the record still has, at the leaf's place, what the leaf stands for: every byte of it."""
    if leaf.log == READS:
        read = Reads(installation.store).standing(leaf.sequence)
        return read is not None and (digest_of_read(read[0]), *read[1:]) == (leaf.hash, leaf.hash, leaf.recorded_at)
    if leaf.log == PUBLICATIONS:
        acts = installation.published.look().acts
        return any(
            (act.number, digest_of_act(act), act.at) == (leaf.sequence, leaf.hash, leaf.recorded_at) for act in acts
        )
    row = next((row for row in installation.ledger.rows(leaf.stream_id) if row.sequence == leaf.sequence), None)
    if row is None:
        return False
    before = Leaves(installation.store).find(EVENTS, leaf.stream_id, leaf.sequence - 1)
    chained = link(GENESIS if before is None else before.hash, row.body)
    return (row.hash, row.recorded_at, chained) == (leaf.hash, leaf.recorded_at, leaf.hash)


def _refuse_unproved(installation: Installation, log: str, stream: str, sequence: int) -> Refusal:
    known = _known_in(installation, log, stream, sequence)
    if sequence in known:
        raise NotSignedYetError
    if known or (log, stream) == (READS, READS):
        raise NothingThereError(stream=stream, sequence=sequence)
    return refuse("case_unknown", "case")


def _known_in(installation: Installation, log: str, stream: str, sequence: int) -> set[int]:
    """The places of a stream at which something stands; of the reads only whether at this one."""
    if log == EVENTS:
        return {row.sequence for row in installation.ledger.rows(stream)}
    if (log, stream) == (PUBLICATIONS, CATALOG):
        return {act.number for act in installation.published.look().acts}
    is_read = (log, stream) == (READS, READS) and Reads(installation.store).standing(sequence) is not None
    return {sequence} if is_read else set()
