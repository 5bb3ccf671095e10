"""Ed25519 keys, the signatures of checkpoints, and which key may sign after which."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from audit.proof.errors import KEY_SETTING, KeyEncrypted, KeyOfAnotherKind, KeyUnreadable
from events.language.checkpoint import Checkpoint, Handover, handover_bytes, signed_bytes

KEY_ID_DIGITS = 32
PEM_BLOCK: Final = re.compile(r"-----BEGIN [^-]*-----.*?-----END [^-]*-----", re.DOTALL)
PEM_BEGINS: Final = "-----BEGIN"
PRIVATE_BEGINS: Final = re.compile(r"-----BEGIN [^-]*PRIVATE KEY-----")
UNSIGNED = "0" * 128
"""What stands in a checkpoint for the signature until it is signed; the signature is not over it."""


class PublicKey:
    """Who holds it can tell whether the private half signed something."""

    def __init__(self, raw: bytes) -> None:
        """From the 32 raw bytes. Raises ValueError for another length."""
        self._key = Ed25519PublicKey.from_public_bytes(raw)
        self.raw = raw

    @classmethod
    def from_pem(cls, text: str, field: str = "--key") -> Self:
        """Raises KeyUnreadable, KeyOfAnotherKind, which name `field`."""
        try:
            key = load_pem_public_key(text.encode())
        except UnsupportedAlgorithm as error:
            raise KeyOfAnotherKind(field=field, kind=type(error).__name__) from None
        except ValueError:
            other_half = PRIVATE_BEGINS.search(text) is not None
            raise KeyUnreadable(field=field, private=False, other_half=other_half) from None
        if not isinstance(key, Ed25519PublicKey):
            raise KeyOfAnotherKind(field=field, kind=_kind_of(key))
        return cls(key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    @classmethod
    def all_from_pem(cls, text: str, field: str = "--key") -> tuple[Self, ...]:
        """The keys of a file that holds one PEM block after the other, in its order. Raises the same; one bad block is enough."""
        blocks = PEM_BLOCK.findall(text)
        if not blocks or len(blocks) != text.count(PEM_BEGINS):
            raise KeyUnreadable(field=field, private=False, other_half=PRIVATE_BEGINS.search(text) is not None)
        return tuple(cls.from_pem(block, field) for block in blocks)

    @property
    def key_id(self) -> str:
        """What checkpoints call it: the first 32 hex digits of the SHA-256 of its raw bytes."""
        return hashlib.sha256(self.raw).hexdigest()[:KEY_ID_DIGITS]

    @property
    def pem(self) -> str:
        """As a PEM file."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether the private half signed this message."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """A private key; its repr says nothing of it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @classmethod
    def new(cls) -> Self:
        """A key that nobody ever had."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, text: str, field: str = KEY_SETTING) -> Self:
        """Raises KeyUnreadable, KeyEncrypted, KeyOfAnotherKind, which name `field` and never quote the text."""
        try:
            key = load_pem_private_key(text.encode(), password=None)
        except TypeError:  # what the library says where a password is needed
            raise KeyEncrypted(field=field) from None
        except UnsupportedAlgorithm as error:
            raise KeyOfAnotherKind(field=field, kind=type(error).__name__) from None
        except ValueError:
            raise KeyUnreadable(field=field, private=True) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyOfAnotherKind(field=field, kind=_kind_of(key))
        return cls(key)

    @property
    def key_id(self) -> str:
        """What checkpoints call it."""
        return self.public.key_id

    @property
    def public_pem(self) -> str:
        """The public half as a PEM file."""
        return self.public.pem

    @property
    def private_pem(self) -> str:
        """The key as a PEM file (PKCS#8, without a password): for the file that is to hold it, and nothing else."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def sign(self, message: bytes) -> bytes:
        """The signature (64 bytes)."""
        return self._key.sign(message)


def sign_checkpoint(key: SigningKey, unsigned: Checkpoint) -> Checkpoint:
    """The checkpoint with this key's signature in place of the one it has. Raises ValueError where it names another key."""
    if unsigned.key_id != key.key_id:
        raise ValueError(f"the checkpoint names key {unsigned.key_id}, not {key.key_id}")
    return unsigned.model_copy(update={"signature": key.sign(signed_bytes(unsigned)).hex()})


def hand_over(installation: str, old: SigningKey, new: PublicKey) -> Handover:
    """The old key's word that the new one signs from now on."""
    signed = handover_bytes(installation, old.key_id, new.key_id, new.raw.hex())
    return Handover(by=old.key_id, public_key=new.raw.hex(), signature=old.sign(signed).hex())


def key_named(handover: Handover) -> PublicKey:
    """The key that was handed over to."""
    return PublicKey(bytes.fromhex(handover.public_key))


def handover_holds(installation: str, handover: Handover, old: PublicKey) -> bool:
    """Whether the old key gave its word that this successor signs from now on."""
    signed = handover_bytes(installation, handover.by, key_named(handover).key_id, handover.public_key)
    return old.key_id == handover.by and old.verify(bytes.fromhex(handover.signature), signed)


def signature_holds(checkpoint: Checkpoint, keys: Iterable[PublicKey]) -> bool:
    """Whether one of these keys is the one that the checkpoint names, and signed it."""
    return any(
        key.key_id == checkpoint.key_id and key.verify(bytes.fromhex(checkpoint.signature), signed_bytes(checkpoint))
        for key in keys
    )


class KeyRing:
    """The keys that may sign, beginning with those trusted from elsewhere: each names its successor, or was lost.

    Several that are trusted stand in the order in which they signed: where one of them signs first, all before it end. So a key
    that was lost, and could name nobody, is followed all the same by whoever knows both.
    """

    def __init__(self, trusted: PublicKey, *later: PublicKey) -> None:
        self._keys = {key.key_id: key for key in (trusted, *later)}
        self._rank = {key_id: rank for rank, key_id in enumerate(self._keys)}
        self._reached = 0
        self._ended_at: dict[str, int] = {}

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """The trusted keys, and their successors in their order."""
        return tuple(self._keys.values())

    def follow(self, checkpoints: Iterable[Checkpoint]) -> Self:
        """Take in the keys that were handed over to in these checkpoints, which come in the order of their numbers."""
        for checkpoint in checkpoints:
            successor = self._successor(checkpoint)
            if successor is not None and checkpoint.handover is not None:
                self._keys.setdefault(successor.key_id, successor)
                self._rank.setdefault(successor.key_id, self._rank[checkpoint.handover.by])
                self._ended_at.setdefault(checkpoint.handover.by, checkpoint.number)
            self._end_earlier(checkpoint)
        return self

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether a key of the ring signed it, and before it had ended."""
        ended_at = self._ended_at.get(checkpoint.key_id)
        in_time = ended_at is None or checkpoint.number < ended_at
        return in_time and signature_holds(checkpoint, self._keys.values())

    def trusts_to_follow(self, before: str, after: str) -> bool:
        """Whether the key `after` may sign where `before` did, though that did not name it: both are trusted, in this order."""
        return before in self._rank and after in self._rank and self._rank[before] < self._rank[after]

    def _end_earlier(self, checkpoint: Checkpoint) -> None:
        rank = self._rank.get(checkpoint.key_id, 0)
        if rank > self._reached and signature_holds(checkpoint, (self._keys[checkpoint.key_id],)):
            self._reached = rank
            for key_id, earlier in self._rank.items():
                if earlier < rank:
                    self._ended_at.setdefault(key_id, checkpoint.number)

    def _successor(self, checkpoint: Checkpoint) -> PublicKey | None:
        """The key that this checkpoint brings in, where everything about it holds."""
        handover = checkpoint.handover
        if handover is None or handover.by not in self._keys or handover.by in self._ended_at:
            return None
        new = key_named(handover)
        holds = handover_holds(checkpoint.installation, handover, self._keys[handover.by])
        return new if holds and signature_holds(checkpoint, (new,)) else None


def _kind_of(key: object) -> str:
    return type(key).__name__.strip("_").removesuffix("PublicKey").removesuffix("PrivateKey") or "?"
