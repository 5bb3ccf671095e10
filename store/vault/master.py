"""What every key of the vault is wrapped by: a master key, in a file or at a key service, behind two methods."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Protocol

from store.errors import MasterKeyWrong


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key as it may lie in a table: only the master key that is named gives it back."""

    key_id: str
    """Which master key wrapped it."""
    body: bytes = field(repr=False)


class MasterKey(Protocol):
    """Wraps keys and unwraps them; whoever holds it holds the vault. Safe for several threads."""

    def wrap(self, key: bytes, context: str) -> Wrapped:
        """A key, wrapped for this context and no other. Raises KeyServiceUnavailable."""
        ...

    def unwrap(self, wrapped: Wrapped, context: str) -> bytes:
        """The key that was wrapped for this context.

        Raises MasterKeyUnknown where another master key wrapped it, MasterKeyWrong where it does not open, and
        KeyServiceUnavailable.
        """
        ...


def wrapped_and_tried(master: MasterKey, key: bytes, context: str) -> Wrapped:
    """A key, wrapped, after a look whether it comes back: what nobody could ever open is kept nowhere.

    Raises MasterKeyWrong where it does not, and what the master key raises.
    """
    wrapped = master.wrap(key, context)
    if not hmac.compare_digest(master.unwrap(wrapped, context), key):
        raise MasterKeyWrong(key_id=wrapped.key_id)
    return wrapped
