"""The catalogues of texts: the compiled file where it is up to date, else the one that translators write."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import import_module
from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).parent / "locale"


def written_file(language: str) -> Path:
    """What translators write, in the language."""
    return LOCALE / language / "LC_MESSAGES" / "greenlane.po"


@cache
def translations(language: str) -> NullTranslations:
    """The texts in the language; where there is no catalogue, each text is itself."""
    written = written_file(language)
    compiled = written.with_suffix(".mo")
    if compiled.exists() and (not written.exists() or compiled.stat().st_mtime >= written.stat().st_mtime):
        return GNUTranslations(io.BytesIO(compiled.read_bytes()))
    if not written.exists():
        return NullTranslations()
    # Babel takes a third of a second to read it: only where nobody compiled it, and imported only then.
    return GNUTranslations(io.BytesIO(import_module("wording.catalogue").compiled(written)))
