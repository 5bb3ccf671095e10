"""The members of a stack on a screen: which runs where."""

from __future__ import annotations

from collections.abc import Iterable

from presentation.blocks import Table, Tone, table_of, toned
from presentation.words.words import Words
from wording.text import _

Row = tuple[str, str, str | None, str | None]
"""Name, state, address, and where its measures are read."""


def member_table(members: Iterable[Row], words: Words) -> Table:
    """One line a member; what does not run stands out."""
    table = table_of(None, *map(words, (_("Part"), _("State"), _("Address"), _("Metrics"))))
    for name, state, address, metrics in members:
        tone = Tone.GOOD if state == "running" else Tone.LATE
        table.add(name, toned(tone, words.named("part_state", state)), address or "-", metrics or "-")
    return table
