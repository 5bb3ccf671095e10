"""Sealing what an older program kept of persons in clear, as a part of making an installation ready."""

from __future__ import annotations

from intake.person import identifiers_in
from store.database import Store
from store.errors import MasterKeyMissing
from store.vault.former import SealedVault, seal_former, sweep, will_be_sealed
from store.vault.master import MasterKey
from store.vault.opening import try_master_key, verify_master_key
from store.vault.vault import Vault
from wording.text import LazyText, _


def demand_master_key(store: Store, master: MasterKey | None) -> None:
    """Before anything is changed: is there a key that works, where something is to be sealed?

    As the owner. Raises MasterKeyMissing, the master key's errors and StoreError.
    """
    if master is not None:
        try_master_key(master)
    elif will_be_sealed(store):
        raise MasterKeyMissing


def seal_vault(store: Store, master: MasterKey | None) -> LazyText | None:
    """Seal what lies in clear, once the tables are today's, and make the installation's own keys; what is to be told of it.

    As the owner. Raises StoreError and the master key's errors: then what lay in clear still does, wholly.
    """
    if master is None:
        return None  # a database without anything to seal: the bridge makes the keys
    verify_master_key(store, master)
    Vault(store, master).keys.digests()
    sealed = seal_former(store, master, identifiers_in)
    sweep(store)
    return None if sealed is None else told_of(sealed)


def told_of(sealed: SealedVault) -> LazyText:
    """What whoever prepares must know, since no program can do it for him."""
    return _(
        "Sealed: {persons} persons, {documents} documents, {texts} texts that an older version kept in clear. Back-ups, dumps, "
        "archived WAL and copies on replicas from before still hold them in clear: make a new back-up now, and destroy "
        "the older ones when you no longer need them (docs/operations.md).",
        persons=sealed.persons,
        documents=sealed.documents,
        texts=sealed.texts,
    )
