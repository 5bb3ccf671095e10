"""Handing over to another master key: every key gets a new wrapping, no sealed value is touched, and a kill costs nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from greenlane.master_keys.file import FileMasterKey
from greenlane.master_keys.keys import Keyring
from store.database import Store
from store.errors import KeyServiceUnavailable, MasterKeyMissing, MasterKeyUnknown, MasterKeyWrong
from store.vault import rewrapping
from store.vault.master import MasterKey, Wrapped
from store.vault.opening import verify_master_key
from store.vault.rewrapping import key_state, rewrap
from store.vault.vault import Vault
from tests.master_keys import MemoryMasterKey

SUBJECTS = tuple(f"subject-{number:024x}" for number in range(7))
OLD, NEW = MemoryMasterKey("old"), MemoryMasterKey("new")
KEY = b"k" * 32


class FailingMasterKey(MemoryMasterKey):
    """One that is away after so many keys."""

    def wrap(self, key: bytes, context: str) -> Wrapped:
        if self.wraps >= 6:
            raise KeyServiceUnavailable(reason="it is away")
        return super().wrap(key, context)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A vault under the old master key: seven subjects, of whom one was erased, a letter, and the installation's keys."""
    store = Store.connect(database_url)
    Vault(store, OLD).keyed_digest("00")
    with store.writing() as connection:
        for ref in SUBJECTS:
            wrapped = OLD.wrap(KEY, ref)
            row = {"ref": ref, "id": wrapped.key_id, "key": wrapped.body if ref != SUBJECTS[3] else None}
            statement = (
                "INSERT INTO vault.subjects (subject_ref, kind, key_id, wrapped_key) VALUES (:ref, 'person', :id, :key)"
            )
            connection.execute(text(statement), row)
        wrapped = OLD.wrap(KEY, "letter-1")
        statement = "INSERT INTO vault.letters (reference, key_id, wrapped_key) VALUES ('letter-1', :id, :key)"
        connection.execute(text(statement), {"id": wrapped.key_id, "key": wrapped.body})
    yield store
    store.close()


def wrapped_keys(store: Store) -> dict[str, Wrapped]:
    query = (
        "SELECT subject_ref, key_id, wrapped_key FROM vault.subjects WHERE wrapped_key IS NOT NULL"
        " UNION ALL SELECT reference, key_id, wrapped_key FROM vault.letters"
    )
    with store.reading() as connection:
        return {row[0]: Wrapped(row[1], row[2]) for row in connection.execute(text(query))}


def test_every_key_opens_under_the_new_one_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """In batches; who was erased stays so; indexes and digests stay what they were, for their keys are the same."""
    monkeypatch.setattr(rewrapping, "KEYS_AT_ONCE", 2)
    before, told = Vault(store, OLD).index_of("number", "001088012345"), list[int]()
    state = key_state(store, Keyring([NEW, OLD]))
    assert (state.key_id, state.waiting, state.erased) == ("new", 9, 1)
    assert [(one.what, one.key_id, one.count, one.opens) for one in state.wrapped] == [
        ("keys", "old", 2, True),
        ("letters", "old", 1, True),
        ("subjects", "old", 6, True),
    ]
    assert rewrap(store, Keyring([NEW, OLD]), told.append) == {"keys": 2, "subjects": 6, "letters": 1}
    assert told == [2, 4, 6, 8, 9]
    keys = wrapped_keys(store)
    assert {NEW.unwrap(wrapped, name) for name, wrapped in keys.items()} == {KEY}
    assert len(keys) == 7
    assert Vault(store, NEW).index_of("number", "001088012345") == before
    after = key_state(store, NEW)
    assert (after.waiting, after.erased) == (0, 1)
    assert rewrap(store, NEW) == {"keys": 0, "subjects": 0, "letters": 0}


def test_what_was_done_stays_done(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost in the middle, each key opens under the one that its row names, and the next run does the rest."""
    monkeypatch.setattr(rewrapping, "KEYS_AT_ONCE", 2)
    with pytest.raises(KeyServiceUnavailable):
        rewrap(store, Keyring([FailingMasterKey("new"), OLD]))
    both = Keyring([NEW, OLD])
    half = key_state(store, both)
    assert {one.key_id for one in half.wrapped} == {"old", "new"}
    assert {both.unwrap(wrapped, name) for name, wrapped in wrapped_keys(store).items()} == {KEY}
    assert 0 < half.waiting < 9
    assert sum(rewrap(store, both).values()) == half.waiting
    assert key_state(store, NEW).waiting == 0


def test_a_master_key_that_is_not_here_changes_nothing(store: Store) -> None:
    before = wrapped_keys(store)
    with pytest.raises(MasterKeyUnknown) as caught:
        rewrap(store, NEW)
    assert "old" in caught.value.message
    assert wrapped_keys(store) == before
    assert [one.opens for one in key_state(store, NEW).wrapped] == [False, False, False]


def test_a_key_that_was_destroyed_meanwhile_stays_so(store: Store) -> None:
    """Erasing goes before: a batch that was read before it does not bring the key back."""

    class Erasing(MemoryMasterKey):
        def wrap(self, key: bytes, context: str) -> Wrapped:
            if context == SUBJECTS[0]:
                with store.writing() as connection:
                    statement = "UPDATE vault.subjects SET wrapped_key = NULL WHERE subject_ref = :ref"
                    connection.execute(text(statement), {"ref": context})
            return super().wrap(key, context)

    assert rewrap(store, Keyring([Erasing("new"), OLD]))["subjects"] == 5
    assert SUBJECTS[0] not in wrapped_keys(store)


@pytest.mark.parametrize(
    ("master", "error"),
    [
        (None, MasterKeyMissing),
        (FileMasterKey.new(), MasterKeyUnknown),
        (MemoryMasterKey("another"), MasterKeyUnknown),
        (FailingMasterKey("old", wraps=9), KeyServiceUnavailable),
    ],
)
def test_what_does_not_open_the_vault_is_said_at_the_start(
    store: Store, master: MasterKey | None, error: type[Exception]
) -> None:
    """Before the bridge takes anything: a person could neither be kept nor found."""
    with pytest.raises(error):
        verify_master_key(store, master)


def test_a_key_of_the_right_name_that_opens_nothing_is_said_too(store: Store) -> None:
    """A row that somebody changed, or a key service that was made anew under the same name."""
    impostor = MemoryMasterKey("another")
    impostor.name = "old"
    with pytest.raises(MasterKeyWrong):
        verify_master_key(store, impostor)
    verify_master_key(store, OLD)


class DeafMasterKey(MemoryMasterKey):
    """One that answers well, and gives for keys of subjects what it cannot open."""

    def wrap(self, key: bytes, context: str) -> Wrapped:
        given = super().wrap(key, context)
        return Wrapped(given.key_id, given.body[::-1]) if context.startswith("subject-") else given


def test_a_wrapping_that_does_not_open_replaces_none(store: Store) -> None:
    """What stood still opens under the old key: nobody's data are lost with a service that lost its key."""
    before = wrapped_keys(store)
    with pytest.raises(MasterKeyWrong):
        rewrap(store, Keyring([DeafMasterKey("new"), OLD]))
    standing = wrapped_keys(store)
    assert {name: key for name, key in standing.items() if name in SUBJECTS} == {
        name: key for name, key in before.items() if name in SUBJECTS
    }
