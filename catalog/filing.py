"""Versions as they are kept outside of a folder: each with the text that was published, and the file it stood in. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from pydantic import BaseModel

from catalog.definition import Key, digest_of
from catalog.document import DocumentRefused
from catalog.errors import CatalogInvalid, Problem
from catalog.kinds import KINDS, key_of
from catalog.reader import Source, SourceRefused, read
from catalog.references import Shelf


@dataclass(frozen=True, slots=True)
class FiledVersion:
    """One version of one definition, and what it was read from."""

    key: Key
    digest: str
    """SHA-256 (hex) of its canonical JSON."""
    file: str
    """Where in a folder it stands, with slashes: `procedures/work-permit.yaml`."""
    text: str
    """The YAML as it was written, comments too."""
    definition: BaseModel


def filed(source: Source[Any], file: str) -> FiledVersion:
    """A definition that was read, with its place in the folder."""
    definition = source.definition
    return FiledVersion(key_of(definition), digest_of(definition), file, source.document.text, definition)


def shelf_of(texts: Iterable[tuple[str, str, str]]) -> Shelf:
    """What these files say: of each the name of its kind, the file and its text. Raises CatalogInvalid with all faults."""
    shelf, problems = Shelf(), list[Problem]()
    for kind, file, text in texts:
        try:
            shelf.put(read(KINDS[kind].model, file, text.encode()))
        except (DocumentRefused, SourceRefused) as refused:
            problems += refused.problems
    if problems:
        raise CatalogInvalid(problems)
    return shelf


def texts_of(versions: Iterable[FiledVersion]) -> list[tuple[str, str, str]]:
    """What `shelf_of` takes."""
    return [(version.key.kind, version.file, version.text) for version in versions]


def under_own_names(versions: Iterable[FiledVersion]) -> dict[str, FiledVersion]:
    """Each version under a file name of its own: two folders may have called different versions alike."""
    named: dict[str, FiledVersion] = {}
    for version in versions:
        stem = version.file.removesuffix(".yaml")
        versioned = f"{stem}.{version.key.version}"
        names = chain([stem, versioned], (f"{versioned}-{number}" for number in count(2)))
        named[next(f"{name}.yaml" for name in names if f"{name}.yaml" not in named)] = version
    return named
