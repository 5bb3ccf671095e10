"""Looking things up in a catalogue: what it holds on a local day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from catalog.catalogue import Catalog
from catalog.model import LaneTable, ProcedureVersion
from catalog.province import Department
from catalog.validity import Window


@dataclass(frozen=True)
class ListedProcedure:
    """A version of a procedure, and the days on which it is in force."""

    version: ProcedureVersion
    window: Window


def find_procedure(catalog: Catalog, day: date, procedure_id: str) -> ListedProcedure:
    """The version in force on the day. Raises CatalogError."""
    version = catalog.procedure(procedure_id, day)
    return ListedProcedure(version, catalog.window_of(version))


def list_procedures(catalog: Catalog, day: date) -> Sequence[ListedProcedure]:
    """Every procedure in force on the day, by id."""
    return [ListedProcedure(version, catalog.window_of(version)) for version in catalog.procedures_on(day)]


def find_lane_table(catalog: Catalog, day: date) -> LaneTable:
    """The decision table in force on the day. Raises CatalogError."""
    return catalog.lane_table(day)


def list_departments(catalog: Catalog) -> Sequence[Department]:
    """The departments of the province."""
    return list(catalog.departments.values())
