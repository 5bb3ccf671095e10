"""The auditor's program and the one that was written from docs/bundle.md alone say the same of every bundle, check by check."""

from __future__ import annotations

import random
from functools import lru_cache

import pytest

from tests.verifier.bundles import a_case, a_dossier, a_key, after_rotation, content_of, flipped, unsigned, verdict
from tests.verifier.page_verifier import verdict_of
from tests.verifier.tampering import all_tampering

FLIPS = 25
"""In each of some bundles, anywhere."""


@lru_cache
def sound() -> dict[str, bytes]:
    """Every kind of sound bundle."""
    signed = {"case": a_case(), "dossier": a_dossier(), "rotated": after_rotation(), "once": after_rotation(1, 2)}
    return signed | {f"{name}, unsigned": unsigned(file) for name, file in signed.items()}


def agree(file: bytes, number: int = 0) -> bool:
    """Whether both say the same to whoever has this key; what they say then is that it is sound, or not."""
    ours, other = verdict(file, number), verdict_of(file, a_key(number).public_pem.encode())
    assert ours.checks == other["checks"]
    assert (ours.first_fault is None) == other["ok"]
    return bool(other["ok"])


@pytest.mark.parametrize("name", sound())
def test_of_sound_bundles(name: str) -> None:
    first = {"once": 1, "once, unsigned": 1}.get(name, 0)
    assert agree(sound()[name], first)
    assert [agree(sound()[name], number) for number in (1, 2, 3)] == [
        a_key(number).key_id in _followed(sound()[name], first) for number in (1, 2, 3)
    ]


def _followed(file: bytes, first: int) -> set[str]:
    """The ids of the keys from which one is led to the checkpoint's."""
    return {a_key(first).key_id, *(handover["key_id"] for handover in content_of(file)["keys"])}


ALL = all_tampering()


@pytest.mark.parametrize("file", [one[1] for one in ALL], ids=[one[0] for one in ALL])
def test_of_tampered_bundles(file: bytes) -> None:
    assert not agree(file)


@pytest.mark.parametrize("name", sound())
def test_of_flipped_bits(name: str) -> None:
    file, chance = sound()[name], random.Random(name)
    for bit in chance.sample(range(len(file) * 8), FLIPS):
        assert not agree(flipped(file, bit), 1 if name.startswith("once") else 0)
