"""Where catalogues are looked at and changed: on the running installation, or, where none runs, on a folder alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from catalog.assembly import assembled
from catalog.definition import Key, digest_of
from catalog.errors import CatalogUnwritable
from catalog.kinds import KINDS, key_of, kind_of, place_of
from catalog.loader import DATA_FOLDER, Folder, completed, read_folder
from catalog.retiring import Retirement, Retiring
from catalog.validity import Ends
from catalog.writing import heading, publish_in, retire_in
from intake.folder_difference import difference_of
from intake.publishing import enter, refuse_draft
from services.installation import Installation
from store.catalogue import Act, digests_in, ends_in

__all__ = ["Act", "FolderPlace", "Held", "InstallationPlace", "Place", "difference_of", "held_in"]


@dataclass(frozen=True)
class Held:
    """One version of a catalogue."""

    key: Key
    digest: str
    definition: BaseModel
    file: str
    """Where it stands in a folder."""
    text: str
    is_published: bool = True
    published_at: datetime | None = None
    """Business time; None: a folder does not tell."""
    published_by: str | None = None


class Place(Protocol):
    """A catalogue that can be looked at and changed."""

    @property
    def folder(self) -> Path | None:
        """The folder that it is; None: the running installation."""
        ...

    @property
    def held(self) -> Sequence[Held]:
        """Every version."""
        ...

    @property
    def ends(self) -> Ends:
        """The last days of the versions that were retired."""
        ...

    @property
    def today(self) -> date:
        """The day in the province."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """The province's time zone."""
        ...

    @property
    def has_accounts(self) -> bool:
        """Whether the accounts of departments and systems are ours to hand out."""
        ...

    def refuse(self, folder: Folder) -> None:
        """Raises CatalogInvalid where the folder's drafts could not be published here."""
        ...

    def publish(self, folder: Folder, by: str, note: str | None) -> set[Key]:
        """Publish the drafts of a folder; which are new here. Raises CatalogInvalid, CatalogUnwritable, StoreError."""
        ...

    def retire(self, version: tuple[str, str, str], on: date, by: str, note: str | None) -> Retirement:
        """Retire a version. Raises what `Retiring.of` does, CatalogUnwritable, StoreError."""
        ...

    @property
    def retiring(self) -> Retiring:
        """What may be retired, as it was when it was last looked."""
        ...

    def open_cases(self, key: Key, first: date | None, last: date) -> int | None:
        """How many open cases are under a version that holds from `first` to `last`; None: nobody knows."""
        ...


@dataclass(frozen=True)
class FolderPlace:
    """A folder alone: that of GREENLANE_CATALOG_DIR, or the one that is shipped."""

    folder: Path
    now: datetime
    """The real instant of this look."""

    @cached_property
    def read(self) -> Folder:
        """What it holds. Raises CatalogInvalid, CatalogUnreadable."""
        return read_folder(self.folder)

    @cached_property
    def held(self) -> list[Held]:
        """Every version, drafts too."""
        return held_in(self.read)

    @property
    def ends(self) -> Ends:
        """As its file of retirements says."""
        return self.read.ends

    @property
    def today(self) -> date:
        """The real day in the province."""
        return self.now.astimezone(self.zone).date()

    @property
    def zone(self) -> ZoneInfo:
        """As its calendar says."""
        return assembled(held.definition for held in self.held).zone

    has_accounts = False

    def refuse(self, folder: Folder) -> None:
        """A folder by itself has nothing against another."""

    def publish(self, folder: Folder, by: str, note: str | None) -> set[Key]:
        """Enter the drafts among the folder's own digests."""
        today = self.now.astimezone(assembled(folder.definitions).zone).date()
        return set(publish_in(folder, lambda: None, heading(today, by, note))[0])

    def retire(self, version: tuple[str, str, str], on: date, by: str, note: str | None) -> Retirement:
        """Enter the retirement in the folder. Raises CatalogUnwritable for the folder that is shipped."""
        done = self.retiring.of(*version, on)
        if self.folder == DATA_FOLDER:
            raise CatalogUnwritable.of("shipped_folder", field="GREENLANE_CATALOG_DIR")
        if not done.stands:
            retire_in(self.folder, done.key, on, heading(self.today, by, note))
        return done

    @property
    def retiring(self) -> Retiring:
        """What may be retired."""
        return Retiring(self.read.definitions, self.read.published, self.ends, self.today)

    def open_cases(self, key: Key, first: date | None, last: date) -> None:
        """A folder has no cases."""


@dataclass(frozen=True)
class InstallationPlace:
    """The catalogue of the running installation, in its database."""

    installation: Installation
    now: datetime
    """The real instant of this look."""
    has_accounts: bool
    """Whether the accounts of departments and systems are ours to hand out."""
    let_in: Callable[[Iterable[str], Iterable[str]], None]
    """Gives new departments and systems their topics, and their accounts where those are ours."""

    folder = None

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """Every act of publishing."""
        return self.installation.published.look().acts

    @cached_property
    def held(self) -> list[Held]:
        """Every version, with when it was published and by whom."""
        return [
            Held(
                key=version.key,
                digest=version.digest,
                definition=version.parsed(),
                file=place_of(KINDS[version.key.kind], version.file),
                text=version.document,
                published_at=self.installation.business(act.at),
                published_by=act.by,
            )
            for act in self.acts
            for version in act.versions
        ]

    @property
    def ends(self) -> Ends:
        """By the latest act on each."""
        return ends_in(self.acts)

    @cached_property
    def today(self) -> date:
        """The business day in the province."""
        return self.installation.business(self.now).astimezone(self.zone).date()

    @cached_property
    def zone(self) -> ZoneInfo:
        """As its calendar says."""
        return assembled(held.definition for held in self.held).zone

    def refuse(self, folder: Folder) -> None:
        """What is published here may contradict it."""
        refuse_draft(completed(folder.shelf), self.acts)

    def publish(self, folder: Folder, by: str, note: str | None) -> set[Key]:
        """Enter the drafts in the database, and among the folder's digests."""

        def entered() -> Act | None:
            self._let_in(folder)
            published = self.installation.published
            return enter(published, folder.shelf, act="publish", by=by, note=note, ends=folder.ends)

        act = publish_in(folder, entered, heading(self.today, by, note))[1]
        return {version.key for version in act.versions} if act else set()

    def _let_in(self, folder: Folder) -> None:
        """New departments and systems get their topics first: nothing may be sent where there is none."""
        held = {held.key for held in self.held}
        new = {key.kind for source in folder.shelf.sources if (key := key_of(source.definition)) not in held}
        if {"province", "systems"} & new:
            catalog = assembled(folder.definitions)
            self.let_in(catalog.departments, catalog.systems)

    def retire(self, version: tuple[str, str, str], on: date, by: str, note: str | None) -> Retirement:
        """Enter the retirement in the database."""

        def check(acts: Sequence[Act]) -> None:
            self._retiring(acts).of(*version, on)

        done = self.retiring.of(*version, on)
        if not done.stands:
            # Others may have published since: it is asked again where nobody else can.
            self.installation.published.retire(done.key, on, by=by, note=note, check=check)
        return done

    @property
    def retiring(self) -> Retiring:
        """What may be retired."""
        return self._retiring(self.acts)

    def _retiring(self, acts: Sequence[Act]) -> Retiring:
        definitions = [version.parsed() for act in acts for version in act.versions]
        return Retiring(definitions, digests_in(acts), ends_in(acts), self.today)

    def open_cases(self, key: Key, first: date | None, last: date) -> int:
        """By the read models: of a procedure those of this version, of the other kinds those received while it held."""
        views = self.installation.views
        if key.kind == "procedure":
            return views.open_under(key.id, key.version)
        begins, ends = (self._midnight(day) for day in (first, None if last == date.max else last + timedelta(days=1)))
        return views.open_received(begins, ends, template=key.id if key.kind == "dossier" else None)

    def _midnight(self, day: date | None) -> datetime | None:
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=self.zone)


def held_in(folder: Folder) -> list[Held]:
    """Every version of a folder; the shipped list of systems, where it has none, is published like what else is shipped."""
    own = {key_of(source.definition) for source in folder.shelf.sources}
    return [
        Held(
            key=key_of(source.definition),
            digest=digest_of(source.definition),
            definition=source.definition,
            file=place_of(kind_of(source.definition), source.document.file),
            text=source.document.text,
            is_published=key_of(source.definition) in folder.published or key_of(source.definition) not in own,
        )
        for source in completed(folder.shelf).sources
    ]
