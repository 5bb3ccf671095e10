"""Checkpoints against one another, their keys, and the trees made again from the leaves. Pure; every finding is I9's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from audit.proof.errors import LOG_NAMES
from audit.proof.signing import KeyRing, PublicKey, signature_holds
from audit.proof.trees import Tree
from audit.proof.vouching import keys_named, signed_as_known
from audit.violation import Violation
from events.language.checkpoint import EVENTS, FIRST_LOGS, LOGS, Checkpoint, digest_of_checkpoint
from wording.text import LazyText, _


def checkpoint_called(number: int) -> LazyText:
    """A checkpoint by its number."""
    return _("checkpoint {number}", number=number)


def read_called(position: int) -> LazyText:
    """A read on record by its place."""
    return _("read {number}", number=position)


def of_checkpoint(number: int, message: str, *, goes_on: bool = False) -> Violation:
    """A finding about one checkpoint."""
    return Violation("I9", checkpoint_called(number), None, message, goes_on=goes_on)


def _of_log(log: str, message: LazyText) -> Violation:
    return Violation("I9", _("log {log}", log=LOG_NAMES[log]), None, message)


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
    begun = set(FIRST_LOGS)
    for checkpoint in checkpoints:
        if checkpoint.installation != installation:
            yield of_checkpoint(checkpoint.number, _("it is of another installation"))
        for log in LOGS:
            begun |= {log} if log in checkpoint.logs else set()
            if log in begun and log not in checkpoint.logs:
                yield of_checkpoint(checkpoint.number, _("it says nothing of the log {log}", log=LOG_NAMES[log]))
    if checkpoints and checkpoints[0].number == 1 and checkpoints[0].previous is not None:
        yield of_checkpoint(1, _("it names one before it, and is the first"))
    for first, last in gaps_among({*unread, *(checkpoint.number for checkpoint in checkpoints)}):
        yield of_checkpoint(first, missing(first, last), goes_on=True)
    for before, after in pairwise(checkpoints):
        yield from _check_pair(before, after, ring)


def gaps_among(numbers: Collection[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each row of numbers from 1 that are not there, before the last that is."""
    for before, after in pairwise([0, *sorted(number for number in numbers if number > 0)]):
        if after > before + 1:
            yield before + 1, after - 1


def missing(first: int, last: int) -> LazyText:
    """What is said of such a gap."""
    return _("is missing") if first == last else _("is missing, and all up to {last}", last=last)


def _check_pair(before: Checkpoint, after: Checkpoint, ring: KeyRing | None) -> Iterator[Violation]:
    if after.number == before.number + 1:
        if after.previous != digest_of_checkpoint(before):
            broken = _("checkpoint {number} is not the one that it follows", number=before.number)
            yield of_checkpoint(after.number, broken)
        elif not _key_follows(before, after, ring):
            changed = _(
                "the key changed without a handover: {before} signed the one before, {after} this one; "
                "the key was lost, or somebody replaced it",
                before=before.key_id,
                after=after.key_id,
            )
            yield of_checkpoint(after.number, changed)
    if after.at < before.at:
        yield of_checkpoint(after.number, _("it is earlier than checkpoint {number}", number=before.number))
    if after.cases < before.cases:
        fewer = _("it counts fewer cases than checkpoint {number}", number=before.number)
        yield of_checkpoint(after.number, fewer)
    for log in LOGS:
        if log in before.logs and log in after.logs and after.logs[log].size < before.logs[log].size:
            longer = _("the log {log} was longer at checkpoint {number}", log=LOG_NAMES[log], number=before.number)
            yield of_checkpoint(after.number, longer)


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
                yield of_checkpoint(checkpoint.number, _("its signature does not hold"))
        return
    ids = {key.key_id for key in ring.keys}
    for checkpoint in checkpoints:
        if digest_of_checkpoint(checkpoint) in vouched:
            continue
        if checkpoint.key_id not in ids:
            stranger = _("key {key} signed it, which is neither the key that is trusted nor a successor")
            yield of_checkpoint(checkpoint.number, stranger.filled(key=checkpoint.key_id))
        elif not signature_holds(checkpoint, ring.keys):
            yield of_checkpoint(checkpoint.number, _("its signature does not hold"))
        elif not ring.holds(checkpoint):
            ended = _("key {key} signed it, and another key had followed that one before", key=checkpoint.key_id)
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
            yield _of_log(log, _("leaf {number} is missing or stands twice", number=tree.gap))
        before = 0
        for checkpoint in signed:
            fault = fault_of_root(checkpoint, log, tree, before)
            if fault is not None:
                yield fault
                break
            before = checkpoint.logs[log].size
        last = signed[-1].logs[log].size if signed else 0
        if tree.size > last:
            yield _of_log(
                log, _("leaves {first} to {last} were signed by no checkpoint", first=last, last=tree.size - 1)
            )
    for checkpoint in checkpoints:
        counted = trees[EVENTS].cases.get(checkpoint.logs[EVENTS].size) if EVENTS in checkpoint.logs else None
        if counted is not None and counted != checkpoint.cases:
            said = _("it counts {cases} cases, and the leaves {counted}", cases=checkpoint.cases, counted=counted)
            yield of_checkpoint(checkpoint.number, said)


def fault_of_root(checkpoint: Checkpoint, log: str, tree: Tree, before: int = 0) -> Violation | None:
    """What is wrong with one log of a checkpoint. `before`: the leaves from this number on were not looked at yet."""
    state = checkpoint.logs[log]
    if state.size > tree.size:
        cut = _("it signed {signed} leaves of the log {log}, and there are {size}: the rest is gone")
        return of_checkpoint(checkpoint.number, cut.filled(signed=state.size, log=LOG_NAMES[log], size=tree.size))
    if tree.roots.get(state.size, b"").hex() != state.root:
        changed = _("leaves {first} to {last} of the log {log} are not those that it signed")
        return of_checkpoint(checkpoint.number, changed.filled(first=before, last=state.size - 1, log=LOG_NAMES[log]))
    return None
