"""Escalations as a supervisor reads them: which dossier, which step, whose turn, how late, and the command that acknowledges."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from rich.console import RenderableType
from rich.text import Text

from cases.turn import EscalationItem
from catalog.audiences import audience_of
from catalog.errors import UnknownRole
from catalog.province import LEAD
from greenlane.cli.lateness import LateTime, instant_json
from greenlane.cli.moments import Moments
from greenlane.cli.session import Session
from presentation.acknowledging import acknowledge_command
from presentation.instants import end_said
from presentation.names import both, department_said, role_said, said
from store.dossiers import Dossiers
from store.escalations import EscalationFilter, Escalations
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
class EscalationSheet:
    """A list of escalations as of one look."""

    session: Session
    items: tuple[EscalationItem, ...]
    total: int
    open_only: bool
    moments: Moments
    state_dir: Path | None

    @classmethod
    def of(cls, session: Session, wanted: EscalationFilter, *, limit: int, state_dir: Path | None) -> Self:
        """Read what is wanted. Raises StoreError."""
        rows = Escalations(session.wiring.store)
        items = tuple(rows.listed(wanted, limit=limit))
        total = len(items) if len(items) < limit else rows.count(wanted)
        return cls(session, items, total, wanted.open_only, session.moments, state_dir)

    def refuse_unknown(self, wanted: EscalationFilter) -> None:
        """Tell an empty list from a slip of the pen. Raises UnknownDepartment, UnknownRole.

        An imported log has departments and roles of its own: what is on record is never refused.
        """
        catalog, rows = self.session.wiring.catalog, Escalations(self.session.wiring.store)
        if wanted.department is not None and not rows.count(EscalationFilter(department=wanted.department)):
            catalog.department(wanted.department)
        if wanted.audience is not None and wanted.audience not in (known := self._roles(rows)):
            raise UnknownRole(wanted.audience, known)

    def _roles(self, rows: Escalations) -> set[str]:
        catalog = self.session.wiring.catalog
        held = {holder.role for department in catalog.departments.values() for holder in department.roles}
        told = {rung.audience for ladder in catalog.ladders.values() for rung in ladder.rungs}
        return held | {f"{LEAD}{role}" for role in held} | set(catalog.departments) | told | set(rows.audiences())

    @cached_property
    def _time(self) -> LateTime:
        return LateTime(self.session, self.moments.now)

    def as_json(self) -> list[dict[str, Any]]:
        """For programs."""
        return [self._one_json(item) for item in self.items]

    def _one_json(self, item: EscalationItem) -> dict[str, Any]:
        return {
            "case_id": None if item.linked else item.case_id,
            "dossier": item.case_id if item.linked else None,
            "dossier_id": item.dossier_id,
            "dossier_code": item.dossier_code,
            "escalation_id": item.escalation_id,
            "kind": item.kind,
            "clock": item.clock_id,
            "step_id": item.step_id,
            "procedure": item.procedure,
            "department": item.department,
            "holder": item.holder,
            "audience": {"department": self._told_department(item), "role": item.audience},
            "level": item.level,
            "fired_at": instant_json(item.fired_at),
            "limit_at": item.limit_at and instant_json(item.limit_at),
            "late_seconds": self._time.seconds(item.case_id, item.late),
            "acknowledged": item.acknowledged,
            "open": item.is_open,
            "acknowledge": self.command(item) if item.is_open else None,
        }

    def _told_department(self, item: EscalationItem) -> str:
        """Whose role is told; of an early version by the catalogue of now."""
        departments = self.session.wiring.catalog.departments
        found, _ = audience_of(item.audience, item.department, item.agency, departments)
        return item.audience_department or found

    def command(self, item: EscalationItem) -> str:
        """What acknowledges it, ready to paste on the stack of this look."""
        reference = item.dossier_code or item.case_id
        if item.linked and item.dossier_id is not None:
            # Two sources may number their dossiers alike: then only the stream says which is meant.
            known = Dossiers(self.session.wiring.store).find(item.dossier_id)
            reference = item.case_id if known is None else item.dossier_id
        command = acknowledge_command(reference, item.escalation_id, linked=item.linked)
        return (
            command if self.state_dir is None else f"{command} --state-dir {shlex.quote(str(self.state_dir.resolve()))}"
        )

    def screen(self) -> Iterator[RenderableType]:
        """For people: a few lines for each, the command on a line of its own, never broken."""
        if not self.items:
            yield self._in(NONE_OPEN if self.open_only else NONE)
            return
        yield Text(f"{self._in(OPEN if self.open_only else ALL)}: {self.total}", style="bold")
        for item in self.items:
            yield Text("")
            yield from self._lines(item)
        if self.total > len(self.items):
            yield Text("")
            yield self._in(spoken(MORE, MORE.vi, shown=len(self.items), total=self.total))
        if self.moments.scale is not None:
            yield self.moments.scale

    def _lines(self, item: EscalationItem) -> Iterator[Text]:
        head = Text(item.dossier_code or item.dossier_id or item.case_id, style="bold")
        head.append(f"  {self._in(self._procedure(item))}", style="not bold")
        yield head
        yield Text(f"  {self._in(self._what(item))}")
        late = self._late(item)
        yield Text(f"  {late}", style="red" if item.is_open else "dim")
        role = role_said(self.session.wiring.catalog, item.audience, self._told_department(item))
        at = self.moments.instant(item.fired_at)
        yield Text(f"  {self._in(spoken(TOLD, TOLD.vi, role=role, level=item.level, at=at))}")
        if item.is_open:
            yield Text(f"  {self._in(spoken(TURN, TURN.vi, holder=self._holder(item)))}")
            yield Text(f"  {self.command(item)}", style="cyan", no_wrap=True, overflow="ignore")
        else:
            yield Text(f"  {self._in(self._end(item))}", style="dim")

    def _late(self, item: EscalationItem) -> str:
        if item.late is None:
            return self._in(WARNED)
        said_late = spoken(*_pair(LATE[item.clock_kind]), late=self._time.words(item.case_id, item.late))
        limit = spoken(LIMIT, LIMIT.vi, at=end_said(item.late.limit_at, self.moments.zone))
        return f"{self._in(said_late)} ({self._in(limit)})"

    def _end(self, item: EscalationItem) -> Said:
        if item.acknowledged:
            return ACKNOWLEDGED
        return CHAIN if item.late is not None and item.late.ended_at is None else DONE

    def _procedure(self, item: EscalationItem) -> Said:
        catalog = self.session.wiring.catalog
        versions = catalog.dossiers if item.linked else catalog.procedures
        found = versions.get(item.procedure or "", ())
        return both(item.procedure or "", item.procedure or "") if not found else said(found[-1].name)

    def _what(self, item: EscalationItem) -> Said:
        department = department_said(self.session.wiring.catalog, item.department)
        if item.linked:
            return spoken(JOINT, JOINT.vi, department=department)
        if item.name_vi is None or item.name_en is None:
            return spoken(WHOLE, WHOLE.vi, department=department)
        return spoken(STEP, STEP.vi, step=both(item.name_vi, item.name_en), department=department)

    def _holder(self, item: EscalationItem) -> str:
        words = self.moments.words
        if item.holder in self.session.wiring.catalog.departments:
            return self._in(department_said(self.session.wiring.catalog, item.holder))
        return words.named("holder", item.holder)

    def _in(self, text: str) -> str:
        return in_language(text, self.moments.words.language)


def _pair(text: Said) -> tuple[str, str]:
    return str(text), text.vi
