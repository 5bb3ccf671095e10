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
            yield self._in(MORE.filled(shown=len(self.items), total=self.total))
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
        yield Text(f"  {self._in(TOLD.filled(role=role, level=item.level, at=at))}")
        if item.is_open:
            yield Text(f"  {self._in(TURN.filled(holder=self._holder(item)))}")
            yield Text(f"  {self.command(item)}", style="cyan", no_wrap=True, overflow="ignore")
        else:
            yield Text(f"  {self._in(self._end(item))}", style="dim")

    def _late(self, item: EscalationItem) -> str:
        if item.late is None:
            return self._in(WARNED)
        said_late = LATE[item.clock_kind].filled(late=self._time.words(item.case_id, item.late))
        limit = LIMIT.filled(at=end_said(item.late.limit_at, self.moments.zone))
        return f"{self._in(said_late)} ({self._in(limit)})"

    def _end(self, item: EscalationItem) -> LazyText:
        if item.acknowledged:
            return ACKNOWLEDGED
        return CHAIN if item.late is not None and item.late.ended_at is None else DONE

    def _procedure(self, item: EscalationItem) -> LazyText:
        catalog = self.session.wiring.catalog
        versions = catalog.dossiers if item.linked else catalog.procedures
        found = versions.get(item.procedure or "", ())
        return both(item.procedure or "", item.procedure or "") if not found else said(found[-1].name)

    def _what(self, item: EscalationItem) -> LazyText:
        department = department_said(self.session.wiring.catalog, item.department)
        if item.linked:
            return JOINT.filled(department=department)
        if item.name_vi is None or item.name_en is None:
            return WHOLE.filled(department=department)
        return STEP.filled(step=both(item.name_vi, item.name_en), department=department)

    def _holder(self, item: EscalationItem) -> str:
        words = self.moments.words
        if item.holder in self.session.wiring.catalog.departments:
            return self._in(department_said(self.session.wiring.catalog, item.holder))
        return words.named("holder", item.holder)

    def _in(self, text: str) -> str:
        return in_language(text, self.moments.words.language)
