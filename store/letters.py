"""The keys of dead letters, each its own, wrapped by the master key: who destroys one destroys what its letter holds."""

from __future__ import annotations

from collections.abc import Collection, Set
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from events.transport.errors import LetterErasedError, LetterSealedError
from store.database import Store
from store.errors import MasterKeyMissing, MasterKeyUnknown, MasterKeyWrong
from store.vault.master import MasterKey, Wrapped, wrapped_and_tried
from store.vault.sealing import Place, SealBroken, new_key, seal, unseal
from store.vault_tables import letters
from wording.text import _

COLUMN: Final = "letter"


class LetterKeys:
    """Seals dead letters and opens them. All calls raise StoreError."""

    def __init__(self, store: Store, master: MasterKey | None) -> None:
        self._store = store
        self._master = master

    def seal(self, reference: str, content: bytes) -> bytes:
        """What the letter holds, sealed under the key of this reference, which is made where there is none.

        Raises MasterKeyMissing: nothing is ever put away in clear.
        """
        if self._master is None:
            raise MasterKeyMissing
        wrapped = self._wrapped(reference)
        key = self._made(self._master, reference) if wrapped is None else self._master.unwrap(wrapped, reference)
        return seal(key, _place(reference), content)

    def open(self, reference: str, sealed: bytes) -> bytes:
        """What was sealed. Raises LetterErasedError where its key was destroyed, LetterSealedError where none opens it here."""
        wrapped = self._wrapped(reference)
        if wrapped is None:
            raise LetterErasedError(reference=reference)
        if self._master is None:
            raise LetterSealedError(reference=reference, reason=_("there is no master key here"))
        try:
            return unseal(self._master.unwrap(wrapped, reference), _place(reference), sealed)
        except (MasterKeyUnknown, MasterKeyWrong) as error:
            raise LetterSealedError(reference=reference, reason=_("the master key here is another")) from error
        except SealBroken as error:
            raise LetterSealedError(reference=reference, reason=_("it is not as it was written")) from error

    def standing(self, references: Set[str]) -> set[str]:
        """Those of these references under which a key lies. Needs no master key."""
        query = select(letters.c.reference).where(letters.c.reference.in_(references))
        with self._store.reading() as connection:
            return set(connection.execute(query).scalars())

    def destroy(self, references: Collection[str]) -> int:
        """Destroy these keys, for ever: nobody opens their letters again. How many there were."""
        with self._store.writing() as connection:
            return connection.execute(delete(letters).where(letters.c.reference.in_(references))).rowcount

    def _made(self, master: MasterKey, reference: str) -> bytes:
        key = new_key()
        wrapped = wrapped_and_tried(master, key, reference)
        row = {"reference": reference, "key_id": wrapped.key_id, "wrapped_key": wrapped.body}
        with self._store.writing() as connection:
            made = connection.execute(insert(letters).values(row).on_conflict_do_nothing()).rowcount
        if made:
            return key
        standing = self._wrapped(reference)
        # Another bridge made one meanwhile: each letter has one key, or erasing would leave the other copy.
        return key if standing is None else master.unwrap(standing, reference)

    def _wrapped(self, reference: str) -> Wrapped | None:
        query = select(letters.c.key_id, letters.c.wrapped_key).where(letters.c.reference == reference)
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Wrapped(row.key_id, bytes(row.wrapped_key))


def _place(reference: str) -> Place:
    return Place(reference, COLUMN, reference)
