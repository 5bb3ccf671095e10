"""Who an import is: every name below is derived from the log's content, so that a repeated import is the same one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from catalog.basis import Text
from catalog.systems import SubmittingSystem
from events.language.identity import CaseId, case_id_of, message_command_id
from sla.units import Budget
from wording.text import _

NAME_MAX = 80
SOURCES = "/import"
"""Above the sources of all imports."""
SYSTEM = SubmittingSystem(id="import", name=Text.of(_("Import of logs")), sources=(SOURCES,))
"""Who hands the applications of logs in, and acts for their departments; registered by the first import."""


@dataclass(frozen=True, slots=True)
class ImportKey:
    """The content of a log, with the clock that its steps are given: another clock makes another import."""

    log_digest: str
    limit: Budget | None = None

    @property
    def key(self) -> str:
        """64 hex digits; the log's own digest where its steps have no clock."""
        if self.limit is None:
            return self.log_digest
        return hashlib.sha256(f"{self.log_digest} {self.limit.amount} {self.limit.unit}".encode()).hexdigest()

    @property
    def source(self) -> str:
        """The CloudEvents source of all that the import sends; with the application id it makes the case id."""
        return f"{SOURCES}/{self.key}"

    @property
    def procedure_id(self) -> str:
        """The derived procedure."""
        return f"log-{self.key[:12]}"

    @property
    def memory(self) -> str:
        """Where the store remembers how far the import is."""
        return f"import/{self.key}"

    def case_id(self, application_id: str) -> CaseId:
        """The case of one application of this log."""
        return case_id_of(self.source, application_id)

    def submission_id(self, trace: int) -> str:
        """The CloudEvents id of a trace's submission; traces count from 1."""
        return f"{self.key[:16]}.{trace}"

    def submission_command_id(self, trace: int) -> str:
        """What refusals call a trace's submission."""
        return message_command_id("system", SYSTEM.id, self.source, self.submission_id(trace))

    def decision_id(self, trace: int, event: int) -> str:
        """The CloudEvents id of an event's decision; events count from 1 within their trace."""
        return f"{self.key[:16]}.{trace}.{event}"


def application_id_of(position: int, name: str | None) -> str:
    """The id of a trace's application: its place in the log makes it unique, its name makes it readable."""
    stem = re.sub(r"[^0-9A-Za-z._:/-]+", "-", name or "").strip("-")[:NAME_MAX]
    return f"{position}-{stem}" if stem else str(position)
