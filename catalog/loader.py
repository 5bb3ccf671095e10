"""The catalogue read from a folder of YAML files, as a whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from stat import S_ISREG
from typing import Final, TypeVar

from pydantic import BaseModel

from catalog import publication, references, retirements
from catalog.assembly import assembled, newest
from catalog.catalogue import Catalog
from catalog.definition import Key
from catalog.document import SIZE_MAX_BYTES, DocumentRefused
from catalog.errors import CatalogInvalid, CatalogUnreadable, Problem
from catalog.kinds import KINDS
from catalog.reader import Source, SourceRefused, read
from catalog.references import Shelf
from catalog.systems import SystemList
from catalog.validity import Ends
from wording.libraries import os_said
from wording.text import LazyText, _

DATA_FOLDER: Final = Path(__file__).resolve().parent / "data"
PLACES: Final[dict[type[BaseModel], str]] = {kind.model: kind.place for kind in KINDS.values()}
M = TypeVar("M", bound=BaseModel)


def load_catalog(folder: Path | None = None, flags: frozenset[str] = frozenset()) -> Catalog:
    """Read and check a whole catalogue; without a folder, the one that is shipped.

    `flags` take announced holidays off the calendars whose law is not confirmed. Raises CatalogInvalid with every fault
    of every file, CatalogUnreadable for a folder that cannot be read, UnknownCalendarFlag for a flag no calendar has.
    """
    return _shipped(flags) if folder is None else _loaded(folder, flags)


@cache
def _shipped(flags: frozenset[str]) -> Catalog:
    # What is shipped changes only with the program, and reading it costs every command a tenth of a second.
    return _loaded(DATA_FOLDER, flags)


def _loaded(folder: Path, flags: frozenset[str]) -> Catalog:
    contents = read_folder(folder)
    return assembled(contents.definitions, contents.ends, flags)


@dataclass(frozen=True)
class Folder:
    """A catalogue as a folder holds it, checked as a whole."""

    path: Path
    shelf: Shelf
    published: Mapping[Key, str]
    """The digests of the versions that its file of digests names; the others are drafts."""
    ends: Ends
    """The last days of the versions that its file of retirements names."""

    @property
    def definitions(self) -> list[BaseModel]:
        """Every definition, as `definitions_of` has them."""
        return definitions_of(self.shelf)


def definitions_of(shelf: Shelf) -> list[BaseModel]:
    """Every definition of the catalogue that lies on the shelf, the shipped list of systems among them where it has none."""
    return [source.definition for source in completed(shelf).sources]


def completed(shelf: Shelf) -> Shelf:
    """The shelf with the shipped list of systems where it has none: a folder may have been made before there were any."""
    return shelf if shelf.systems else replace(shelf, systems=list(_shipped_systems()))


def problems_across(shelf: Shelf) -> list[Problem]:
    """What contradicts across the definitions of a shelf."""
    return references.problems_of(shelf, newest(source.definition for source in completed(shelf).systems)[-1])


def read_folder(folder: Path) -> Folder:
    """Read and check a whole folder, what it says of published versions too. Raises CatalogInvalid, CatalogUnreadable."""
    shelf, published = read_shelf(folder), published_in(folder)
    ended = retirements.parse(
        name_of(retirement_file(folder)), _text(retirement_file(folder), folder), published.digests
    )
    if ended.problems:
        raise CatalogInvalid(ended.problems)
    return Folder(folder, shelf, published.digests, ended.ends)


def read_shelf(folder: Path, *, check_digests: bool = True) -> Shelf:
    """Read and check all files of a folder. Raises CatalogInvalid, CatalogUnreadable."""
    if not folder.is_dir():
        raise CatalogUnreadable.of("no_folder", field="folder", folder=folder)
    if not definition_files(folder):
        raise CatalogUnreadable.of("no_catalogue", field="folder", folder=folder)
    problems = _misplaced(folder)
    shelf = Shelf().with_more([source for model in PLACES for source in _read_all(model, folder, problems)])
    # A reference into a file that could not be read would be reported as unknown: first the files, then what spans them.
    problems = problems or problems_across(shelf) + missing(shelf, folder)
    if check_digests and not problems:
        problems = publication.problems_of(shelf, published_in(folder), name_of(digest_file(folder)))
    if problems:
        raise CatalogInvalid(problems)
    return shelf


@cache
def _shipped_systems() -> tuple[Source[SystemList], ...]:
    problems: list[Problem] = []
    sources = _read_all(SystemList, DATA_FOLDER, problems)
    if not sources:
        raise CatalogInvalid(problems)
    return tuple(sources)


def digest_file(folder: Path) -> Path:
    """Where a catalogue keeps the digests of its published versions."""
    return folder / publication.FILE_NAME


def retirement_file(folder: Path) -> Path:
    """Where a catalogue keeps the last days of its retired versions."""
    return folder / retirements.FILE_NAME


def published_in(folder: Path) -> publication.Published:
    """What the folder's digest file says; nothing, where there is none."""
    file = digest_file(folder)
    return publication.parse(name_of(file), _text(file, folder))


def _text(file: Path, folder: Path) -> str:
    return _content(file, folder).decode(errors="replace") if file.exists() else ""


def _read_all(model: type[M], folder: Path, problems: list[Problem]) -> list[Source[M]]:
    sources: list[Source[M]] = []
    for file in sorted(folder.glob(PLACES[model])):
        try:
            sources.append(read(model, name_of(file), _content(file, folder, SIZE_MAX_BYTES + 1)))
        except (DocumentRefused, SourceRefused) as refused:
            problems += refused.problems
    return sources


def name_of(file: Path) -> str:
    """How errors call a file: from the checkout's root where it lies in there, in full elsewhere."""
    root = DATA_FOLDER.parent.parent
    return str(file.relative_to(root) if file.is_relative_to(root) else file)


def definition_files(folder: Path) -> list[Path]:
    """The files of a catalogue's folder that are read as definitions."""
    return [file for pattern in PLACES.values() for file in sorted(folder.glob(pattern))]


def _misplaced(folder: Path) -> list[Problem]:
    """A definition in a misspelt folder would silently be no definition."""
    placed = set(definition_files(folder))
    strays = {*folder.rglob("*.yaml"), *folder.rglob("*.yml")} - placed
    remedy = _("Name it as one of {places}", places=", ".join(PLACES.values()))
    return [
        Problem(name_of(file), 1, 1, None, _("nothing reads this file"), remedy, "misplaced") for file in sorted(strays)
    ]


def _content(file: Path, folder: Path, most: int = -1) -> bytes:
    """`most` bytes of a file; all of them, where it is negative."""
    name = str(file.relative_to(folder))
    try:
        # /dev/zero behind a link has no end, and a pipe into which nobody writes no beginning.
        if not S_ISREG(file.stat().st_mode):
            raise CatalogUnreadable.of("no_regular_file", field=name, file=name)
        with file.open("rb") as opened:
            return opened.read(most)
    except OSError as error:
        raise CatalogUnreadable.of("file_unreadable", field=name, file=name, why=os_said(error)) from error


def missing(shelf: Shelf, folder: Path) -> list[Problem]:
    """What no catalogue can do without and the shelf does not hold."""
    parts: Sequence[tuple[Sequence[object], str, LazyText]] = (
        (shelf.provinces, "departments.yaml", _("the departments")),
        (shelf.lanes, "lanes/", _("the decision table of the lanes")),
        (shelf.ladders, "ladders/", _("a ladder")),
        (shelf.calendars, "calendars/", _("a working calendar")),
    )
    return [
        Problem(
            name_of(folder / place),
            1,
            1,
            None,
            _("{what} is missing", what=what),
            _("Add the file"),
            "missing_file",
        )
        for definitions, place, what in parts
        if not definitions
    ]
