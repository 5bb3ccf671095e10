"""What was published, in the database: one act after the other, nothing twice, and rows that only ever become more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from catalog.definition import Key
from catalog.kinds import key_of
from catalog.loader import DATA_FOLDER, read_folder
from intake.publishing import versions_on
from store.catalogue import PUBLISHING_LOCK, Act, PublishedCatalogue, PublishedVersion, digests_in, ends_in
from store.database import Store
from store.errors import CatalogueUnreadable, StoreAccessDenied, StoreUnavailable

A, B = Key("procedure", "a", "1"), Key("procedure", "b", "1")
DAY = date(2026, 4, 1)
TABLES = ("catalog_editions", "catalog_versions", "catalog_ends")


def version(key: Key, digest: str = "d1") -> PublishedVersion:
    return PublishedVersion(key, digest, f"procedures/{key.id}.yaml", "id: a\n", "{}")


def anything(acts: Sequence[Act]) -> None:
    """Nothing is refused."""


def publish(catalogue: PublishedCatalogue, *versions: PublishedVersion, **change: object) -> Act | None:
    given: dict[str, object] = {"act": "publish", "by": "an", "note": None, "check": anything, **change}
    return catalogue.publish(versions, **given)  # type: ignore[arg-type]


@pytest.fixture
def catalogue(store: Store) -> PublishedCatalogue:
    return PublishedCatalogue(store)


@contextmanager
def publishing(store: Store) -> Iterator[PublishedCatalogue]:
    """Somebody is in the middle of a publication meanwhile."""
    catalogue, reached, goes_on = PublishedCatalogue(store), threading.Event(), threading.Event()

    def stop_here(acts: Sequence[Act]) -> None:
        reached.set()
        assert goes_on.wait(60)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(publish, catalogue, version(B), check=stop_here, by="binh")
        assert reached.wait(60)
        try:
            yield catalogue
        finally:
            goes_on.set()
        assert done.result() is not None


def test_an_act_is_read_as_it_was_written(catalogue: PublishedCatalogue) -> None:
    """With who, when and what for."""
    before = datetime.now(UTC)
    first = publish(catalogue, version(A), note="why", ends={A: DAY})
    found = catalogue.look()
    assert found.acts == (first,)
    assert first is not None
    assert (first.number, first.act, first.by, first.note) == (1, "publish", "an", "why")
    assert first.versions == (version(A),)
    assert first.ends == ((A, DAY),)
    assert abs(first.at - before) < timedelta(minutes=10)
    assert found.complete_until is not None
    assert found.complete_until >= first.at


def test_a_shipped_version_comes_back_as_it_is(catalogue: PublishedCatalogue) -> None:
    """Every kind of definition survives the way into the database and back."""
    shelf = read_folder(DATA_FOLDER).shelf
    publish(catalogue, *versions_on(shelf))
    (act,) = catalogue.look().acts
    assert {version.key: version.parsed() for version in act.versions} == {
        key_of(source.definition): source.definition for source in shelf.sources
    }
    assert list(act.versions) == sorted(act.versions, key=lambda version: version.key)


def test_what_is_there_is_not_entered_again(catalogue: PublishedCatalogue) -> None:
    """Nor does it make another act; of several only what is new is entered."""
    publish(catalogue, version(A))
    assert publish(catalogue, version(A)) is None
    second = publish(catalogue, version(A), version(B))
    assert second is not None
    assert [found.key for found in second.versions] == [B]
    assert [act.number for act in catalogue.look().acts] == [1, 2]
    assert [act.number for act in catalogue.look(after=1).acts] == [2]
    assert catalogue.look(after=2).acts == ()


def test_an_end_is_kept_with_a_version_that_is_there_or_comes(catalogue: PublishedCatalogue) -> None:
    """A day that stands stays; of a version that nobody published nothing is kept."""
    publish(catalogue, version(A), ends={A: DAY, B: DAY})
    publish(catalogue, version(A), version(B), ends={A: DAY + timedelta(days=1), B: DAY})
    assert ends_in(catalogue.look().acts) == {A: DAY, B: DAY}
    assert publish(catalogue, version(A), ends={A: DAY + timedelta(days=2)}) is None


def test_the_first_act_stands_even_where_it_brings_nothing(catalogue: PublishedCatalogue) -> None:
    """So that an installation without anything published is one that was prepared."""
    assert publish(catalogue, act="prepare") is not None
    assert publish(catalogue, act="prepare") is None


def test_retiring_twice(catalogue: PublishedCatalogue) -> None:
    """The same day again is no act; another day is one, and it counts."""
    publish(catalogue, version(A))
    given = {"by": "an", "note": None, "check": anything}
    first = catalogue.retire(A, DAY, **given)
    assert first is not None
    assert first.ends == ((A, DAY),)
    assert catalogue.retire(A, DAY, **given) is None
    assert catalogue.retire(A, DAY + timedelta(days=9), **given) is not None
    acts = catalogue.look().acts
    assert [act.act for act in acts] == ["publish", "retire", "retire"]
    assert ends_in(acts) == {A: DAY + timedelta(days=9)}


@pytest.mark.parametrize("act", ["publish", "retire"])
def test_what_is_refused_leaves_nothing(catalogue: PublishedCatalogue, act: str) -> None:
    """Neither the act nor the lock."""
    publish(catalogue, version(A))

    def refuse(acts: Sequence[Act]) -> None:
        assert digests_in(acts) == {A: "d1"}
        raise ValueError

    given = {"by": "an", "note": None, "check": refuse}
    acts = {
        "publish": lambda: publish(catalogue, version(B), **given),
        "retire": lambda: catalogue.retire(A, DAY, **given),
    }
    with pytest.raises(ValueError):  # noqa: PT011 - it is the one above
        acts[act]()
    found = catalogue.look()
    assert len(found.acts) == 1
    assert found.complete_until is not None


def test_publishers_come_one_after_the_other(store: Store) -> None:
    """Of twenty at once each sees what those before it published, and no number is given twice."""
    seen: list[int] = []

    def one(number: int) -> Act | None:
        def check(acts: Sequence[Act]) -> None:
            seen.append(len(acts))

        return publish(PublishedCatalogue(store), version(Key("procedure", "a", str(number))), check=check)

    with ThreadPoolExecutor(8) as pool:
        done = [act for act in pool.map(one, range(20)) if act is not None]
    assert sorted(act.number for act in done) == list(range(1, 21))
    assert seen == list(range(20))
    acts = PublishedCatalogue(store).look().acts
    assert [act.number for act in acts] == list(range(1, 21))
    assert [act.at for act in acts] == sorted(act.at for act in acts)


def test_the_same_version_by_two_at_once_is_entered_once(store: Store) -> None:
    """One of them did it."""
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: publish(PublishedCatalogue(store), version(A)), range(8)))
    assert len([act for act in done if act is not None]) == 1
    assert len(PublishedCatalogue(store).look().acts) == 1


def test_a_look_while_another_publishes_promises_nothing(store: Store, catalogue: PublishedCatalogue) -> None:
    """What is under way may have an instant that has passed already."""
    first = publish(catalogue, version(A))
    with publishing(store):
        found = catalogue.look()
        assert found.acts == (first,)
        assert found.complete_until is None
    found = catalogue.look()
    assert [act.by for act in found.acts] == ["an", "binh"]
    assert found.complete_until is not None


def test_a_look_that_is_stopped_in_the_middle_keeps_nobody_from_publishing(
    store: Store, catalogue: PublishedCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asked whether anybody publishes, and goes on only after somebody did."""
    looked = store.reading
    done: list[Act | None] = []

    @contextmanager
    def stopped() -> Iterator[object]:
        with looked() as connection:
            # What follows the question; a pooled connection that is still in a transaction would hold the lock.
            yield connection
            monkeypatch.undo()
            done.append(publish(PublishedCatalogue(store), version(A)))

    monkeypatch.setattr(store, "reading", stopped)
    found = catalogue.look()
    assert len(done) == 1
    assert found.complete_until is not None
    assert done[0] is not None
    assert done[0].at >= found.complete_until


def test_no_act_lies_before_the_one_before_it(store: Store, catalogue: PublishedCatalogue) -> None:
    """Though the server's clock was put back meanwhile."""
    publish(catalogue, version(A))
    with store.writing() as connection:
        connection.execute(text("UPDATE catalog_editions SET at = at + interval '1 hour'"))
    (first,) = catalogue.look().acts
    second = publish(catalogue, version(B))
    assert second is not None
    assert second.at == first.at


def test_a_publisher_that_stalls_is_given_up(store: Store, catalogue: PublishedCatalogue) -> None:
    """Another one goes on; the stalled one is told that nothing of it stands, and may try again."""
    reached, goes_on = threading.Event(), threading.Event()

    def stall(acts: Sequence[Act]) -> None:
        reached.set()
        assert goes_on.wait(120)

    with ThreadPoolExecutor(1) as pool:
        stalled = pool.submit(publish, PublishedCatalogue(store), version(A), check=stall)
        assert reached.wait(60)
        # It waits for the lock, until the server gives the other up.
        assert publish(catalogue, version(B)) is not None
        goes_on.set()
        with pytest.raises(StoreUnavailable):
            stalled.result()
    assert digests_in(catalogue.look().acts) == {B: "d1"}
    assert publish(catalogue, version(A)) is not None


def test_nothing_is_left_locked(store: Store, catalogue: PublishedCatalogue) -> None:
    """After looks and publications, whatever became of them."""
    publish(catalogue, version(A))
    for _ in range(5):
        catalogue.look()
    with store.reading() as connection:
        held = connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
    assert held == 0
    assert PUBLISHING_LOCK > 0


def test_a_version_of_a_newer_program(catalogue: PublishedCatalogue) -> None:
    """It says which one, and that the program is too old for it."""
    shown = PublishedVersion(Key("procedure", "a", "9"), "d", "procedures/a.yaml", "", '{"id": "a", "colour": "red"}')
    for unread in (shown, PublishedVersion(Key("colour", "a", "9"), "d", "colours/a.yaml", "", "{}")):
        with pytest.raises(CatalogueUnreadable, match=str(unread.key)) as refused:
            unread.parsed()
        assert refused.value.retryable


# ---- rights


def is_denied(store: Store, statement: str) -> bool:
    try:
        with store.writing() as connection:
            connection.execute(text(statement))
    except StoreAccessDenied:
        return True
    return False


@pytest.mark.parametrize("account", ["worker", "bridge", "publisher", "reader", "operator"])
def test_everybody_may_look(as_account: Callable[[str], Store], catalogue: PublishedCatalogue, account: str) -> None:
    """Whoever takes, decides, sends or shows needs the catalogue."""
    publish(catalogue, version(A), ends={A: DAY})
    found = PublishedCatalogue(as_account(account)).look()
    assert digests_in(found.acts) == {A: "d1"}
    assert found.complete_until is not None


@pytest.mark.parametrize("account", ["worker", "bridge", "publisher", "reader"])
def test_only_the_operator_may_publish(
    as_account: Callable[[str], Store], catalogue: PublishedCatalogue, account: str
) -> None:
    """The processes only ever read it."""
    publish(catalogue, version(A))
    with pytest.raises(StoreAccessDenied):
        publish(PublishedCatalogue(as_account(account)), version(B))
    with pytest.raises(StoreAccessDenied):
        PublishedCatalogue(as_account(account)).retire(A, DAY, by="an", note=None, check=anything)
    assert len(catalogue.look().acts) == 1


@pytest.mark.parametrize("account", ["worker", "bridge", "publisher", "reader", "operator"])
@pytest.mark.parametrize("table", TABLES)
def test_nobody_changes_or_removes_what_was_published(
    as_account: Callable[[str], Store], catalogue: PublishedCatalogue, account: str, table: str
) -> None:
    """Not even whoever may add to it."""
    publish(catalogue, version(A), ends={A: DAY})
    store = as_account(account)
    assert is_denied(store, f"DELETE FROM {table}")
    assert is_denied(store, f"UPDATE {table} SET {'at = now()' if table == TABLES[0] else 'edition = 7'}")
    assert is_denied(store, f"TRUNCATE {table}")
    assert len(catalogue.look().acts) == 1


def test_the_operator_adds(as_account: Callable[[str], Store]) -> None:
    """Versions, and last days."""
    catalogue = PublishedCatalogue(as_account("operator"))
    assert publish(catalogue, version(A)) is not None
    assert catalogue.retire(A, DAY, by="an", note=None, check=anything) is not None
