"""How an application would be classified, before anybody hands it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cases.classification import Classification, classify
from catalog.catalogue import Catalog
from catalog.model import Fact, ProcedureVersion


@dataclass(frozen=True)
class Judged:
    """How an application would be classified."""

    procedure: ProcedureVersion
    ignored: tuple[str, ...]
    """Facts that no lane asks for."""
    classification: Classification


def classify_application(catalog: Catalog, day: date, procedure_id: str, facts: Mapping[str, Fact]) -> Judged:
    """How an application with these facts would fare under what is in force on the local day. Raises CatalogError."""
    table, version = catalog.lane_table(day), catalog.procedure(procedure_id, day)
    asked_for = {name: value for name, value in facts.items() if name in table.facts}
    ignored = tuple(name for name in facts if name not in table.facts)
    return Judged(version, ignored, classify(table, version, asked_for))
