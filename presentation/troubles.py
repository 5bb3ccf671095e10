"""What is wrong, or should be known, in two lines: what it is, and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from presentation.blocks import Inline, Line, Tone, dim, strong, toned, unbroken

FAULT: Final = toned(Tone.LATE, "✗")
WARNING: Final = toned(Tone.NEAR, "!")
FINE: Final = toned(Tone.GOOD, "✓")
MENDED_BY: Final = toned(Tone.GOOD, "→")


def trouble_lines(sign: Line, message: Inline, remedy: str = "", *, where: str = "", field: str = "") -> Iterator[Line]:
    """The lines; `where`: file and line, or whose it is."""
    place = (strong(where), " ") if where else ()
    yield unbroken(sign, " ", *place, message, dim(f" ({field})") if field else "")
    if remedy:
        yield unbroken("  ", MENDED_BY, " ", remedy)
