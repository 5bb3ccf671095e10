"""Master keys out of a file: 32 bytes in base64, one or several, a line each; the first wraps, and all unwrap."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from greenlane.errors import SettingsError
from store.errors import MasterKeyUnknown, MasterKeyWrong
from store.vault.master import Wrapped
from wording.text import LazyText, _

KEY_BYTES: Final = 32
KEYS_MAX: Final = 64
NONCE_BYTES: Final = 12
COMMENT: Final = "#"
PURPOSE: Final = "greenlane master key\n"
"""Before what is hashed or authenticated, so that neither means anything elsewhere."""


class FileMasterKey:
    """Keys that lie on this machine. Safe for several threads."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """The first of `keys`, of 32 bytes each, wraps."""
        self._ciphers = {key_id_of(key): AESGCM(key) for key in keys}
        self.key_id = key_id_of(keys[0])

    @classmethod
    def new(cls) -> Self:
        """A key that was drawn for nobody else."""
        return cls((secrets.token_bytes(KEY_BYTES),))

    @classmethod
    def from_text(cls, text: str, field: str) -> Self:
        """The keys of a file's text. Raises SettingsError that names `field`, and shows nothing of the text."""
        return cls(keys_in(text, field))

    @property
    def key_ids(self) -> tuple[str, ...]:
        """All keys that unwrap, the one that wraps first."""
        return tuple(self._ciphers)

    def wrap(self, key: bytes, context: str) -> Wrapped:
        """Another key, to be kept outside: only this key opens it, and only in this context."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Wrapped(self.key_id, nonce + self._ciphers[self.key_id].encrypt(nonce, key, _bound_to(context)))

    def unwrap(self, wrapped: Wrapped, context: str) -> bytes:
        """The key again. Raises MasterKeyUnknown, and MasterKeyWrong for what was changed or is of another context."""
        cipher = self._ciphers.get(wrapped.key_id)
        if cipher is None:
            raise MasterKeyUnknown(key_id=wrapped.key_id)
        try:
            return cipher.decrypt(wrapped.body[:NONCE_BYTES], wrapped.body[NONCE_BYTES:], _bound_to(context))
        except (InvalidTag, ValueError):
            raise MasterKeyWrong(key_id=wrapped.key_id) from None


def key_id_of(key: bytes) -> str:
    """What a key is called where it wrapped: nothing of it can be told from that."""
    return f"file:{hashlib.sha256(PURPOSE.encode() + key).hexdigest()[:16]}"


def keys_in(text: str, field: str) -> tuple[bytes, ...]:
    """The keys of a file's text, the one that wraps first. Raises SettingsError; nothing of the text is in it."""
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith(COMMENT)]
    if not found:
        raise _unreadable(field, _("holds no key"))
    if len(found) > KEYS_MAX:
        raise _unreadable(field, _("holds more than {most} keys", most=KEYS_MAX))
    return tuple(_key_in(line, number, field) for number, line in enumerate(found, start=1))


def text_of(keys: Sequence[bytes]) -> str:
    """The text of a file with these keys, the one that wraps first."""
    return "".join(f"{base64.b64encode(key).decode('ascii')}\n" for key in keys)


def _key_in(line: str, number: int, field: str) -> bytes:
    try:
        key = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise _unreadable(field, _("is no base64 at key {number}", number=number)) from None
    if len(key) != KEY_BYTES:
        problem = _(
            "has a key {number} of {length} bytes, not of {wanted}", number=number, length=len(key), wanted=KEY_BYTES
        )
        raise _unreadable(field, problem)
    return key


def _bound_to(context: str) -> bytes:
    return f"{PURPOSE}{context}".encode()


def _unreadable(field: str, problem: LazyText) -> SettingsError:
    return SettingsError(
        _("The master key that {field} names cannot be used: it {problem}.", field=field, problem=problem),
        field=field,
        remedy=_("Put back the right file, or make one with `greenlane master-key make` where nothing is sealed yet."),
    )
