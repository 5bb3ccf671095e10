"""Merkle trees are those of RFC 9162: by public vectors, by its own recursive definitions, and against forged proofs."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.proof.merkle import (
    BLOCK_LEAVES,
    EMPTY_ROOT,
    CompactRange,
    TooFewLeaves,
    consistency_path,
    inclusion_path,
    inclusion_paths,
    inclusion_paths_by_blocks,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parent / "data" / "rfc9162_vectors.json").read_text())
SIZE_MAX = 40
LEAVES = [leaf_hash(bytes([number])) for number in range(130)]


def hashes(values: Sequence[str]) -> list[bytes]:
    return [b64decode(value) for value in values]


def half(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def recursive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    middle = half(len(leaves))
    return node_hash(recursive_root(leaves[:middle]), recursive_root(leaves[middle:]))


def recursive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    middle = half(len(leaves))
    if index < middle:
        return [*recursive_path(index, leaves[:middle]), recursive_root(leaves[middle:])]
    return [*recursive_path(index - middle, leaves[middle:]), recursive_root(leaves[:middle])]


def recursive_subproof(old_size: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """RFC 9162, 2.1.4.1."""
    if old_size == len(leaves):
        return [] if whole else [recursive_root(leaves)]
    middle = half(len(leaves))
    if old_size <= middle:
        return [*recursive_subproof(old_size, leaves[:middle], whole=whole), recursive_root(leaves[middle:])]
    beyond = recursive_subproof(old_size - middle, leaves[middle:], whole=False)
    return [*beyond, recursive_root(leaves[:middle])]


def test_every_public_vector_of_inclusion_agrees() -> None:
    """Those about size 0, empty hashes and wrong lengths too."""

    def verdict(vector: dict[str, Any]) -> bool:
        leaf, root = hashes((vector["leaf"], vector["root"]))
        return verify_inclusion(leaf, vector["index"], vector["size"], hashes(vector["path"]), root)

    assert len(VECTORS["inclusion"]) == 98
    assert [v["name"] for v in VECTORS["inclusion"] if verdict(v) != v["holds"]] == []


def test_every_public_vector_of_consistency_agrees() -> None:
    """Those about size 0 and empty proofs too."""

    def verdict(vector: dict[str, Any]) -> bool:
        old_root, root = hashes((vector["old_root"], vector["root"]))
        return verify_consistency(vector["old_size"], vector["size"], old_root, root, hashes(vector["path"]))

    assert len(VECTORS["consistency"]) == 98
    assert [v["name"] for v in VECTORS["consistency"] if verdict(v) != v["holds"]] == []


@pytest.mark.parametrize("size", range(SIZE_MAX))
def test_leaves_one_by_one_make_the_tree_of_the_definition(size: int) -> None:
    """Root, and what an interrupted tree goes on from."""
    tree = CompactRange()
    tree.extend(LEAVES[:size])
    assert tree.root() == root_of(LEAVES[:size]) == recursive_root(LEAVES[:size])
    again = CompactRange(tree.size, tree.hashes)
    again.extend(LEAVES[size:])
    assert again.root() == recursive_root(LEAVES)


def test_every_inclusion_proof_is_that_of_the_definition_and_holds() -> None:
    """All leaves of all trees up to a size, each proved alone and all of a tree in one pass."""
    for size in range(1, SIZE_MAX):
        leaves, root = LEAVES[:size], recursive_root(LEAVES[:size])
        together = inclusion_paths(LEAVES, range(size), size)
        for index in range(size):
            path = inclusion_path(iter(LEAVES), index, size)
            assert path == together[index] == recursive_path(index, leaves)
            assert verify_inclusion(LEAVES[index], index, size, path, root)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, 700, 1024, 1100])
def test_by_blocks_the_proofs_are_the_same(size: int) -> None:
    """From the roots of full blocks, however the tree was interrupted while it grew, and the leaves of two or three blocks."""
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    tree, blocks = CompactRange(), dict[int, bytes]()
    for start in range(0, size, 90):
        tree = CompactRange(tree.size, tree.hashes)
        tree.extend(leaves[start : start + 90])
        blocks |= tree.full_blocks
    assert list(blocks) == list(range(size // BLOCK_LEAVES))
    assert all(top == root_of(leaves[256 * n : 256 * n + 256]) for n, top in blocks.items())
    indexes = {0, size - 1, size // 2, size // 3}
    read = []

    def leaves_of(block: int) -> list[bytes]:
        read.append(block)
        return leaves[256 * block : 256 * block + 256]

    tops, root = list(blocks.values()), root_of(leaves)
    assert inclusion_paths_by_blocks(tops, leaves_of, indexes, size, root) == inclusion_paths(leaves, indexes, size)
    assert sorted(read) == sorted({index // 256 for index in indexes} | ({size // 256} if size % 256 else set()))
    assert inclusion_paths_by_blocks(tops, leaves_of, indexes, size, EMPTY_ROOT) is None
    for place in range(len(tops)):
        wrong = [*tops[:place], EMPTY_ROOT, *tops[place + 1 :]]
        assert inclusion_paths_by_blocks(wrong, leaves_of, indexes, size, root) is None
    assert inclusion_paths_by_blocks(tops, lambda block: leaves_of(block)[:-1], indexes, size, root) is None


def test_every_consistency_proof_is_that_of_the_definition_and_holds() -> None:
    """All pairs of sizes."""
    roots = [recursive_root(LEAVES[:size]) for size in range(SIZE_MAX)]
    for size in range(1, SIZE_MAX):
        for old_size in range(1, size + 1):
            path = consistency_path(iter(LEAVES), old_size, size)
            assert path == recursive_subproof(old_size, LEAVES[:size], whole=True)
            assert verify_consistency(old_size, size, roots[old_size], roots[size], path)


@given(size=st.integers(1, 130), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_proof_with_anything_changed_does_not_hold(size: int, data: st.DataObject) -> None:
    """A bit of a hash, another place, another size, a hash too many or too few: never true, never an exception."""
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(LEAVES, index, size), root_of(LEAVES[:size])
    assert verify_inclusion(LEAVES[index], index, size, path, root)
    other = data.draw(st.integers(-2, 2 * size).filter(lambda number: number != index))
    assert not verify_inclusion(LEAVES[index], other, size, path, root)
    assert not verify_inclusion(LEAVES[index], index, size, [*path, root], root)
    assert not verify_inclusion(LEAVES[index], index, size, path, flipped(root, data))
    for place in range(len(path)):
        assert not verify_inclusion(LEAVES[index], index, size, path[:place] + path[place + 1 :], root)
        changed = [*path[:place], flipped(path[place], data), *path[place + 1 :]]
        assert not verify_inclusion(LEAVES[index], index, size, changed, root)
    assert not verify_inclusion(LEAVES[index][:-1], index, size, path, root)


@given(sizes=st.lists(st.integers(1, 130), min_size=2, max_size=2, unique=True), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_tree_that_did_not_grow_from_the_other_is_not_consistent(sizes: list[int], data: st.DataObject) -> None:
    """One leaf of the past changed, or anything in the proof."""
    old_size, size = sorted(sizes)
    old_root, root, path = root_of(LEAVES[:old_size]), root_of(LEAVES[:size]), consistency_path(LEAVES, old_size, size)
    forked = list(LEAVES)
    forked[data.draw(st.integers(0, old_size - 1))] = leaf_hash(b"another")
    other, way = root_of(forked[:size]), consistency_path(forked, old_size, size)
    assert not verify_consistency(old_size, size, old_root, other, way)
    assert not verify_consistency(old_size, size, old_root, root, [*path, root])
    assert not verify_consistency(old_size, size, old_root, root, path[1:])
    assert not verify_consistency(size, old_size, root, old_root, path)
    for place in range(len(path)):
        changed = [*path[:place], flipped(path[place], data), *path[place + 1 :]]
        assert not verify_consistency(old_size, size, old_root, root, changed)


def flipped(value: bytes, data: st.DataObject) -> bytes:
    """The value with one bit the other way."""
    bit = data.draw(st.integers(0, 8 * len(value) - 1))
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_there_is_no_proof_of_a_leaf_beyond_the_tree(index: int, size: int) -> None:
    """Asking for one is a mistake of the caller; checking one is only false."""
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_path(LEAVES, index, size)
    assert not verify_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old_size", "size"), [(0, 3), (4, 3), (-1, 3), (0, 0)])
def test_there_is_no_proof_that_a_tree_grew_from_nothing_or_shrank(old_size: int, size: int) -> None:
    """Nor is any believed."""
    with pytest.raises(ValueError, match="grew"):
        consistency_path(LEAVES, old_size, size)
    assert not verify_consistency(old_size, size, EMPTY_ROOT, EMPTY_ROOT, [])


def test_a_tree_of_more_leaves_than_there_are_is_refused() -> None:
    """Nothing is proved of leaves that are gone."""
    with pytest.raises(TooFewLeaves):
        inclusion_path(LEAVES[:5], 2, 6)
    with pytest.raises(TooFewLeaves):
        consistency_path(LEAVES[:5], 2, 6)


@pytest.mark.parametrize(("size", "tops"), [(3, LEAVES[:1]), (-1, ()), (1, [b"short"]), (0, LEAVES[:1])])
def test_what_is_no_edge_of_a_tree_is_refused(size: int, tops: Sequence[bytes]) -> None:
    """One hash for each full tree, each of 32 bytes."""
    with pytest.raises(ValueError, match="are no tree"):
        CompactRange(size, tops)
