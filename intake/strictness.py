"""Facts that no list knows: left out of the case and told to whoever hands in, or refused where that was asked for. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.facts import LeftOut
from events.language.refusals import Refusal, refuse


def unknown_fact(unlisted: Sequence[LeftOut]) -> Refusal | None:
    """The refusal of a submission that shall hold no unknown fact; None: it holds none."""
    if not unlisted:
        return None
    first = unlisted[0]
    details = {"fact": first.name, "near": first.nearest or "-"}
    if first.is_known:
        return refuse("fact_value_unknown", first.field, **details)
    return refuse("fact_unknown", first.field, **details)
