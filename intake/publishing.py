"""Entering what a folder holds into the catalogue of an installation: as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from catalog.definition import Key, canonical_json, digest_of
from catalog.errors import CatalogInvalid
from catalog.kinds import KINDS, key_of, kind_of, place_of
from catalog.loader import completed, problems_across
from catalog.publication import changed_on, problems_beside
from catalog.reader import Source, read
from catalog.references import Shelf
from store.catalogue import Act, ActName, PublishedCatalogue, PublishedVersion, digests_in, ends_in


def enter(
    published: PublishedCatalogue,
    shelf: Shelf,
    *,
    act: ActName,
    by: str,
    note: str | None = None,
    only: Collection[Key] | None = None,
    ends: Mapping[Key, date] | None = None,
) -> Act | None:
    """Publish the versions of a folder that the installation does not have; None: it has them all.

    `only`: no others than these. `ends`: the last days of versions that the folder retired; an end that the installation
    has already stays. Raises CatalogInvalid for a version that was published with other content, or that
    does not go with what is published; StoreError.
    """
    whole = completed(shelf)
    if only is not None:
        # What is left out is not there for anything else either.
        drafts = {key_of(source.definition) for source in shelf.sources} - {*only}
        whole = Shelf().with_more([source for source in whole.sources if key_of(source.definition) not in drafts])
    versions = versions_on(whole)
    check = refuse_draft if act == "publish" else refuse_unfit
    acts = published.look().acts
    if _holds(acts, versions, ends or {}):
        return None
    # First while nobody waits: what was published elsewhere is read here, and then only what came in between.
    check(whole, acts)
    return published.publish(
        versions, act=act, by=by, note=note, ends=ends or {}, check=lambda acts: check(whole, acts)
    )


def _holds(acts: Sequence[Act], versions: Iterable[PublishedVersion], ends: Mapping[Key, date]) -> bool:
    """Whether all of it was published, just so."""
    held = digests_in(acts)
    return (
        bool(acts)
        and all(held.get(version.key) == version.digest for version in versions)
        and not ends.keys() & held.keys() - ends_in(acts).keys()
    )


def versions_on(shelf: Shelf) -> list[PublishedVersion]:
    """Everything on the shelf as it would be published."""
    return [
        PublishedVersion(
            key_of(source.definition),
            digest_of(source.definition),
            place_of(kind_of(source.definition), source.document.file),
            source.document.text,
            canonical_json(source.definition),
        )
        for source in shelf.sources
    ]


def refuse_unfit(shelf: Shelf, acts: Sequence[Act]) -> None:
    """Raises CatalogInvalid where the shelf contradicts what was published, whichever folder that came from."""
    problems = changed_on(shelf, digests_in(acts)) or problems_across(with_published(shelf, _elsewhere(shelf, acts)))
    if problems:
        raise CatalogInvalid(problems)


def refuse_draft(shelf: Shelf, acts: Sequence[Act]) -> None:
    """The same, and where a new version would have no effect, or was written without knowing of what it follows.

    Only whoever publishes by hand can mend that: what a new version of the program brings must never keep it from starting.
    """
    if problems := problems_beside(shelf, _sources(_elsewhere(shelf, acts)), digests_in(acts)):
        raise CatalogInvalid(problems)
    refuse_unfit(shelf, acts)


def _elsewhere(shelf: Shelf, acts: Iterable[Act]) -> list[PublishedVersion]:
    """What was published and is not on the shelf."""
    here = {key_of(source.definition) for source in shelf.sources}
    return [version for act in acts for version in act.versions if version.key not in here]


def with_published(shelf: Shelf, versions: Sequence[PublishedVersion]) -> Shelf:
    """The shelf with more that was published."""
    return shelf.with_more(_sources(versions))


def _sources(versions: Iterable[PublishedVersion]) -> list[Source[Any]]:
    return [_source(version) for version in versions]


@cache
def _source(version: PublishedVersion) -> Source[Any]:
    """Read from its own document."""
    return read(KINDS[version.key.kind].model, version.file, version.document.encode())
