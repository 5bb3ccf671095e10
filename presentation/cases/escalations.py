"""Escalations as a supervisor reads them: which dossier, which step, whose turn, how late, and the command that acknowledges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cases.turn import EscalationItem
from presentation.blocks import Block, Tone, command_line, dim, line, strong, toned
from presentation.cases.case_table import Late
from presentation.instants import end_said
from presentation.moments import Moments
from presentation.names import both
from wording.text import LazyText, _, in_language

OPEN: Final = _("Open escalations")
ALL: Final = _("Escalations")
NONE: Final = _("No escalations.")
NONE_OPEN: Final = _("No open escalations; what is late all the same: greenlane cases --overdue")
MORE: Final = _("{shown} of {total} shown.")
LATE: Final = {
    "statutory": _("overdue by {late}"),
    "green": _("green promise broken {late} ago"),
    "step": _("step late by {late}"),
    "consultation": _("opinion late by {late}"),
    "joint": _("joint limit passed {late} ago"),
}
"""Only of the law's own limit it is said that it is overdue."""
WARNED: Final = _("limit not passed")
LIMIT: Final = _("limit {at}")
STEP: Final = _("Step: {step} ({department})")
WHOLE: Final = _("The whole case ({department})")
JOINT: Final = _("The linked dossier as a whole ({department})")
TURN: Final = _("Whose turn: {holder}")
TOLD: Final = _("Told: {role}, level {level}, at {at}")
DONE: Final = _("done since")
ACKNOWLEDGED: Final = _("acknowledged")
CHAIN: Final = _("acknowledged at another level")


@dataclass(frozen=True)
class EscalationList:
    """A list of escalations as of one look."""

    items: Sequence[EscalationItem]
    total: int
    open_only: bool
    moments: Moments
    late: Late
    told_department: Callable[[EscalationItem], str]
    """Whose role is told."""
    command: Callable[[EscalationItem], str]
    """What acknowledges it."""

    def screen(self) -> Iterator[Block]:
        """A few lines for each, the command on a line of its own, never broken."""
        if not self.items:
            yield self._in(NONE_OPEN if self.open_only else NONE)
            return
        yield strong(f"{self._in(OPEN if self.open_only else ALL)}: {self.total}")
        for item in self.items:
            yield line()
            yield from self._lines(item)
        if self.total > len(self.items):
            yield line()
            yield line(self._in(MORE.filled(shown=len(self.items), total=self.total)))
        if self.moments.scale is not None:
            yield line(self.moments.scale)

    def _lines(self, item: EscalationItem) -> Iterator[Block]:
        names, moments = self.moments.names, self.moments
        called = (names.template if item.linked else names.procedure)(item.procedure or "")
        yield line(strong(item.dossier_code or item.dossier_id or item.case_id), f"  {called}")
        yield line(f"  {self._what(item)}")
        yield toned(Tone.WRONG if item.is_open else Tone.DIM, f"  {self._lateness(item)}")
        role, at = names.audience(item.audience, self.told_department(item)), moments.instant(item.fired_at)
        yield line(f"  {self._in(TOLD.filled(role=role, level=item.level, at=at))}")
        if item.is_open:
            yield line(f"  {self._in(TURN.filled(holder=names.holder(item.holder)))}")
            yield command_line(self.command(item))
        else:
            yield dim(f"  {self._in(_end(item))}")

    def _lateness(self, item: EscalationItem) -> str:
        if item.late is None:
            return self._in(WARNED)
        kind = LATE[item.clock_kind]
        late = self._in(kind.filled(late=self.late(item.case_id, item.late)))
        limit = LIMIT.filled(at=end_said(item.late.limit_at, self.moments.zone))
        return f"{late} ({self._in(limit)})"

    def _what(self, item: EscalationItem) -> str:
        department = self.moments.names.department(item.department)
        if item.linked:
            return self._in(JOINT.filled(department=department))
        if item.name_vi is None or item.name_en is None:
            return self._in(WHOLE.filled(department=department))
        return self._in(STEP.filled(step=both(item.name_vi, item.name_en), department=department))

    def _in(self, text: str) -> str:
        return in_language(text, self.moments.words.language)


def _end(item: EscalationItem) -> LazyText:
    if item.acknowledged:
        return ACKNOWLEDGED
    return CHAIN if item.late is not None and item.late.ended_at is None else DONE
