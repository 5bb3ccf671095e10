"""The screen of an examination: what is well in a line each, what is not with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from audit.installation.check import Check
from presentation.blocks import Grid, Inline, Tone, line, stacked, toned
from presentation.troubles import FAULT, FINE, MENDED_BY
from presentation.words.words import Words
from wording.text import _


def verdict_table(checks: Sequence[Check], language: str) -> Grid:
    """One line a check; what is wrong stands out, with what mends it below."""
    rows: list[tuple[Inline, ...]] = []
    for check in checks:
        body = check.as_json(language)
        remedy = line(MENDED_BY, " ", body["remedy"]) if body["remedy"] else None
        sign, tone = (FINE, None) if check.ok else (FAULT, Tone.LATE)
        rows.append((sign, toned(tone, check.id), stacked(body["message"], remedy)))
    return Grid(rows, folds=True)


def verdict_words(checks: Sequence[Check], language: str) -> str:
    """The whole in one sentence."""
    words, wrong = Words(language), sum(not check.ok for check in checks)
    if wrong:
        return words(_("{total} checks: {wrong} to be mended."), wrong=wrong, total=len(checks))
    return words(_("{total} checks: all is well."), total=len(checks))
