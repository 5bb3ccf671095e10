"""Entering what a folder holds into the catalogue of an installation: as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from catalog.definition import Key, canonical_json, digest_of
from catalog.errors import CatalogInvalid
from catalog.kinds import KINDS, key_of
from catalog.loader import completed, problems_across
from catalog.publication import changed
from catalog.reader import read
from catalog.references import Shelf
from store.catalogue import Act, ActName, PublishedCatalogue, PublishedVersion, digests_in


def enter(
    published: PublishedCatalogue,
    shelf: Shelf,
    *,
    act: ActName,
    by: str,
    note: str | None = None,
    only: Collection[Key] | None = None,
) -> Act | None:
    """Publish the versions of a folder that the installation does not have; None: it has them all.

    `only`: no others than these. Raises CatalogInvalid for a version that was published with other content, or that
    does not go with what is published; StoreError.
    """
    whole = completed(shelf)
    drafts = set() if only is None else {key_of(source.definition) for source in shelf.sources} - {*only}
    versions = [version for version in versions_on(whole) if version.key not in drafts]
    return published.publish(versions, act=act, by=by, note=note, check=lambda acts: refuse_unfit(whole, acts))


def versions_on(shelf: Shelf) -> list[PublishedVersion]:
    """Everything on the shelf as it would be published."""
    return [
        PublishedVersion(
            key_of(source.definition),
            digest_of(source.definition),
            source.document.file,
            source.document.text,
            canonical_json(source.definition),
        )
        for source in shelf.sources
    ]


def refuse_unfit(shelf: Shelf, acts: Sequence[Act]) -> None:
    """Raises CatalogInvalid where the shelf contradicts what was published, whichever folder that came from."""
    held = digests_in(acts)
    here = {key_of(source.definition): source for source in shelf.sources}
    problems = [
        changed(key, source, held[key])
        for key, source in here.items()
        if held.get(key, digest_of(source.definition)) != digest_of(source.definition)
    ]
    elsewhere = [version for act in acts for version in act.versions if version.key not in here]
    problems = problems or problems_across(with_published(shelf, elsewhere))
    if problems:
        raise CatalogInvalid(problems)


def with_published(shelf: Shelf, versions: Sequence[PublishedVersion]) -> Shelf:
    """The shelf with more that was published, each read from its own document."""
    read_again = [read(KINDS[version.key.kind].model, version.file, version.document.encode()) for version in versions]
    return shelf.with_more(read_again)
