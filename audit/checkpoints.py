"""I9: the checkpoints that stand are whole, signed and follow one another; leaves, ledger and catalogue are what they signed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import Connection

from audit.proof.checking import (
    check_roots,
    check_signatures,
    check_succession,
    checkpoint_called,
    count_unseen,
    gaps_among,
    missing,
    of_checkpoint,
    sizes_of,
)
from audit.proof.merkle import CompactRange
from audit.proof.signing import KeyRing, PublicKey
from audit.proof.trees import Tree, grow
from audit.proof.vouching import vouched_for
from audit.proof.witness import Outside, check_outside
from audit.reads import check_reads
from audit.signing_times import Read, check_positions, check_times
from audit.violation import Violation
from events.language.checkpoint import (
    EVENTS,
    LOGS,
    PUBLICATIONS,
    READS,
    Checkpoint,
    canonical_checkpoint,
    digest_of_checkpoint,
)
from store.catalogue import Act, acts_after, digest_of_act
from store.database import Store
from store.leaves import Leaf, leaves_of_log
from store.seals import installation_id
from store.soundness import (
    BrokenLeaf,
    StoredCheckpoint,
    broken_leaves,
    count_unsigned,
    never_signed,
    stored_checkpoints,
)
from wording.json_text import read_json
from wording.text import _, _p

CALLED: Final = {
    "hash": _p("of an event", "hash"),
    "recorded_at": _p("of an event", "instant of recording"),
    "position": _p("of an event", "position"),
}


class Witnessed(NamedTuple):
    """How far what left the house reaches."""

    number: int
    """Of the newest checkpoint."""
    events: int
    """How many events it signed."""
    beyond: int
    """How many the ledger has that it did not sign: of these only the database speaks."""


@dataclass(frozen=True, slots=True)
class ProofLook:
    """What the checkpoints came to."""

    checkpoints: int
    unsigned: int
    """Events that no checkpoint signed yet."""
    violations: tuple[Violation, ...]
    unseen: int = 0
    """Checkpoints whose signature was not looked at: no public key of theirs is known."""
    witnessed: Witnessed | None = None
    """The newest that left the house; None: none was brought along that a trusted key stands for."""


def check_proofs(
    store: Store, keys: Sequence[PublicKey] = (), outside: Outside | None = None, known: Collection[PublicKey] = ()
) -> ProofLook:
    """Hold all that was signed against what stands, as of one instant.

    `keys`: those that an auditor trusts, in the order in which they signed; their successors are followed. `outside`: what left
    the house, told only with a key. `known`: without a key, signatures by these are looked at. Raises StoreError.
    """
    installation = installation_id(store)
    with store.one_instant() as connection:
        rows = stored_checkpoints(connection)
        read = [Read(row, checkpoint) for row in rows if (checkpoint := _checkpoint_of(row)) is not None]
        unread = {row.number for row in rows} - {one.row.number for one in read}
        stored, positions = [one.checkpoint for one in read], check_positions(connection, read)
        left = () if outside is None else outside.checkpoints
        trees = {log: _tree(connection, log, [*stored, *left]) for log in LOGS}
        ring = KeyRing(*keys).follow(sorted([*left, *stored], key=lambda one: one.number)) if keys else None
        vouched = frozenset() if ring is None else vouched_for(stored, ring)
        violations = (
            *(of_checkpoint(number, _("cannot be read"), goes_on=True) for number in sorted(unread)),
            *_check_rows(read),
            *check_succession(stored, installation, unread, ring),
            *check_signatures(stored, ring, known, vouched),
            *check_roots(stored, trees),
            *([] if ring is None or outside is None else check_outside(outside, stored, ring, trees, vouched)),
            *positions.violations,
            *_check_leaves(connection, sizes_of(stored, EVENTS), positions.settled),
            *check_times(connection, stored),
            *_check_publications(connection),
            *check_reads(connection, stored, sizes_of(stored, READS), positions.settled_reads),
        )
        unsigned = count_unsigned(connection)
        unseen = 0 if ring is not None else count_unseen(stored, known)
        reached = [
            one for one in left if ring is not None and (ring.holds(one) or digest_of_checkpoint(one) in vouched)
        ]
        witnessed = _reach(reached, trees[EVENTS].size + unsigned)
        return ProofLook(len(rows), unsigned, violations, unseen, witnessed)


def _reach(left: Sequence[Checkpoint], events: int) -> Witnessed | None:
    newest = max(left, key=lambda one: one.number, default=None)
    if newest is None:
        return None
    size = newest.logs[EVENTS].size if EVENTS in newest.logs else 0
    return Witnessed(newest.number, size, max(0, events - size))


def _tree(connection: Connection, log: str, checkpoints: Sequence[Checkpoint]) -> Tree:
    return grow(leaves_of_log(connection, log), set(sizes_of(checkpoints, log)))


def _checkpoint_of(row: StoredCheckpoint) -> Checkpoint | None:
    try:
        return Checkpoint.model_validate(read_json(row.body))
    except ValueError:
        return None


def _check_rows(read: Sequence[Read]) -> Iterator[Violation]:
    for row, checkpoint in read:
        if (checkpoint.number, checkpoint.at) != (row.number, row.at):
            yield of_checkpoint(row.number, _("its columns are not what its content says"))
        elif canonical_checkpoint(checkpoint).decode() != row.body:
            yield of_checkpoint(row.number, _("it is not written in the form that was signed"))
        elif not _grows_on(checkpoint, row.edges):
            yield of_checkpoint(row.number, _("what the next one grows from is not what it signed"))


def _grows_on(checkpoint: Checkpoint, edges: str) -> bool:
    """Whether the right edges of the trees, which are stored beside a checkpoint, give the roots that it signed."""
    try:
        said = read_json(edges)
        trees = {
            log: CompactRange(said[log]["size"], map(bytes.fromhex, said[log]["hashes"])) for log in checkpoint.logs
        }
        return all(
            (trees[log].size, trees[log].root().hex()) == (state.size, state.root)
            for log, state in checkpoint.logs.items()
        )
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        return False


def _check_leaves(connection: Connection, sizes: Sequence[int], settled: int) -> Iterator[Violation]:
    """The ledger has every event that was signed, as it was, and none that should have been signed; the first of each stream.

    `sizes`: of the log of events at checkpoint 1, 2, … in turn. `settled`: the position up to which none may come any more.
    """
    for _stream, leaves in groupby(broken_leaves(connection), lambda leaf: leaf.stream_id):
        yield fault_of_leaf(next(leaves), sizes)
    for stream_id, places in groupby(never_signed(connection, settled), lambda place: place[0]):
        unsigned = _("stands before what was signed, and no checkpoint signed it")
        yield Violation("I9", stream_id, next(places)[1], unsigned, goes_on=True, altered=True)


def fault_of_leaf(leaf: BrokenLeaf, sizes: Sequence[int]) -> Violation:
    """I9: an event is not what was signed of it. `sizes`: of the log of events at checkpoint 1, 2, … in turn."""
    checkpoint = bisect_right(sizes, leaf.number) + 1
    signer = checkpoint_called(checkpoint) if checkpoint <= len(sizes) else _("a checkpoint")
    if leaf.what == "missing":
        missing = _("is missing, and {signer} signed it", signer=signer)
        return Violation("I9", leaf.stream_id, leaf.sequence, missing, goes_on=True, altered=True)
    differs = _("its {what} is not the one that {signer} signed", what=CALLED[leaf.what], signer=signer)
    return Violation("I9", leaf.stream_id, leaf.sequence, differs, altered=True)


def _check_publications(connection: Connection) -> Iterator[Violation]:
    """The editions of the catalogue are those that were signed; what was published since is not signed yet."""
    leaves = {leaf.sequence: leaf for leaf in leaves_of_log(connection, PUBLICATIONS)}
    acts = {act.number: act for act in acts_after(connection, 0)}
    for number in sorted({*leaves, *(number for number in acts if number < max(leaves, default=0))}):
        fault = _fault_of_act(acts.get(number), leaves.get(number))
        if fault is not None:
            yield Violation("I9", _("edition {number}", number=number), None, fault, goes_on=True)
    for first, last in gaps_among({*leaves, *acts}):
        yield Violation("I9", _("edition {number}", number=first), None, missing(first, last), goes_on=True)


def _fault_of_act(act: Act | None, leaf: Leaf | None) -> str | None:
    if leaf is None:
        return _("stands before what was signed, and no checkpoint signed it")
    if act is None:
        return _("is missing, and {signer} signed it", signer=_("a checkpoint"))
    same = (digest_of_act(act), act.at) == (leaf.hash, leaf.recorded_at)
    return None if same else _("is not what a checkpoint signed")
