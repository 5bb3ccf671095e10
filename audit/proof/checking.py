"""Checkpoints against one another, their keys, and the trees made again from the leaves. Pure; every finding is I9's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from audit.proof.signing import KeyRing, PublicKey, signature_holds
from audit.proof.trees import Tree
from audit.proof.vouching import keys_named, signed_as_known
from audit.violation import Violation
from events.language.checkpoint import EVENTS, PUBLICATIONS, Checkpoint, digest_of_checkpoint

LOGS = (EVENTS, PUBLICATIONS)


def of_checkpoint(number: int, message: str, *, goes_on: bool = False) -> Violation:
    """A finding about one checkpoint."""
    return Violation("I9", f"checkpoint {number}", None, message, goes_on=goes_on)


def sizes_of(checkpoints: Sequence[Checkpoint], log: str) -> list[int]:
    """How large the log was at each of these checkpoints."""
    return [checkpoint.logs[log].size for checkpoint in checkpoints if log in checkpoint.logs]


def check_succession(
    checkpoints: Sequence[Checkpoint],
    installation: str | None,
    unread: Collection[int] = (),
    ring: KeyRing | None = None,
) -> Iterator[Violation]:
    """Each follows the one before: by number, hash and key; no log, no count and no instant ever falls.

    `unread`: the numbers of those that are there and cannot be read. `ring`: keys that may follow without a handover.
    """
    for checkpoint in checkpoints:
        if checkpoint.installation != installation:
            yield of_checkpoint(checkpoint.number, "it is of another installation")
        for log in LOGS:
            if log not in checkpoint.logs:
                yield of_checkpoint(checkpoint.number, f"it says nothing of the log {log}")
    if checkpoints and checkpoints[0].number == 1 and checkpoints[0].previous is not None:
        yield of_checkpoint(1, "it names one before it, and is the first")
    numbers = {checkpoint.number for checkpoint in checkpoints}
    for number in range(1, max(numbers, default=0)):
        if number not in numbers and number not in unread:
            yield of_checkpoint(number, "is missing", goes_on=True)
    for before, after in pairwise(checkpoints):
        yield from _check_pair(before, after, ring)


def _check_pair(before: Checkpoint, after: Checkpoint, ring: KeyRing | None) -> Iterator[Violation]:
    if after.number == before.number + 1:
        if after.previous != digest_of_checkpoint(before):
            yield of_checkpoint(after.number, f"checkpoint {before.number} is not the one that it follows")
        elif not _key_follows(before, after, ring):
            changed = (
                f"the key changed without a handover: {before.key_id} signed the one before, {after.key_id} this one"
            )
            yield of_checkpoint(after.number, f"{changed}; the key was lost, or somebody replaced it")
    if after.at < before.at:
        yield of_checkpoint(after.number, f"it is earlier than checkpoint {before.number}")
    if after.cases < before.cases:
        yield of_checkpoint(after.number, f"it counts fewer cases than checkpoint {before.number}")
    for log in LOGS:
        if log in before.logs and log in after.logs and after.logs[log].size < before.logs[log].size:
            yield of_checkpoint(after.number, f"the log {log} was longer at checkpoint {before.number}")


def _key_follows(before: Checkpoint, after: Checkpoint, ring: KeyRing | None) -> bool:
    """Whether the key is the same, was named by the one before, or is trusted to come after it."""
    if after.key_id == before.key_id:
        return True
    if after.handover is not None:
        return after.handover.by == before.key_id
    return ring is not None and ring.trusts_to_follow(before.key_id, after.key_id)


def check_signatures(
    checkpoints: Sequence[Checkpoint],
    ring: KeyRing | None,
    known: Collection[PublicKey] = (),
    vouched: Collection[str] = (),
) -> Iterator[Violation]:
    """Each is signed by a key of the ring; without one, those whose keys are known or were handed over to, by these.

    `vouched`: digests of those that a key of the ring stands for, whoever signed them.
    """
    if ring is None:
        keys = (*known, *keys_named(checkpoints))
        for checkpoint in checkpoints:
            if not signed_as_known(checkpoint, keys):
                yield of_checkpoint(checkpoint.number, "its signature does not hold")
        return
    ids = {key.key_id for key in ring.keys}
    for checkpoint in checkpoints:
        if digest_of_checkpoint(checkpoint) in vouched:
            continue
        if checkpoint.key_id not in ids:
            stranger = f"key {checkpoint.key_id} signed it, which is neither the key that is trusted nor a successor"
            yield of_checkpoint(checkpoint.number, stranger)
        elif not signature_holds(checkpoint, ring.keys):
            yield of_checkpoint(checkpoint.number, "its signature does not hold")
        elif not ring.holds(checkpoint):
            ended = f"key {checkpoint.key_id} signed it, and another key had followed that one before"
            yield of_checkpoint(checkpoint.number, ended)


def count_unseen(checkpoints: Sequence[Checkpoint], known: Collection[PublicKey]) -> int:
    """Of how many the signature cannot be looked at: neither known is their key, nor was it handed over to."""
    ids = {key.key_id for key in (*known, *keys_named(checkpoints))}
    return sum(checkpoint.key_id not in ids for checkpoint in checkpoints)


def check_roots(checkpoints: Sequence[Checkpoint], trees: Mapping[str, Tree]) -> Iterator[Violation]:
    """The leaves give every root that was signed; of each log the first that they do not give. `checkpoints` in order."""
    for log in LOGS:
        tree, signed = trees[log], [one for one in checkpoints if log in one.logs]
        if tree.gap is not None:
            yield Violation("I9", f"log {log}", None, f"leaf {tree.gap} is missing or stands twice")
        before = 0
        for checkpoint in signed:
            fault = fault_of_root(checkpoint, log, tree, before)
            if fault is not None:
                yield fault
                break
            before = checkpoint.logs[log].size
        last = signed[-1].logs[log].size if signed else 0
        if tree.size > last:
            yield Violation("I9", f"log {log}", None, f"leaves {last} to {tree.size - 1} were signed by no checkpoint")
    for checkpoint in checkpoints:
        counted = trees[EVENTS].cases.get(checkpoint.logs[EVENTS].size) if EVENTS in checkpoint.logs else None
        if counted is not None and counted != checkpoint.cases:
            yield of_checkpoint(checkpoint.number, f"it counts {checkpoint.cases} cases, and the leaves {counted}")


def fault_of_root(checkpoint: Checkpoint, log: str, tree: Tree, before: int = 0) -> Violation | None:
    """What is wrong with one log of a checkpoint. `before`: the leaves from this number on were not looked at yet."""
    state = checkpoint.logs[log]
    if state.size > tree.size:
        message = f"it signed {state.size} leaves of the log {log}, and there are {tree.size}: the rest is gone"
        return of_checkpoint(checkpoint.number, message)
    if tree.roots.get(state.size, b"").hex() != state.root:
        changed = f"leaves {before} to {state.size - 1} of the log {log} are not those that it signed"
        return of_checkpoint(checkpoint.number, changed)
    return None
