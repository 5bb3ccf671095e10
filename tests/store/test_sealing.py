"""A sealed value opens at its own place, with its own key, as it was sealed; and nowhere else, and not otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.vault.sealing import NONCE_BYTES, TAG_BYTES, Place, SealBroken, new_key, seal, unseal

HERE = Place("subject-1", "entries.sealed", "case-1")
KEY = bytes(range(32))


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_at_its_place(content: bytes) -> None:
    sealed = seal(KEY, HERE, content)
    assert len(sealed) == NONCE_BYTES + len(content) + TAG_BYTES
    assert unseal(KEY, HERE, sealed) == content


def test_the_same_value_twice_does_not_look_the_same() -> None:
    """Whoever sees the table does not learn who has the same name."""
    assert len({seal(KEY, HERE, b"the same") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "place",
    [
        Place("subject-2", "entries.sealed", "case-1"),
        Place("subject-1", "texts.sealed", "case-1"),
        Place("subject-1", "entries.sealed", "case-2"),
    ],
)
def test_a_value_moved_elsewhere_does_not_open(place: Place) -> None:
    with pytest.raises(SealBroken):
        unseal(KEY, place, seal(KEY, HERE, b"moved"))


def test_no_other_key_opens_it() -> None:
    with pytest.raises(SealBroken):
        unseal(new_key(), HERE, seal(KEY, HERE, b"mine"))


def test_every_flipped_bit_and_every_cut_is_noticed() -> None:
    sealed = seal(KEY, HERE, b"four")
    flipped = [
        sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :] for at in range(len(sealed)) for bit in range(8)
    ]
    for broken in (*flipped, *(sealed[:length] for length in range(len(sealed)))):
        with pytest.raises(SealBroken):
            unseal(KEY, HERE, broken)
