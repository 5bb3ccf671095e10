"""The catalogues of texts: the compiled file where it is up to date, else the one that translators write."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations

from wording.files import written_file


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
    from wording.catalogue import compiled as compiled_of  # noqa: PLC0415

    return GNUTranslations(io.BytesIO(compiled_of(written)))
