"""All settings on a screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from presentation.blocks import Table, Tone, table_of, toned
from presentation.words.words import Words
from wording.text import _, in_language


def setting_table(settings: Iterable[Mapping[str, Any]], words: Words) -> Table:
    """One line a setting, each as machines get it; what differs from its default stands out."""
    table = table_of(words(_("Settings")), *map(words, (_("Setting"), _("Value"), _("Meaning"))))
    for setting in settings:
        value = "-" if setting["value"] is None else str(setting["value"])
        meaning = in_language(setting["description"], words.language)
        table.add(setting["variable"], toned(Tone.BEST if setting["is_set"] else None, value), meaning)
    return table
