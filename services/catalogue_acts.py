"""Checking, publishing, retiring and handing out a catalogue, once it is known where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count, groupby
from pathlib import Path

from catalog import publication, retirements
from catalog.definition import Key
from catalog.kinds import key_of
from catalog.loader import Folder, read_folder
from catalog.province import Province
from catalog.retiring import Retirement
from catalog.systems import SystemList
from catalog.writing import heading, write_folder
from events.language.commands import Actor
from services.catalogue_places import Held, Place
from services.catalogue_versions import windows_of


@dataclass(frozen=True)
class Published:
    """What a publication did."""

    new: Sequence[tuple[Key, str]]
    """With their digests."""
    known: int
    """Versions of the folder that were published before."""
    parties: Sequence[str]
    """Departments and submitting systems that were not there before."""
    following: Sequence[Key] = ()
    """Those of the new on a running installation that follow a version of theirs."""


@dataclass(frozen=True)
class Retired:
    """What a retirement did."""

    done: Retirement
    open_cases: int | None
    templates: Sequence[str]
    """Of linked dossiers, that ask for what is retired."""


def check_folder(place: Place, actor: Actor, path: Path) -> Folder:
    """The folder, if nothing is wrong with it and the place would take it. Raises CatalogInvalid, CatalogUnreadable."""
    folder = read_folder(path)
    place.refuse(folder)
    return folder


def publish_folder(place: Place, actor: Actor, folder: Folder, note: str | None) -> Published:
    """Publish the drafts of a folder. Raises CatalogInvalid: somebody published meanwhile; CatalogUnwritable, StoreError."""
    held = place.held if place.folder is None else ()
    before, named = _parties([version.definition for version in held]), {version.key[:2] for version in held}
    entered = place.publish(folder, actor.id, note)
    digests = {key: digest for key, digest, _ in publication.versions_of(folder.shelf)}
    new = [(key, digests[key]) for key in sorted(entered & digests.keys())]
    parties = _parties([source.definition for source in folder.shelf.sources if key_of(source.definition) in entered])
    following = [key for key, _digest in new if key[:2] in named]
    return Published(new, len(digests.keys() - entered), sorted(parties - before), following)


def _parties(definitions: Sequence[object]) -> set[str]:
    """Who has an account of its own by these definitions."""
    departments = {party.id for one in definitions if isinstance(one, Province) for party in one.departments}
    return departments | {party.id for one in definitions if isinstance(one, SystemList) for party in one.systems}


def retire_version(place: Place, actor: Actor, version: tuple[str, str, str], on: date, note: str | None) -> Retired:
    """End a version (kind, id, version) with a day. Raises CatalogError, StoreError."""
    done = place.retire(version, on, actor.id, note)
    first = windows_of(place)[done.key].first_day
    return Retired(done, place.open_cases(done.key, first, on), place.retiring.templates_without(done))


def export_folder(place: Place, actor: Actor, folder: Path) -> int:
    """Write the catalogue as a folder that is new or empty; how many files. Raises CatalogUnwritable, StoreError."""
    files = _files_of(place)
    write_folder(folder, files)
    return len(files)


def _files_of(place: Place) -> dict[str, str]:
    """The catalogue as the files of a folder: the texts as they were published, and what says that they were."""
    named: dict[str, str] = {}
    for held in place.held:
        stem = held.file.removesuffix(".yaml")
        versioned = f"{stem}.{held.key.version}"
        # Two folders may have called different versions alike.
        names = chain([stem, versioned], (f"{versioned}-{number}" for number in count(2)))
        named[next(f"{name}.yaml" for name in names if f"{name}.yaml" not in named)] = held.text
    named[publication.FILE_NAME] = publication.HEADER + "".join(_lines(place.held))
    if place.ends:
        text = retirements.HEADER
        for key, day in sorted(place.ends.items()):
            text = retirements.with_end(text, key, day)
        named[retirements.FILE_NAME] = text
    return named


def _lines(held: Sequence[Held]) -> list[str]:
    """The published versions with their digests, those of one act together under who published them."""
    lines: list[str] = []
    published = [version for version in held if version.is_published]
    for (at, by), versions in groupby(published, key=lambda version: (version.published_at, version.published_by)):
        lines += [] if at is None or by is None else [heading(at.date(), by, None)]
        lines += [f"{version.key} {version.digest}\n" for version in sorted(versions, key=lambda version: version.key)]
    return lines
