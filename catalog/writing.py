"""Writing a folder of the catalogue: its digests, its retirements, and a whole one to edit. Files are replaced whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from catalog import retirements
from catalog.definition import Key
from catalog.errors import CatalogUnwritable
from catalog.loader import Folder, digest_file, published_in, retirement_file
from catalog.publication import with_new_versions
from wording.foreign import plain
from wording.libraries import os_said

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Staged:
    """A file's new content, written beside it: what can go wrong has gone wrong before anybody relies on it."""

    file: Path
    temporary: Path

    @classmethod
    def of(cls, file: Path, text: str) -> Staged:
        """Write it beside the file. Raises CatalogUnwritable."""
        staged = cls(file, file.with_name(f".{file.name}.{os.getpid()}"))
        _tried(file, lambda: staged.temporary.write_text(text, encoding="utf-8"))
        return staged

    def put(self) -> None:
        """Let it take the file's place, in one step. Raises CatalogUnwritable."""
        _tried(self.file, lambda: self.temporary.replace(self.file))

    def drop(self) -> None:
        """Forget it."""
        with suppress(OSError):
            self.temporary.unlink()


def heading(day: date, by: str, note: str | None) -> str:
    """The comment above what one act enters: when, by whom and why."""
    return f"# {day.isoformat()} {plain(f'{by}: {note}' if note else by)}\n"


def publish_in(folder: Folder, meanwhile: Callable[[], T], comment: str = "") -> tuple[list[Key], T]:
    """Enter the drafts of a folder among its digests, under a comment; which they are, and what `meanwhile` gave.

    `meanwhile` is done when the file can be written and before it is: raises it, the folder stays as it was.
    Raises CatalogUnwritable.
    """
    file = digest_file(folder.path)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    text, added = with_new_versions(text, folder.shelf, published_in(folder.path), comment)
    if not added:
        return [], meanwhile()
    staged = Staged.of(file, text)
    try:
        done = meanwhile()
        staged.put()
    finally:
        staged.drop()
    return added, done


def retire_in(folder: Path, key: Key, last_day: date, comment: str = "") -> None:
    """Enter a retirement in a folder. Raises CatalogUnwritable."""
    file = retirement_file(folder)
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    staged = Staged.of(file, retirements.with_end(text, key, last_day, comment))
    try:
        staged.put()
    finally:
        staged.drop()


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write a new folder; it may exist already, but empty. Raises CatalogUnwritable."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CatalogUnwritable.of("not_empty", field="DIR", folder=folder)
    for name, text in files.items():
        _tried(folder / name, partial(_put, folder / name, text))


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _tried(file: Path, act: Callable[[], object]) -> None:
    try:
        act()
    except OSError as error:
        raise CatalogUnwritable.of("file_unwritable", field="folder", file=file, why=os_said(error)) from error
