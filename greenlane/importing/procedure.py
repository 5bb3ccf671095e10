"""The one procedure version that all applications of a log run under: it declares no route, each application has its own."""

from __future__ import annotations

from datetime import date

from catalog.catalogue import Catalog
from catalog.errors import UnknownDepartment
from catalog.model import Definitions, ProcedureVersion, Text
from catalog.province import Department
from greenlane.importing.identity import ImportKey
from greenlane.province import ONE_STOP


def derived_definitions(key: ImportKey, catalog: Catalog, received_day: date) -> Definitions:
    """What the cases of an import are decided under. Raises the catalogue's errors."""
    digits = key.log_digest[:12]
    procedure = ProcedureVersion(
        id=key.procedure_id,
        version=key.key[:12],
        name=Text(vi=f"Nhật ký sự kiện nhập vào {digits}", en=f"Imported event log {digits}"),
        agency=_agency(catalog).id,
        limit=None,
        route="declared",
        verified=False,
    )
    return catalog.definitions_of(procedure, received_day)


def _agency(catalog: Catalog) -> Department:
    """Who receives the dossiers: the one-stop centre, else any department that can give a dossier its code."""
    coded = [department for department in catalog.province.departments if department.code is not None]
    preferred = [department for department in coded if department.id == ONE_STOP]
    found = [*preferred, *coded]
    if not found:
        raise UnknownDepartment(ONE_STOP, ())
    return found[0]
