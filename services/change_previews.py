"""What a new calendar or procedure version changes among the open cases. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final, Self

from cases.decide import fold
from cases.model import Case
from catalog.model import ProcedureVersion
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.commands import Actor, MigrateProcedure
from services.installation import Installation
from sla.calendar import CalendarDefinition
from store.definitions import DefinitionArchive
from store.errors import LedgerRowBroken, StoreError
from store.ledger import rows_of_streams
from store.views import CaseFilter
from wording.text import _

if TYPE_CHECKING:
    from cases.plans import PlannedChange, RefusedChange

BATCH_CASES: Final = 200
"""Open cases folded together; memory stays bounded by them."""
DEFECT: Final = "defect"

Target = CalendarDefinition | ProcedureVersion
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A case that could not be looked at, or not be told."""

    case_id: str
    code: str
    message: str

    @classmethod
    def of(cls, case_id: str, error: Exception) -> Self:
        """Why. Raises the error itself where it concerns all cases: a server that is away."""
        if isinstance(error, StoreError):
            if error.retryable:
                raise error
            return cls(case_id, error.code, error.message)
        # The name only: the text of an exception may quote what nobody else may read.
        name = type(error).__name__
        message = _("The case cannot be reached ({name}).", name=name)
        return cls(case_id, DEFECT, message)


@dataclass(slots=True)
class ChangePreview:
    """What a version changes among the open cases."""

    changes: list[PlannedChange] = field(default_factory=list)
    refused: list[RefusedChange] = field(default_factory=list)
    """Cases that cannot come under it."""
    unreachable: list[Unreachable] = field(default_factory=list)
    """Cases of which nothing can be said: their ledger cannot be read."""


def preview_calendar(installation: Installation, target: CalendarDefinition, progress: Progress) -> ChangePreview:
    """What a version of a calendar changes."""
    from cases.plans import calendar_changes  # noqa: PLC0415 - NumPy: a third of what a process takes to start

    preview = ChangePreview()
    for batch in _open_cases(installation, preview):
        preview.changes.extend(calendar_changes(batch, target))
        progress(len(batch))
    return preview


def preview_migration(
    installation: Installation, actor: Actor, target: ProcedureVersion, reason: str, progress: Progress, *, at: datetime
) -> ChangePreview:
    """What a version of a procedure changes, tried out at a business instant, and the cases that cannot come under it."""
    from cases.plans import RefusedChange, tried_out  # noqa: PLC0415

    preview = ChangePreview()
    for batch in _open_cases(installation, preview, target.id):
        for case in batch:
            if case.definitions.procedure.digest == target.digest:
                continue
            outcome = tried_out(case, migration(f"try:{case.case_id}", at, actor, target, reason))
            if isinstance(outcome, RefusedChange):
                preview.refused.append(outcome)
            else:
                preview.changes.extend(outcome)
        progress(len(batch))
    return preview


def migration(command_id: str, at: datetime, actor: Actor, target: ProcedureVersion, reason: str) -> MigrateProcedure:
    """The command that puts a case under another version of its procedure."""
    return MigrateProcedure(command_id=command_id, received_at=at, actor=actor, procedure=target, reason=reason)


def _open_cases(
    installation: Installation, preview: ChangePreview, procedure: str | None = None
) -> Iterator[list[Case]]:
    """The open cases, folded from their ledger, in batches; those that cannot be are noted. Raises retryable StoreError."""
    archive, after = DefinitionArchive(installation.store), None
    wanted = CaseFilter(open_only=True, procedure=procedure)
    while views := installation.views.cases(wanted, limit=BATCH_CASES, after=after):
        after = views[-1].opened_at, views[-1].case_id
        with installation.store.reading() as connection:
            rows = list(rows_of_streams(connection, [view.case_id for view in views]))
        batch: list[Case] = []
        for case_id, of_case in groupby(rows, key=lambda row: row.case_id):
            try:
                batch.append(_folded([row.record for row in of_case], archive))
            except Exception as error:
                preview.unreachable.append(Unreachable.of(case_id, error))
        yield batch


def _folded(records: Sequence[EventRecord], archive: DefinitionArchive) -> Case:
    first = records[0].event
    if not isinstance(first, ApplicationSubmitted):
        raise LedgerRowBroken(case_id=records[0].case_id, sequence=1)
    return fold(records[0].case_id, archive.definitions(first.definitions_digest), records)
