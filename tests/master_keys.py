"""A master key for tests, in memory: what every store, house and bench of tests wraps its keys with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from store.database import Store
from store.errors import MasterKeyUnknown, MasterKeyWrong
from store.vault.master import Wrapped
from store.vault.sealing import Place, SealBroken, seal, unseal
from store.vault.vault import Vault


@dataclass
class MemoryMasterKey:
    """A master key of this name; two of one name are one key. It counts how often it is asked."""

    name: str = "tests"
    wraps: int = 0
    unwraps: int = 0
    _key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._key = hashlib.sha256(self.name.encode()).digest()

    def wrap(self, key: bytes, context: str) -> Wrapped:
        self.wraps += 1
        return Wrapped(self.name, seal(self._key, Place(context, "key", ""), key))

    def unwrap(self, wrapped: Wrapped, context: str) -> bytes:
        self.unwraps += 1
        if wrapped.key_id != self.name:
            raise MasterKeyUnknown(key_id=wrapped.key_id)
        try:
            return unseal(self._key, Place(context, "key", ""), wrapped.body)
        except SealBroken as error:
            raise MasterKeyWrong(key_id=self.name) from error


MASTER_KEY: Final = MemoryMasterKey()


def vault_of(store: Store) -> Vault:
    """The vault of a database of tests, as whoever holds the tests' master key has it."""
    return Vault(store, MASTER_KEY)
