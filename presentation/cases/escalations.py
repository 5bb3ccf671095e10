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
from wording.text import Said, in_language, spoken

OPEN: Final = Said("Open escalations", "Báo cáo vượt cấp đang mở")
ALL: Final = Said("Escalations", "Báo cáo vượt cấp")
NONE: Final = Said("No escalations.", "Không có báo cáo vượt cấp nào.")
NONE_OPEN: Final = Said(
    "No open escalations; what is late all the same: greenlane cases --overdue",
    "Không có báo cáo vượt cấp nào đang mở; bước và hồ sơ còn trễ: greenlane cases --overdue",
)
MORE: Final = Said("{shown} of {total} shown.", "Hiển thị {shown} trên {total}.")
LATE: Final = {
    "statutory": Said("overdue by {late}", "quá hạn {late}"),
    "green": Said("green promise broken {late} ago", "lỡ cam kết luồng xanh {late}"),
    "step": Said("step late by {late}", "bước xử lý trễ {late}"),
    "consultation": Said("opinion late by {late}", "ý kiến trễ {late}"),
    "joint": Said("joint limit passed {late} ago", "thời hạn chung trễ {late}"),
}
"""Only of the law's own limit it is said that it is overdue."""
WARNED: Final = Said("limit not passed", "chưa hết hạn")
LIMIT: Final = Said("limit {at}", "hạn {at}")
STEP: Final = Said("Step: {step} ({department})", "Bước: {step} ({department})")
WHOLE: Final = Said("The whole case ({department})", "Toàn bộ hồ sơ ({department})")
JOINT: Final = Said("The linked dossier as a whole ({department})", "Toàn bộ nhóm hồ sơ liên thông ({department})")
TURN: Final = Said("Whose turn: {holder}", "Đang chờ: {holder}")
TOLD: Final = Said("Told: {role}, level {level}, at {at}", "Đã báo: {role}, cấp {level}, lúc {at}")
DONE: Final = Said("done since", "đã xong")
ACKNOWLEDGED: Final = Said("acknowledged", "đã xác nhận")
CHAIN: Final = Said("acknowledged at another level", "đã được xác nhận ở cấp khác")


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
            yield line(self._in(spoken(MORE, MORE.vi, shown=len(self.items), total=self.total)))
        if self.moments.scale is not None:
            yield line(self.moments.scale)

    def _lines(self, item: EscalationItem) -> Iterator[Block]:
        names, moments = self.moments.names, self.moments
        called = (names.template if item.linked else names.procedure)(item.procedure or "")
        yield line(strong(item.dossier_code or item.dossier_id or item.case_id), f"  {called}")
        yield line(f"  {self._what(item)}")
        yield toned(Tone.WRONG if item.is_open else Tone.DIM, f"  {self._lateness(item)}")
        role, at = names.audience(item.audience, self.told_department(item)), moments.instant(item.fired_at)
        yield line(f"  {self._in(spoken(TOLD, TOLD.vi, role=role, level=item.level, at=at))}")
        if item.is_open:
            yield line(f"  {self._in(spoken(TURN, TURN.vi, holder=names.holder(item.holder)))}")
            yield command_line(self.command(item))
        else:
            yield dim(f"  {self._in(_end(item))}")

    def _lateness(self, item: EscalationItem) -> str:
        if item.late is None:
            return self._in(WARNED)
        kind = LATE[item.clock_kind]
        late = self._in(spoken(kind, kind.vi, late=self.late(item.case_id, item.late)))
        limit = spoken(LIMIT, LIMIT.vi, at=end_said(item.late.limit_at, self.moments.zone))
        return f"{late} ({self._in(limit)})"

    def _what(self, item: EscalationItem) -> str:
        department = self.moments.names.department(item.department)
        if item.linked:
            return self._in(spoken(JOINT, JOINT.vi, department=department))
        if item.name_vi is None or item.name_en is None:
            return self._in(spoken(WHOLE, WHOLE.vi, department=department))
        return self._in(spoken(STEP, STEP.vi, step=both(item.name_vi, item.name_en), department=department))

    def _in(self, text: str) -> str:
        return in_language(text, self.moments.words.language)


def _end(item: EscalationItem) -> Said:
    if item.acknowledged:
        return ACKNOWLEDGED
    return CHAIN if item.late is not None and item.late.ended_at is None else DONE
