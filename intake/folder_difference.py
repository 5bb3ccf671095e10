"""How the catalogue of a folder differs from the one that an installation has in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from catalog.definition import Key, digest_of
from catalog.kinds import key_of
from catalog.loader import read_folder
from store.catalogue import Act, digests_in
from wording.text import LazyText, _, joined

NAMED_MAX: Final = 3
"""So many versions are named; of more only how many there are."""


def difference_of(folder: Path, acts: Sequence[Act]) -> LazyText | None:
    """What the folder holds otherwise than what was published by these acts; None: the same. Raises CatalogError."""
    here = {key_of(definition): digest_of(definition) for definition in read_folder(folder).definitions}
    return _difference(here, digests_in(acts))


def _difference(here: Mapping[Key, str], there: Mapping[Key, str]) -> LazyText | None:
    other = {key for key in here.keys() & there.keys() if here[key] != there[key]}
    parts = [
        _part(_("only in the folder: {names}"), here.keys() - there.keys()),
        _part(_("not in the folder: {names}"), there.keys() - here.keys()),
        _part(_("with other content: {names}"), other),
    ]
    said = [part for part in parts if part is not None]
    return joined("; ", said) if said else None


def _part(text: LazyText, keys: set[Key]) -> LazyText | None:
    if not keys:
        return None
    shown = ", ".join(str(key) for key in sorted(keys)[:NAMED_MAX])
    more = len(keys) - NAMED_MAX
    names = _("{shown} and {more} more", shown=shown, more=more) if more > 0 else shown
    return text.filled(names=names)
