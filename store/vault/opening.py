"""Whether a master key opens the vault of this database: asked before any process works on it."""

from __future__ import annotations

from typing import Final

from store.database import Store
from store.errors import MasterKeyMissing, MasterKeyWrong
from store.statements import statements_in
from store.vault.installation_keys import NAMES
from store.vault.master import MasterKey, Wrapped
from store.vault.sealing import new_key

SQL: Final = statements_in("vault")
PROBE: Final = "probe"
"""The context of a key that is wrapped to see whether the master key works, and kept nowhere."""


def try_master_key(master: MasterKey) -> str:
    """Wrap a key and unwrap it again; the id of what wraps. Raises the master key's errors."""
    probe = new_key()
    wrapped = master.wrap(probe, PROBE)
    if master.unwrap(wrapped, PROBE) != probe:
        raise MasterKeyWrong(key_id=wrapped.key_id)
    return wrapped.key_id


def verify_master_key(store: Store, master: MasterKey | None) -> None:
    """Raises MasterKeyMissing, or what tells that it is not the one of this vault: MasterKeyUnknown, MasterKeyWrong.

    KeyServiceUnavailable where it cannot be asked, and StoreError.
    """
    if master is None:
        raise MasterKeyMissing
    try_master_key(master)
    with store.session() as session:
        rows = session.execute(SQL["find_keys"], {"names": list(NAMES)}).fetchall()
    for name, key_id, wrapped in rows:
        master.unwrap(Wrapped(key_id, wrapped), name)
