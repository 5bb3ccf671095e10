"""What a department reads at its desk beside the list: how late each step is, and what it is asked for its opinion on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cases.turn import WorkItem
from greenlane.cli.lateness import LateTime
from greenlane.cli.session import Session
from presentation.blocks import Block, line, strong
from presentation.instants import end_said
from presentation.names import department_said
from wording.text import _, in_language

TITLE: Final = _("Opinions that are asked for")
ASKED: Final = _("{department} asks, by {at}:")
ASKED_OPENLY: Final = _("{department} asks, no limit runs now:")


@dataclass(frozen=True)
class DeskSheet:
    """The waiting steps of one department, as of one look."""

    session: Session
    items: Sequence[WorkItem]
    time: LateTime

    @classmethod
    def of(cls, session: Session, items: Sequence[WorkItem]) -> DeskSheet:
        """The sheet of these steps."""
        return cls(session, items, LateTime(session, session.moments.now))

    def as_json(self) -> list[dict[str, Any]]:
        """For programs."""
        return [
            {
                **item.model_dump(mode="json", exclude={"late"}),
                "late_seconds": self.time.seconds(item.case_id, item.late),
            }
            for item in self.items
        ]

    def screen(self) -> Iterator[Block]:
        """The questions, in the order of the list."""
        asked = [item for item in self.items if item.question is not None]
        if asked:
            yield strong(self._in(TITLE))
        for item in asked:
            yield strong(f"{item.dossier_code or item.case_id}  {item.step_id}")
            yield line(f"  {self._who(item)} {item.question}")

    def _who(self, item: WorkItem) -> str:
        asker = department_said(self.session.wiring.catalog, item.asked_by_department or "")
        due_at = item.due_at if item.late is None else item.late.limit_at
        if due_at is None:
            return self._in(ASKED_OPENLY.filled(department=asker))
        return self._in(ASKED.filled(department=asker, at=end_said(due_at, self.session.wiring.zone)))

    def _in(self, text: str) -> str:
        return in_language(text, self.session.words.language)
