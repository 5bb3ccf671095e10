"""What was exported is found sound, by whoever has the key of then or an older one."""

from __future__ import annotations

import pytest

from tests.verifier.bundles import a_case, a_dossier, after_rotation, content_of, unsigned, verdict

WORDS = ("report", "signature")


@pytest.mark.parametrize("file", [a_case(), a_dossier()], ids=["case", "dossier"])
def test_every_check_of_a_signed_bundle_holds(file: bytes) -> None:
    judged = verdict(file)
    assert judged.first_fault is None
    assert set(judged.checks.values()) == {True}


@pytest.mark.parametrize("key", [0, 1, 2])
def test_an_auditor_with_an_older_key_follows_the_handing_over(key: int) -> None:
    assert set(verdict(after_rotation(), key).checks.values()) == {True}


def test_a_newer_key_says_nothing_of_an_older_one() -> None:
    judged = verdict(after_rotation(0, 1), 2)
    assert judged.first_fault is not None
    assert judged.first_fault.args == ("key_unknown", content_of(after_rotation(0, 1))["checkpoint"]["key_id"])
    assert (judged.checks["checkpoint"], judged.checks["signature"]) == (None, None)
    assert judged.checks["proofs"] is True


@pytest.mark.parametrize("file", [a_case(), a_dossier(), after_rotation()], ids=["case", "dossier", "rotated"])
def test_without_a_signature_the_events_are_proven_and_the_words_are_not(file: bytes) -> None:
    judged = verdict(unsigned(file))
    assert judged.first_fault is None
    assert {name for name, held in judged.checks.items() if held is None} == set(WORDS)
    assert {held for name, held in judged.checks.items() if name not in WORDS} == {True}
