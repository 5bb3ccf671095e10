"""From the draft of a checkpoint to a signed one: each log's tree grows by its new leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from audit.proof.errors import CheckpointBroken, KeyNotHandedOver
from audit.proof.leaves import hashes_of
from audit.proof.merkle import CompactRange
from audit.proof.signing import UNSIGNED, PublicKey, SigningKey, hand_over, sign_checkpoint, signature_holds
from events.language.checkpoint import Checkpoint, LogState, digest_of_checkpoint
from store.checkpoints import Draft, Edge, Sealed
from wording.text import _


def sealing_with(key: SigningKey) -> Callable[[Draft], Sealed]:
    """What signs with this key, which must have signed the checkpoint before.

    It raises KeyNotHandedOver for another key, CheckpointBroken where the checkpoint before is not what was signed.
    """

    def seal(draft: Draft) -> Sealed:
        _refuse_broken(draft, key)
        return _sealed(draft, _grown(draft), key, None)

    return seal


def handing_over(old: SigningKey, new: SigningKey) -> Callable[[Draft], Sealed]:
    """What signs with the new key, which the old one names; the old one must have signed the checkpoint before.

    It raises the same.
    """

    def seal(draft: Draft) -> Sealed:
        _refuse_broken(draft, old)
        return _sealed(draft, _grown(draft), new, old)

    return seal


def beginning_anew(new: SigningKey) -> Callable[[Draft], Sealed]:
    """What signs with a new key that nobody names, since the one that signed before is lost: everybody sees the break.

    It raises CheckpointBroken where what the next would grow from is not what was signed.
    """

    def seal(draft: Draft) -> Sealed:
        _refuse_misplaced(draft)
        return _sealed(draft, _grown(draft), new, None)

    return seal


def _sealed(draft: Draft, trees: Mapping[str, CompactRange], key: SigningKey, before: SigningKey | None) -> Sealed:
    unsigned = Checkpoint(
        installation=draft.installation,
        number=draft.number,
        at=draft.at,
        cases=draft.cases,
        logs={log: LogState(size=tree.size, root=tree.root().hex()) for log, tree in trees.items()},
        key_id=key.key_id,
        previous=None if draft.previous is None else digest_of_checkpoint(draft.previous),
        handover=None if before is None else hand_over(draft.installation, before, key.public),
        signature=UNSIGNED,
    )
    edges = {log: Edge(tree.size, tree.hashes) for log, tree in trees.items()}
    return Sealed(sign_checkpoint(key, unsigned), edges, {log: tree.full_blocks for log, tree in trees.items()})


def _grown(draft: Draft) -> dict[str, CompactRange]:
    trees = _standing(draft)
    for log, tree in trees.items():
        tree.extend(hashes_of(draft.added(log)))
    return trees


def _standing(draft: Draft) -> dict[str, CompactRange]:
    """The trees of the checkpoint before; what stands in the database must be what it signed."""
    signed = draft.previous.logs if draft.previous else {}
    trees = {}
    for log, edge in draft.edges.items():
        try:
            tree = CompactRange(edge.size, edge.hashes)
        except ValueError:
            tree = None
        state = signed.get(log, LogState(size=0, root=CompactRange().root().hex()))
        if tree is None or (tree.size, tree.root().hex()) != (state.size, state.root):
            raise CheckpointBroken(number=draft.number - 1, what=_("the tree of the log {log}", log=log))
        trees[log] = tree
    return trees


def admitting(key: SigningKey) -> Callable[[Checkpoint], None]:
    """What raises KeyNotHandedOver where another key signed the last checkpoint."""

    def admit(last: Checkpoint) -> None:
        if last.key_id != key.key_id:
            raise KeyNotHandedOver(key_id=key.key_id, signed_by=last.key_id)

    return admit


def _refuse_broken(draft: Draft, key: SigningKey) -> None:
    before = draft.previous
    if before is None:
        return
    admitting(key)(before)
    _refuse_misplaced(draft)
    public: PublicKey = key.public
    if not signature_holds(before, (public,)):
        raise CheckpointBroken(number=draft.number - 1, what=_("its signature"))


def _refuse_misplaced(draft: Draft) -> None:
    before = draft.previous
    if before is not None and (before.number, before.installation) != (draft.number - 1, draft.installation):
        raise CheckpointBroken(number=draft.number - 1, what=_("its number or its installation"))
