"""Proofs of inclusion from what is stored, without reading a whole log where that can be spared."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from audit.proof.leaves import hashes_of
from audit.proof.merkle import BLOCK_LEAVES, inclusion_paths, inclusion_paths_by_blocks
from events.language.checkpoint import LogState
from store.leaves import block_roots, leaves_between, leaves_of_log


def paths_of(connection: Connection, log: str, numbers: Collection[int], state: LogState) -> dict[int, list[bytes]]:
    """What proves that these leaves are among those that were signed of a log, within the caller's transaction.

    Whether it holds is for the caller to ask. Raises TooFewLeaves, and ValueError for a leaf beyond the tree.
    """
    size, root = state.size, bytes.fromhex(state.root)
    blocks = block_roots(connection, log, size // BLOCK_LEAVES)
    if len(blocks) == size // BLOCK_LEAVES:

        def leaves_of(block: int) -> list[bytes]:
            start = block * BLOCK_LEAVES
            return list(hashes_of(leaves_between(connection, log, start, min(start + BLOCK_LEAVES, size))))

        paths = inclusion_paths_by_blocks(blocks, leaves_of, numbers, size, root)
        if paths is not None:
            return paths
    # Kept by nobody, or changed: the leaves themselves have the last word.
    return inclusion_paths(hashes_of(leaves_of_log(connection, log, size)), numbers, size)
