"""Where the catalogues of texts lie."""

from __future__ import annotations

from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).parent / "locale"


def written_file(language: str) -> Path:
    """What translators write, in the language; the compiled one lies beside it."""
    return LOCALE / language / "LC_MESSAGES" / "greenlane.po"
