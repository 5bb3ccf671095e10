"""What every key of the vault is wrapped by: a master key, in a file or at a key service, behind two methods."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


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
