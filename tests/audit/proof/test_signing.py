"""Keys are Ed25519 and nothing else, a signature covers every field, and a key signs until it has handed over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from audit.proof.errors import KeyEncrypted, KeyOfAnotherKind, KeyUnreadable, ProofError
from audit.proof.merkle import EMPTY_ROOT, leaf_hash
from audit.proof.signing import (
    UNSIGNED,
    KeyRing,
    PublicKey,
    SigningKey,
    hand_over,
    sign_checkpoint,
    signature_holds,
)
from events.language.checkpoint import Checkpoint, Handover, LogState, digest_of_checkpoint

INSTALLATION = "1f" * 16
FIRST, SECOND, THIRD = (SigningKey.new() for _ in range(3))


def a_checkpoint(key: SigningKey, number: int = 1, **changes: Any) -> Checkpoint:
    """A lawful one, signed."""
    said: dict[str, Any] = {
        "installation": INSTALLATION,
        "number": number,
        "at": datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC),
        "cases": 2,
        "logs": {"events": LogState(size=3, root=leaf_hash(b"events").hex())},
        "key_id": key.key_id,
        "signature": UNSIGNED,
    }
    return sign_checkpoint(key, Checkpoint(**(said | changes)))


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def test_a_key_is_read_back_from_its_own_file() -> None:
    """Both halves; what it is called is the beginning of the digest of the public one."""
    again = SigningKey.from_pem(FIRST.private_pem)
    public = PublicKey.from_pem(FIRST.public_pem)
    assert again.key_id == FIRST.key_id == public.key_id
    assert len(public.key_id) == 32
    assert public.verify(again.sign(b"text"), b"text")
    assert not public.verify(again.sign(b"text"), b"other text")
    assert "PRIVATE" not in repr(FIRST)


def test_a_private_key_that_is_none_is_refused() -> None:
    """Each reason has a code of its own, names the setting, and quotes nothing."""
    plain = Ed25519PrivateKey.generate()
    encrypted = plain.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()
    other = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    wrong: dict[str, type[ProofError]] = {
        "": KeyUnreadable,
        "no key at all": KeyUnreadable,
        FIRST.public_pem: KeyUnreadable,
        FIRST.private_pem[:60]: KeyUnreadable,
        encrypted: KeyEncrypted,
        other: KeyOfAnotherKind,
    }
    for text, refusal in wrong.items():
        with pytest.raises(refusal) as raised:
            SigningKey.from_pem(text)
        error = raised.value
        assert error.field == "GREENLANE_CHECKPOINT_KEY_FILE"
        assert error.remedy
        assert len(text) < 60 or text[30:60] not in str(error)


def test_a_public_key_that_is_none_is_refused() -> None:
    """A private key is none either: an auditor is never to hold it."""
    other = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    wrong: dict[str, type[ProofError]] = {
        "": KeyUnreadable,
        FIRST.private_pem: KeyUnreadable,
        other: KeyOfAnotherKind,
    }
    for text, refusal in wrong.items():
        with pytest.raises(refusal) as raised:
            PublicKey.from_pem(text, field="auditor.pem")
        error = raised.value
        assert error.field == "auditor.pem"
    for read in (PublicKey.from_pem, PublicKey.all_from_pem):
        with pytest.raises(KeyUnreadable, match="No public key") as raised:
            read(FIRST.private_pem)
        assert "does not belong with an auditor" in (raised.value.remedy or "")


def test_a_signature_covers_every_field() -> None:
    """Whatever is changed after the signing, it holds no more."""
    signed = a_checkpoint(FIRST)
    assert signature_holds(signed, [SECOND.public, FIRST.public])
    handover = hand_over(INSTALLATION, SECOND, FIRST.public)
    changes: dict[str, Any] = {
        "installation": "2f" * 16,
        "number": 2,
        "at": datetime(2026, 3, 4, 5, 6, 7, 9, tzinfo=UTC),
        "cases": 3,
        "logs": {"events": LogState(size=3, root=EMPTY_ROOT.hex())},
        "key_id": SECOND.key_id,
        "previous": digest_of_checkpoint(signed),
        "handover": handover,
        "signature": UNSIGNED,
    }
    # Of these two there is but one that a checkpoint may say.
    assert set(Checkpoint.model_fields) == set(changes) | {"version", "algorithm"}
    for name, value in changes.items():
        forged = signed.model_copy(update={name: value})
        assert not signature_holds(forged, [FIRST.public, SECOND.public]), name


def test_nobody_signs_under_the_name_of_another_key() -> None:
    """A checkpoint says whose signature it has."""
    with pytest.raises(ValueError, match="names key"):
        sign_checkpoint(SECOND, a_checkpoint(FIRST))


def test_keys_follow_one_another_along_their_handovers() -> None:
    """From the one that an auditor holds to the one that signs today."""
    chain = [
        a_checkpoint(FIRST, 1),
        a_checkpoint(SECOND, 2, handover=hand_over(INSTALLATION, FIRST, SECOND.public)),
        a_checkpoint(SECOND, 3),
        a_checkpoint(THIRD, 4, handover=hand_over(INSTALLATION, SECOND, THIRD.public)),
    ]
    ring = KeyRing(FIRST.public).follow(chain)
    assert [key.key_id for key in ring.keys] == [FIRST.key_id, SECOND.key_id, THIRD.key_id]
    assert all(ring.holds(checkpoint) for checkpoint in chain)
    assert [KeyRing(SECOND.public).follow(chain).holds(one) for one in chain] == [False, True, True, True]


def test_a_key_that_handed_over_signs_no_more() -> None:
    """Whoever finds the old key in a drawer cannot go on with it, nor hand over to another."""
    handed = a_checkpoint(SECOND, 2, handover=hand_over(INSTALLATION, FIRST, SECOND.public))
    late = a_checkpoint(FIRST, 3)
    second_heir = a_checkpoint(THIRD, 3, handover=hand_over(INSTALLATION, FIRST, THIRD.public))
    ring = KeyRing(FIRST.public).follow([handed, late, second_heir])
    assert ring.holds(a_checkpoint(FIRST, 1))
    assert not ring.holds(late)
    assert not ring.holds(second_heir)


def test_a_handover_that_the_old_key_did_not_sign_brings_nobody_in() -> None:
    """Nor one of another installation, nor one for another key than signs, nor one by a stranger."""
    of_nobody = Handover(by=FIRST.key_id, public_key=SECOND.public.raw.hex(), signature=UNSIGNED)
    forged = {
        "unsigned": of_nobody,
        "of another installation": hand_over("2f" * 16, FIRST, SECOND.public),
        "for another key": hand_over(INSTALLATION, FIRST, THIRD.public),
        "by a stranger": hand_over(INSTALLATION, THIRD, SECOND.public),
    }
    for name, handover in forged.items():
        checkpoint = a_checkpoint(SECOND, 2, handover=handover)
        ring = KeyRing(FIRST.public).follow([checkpoint])
        assert not ring.holds(checkpoint), name
        assert len(ring.keys) == 1, name


def test_keys_that_an_auditor_knows_follow_one_another_without_a_handover() -> None:
    """The first was lost. In their order, and no other; what was handed over to in between is followed as ever."""
    chain = [
        a_checkpoint(FIRST, 1),
        a_checkpoint(SECOND, 2, handover=hand_over(INSTALLATION, FIRST, SECOND.public)),
        a_checkpoint(THIRD, 3),
        a_checkpoint(THIRD, 4),
    ]
    for trusted in ([FIRST, THIRD], [FIRST, SECOND, THIRD]):
        ring = KeyRing(*(key.public for key in trusted)).follow(chain)
        assert all(ring.holds(checkpoint) for checkpoint in chain)
        assert ring.trusts_to_follow(SECOND.key_id, THIRD.key_id)
        assert not ring.trusts_to_follow(THIRD.key_id, SECOND.key_id)
        # Whoever finds a key that was lost cannot go on with it, nor hand over.
        assert not ring.holds(a_checkpoint(SECOND, 4))
        assert not ring.holds(a_checkpoint(FIRST, 4))
    turned = KeyRing(THIRD.public, FIRST.public).follow(chain)
    assert [turned.holds(checkpoint) for checkpoint in chain] == [True, True, False, False]
    assert not turned.trusts_to_follow(SECOND.key_id, THIRD.key_id)
    assert not KeyRing(FIRST.public).follow(chain).trusts_to_follow(SECOND.key_id, THIRD.key_id)


def test_a_key_is_not_followed_for_what_it_did_not_sign() -> None:
    """A checkpoint that only names the later key ends nobody."""
    forged = a_checkpoint(FIRST, 2).model_copy(update={"key_id": THIRD.key_id})
    ring = KeyRing(FIRST.public, THIRD.public).follow([a_checkpoint(FIRST, 1), forged])
    assert ring.holds(a_checkpoint(FIRST, 3))
    assert not ring.holds(forged)


def test_a_file_may_hold_several_keys() -> None:
    """In its order, with what people write between them; where one of them is none, the file is none."""
    pem = f"the first\n{FIRST.public_pem}\nsince 2027\n{SECOND.public_pem}"
    assert [key.key_id for key in PublicKey.all_from_pem(pem)] == [FIRST.key_id, SECOND.key_id]
    assert [key.key_id for key in PublicKey.all_from_pem(THIRD.public_pem)] == [THIRD.key_id]
    for wrong in ("", "no key", pem + THIRD.public_pem[:-30], THIRD.public_pem[:40] + pem, pem + THIRD.private_pem):
        with pytest.raises(KeyUnreadable):
            PublicKey.all_from_pem(wrong)
