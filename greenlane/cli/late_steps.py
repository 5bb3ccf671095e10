"""Late steps beside late cases: which step, whose, how late. Of a step it is never said that it is overdue in law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cases.turn import WorkItem
from greenlane.cli.lateness import LateTime, late_step_json
from greenlane.cli.session import Session
from presentation.blocks import Table, Tone, table_of, toned
from presentation.instants import end_said
from presentation.names import both, department_said
from wording.text import _, in_language

TITLE: Final = _("Late steps")
TOLD: Final = _("Who was told, and the command to acknowledge: greenlane escalations --open")
HEADINGS: Final = (
    _("Dossier"),
    _("Step"),
    _("Department"),
    _("Limit of the step"),
    _("Late by"),
)


@dataclass(frozen=True)
class LateSteps:
    """The late steps of some cases, as of one look."""

    session: Session
    steps: tuple[WorkItem, ...]
    time: LateTime

    @classmethod
    def of(cls, session: Session, case_ids: Sequence[str]) -> LateSteps:
        """Those of these cases. Raises StoreError."""
        steps = tuple(session.views.late_steps(case_ids)) if case_ids else ()
        return cls(session, steps, LateTime(session, session.moments.now))

    def as_json(self, case_id: str) -> list[dict[str, Any]]:
        """Those of one case, for programs."""
        return [late_step_json(item, self.time) for item in self.steps if item.case_id == case_id]

    def pointer(self) -> str | None:
        """Where the commands are that acknowledge; None: no step is late."""
        return self._in(TOLD) if self.steps else None

    def table(self) -> Table | None:
        """For people; None: there are none."""
        if not self.steps:
            return None
        table = table_of(self._in(TITLE), *map(self._in, HEADINGS))
        for item in self.steps:
            late = item.late
            table.add(
                item.dossier_code or item.case_id,
                self._in(both(item.name_vi, item.name_en)),
                self._in(department_said(self.session.wiring.catalog, item.department)),
                "-" if late is None else self._in(end_said(late.limit_at, self.session.wiring.zone)),
                toned(Tone.LATE, "-" if late is None else self.time.words(item.case_id, late)),
            )
        return table

    def _in(self, text: str) -> str:
        return in_language(text, self.session.words.language)
