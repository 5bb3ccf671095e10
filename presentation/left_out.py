"""Facts that no list knows, as they are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.facts import LeftOut
from wording.text import in_language


def left_out_json(facts: Sequence[LeftOut], language: str) -> list[dict[str, Any]]:
    """Facts that were left out, for machines: each with the nearest that is known."""
    return [
        {
            "field": fact.field,
            "nearest": fact.nearest,
            "message": in_language(fact.message, language),
            "remedy": in_language(fact.remedy, language),
        }
        for fact in facts
    ]
