"""What the commands of the catalogue do, once it is known where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count, groupby
from pathlib import Path
from typing import Any

from catalog import publication, retirements
from catalog.catalogue import version_order
from catalog.definition import Key
from catalog.errors import CatalogInvalid
from catalog.kinds import KINDS, key_of
from catalog.loader import Folder, definition_files, read_folder
from catalog.province import Province
from catalog.retiring import Retirement
from catalog.systems import SystemList
from catalog.validity import Window, windows_by_version
from catalog.writing import heading
from greenlane.cli.calendar_file import show_faults
from greenlane.cli.catalog_places import Held, Place


@dataclass(frozen=True)
class Published:
    """What a publication did."""

    new: Sequence[tuple[Key, str]]
    """With their digests."""
    known: int
    """Versions of the folder that were published before."""
    parties: Sequence[str]
    """Departments and submitting systems that were not there before."""

    def as_json(self) -> dict[str, Any]:
        """The answer of `catalog publish --json`."""
        return {
            "ok": True,
            "published": [{**key._asdict(), "digest": digest} for key, digest in self.new],
            "known": self.known,
        }


@dataclass(frozen=True)
class Retired:
    """What a retirement did."""

    done: Retirement
    open_cases: int | None
    templates: Sequence[str]
    """Of linked dossiers, that ask for what is retired."""

    def as_json(self) -> dict[str, Any]:
        """The answer of `catalog retire --json`."""
        until = self.done.valid_until.isoformat()
        return {"ok": True, **self.done.key._asdict(), "valid_until": until, "open_cases": self.open_cases}


def checked(place: Place, folder: Path, *, is_counted: bool = False) -> Folder | None:
    """The folder, if nothing is wrong with it and the place would take it; None: its faults were shown.

    `is_counted`: for programs the faults stand beside the number of files, as they do where there are none.

    Raises CatalogUnreadable.
    """
    try:
        found = read_folder(folder)
        place.refuse(found)
    except CatalogInvalid as refused:
        counted = {"files": len(definition_files(folder))} if is_counted else {}
        show_faults(refused.problems, ok=False, **counted)
        return None
    return found


def published(place: Place, folder: Folder, by: str, note: str | None) -> Published | None:
    """Publish the drafts of a folder; None: somebody published meanwhile, and the faults that this made were shown.

    Raises CatalogUnwritable, StoreError.
    """
    before = _parties([held.definition for held in place.held]) if place.folder is None else set()
    try:
        entered = place.publish(folder, by, note)
    except CatalogInvalid as refused:
        show_faults(refused.problems, ok=False)
        return None
    given = {key: digest for key, digest, _ in publication.versions_of(folder.shelf)}
    new = [(key, given[key]) for key in sorted(entered & given.keys())]
    parties = _parties([source.definition for source in folder.shelf.sources if key_of(source.definition) in entered])
    return Published(new, len(given.keys() - entered), sorted(parties - before))


def _parties(definitions: Sequence[object]) -> set[str]:
    """Who has an account of its own by these definitions."""
    departments = {party.id for found in definitions if isinstance(found, Province) for party in found.departments}
    return departments | {party.id for found in definitions if isinstance(found, SystemList) for party in found.systems}


def retired(place: Place, asked: tuple[str, str, str], on: date, by: str, note: str | None) -> Retired:
    """Retire a version. Raises CatalogError, StoreError."""
    done = place.retire(asked, on, by, note)
    first = windows_of(place)[done.key].first_day
    return Retired(done, place.open_cases(done.key, first, on), place.retiring.templates_without(done))


def windows_of(place: Place) -> dict[Key, Window]:
    """The days on which each version of the place holds."""
    return windows_by_version((held.definition for held in place.held), place.ends)


def files_of(place: Place) -> dict[str, str]:
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
    given = [version for version in held if version.is_published]
    for (at, by), versions in groupby(given, key=lambda version: (version.published_at, version.published_by)):
        lines += [] if at is None or by is None else [heading(at.date(), by, None)]
        lines += [f"{version.key} {version.digest}\n" for version in sorted(versions, key=lambda version: version.key)]
    return lines


def in_list_order(held: Held) -> tuple[Any, ...]:
    """By kind, id, beginning and number."""
    begins = getattr(held.definition, "valid_from", None) or date.min
    return list(KINDS).index(held.key.kind), held.key.id, begins, version_order(held.key.version)
