"""A policy's file, read and held to the catalogue beside which it shall be thought of."""

from __future__ import annotations

from pathlib import Path

from catalog.catalogue import Catalog
from catalog.document import SIZE_MAX_BYTES, DocumentRefused
from catalog.errors import CatalogUnreadable, PolicyInvalid
from catalog.policy import Policy
from catalog.proposal import Proposal
from catalog.reader import SourceRefused, read
from sla.calendar import CalendarDefinition
from wording.libraries import os_said
from wording.regular_files import open_regular


def read_policy(file: Path, catalog: Catalog, calendar: CalendarDefinition | None = None) -> Proposal:
    """The policy in a file, and a calendar beside it. Raises CatalogUnreadable, PolicyInvalid with all its faults."""
    try:
        with open_regular(file) as opened:
            content = opened.read(SIZE_MAX_BYTES + 1)
    except OSError as error:
        raise CatalogUnreadable.of("file_unreadable", field="policy", file=file, why=os_said(error)) from error
    try:
        source = read(Policy, str(file), content)
    except (DocumentRefused, SourceRefused) as refused:
        raise PolicyInvalid(refused.problems) from None
    proposal = Proposal(source, catalog.lanes[-1], calendar)
    problems = list(proposal.problems(catalog))
    if problems:
        raise PolicyInvalid(problems)
    return proposal
