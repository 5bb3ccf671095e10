"""The one procedure version that all applications of a log run under: it declares no route, each application has its own."""

from __future__ import annotations

from datetime import date

from catalog.catalogue import Catalog
from catalog.model import Definitions, ProcedureVersion, Text
from eventlog.identity import ImportKey
from wording.text import _


def derived_definitions(key: ImportKey, catalog: Catalog, agency: str, received_day: date) -> Definitions:
    """What the cases of an import are decided under; the agency receives them. Raises the catalogue's errors."""
    digits = key.log_digest[:12]
    procedure = ProcedureVersion(
        id=key.procedure_id,
        version=key.key[:12],
        name=Text.of(_("Imported event log {digits}", digits=digits)),
        agency=agency,
        limit=None,
        route="declared",
        verified=False,
    )
    return catalog.definitions_of(procedure, received_day)
