"""Which checkpoints a trusted key vouches for though another signed them: those that led to it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from audit.proof.signing import KeyRing, PublicKey, handover_holds, key_named, signature_holds
from events.language.checkpoint import Checkpoint, digest_of_checkpoint


def vouched_for(checkpoints: Sequence[Checkpoint], ring: KeyRing) -> frozenset[str]:
    """Digests of the checkpoints before the one in which a trusted key was brought in: what it signed names them, hash by hash.

    `checkpoints` in order. Nobody is vouched for across a change of keys without a handover. Signatures are looked at as far as
    the public keys of that time are known, which only an earlier handover tells.
    """
    known = keys_named(checkpoints)
    vouched: set[str] = set()
    for before, after in reversed(list(pairwise(checkpoints))):
        is_trusted = ring.holds(after) or digest_of_checkpoint(after) in vouched
        if is_trusted and not ring.holds(before) and _led_to(before, after, known) and signed_as_known(before, known):
            vouched.add(digest_of_checkpoint(before))
    return frozenset(vouched)


def keys_named(checkpoints: Sequence[Checkpoint]) -> tuple[PublicKey, ...]:
    """The keys that were handed over to."""
    handovers = (checkpoint.handover for checkpoint in checkpoints)
    return tuple(key_named(handover) for handover in handovers if handover is not None)


def signed_as_known(checkpoint: Checkpoint, known: Collection[PublicKey]) -> bool:
    """Whether its signature holds, or its key is none of these."""
    keys = [key for key in known if key.key_id == checkpoint.key_id]
    return not keys or signature_holds(checkpoint, keys)


def _led_to(before: Checkpoint, after: Checkpoint, known: Collection[PublicKey]) -> bool:
    if after.number != before.number + 1 or after.previous != digest_of_checkpoint(before):
        return False
    return after.key_id == before.key_id if after.handover is None else _handed_over(before, after, known)


def _handed_over(before: Checkpoint, after: Checkpoint, known: Collection[PublicKey]) -> bool:
    handover = after.handover
    if handover is None or handover.by != before.key_id or key_named(handover).key_id != after.key_id:
        return False
    olds = [key for key in known if key.key_id == handover.by]
    return all(handover_holds(after.installation, handover, old) for old in olds)
