"""I12: what cases and dossiers were decided under stands as it was kept, under the digest that their first events name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.violation import Violation
from catalog.definition import Definition
from catalog.dossier import DossierDefinitions
from catalog.model import Definitions
from store.database import Store
from store.definitions import DefinitionArchive
from wording.text import _

KINDS: Final[tuple[type[Definition], ...]] = (Definitions, DossierDefinitions)
DIGITS: Final = 12
"""Of a digest, to know it by."""


def check_definitions(store: Store) -> Iterator[Violation]:
    """Those that were changed since, whatever they say now. Raises StoreError."""
    for digest, body in DefinitionArchive(store).bodies():
        if all(_digest_of(kind, body) != digest for kind in KINDS):
            changed = _("are not those that were kept: their content does not give their digest")
            yield Violation("I12", f"definitions {digest[:DIGITS]}", None, changed, goes_on=True, altered=True)


def _digest_of(kind: type[Definition], body: str) -> str | None:
    try:
        return kind.model_validate_json(body).digest
    except (ValueError, RecursionError):
        return None
