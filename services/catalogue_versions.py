"""The versions of a catalogue: on which days each holds, and what that makes of it today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from catalog.catalogue import version_order
from catalog.comparison import Change, changes
from catalog.definition import Key
from catalog.errors import UnknownDefinition, UnknownKind
from catalog.kinds import KINDS, key_of
from catalog.loader import Folder
from catalog.validity import Window, windows_by_version
from events.language.commands import Actor
from services.catalogue_places import Held, Place

NO_WINDOW: Final = Window(None, None)


@dataclass(frozen=True)
class Entry:
    """One version, with the days on which it holds and what that makes of it today."""

    held: Held
    window: Window
    state: str


def list_versions(place: Place, actor: Actor, kind: str | None, id_: str | None) -> list[Entry]:
    """Every version, or those of a kind, or of one definition. Raises UnknownKind, UnknownDefinition, StoreError."""
    if kind is not None and kind not in KINDS:
        raise UnknownKind(kind, KINDS)
    wanted = [held for held in place.held if kind in (None, held.key.kind)]
    if id_ is not None and id_ not in {held.key.id for held in wanted}:
        raise UnknownDefinition(id_, {held.key.id for held in wanted}, KINDS[str(kind)].noun)
    windows, newest = windows_of(place), _newest(place)
    return [
        Entry(held, windows.get(held.key, NO_WINDOW), _state(held, windows.get(held.key), newest, place.today))
        for held in sorted(wanted, key=_in_list_order)
        if id_ in (None, held.key.id)
    ]


def compare_folder(place: Place, actor: Actor, folder: Folder) -> list[Change]:
    """What a folder says otherwise than what is published at the place, version by version. Raises StoreError."""
    return changes([held.definition for held in place.held if held.is_published], folder.definitions)


def windows_of(place: Place) -> dict[Key, Window]:
    """The days on which each version of the place holds."""
    return windows_by_version((held.definition for held in place.held), place.ends)


def drafts_of(place: Place, folder: Folder) -> set[Key]:
    """What of a folder would be published at the place."""
    # Where a stack runs, what it has not got would be published, whatever the folder says of itself.
    is_stack = place.folder is None
    published = {held.key for held in place.held} if is_stack else folder.published.keys()
    return {key_of(source.definition) for source in folder.shelf.sources} - published


def _newest(place: Place) -> set[Key]:
    """The versions of the kinds without days that hold: the newest by number."""
    newest: dict[tuple[str, str], Key] = {}
    for held in sorted(place.held, key=lambda held: version_order(held.key.version)):
        newest[held.key.kind, "" if KINDS[held.key.kind].one else held.key.id] = held.key
    return set(newest.values())


def _state(held: Held, window: Window | None, newest: set[Key], today: date) -> str:
    if not held.is_published:
        return "draft"
    if window is None:
        return "in_force" if held.key in newest else "replaced"
    if window.first_day is not None and window.first_day > today:
        return "future"
    return "ended" if window.last_day is not None and window.last_day < today else "in_force"


def _in_list_order(held: Held) -> tuple[Any, ...]:
    """By kind, id, beginning and number."""
    begins = getattr(held.definition, "valid_from", None) or date.min
    return list(KINDS).index(held.key.kind), held.key.id, begins, version_order(held.key.version)
