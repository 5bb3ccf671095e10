"""A calendar's file alone, before it is published."""

from __future__ import annotations

from pathlib import Path

from catalog.document import SIZE_MAX_BYTES, DocumentRefused
from catalog.errors import CatalogInvalid, CatalogUnreadable
from catalog.reader import SourceRefused, read
from sla.calendar import CalendarDefinition
from wording.libraries import os_said


def read_calendar(file: Path, field: str = "file") -> CalendarDefinition:
    """The calendar in a file; `field`: what named it. Raises CatalogUnreadable, CatalogInvalid with all its faults."""
    try:
        with file.open("rb") as opened:
            content = opened.read(SIZE_MAX_BYTES + 1)  # what stands behind a name may have no end
    except OSError as error:
        raise CatalogUnreadable.of("file_unreadable", field=field, file=file, why=os_said(error)) from error
    try:
        return read(CalendarDefinition, str(file), content).definition
    except (DocumentRefused, SourceRefused) as refused:
        faults = sorted(refused.problems, key=lambda problem: (problem.line, problem.column))
        raise CatalogInvalid(faults) from None
