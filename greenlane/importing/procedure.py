"""The one procedure version that all applications of a log run under: it declares no route, each application has its own."""

from __future__ import annotations

from datetime import date

from catalog.catalogue import Catalog
from catalog.model import Definitions, ProcedureVersion, Text
from greenlane.importing.identity import ImportKey
from greenlane.outside.receiving import receiver


def derived_definitions(key: ImportKey, catalog: Catalog, received_day: date) -> Definitions:
    """What the cases of an import are decided under. Raises the catalogue's errors."""
    digits = key.log_digest[:12]
    procedure = ProcedureVersion(
        id=key.procedure_id,
        version=key.key[:12],
        name=Text(vi=f"Nhật ký sự kiện nhập vào {digits}", en=f"Imported event log {digits}"),
        agency=receiver(catalog).id,
        limit=None,
        route="declared",
        verified=False,
    )
    return catalog.definitions_of(procedure, received_day)
