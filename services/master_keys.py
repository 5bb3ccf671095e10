"""The master key of the vault: which one wraps what, and handing over from one to another."""

from __future__ import annotations

from collections.abc import Callable

from events.language.commands import Actor
from services.installation import Installation
from store.vault.rewrapping import KeyState, WrappedKeys, key_state, rewrap

__all__ = ["KeyState", "WrappedKeys", "read_key_state", "rotate_master_key"]


def read_key_state(installation: Installation, actor: Actor) -> KeyState:
    """Which master key wraps here, and what each wrapped. Raises MasterKeyMissing, KeyServiceUnavailable, StoreError."""
    return key_state(installation.store, installation.vault.master)


def rotate_master_key(
    installation: Installation, actor: Actor, tell: Callable[[int], object] = int
) -> tuple[dict[str, int], KeyState]:
    """Wrap all keys by what wraps now: how many of each kind were wrapped anew, and what stands after it.

    Touches no data, and goes on where it was killed. Raises MasterKeyMissing, MasterKeyUnknown, MasterKeyWrong before
    anything is changed; KeyServiceUnavailable and StoreError in the middle.
    """
    master = installation.vault.master
    done = rewrap(installation.store, master, tell)
    return done, key_state(installation.store, master)
