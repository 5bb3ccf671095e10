"""Merkle trees as RFC 9162, section 2.1, has them: roots, proofs of inclusion and of consistency, and their verifiers.

A tree is made of leaf hashes that come one after the other: nothing here holds more than a hash for each level.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

EMPTY_ROOT: Final = hashlib.sha256().digest()
"""The root of a tree without leaves."""
HASH_BYTES: Final = 32
BLOCK_LEVEL: Final = 8
BLOCK_LEAVES: Final = 1 << BLOCK_LEVEL
"""Leaves of a block: a full subtree whose root is kept, so that one proof need not read a whole log."""

Span = tuple[int, int]
"""The leaves below a node: from this number, up to and without that one."""


class TooFewLeaves(ValueError):
    """A tree is to be made of more leaves than there are."""


def leaf_hash(data: bytes) -> bytes:
    """The hash (32 bytes) of a leaf's data."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash (32 bytes) of a node over two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """A tree that only grows, as the roots of the full trees that it is put together from, the largest first."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Go on from a `size` and its `hashes`. Raises ValueError where these are not of that size."""
        self._size = size
        self._hashes = list(hashes)
        self.full_blocks: dict[int, bytes] = {}
        """The roots of the blocks that became full here, by their numbers from 0."""
        if size < 0 or len(self._hashes) != size.bit_count() or any(len(one) != HASH_BYTES for one in self._hashes):
            raise ValueError(f"{len(self._hashes)} hashes are no tree of {size} leaves")

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the full trees, one for each bit of the size, the largest tree first."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        place, top, level = self._size, leaf, 0
        while place & 1:
            top = node_hash(self._hashes.pop(), top)
            place >>= 1
            level += 1
            if level == BLOCK_LEVEL:
                self.full_blocks[place] = top
        self._hashes.append(top)
        self._size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add the hashes of the next leaves."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self._hashes:
            return EMPTY_ROOT
        *larger, top = self._hashes
        for left in reversed(larger):
            top = node_hash(left, top)
        return top


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    tree = CompactRange()
    tree.extend(leaves)
    return tree.root()


def inclusion_path(leaves: Iterable[bytes], index: int, size: int) -> list[bytes]:
    """What proves that leaf `index` is in the tree of the first `size` leaves, from the leaf upwards.

    Raises ValueError for a leaf beyond the tree, TooFewLeaves.
    """
    return inclusion_paths(leaves, (index,), size)[index]


def inclusion_paths(leaves: Iterable[bytes], indexes: Collection[int], size: int) -> dict[int, list[bytes]]:
    """The same for several leaves, in one pass over all. Raises ValueError for a leaf beyond the tree, TooFewLeaves."""
    paths = {index: _beside(index, size) for index in indexes}
    nodes = _nodes(leaves, size, {span for path in paths.values() for span in path})
    return {index: [nodes[span] for span in path] for index, path in paths.items()}


def inclusion_paths_by_blocks(
    blocks: Sequence[bytes],
    leaves_of: Callable[[int], Sequence[bytes]],
    indexes: Collection[int],
    size: int,
    root: bytes,
) -> dict[int, list[bytes]] | None:
    """The same from the roots of all full blocks, and the leaves (`leaves_of`) of those that are needed, cut at `size`.

    None: these do not give this root. Raises ValueError for a leaf beyond the tree.
    """
    inside: dict[int, list[int]] = {}
    for index in indexes:
        inside.setdefault(index // BLOCK_LEAVES, []).append(index % BLOCK_LEAVES)
    tops, rest = list(blocks), size % BLOCK_LEAVES
    read = {block: leaves_of(block) for block in {*inside, *([len(tops)] if rest else [])}}
    if rest:
        tops.append(root_of(read[len(tops)]))
    above = inclusion_paths(tops, inside, len(tops))
    if root_of(tops) != root or any(root_of(read[block]) != tops[block] for block in inside):
        return None
    paths: dict[int, list[bytes]] = {}
    for block, within in inside.items():
        below = inclusion_paths(read[block], within, len(read[block]))
        paths |= {block * BLOCK_LEAVES + index: path + above[block] for index, path in below.items()}
    return paths


def consistency_path(leaves: Iterable[bytes], old_size: int, size: int) -> list[bytes]:
    """What proves that the tree of the first `old_size` leaves is the beginning of that of the first `size`.

    Raises ValueError unless 0 < old_size <= size, TooFewLeaves.
    """
    spans = _between(old_size, size)
    nodes = _nodes(leaves, size, set(spans))
    return [nodes[span] for span in spans]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that this leaf hash is at `index` in the tree of `size` leaves with this root."""
    if not 0 <= index < size or not _are_hashes((leaf, root, *path)):
        return False
    place, last, top = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            top = node_hash(beside, top)
            place, last = _above_left(place, last)
        else:
            top = node_hash(top, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and top == root


def verify_consistency(old_size: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the tree with `old_root` is the beginning of the one with `root`."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not path and old_root == root
    if not path or not _are_hashes((old_root, root, *path)):
        return False
    steps = iter(path if old_size & (old_size - 1) else (old_root, *path))
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_top = top = next(steps)
    for beside in steps:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_top, top = node_hash(beside, old_top), node_hash(beside, top)
            place, last = _above_left(place, last)
        else:
            top = node_hash(top, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and old_top == old_root and top == root


def _above_left(place: int, last: int) -> Span:
    """Over the levels at which a node at the right edge has nothing beside it."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _half(leaves: int) -> int:
    """The largest power of two below this number of leaves."""
    return 1 << (leaves - 1).bit_length() - 1


def _beside(index: int, size: int) -> list[Span]:
    """The nodes beside the way from the root to a leaf, the lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    start, end, spans = 0, size, []
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def _between(old_size: int, size: int) -> list[Span]:
    """The nodes from which both trees can be put together, the lowest first."""
    if not 0 < old_size <= size:
        raise ValueError(f"no tree of {size} grew from one of {old_size}")
    start, end, spans = 0, size, []
    while old_size < end:
        middle = start + _half(end - start)
        if old_size <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    # The whole of the smaller tree is known to whoever asks.
    return ([] if start == 0 else [(start, end)]) + spans[::-1]


def _nodes(leaves: Iterable[bytes], size: int, wanted: Collection[Span]) -> dict[Span, bytes]:
    """The hashes of these nodes of the tree of the first `size` leaves."""
    nodes = {}
    for span, top in _all_nodes(leaves, size):
        if span in wanted:
            nodes[span] = top
    return nodes


def _all_nodes(leaves: Iterable[bytes], size: int) -> Iterator[tuple[Span, bytes]]:
    standing: list[tuple[int, bytes]] = []
    number = -1
    for number, leaf in enumerate(islice(leaves, size)):
        start, top = number, leaf
        yield (start, number + 1), top
        level = number
        while level & 1:
            start, left = standing.pop()
            top = node_hash(left, top)
            yield (start, number + 1), top
            level >>= 1
        standing.append((start, top))
    if number + 1 < size:
        raise TooFewLeaves(f"{number + 1} leaves where {size} are to be")
    if standing:
        _, top = standing.pop()
        for start, left in reversed(standing):
            top = node_hash(left, top)
            yield (start, size), top
