"""What enters the catalogue of an installation: by whoever starts or upgrades it, and by whoever publishes, at once too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from catalog.definition import Key
from catalog.errors import CatalogInvalid
from catalog.kinds import key_of
from catalog.loader import DATA_FOLDER, load_catalog, read_folder
from catalog.loader import Folder as Read
from catalog.model import ProcedureVersion
from catalog.reader import Source
from catalog.references import Shelf
from greenlane.prepare import PREPARED_BY, _enter_catalogue
from greenlane.settings import Settings
from intake import publishing as module
from intake.catalogue import LiveCatalogue
from intake.publishing import enter
from sla.business_time import BusinessTime
from store.catalogue import Act, Look, PublishedCatalogue, digests_in
from store.database import Store
from tests.catalog.folder import Folder
from tests.store.database_server import DatabaseServer
from tests.upgrade.old_database import upgraded_store

AT_ONCE = 6


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.connect(database_url, pool_size=AT_ONCE)
    yield opened
    opened.close()


@pytest.fixture
def published(store: Store) -> PublishedCatalogue:
    return PublishedCatalogue(store)


@pytest.fixture(scope="module")
def shipped() -> Read:
    return read_folder(DATA_FOLDER)


def settings(profile: str = "development") -> Settings:
    return Settings.load(profile=profile)


def prepare(published: PublishedCatalogue, folder: Read, profile: str = "development") -> None:
    _enter_catalogue(published, folder, settings(profile))


def without(folder: Read, version: str) -> Read:
    """What a program shipped that had not these versions yet."""
    kept = [source for source in folder.shelf.sources if key_of(source.definition).version != version]
    digests = {key: digest for key, digest in folder.published.items() if key.version != version}
    return replace(folder, shelf=Shelf().with_more(kept), published=digests)


def live(store: Store) -> LiveCatalogue:
    return LiveCatalogue(PublishedCatalogue(store), BusinessTime.real_time(), frozenset())


@pytest.mark.parametrize("profile", ["development", "demonstration", "production"])
def test_a_fresh_installation_has_what_is_shipped(store: Store, shipped: Read, profile: str) -> None:
    """As one edition; starting again makes no other."""
    for _ in range(2):
        prepare(PublishedCatalogue(store), shipped, profile)
    (act,) = PublishedCatalogue(store).look().acts
    assert (act.act, act.by) == ("prepare", PREPARED_BY)
    assert digests_in([act]) == shipped.published
    assert live(store).newest() == load_catalog()


def test_several_that_prepare_at_once_make_one_edition(published: PublishedCatalogue, shipped: Read) -> None:
    """Whoever comes later finds all there."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: prepare(published, shipped), range(AT_ONCE)))
    assert len(published.look().acts) == 1


def test_an_upgrade_brings_an_edition(store: Store, published: PublishedCatalogue, shipped: Read) -> None:
    """With what the new program ships beyond the old one; which goes on knowing all that it knew."""
    before = without(shipped, "2026-04-01")
    prepare(published, before)
    prepare(published, shipped)
    first, second = published.look().acts
    assert {version.key.version for version in second.versions} == {"2026-04-01"}
    assert digests_in([first]) == before.published
    assert live(store).newest() == load_catalog()
    # A process of the old program that is started again takes nothing back.
    prepare(published, before)
    assert len(published.look().acts) == 2


def test_an_upgrade_beside_what_was_published_by_hand(
    store: Store, published: PublishedCatalogue, shipped: Read, tmp_path: Path
) -> None:
    """Both stand; the folder of the program need not hold what the province published from another."""
    before = without(shipped, "2026-04-01")
    prepare(published, before)
    enter(published, before.shelf.with_more(drafts_in(tmp_path)), act="publish", by="an")
    prepare(published, shipped)
    assert [act.act for act in published.look().acts] == ["prepare", "publish", "prepare"]
    found = live(store).newest()
    assert {"shop-licence", "karaoke-licence"} <= found.procedures.keys()


def a_folder(path: Path) -> Folder:
    """The shipped catalogue, with a procedure that nobody published."""
    folder = Folder(path / "catalog")
    for file in DATA_FOLDER.rglob("*.yaml"):
        folder.write(str(file.relative_to(DATA_FOLDER)), file.read_bytes())
    folder.write("digests.txt", (DATA_FOLDER / "digests.txt").read_bytes())
    return folder


def drafts_in(path: Path) -> list[Source[ProcedureVersion]]:
    """That procedure alone."""
    shelf = read_folder(a_folder(path).path).shelf
    return [source for source in shelf.procedures if source.definition.id == "shop-licence"]


def test_preparing_and_publishing_at_once(published: PublishedCatalogue, shipped: Read, tmp_path: Path) -> None:
    """In whatever order: each version is entered once, and none is missing."""
    prepare(published, without(shipped, "2026-04-01"))
    own = read_folder(a_folder(tmp_path).path)
    ways = [lambda: prepare(published, shipped), lambda: enter(published, own.shelf, act="publish", by="an")]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(ways[number % 2]) for number in range(AT_ONCE)]:
            done.result()
    entered = [version.key for act in published.look().acts for version in act.versions]
    assert len(entered) == len(set(entered))
    assert {*entered} == {key_of(source.definition) for source in own.shelf.sources}


class Overtaken(PublishedCatalogue):
    """Whoever looks at it is overtaken by another publisher right after."""

    def __init__(self, store: Store, other: Callable[[], object]) -> None:
        super().__init__(store)
        self._others = [other]

    def look(self, after: int = 0) -> Look:
        found = super().look(after)
        if self._others:
            self._others.pop()()
        return found


def test_two_that_publish_versions_of_one_procedure_at_once(
    store: Store, published: PublishedCatalogue, shipped: Read, tmp_path: Path
) -> None:
    """The second one wrote its version without knowing of the first's: it is refused, though it looked before."""
    prepare(published, shipped)
    first = shipped.shelf.with_more(drafts_in(tmp_path))
    folder = a_folder(tmp_path / "other")
    folder.procedure(('version: "1"', 'version: "2"'), ("2025-01-01", "2025-06-01"))
    second = read_folder(folder.path).shelf
    overtaken = Overtaken(store, lambda: enter(published, first, act="publish", by="an"))
    with pytest.raises(CatalogInvalid) as refused:
        enter(overtaken, second, act="publish", by="binh")
    assert {problem.code for problem in refused.value.problems} == {"folder_behind"}
    assert [act.by for act in published.look().acts] == [PREPARED_BY, "an"]


def test_production_takes_no_draft_when_it_starts(
    store: Store, published: PublishedCatalogue, shipped: Read, tmp_path: Path
) -> None:
    """Only what the folder says was published; elsewhere one tries out what one writes."""
    draft = Key("procedure", "shop-licence", "1")
    own = read_folder(a_folder(tmp_path).path)
    prepare(published, own, "production")
    assert digests_in(published.look().acts) == shipped.published
    prepare(published, own, "development")
    assert draft in digests_in(published.look().acts)
    assert "shop-licence" in live(store).newest().procedures


def test_production_refuses_a_folder_of_drafts(published: PublishedCatalogue, tmp_path: Path) -> None:
    """An installation without anything published could take no application: it says so, and enters nothing."""
    with pytest.raises(CatalogInvalid) as refused:
        prepare(published, read_folder(Folder(tmp_path / "catalog").path), "production")
    assert "greenlane catalog publish" in str(refused.value)
    assert published.look().acts == ()


def test_what_is_not_entered_counts_for_nothing(published: PublishedCatalogue, tmp_path: Path) -> None:
    """A published procedure of a sector's own steps that only a draft knows is no whole catalogue."""
    folder = a_folder(tmp_path)
    read = read_folder(folder.path)
    digests = {key: digest for key, digest in read.published.items() if key.kind != "ladder"}
    with pytest.raises(CatalogInvalid):
        prepare(published, replace(read, published=digests), "production")
    assert published.look().acts == ()


def test_what_was_published_elsewhere_is_read_before_the_lock(
    store: Store, published: PublishedCatalogue, shipped: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much that is: the server gives up whoever holds the lock for long, and everybody else waits."""
    before = without(shipped, "2026-04-01")
    prepare(published, before)
    enter(published, before.shelf.with_more(drafts_in(tmp_path)), act="publish", by="an")
    module._source.cache_clear()
    reads: list[bool] = []
    read = module.read

    def watched(*given: object) -> object:
        reads.append(published.look().complete_until is None)
        return read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "read", watched)
    prepare(published, shipped)
    assert reads == [False], "the one that the shipped folder does not hold"
    assert len(published.look().acts) == 3


def test_who_has_nothing_new_waits_for_nobody(published: PublishedCatalogue, shipped: Read) -> None:
    """A process starts though somebody publishes at this very moment."""
    prepare(published, shipped)

    def meanwhile(acts: Sequence[Act]) -> None:
        prepare(published, shipped)

    version = replace(published.look().acts[0].versions[0], key=Key("procedure", "more", "1"))
    published.publish([version], act="publish", by="an", note=None, check=meanwhile)
    assert [act.act for act in published.look().acts] == ["prepare", "publish"]


async def test_a_database_from_before_there_were_editions(database_server: DatabaseServer, shipped: Read) -> None:
    """Its cases are under the first one, however long ago they came, and keep the definitions that they were accepted with."""
    with upgraded_store(database_server) as store:
        rows = text("SELECT received_at FROM applications UNION SELECT at FROM ledger")
        kept = text("SELECT digest FROM definitions ORDER BY digest")
        with store.reading() as connection:
            instants, before = connection.scalars(rows).all(), connection.scalars(kept).all()
        prepare(PublishedCatalogue(store), shipped)
        found = live(store)
        newest = found.newest()
        for instant in instants:
            assert await found.at(instant) is newest
        with store.reading() as connection:
            assert connection.scalars(kept).all() == before
