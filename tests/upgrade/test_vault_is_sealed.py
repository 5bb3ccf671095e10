"""What an older program kept of persons in clear lies sealed after `greenlane prepare`, or still stands: never half of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, nullcontext

import psycopg
import pytest
from sqlalchemy import text

from events.language.identity import subject_ref_of
from greenlane.sealing import demand_master_key
from intake.person import identifiers_in
from store.access import UNSWEPT
from store.database import Store
from store.errors import (
    KeyServiceUnavailable,
    MasterKeyMissing,
    MasterKeyUnknown,
    MasterKeyWrong,
    StoreUnavailable,
    VaultInClear,
)
from store.vault import former
from store.vault.former import SealedVault, seal_former, sweep, will_be_sealed
from store.vault.master import Wrapped
from store.vault.vault import Vault
from tests.master_keys import MemoryMasterKey
from tests.store.database_server import DatabaseServer
from tests.upgrade.clear_vault import (
    CANARIES,
    CANARIES_OF_FILES,
    CASE_OF_DOSSIER,
    DOSSIER,
    FILES,
    NUMBER,
    OTHER_NUMBER,
    PERSONS,
    TEXTS,
    clear_database,
    digest_of,
    json_of,
    owner_of,
)

FIRST, SECOND, THIRD = (stream for stream in PERSONS if stream.startswith("case-"))
TABLES = ("subjects", "entries", "documents", "texts", "indexes")


class DyingMasterKey(MemoryMasterKey):
    """A master key that is lost in the middle."""

    def wrap(self, key: bytes, context: str) -> Wrapped:
        if self.wraps >= 4:
            raise KeyServiceUnavailable(reason="it is away")
        return super().wrap(key, context)


@pytest.fixture(scope="module")
def clear(database_server: DatabaseServer) -> str:
    """A database of the older program, not migrated yet."""
    return clear_database(database_server)


@pytest.fixture(scope="module")
def template(database_server: DatabaseServer, clear: str) -> str:
    """The same with today's tables, and nothing sealed."""
    url = database_server.copy_of(clear)
    store = Store(url)
    store.migrate()
    store.close()
    return url


@pytest.fixture
def migrated(database_server: DatabaseServer, template: str) -> Iterator[Store]:
    """One of the test's own, as the migration left it."""
    store = Store(database_server.copy_of(template))
    yield store
    store.close()


@pytest.fixture(scope="module")
def sealed(database_server: DatabaseServer, template: str) -> Iterator[tuple[Store, SealedVault | None]]:
    """One that was sealed, to look at."""
    store = Store(database_server.copy_of(template))
    yield store, seal_former(store, MemoryMasterKey(), identifiers_in)
    store.close()


@pytest.mark.parametrize(("place", "waits"), [("clear", True), ("template", True), ("empty", False), ("fresh", False)])
def test_what_waits_is_known_before_anything_is_changed(
    database_server: DatabaseServer, clear: str, template: str, place: str, waits: bool
) -> None:
    """So that who has no master key is told before the tables are."""
    new = {"empty": database_server.empty_database, "fresh": database_server.fresh_database}
    store = Store(new[place]() if place in new else {"clear": clear, "template": template}[place])
    with closing(store):
        assert will_be_sealed(store) == waits
        with pytest.raises(MasterKeyMissing) if waits else nullcontext():
            demand_master_key(store, None)
        demand_master_key(store, MemoryMasterKey())


def counted(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        found = {table: connection.scalar(text(f"SELECT count(*) FROM vault.{table}")) for table in TABLES}
    return {table: number or 0 for table, number in found.items()}


def digests(store: Store) -> dict[str, str]:
    with store.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT case_id, content_digest FROM applications"))}


def test_everything_is_there_again_under_the_key(sealed: tuple[Store, SealedVault | None]) -> None:
    """Persons, files and texts, each with its application; the references stand, so the events do."""
    store, answer = sealed
    assert answer == SealedVault(len(PERSONS), len(FILES), len(TEXTS))
    vault = Vault(store, MemoryMasterKey())
    assert {stream: vault.person(stream) for stream in PERSONS} == {stream: json_of(stream) for stream in PERSONS}
    assert vault.texts(list(TEXTS)) == {reference: said for reference, (_, said) in TEXTS.items()}
    found = {
        document.reference: (stream, document.name, document.media_type, document.content)
        for ref in {owner_of(stream) for stream in PERSONS}
        for stream, document in vault.documents_of(ref)
    }
    assert found == {
        reference: (stream, name, "application/pdf", name.encode() * 2_000)
        for reference, (stream, name) in FILES.items()
    }
    with store.reading() as connection:
        streams = {row[0]: row[1] for row in connection.execute(text("SELECT reference, stream_id FROM vault.texts"))}
        ages = connection.execute(text("SELECT count(DISTINCT created_at) FROM vault.subjects")).scalar_one()
    assert streams == {reference: stream for reference, (stream, _) in TEXTS.items()}
    assert ages == len(PERSONS), "they are as old as they were"
    assert {vault.subject(subject_ref_of(stream)).kind for stream in (FIRST, DOSSIER)} == {"person", "enterprise"}  # type: ignore[union-attr]


def test_whoever_has_one_number_is_found_by_it(sealed: tuple[Store, SealedVault | None]) -> None:
    """The older program made a subject of each application: the number is the oldest's, and leads to all."""
    store, _ = sealed
    vault = Vault(store, MemoryMasterKey())
    assert set(vault.find("number", NUMBER)) == {subject_ref_of(FIRST), subject_ref_of(SECOND)}
    assert vault.find("number", OTHER_NUMBER) == (subject_ref_of(THIRD),)
    assert set(vault.find("name", "nguyễn thị ánh ngọc")) == {subject_ref_of(FIRST), subject_ref_of(SECOND)}
    assert vault.find("phone", "+84 912 345 678") == (subject_ref_of(FIRST),)
    with store.reading() as connection:
        own = "SELECT subject_ref FROM vault.indexes WHERE kind = 'number' AND digest = :digest"
        holders = connection.execute(text(own), {"digest": vault.index_of("number", NUMBER)}).scalars().all()
    assert holders == [subject_ref_of(FIRST)]


def test_the_digests_of_what_was_submitted_are_keyed(sealed: tuple[Store, SealedVault | None]) -> None:
    """So that the same application is still known as the same; of a case of a dossier nobody sent a person."""
    store, _ = sealed
    vault = Vault(store, MemoryMasterKey())
    expected = {stream: vault.keyed_digest(digest_of(stream)) for stream in PERSONS}
    assert digests(store) == {**expected, CASE_OF_DOSSIER: digest_of(CASE_OF_DOSSIER)}


def test_no_clear_text_stays_in_the_files(migrated: Store, database_server: DatabaseServer) -> None:
    """The tables are written anew: neither table, index, TOAST nor statistics hold a name, a number or a former digest."""
    with migrated.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    assert words_in_files(migrated, database_server)
    seal_former(migrated, MemoryMasterKey(), identifiers_in)
    assert migrated.recall(UNSWEPT) is not None, "a kill between the two does not forget it"
    sweep(migrated)
    assert migrated.recall(UNSWEPT) is None
    assert words_in_files(migrated, database_server) == set()


def words_in_files(store: Store, server: DatabaseServer) -> set[str]:
    """Which of what was in clear stands in a file of this database."""
    server.as_superuser("CHECKPOINT")
    with store.reading() as connection:
        here = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    content = b"".join(file.read_bytes() for file in (server.data / "base" / str(here)).iterdir())
    words = {*CANARIES, *CANARIES_OF_FILES, *(digest_of(stream) for stream in PERSONS)}
    return {word for word in words if word.encode() in content}


def test_lost_in_the_middle_nothing_has_happened(migrated: Store) -> None:
    """The clear tables stand, nothing else does, and who prepares again seals them all."""
    former = digests(migrated)
    with pytest.raises(KeyServiceUnavailable):
        seal_former(migrated, DyingMasterKey(), identifiers_in)
    assert migrated.lies_in_clear()
    assert counted(migrated) == dict.fromkeys(TABLES, 0)
    assert digests(migrated) == former
    assert seal_former(migrated, MemoryMasterKey(), identifiers_in) is not None
    assert not migrated.lies_in_clear()
    assert Vault(migrated, MemoryMasterKey()).person(FIRST) == json_of(FIRST)


def test_killed_at_any_point_nothing_has_happened(migrated: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the server ends the connection, or the process dies: its transaction is gone, and who prepares again seals."""
    digests_before = digests(migrated)
    for point in ("add_former_entries", "add_former_texts", "key_digests", "drop_former"):
        killing = {**former.SQL, point: "SELECT pg_terminate_backend(pg_backend_pid())"}
        with monkeypatch.context() as patch:
            patch.setattr(former, "SQL", killing)
            with pytest.raises((StoreUnavailable, psycopg.Error)):
                seal_former(migrated, MemoryMasterKey(), identifiers_in)
        assert migrated.lies_in_clear()
        assert counted(migrated) == dict.fromkeys(TABLES, 0)
        assert digests(migrated) == digests_before
    assert seal_former(migrated, MemoryMasterKey(), identifiers_in) is not None
    assert Vault(migrated, MemoryMasterKey()).person(FIRST) == json_of(FIRST)


def test_two_that_prepare_at_once_seal_once(migrated: Store) -> None:
    answers: list[SealedVault | None] = []
    masters = [MemoryMasterKey(), MemoryMasterKey()]
    threads = [
        threading.Thread(target=lambda master=master: answers.append(seal_former(migrated, master, identifiers_in)))
        for master in masters
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer is not None for answer in answers) == [False, True]
    assert counted(migrated)["subjects"] == len(PERSONS)


def test_a_wrong_master_key_seals_nothing(migrated: Store) -> None:
    """The installation's own keys are wrapped by another: the word comes before anything is written."""
    Vault(migrated, MemoryMasterKey("first")).keyed_digest("00")
    with pytest.raises((MasterKeyUnknown, MasterKeyWrong)):
        seal_former(migrated, MemoryMasterKey("second"), identifiers_in)
    assert migrated.lies_in_clear()
    assert counted(migrated) == dict.fromkeys(TABLES, 0)


def test_nobody_works_on_a_vault_in_clear(migrated: Store) -> None:
    """Neither the bridge nor a command: who upgraded is told to prepare, with the master key."""
    with pytest.raises(VaultInClear) as caught:
        migrated.verify_schema()
    assert "greenlane prepare" in caught.value.remedy
    seal_former(migrated, MemoryMasterKey(), identifiers_in)
    migrated.verify_schema()
