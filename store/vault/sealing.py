"""Sealing one value under a key, bound to the place where it lies. Pure but for the random numbers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class SealBroken(ValueError):
    """What lies there is not what was sealed there: it was changed, or belongs to another place or key."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lies: moved to another row, column or subject it does not open."""

    subject_ref: str
    column: str
    """With its table: `entries.sealed`."""
    row_key: str

    @property
    def associated(self) -> bytes:
        """What is authenticated with the value."""
        return f"{self.subject_ref}|{self.column}|{self.row_key}".encode()


def new_key() -> bytes:
    """A random key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, place: Place, content: bytes) -> bytes:
    """A random nonce, then the content under AES-256-GCM with its tag: 28 bytes longer than the content."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, place.associated)


def unseal(key: bytes, place: Place, sealed: bytes) -> bytes:
    """What was sealed at this place. Raises SealBroken."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise SealBroken(place.column)
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.associated)
    except InvalidTag as error:
        raise SealBroken(place.column) from error
