"""Escalations as a supervisor reads them: which dossier, which step, whose turn, how late, and the command that acknowledges."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from cases.turn import EscalationItem
from catalog.audiences import audience_of
from catalog.errors import UnknownRole
from catalog.province import LEAD
from greenlane.cli.lateness import LateTime, instant_json
from greenlane.cli.session import Session
from presentation.acknowledging import acknowledge_command
from presentation.blocks import Block
from presentation.cases.escalations import EscalationList
from presentation.moments import Moments
from store.dossiers import Dossiers
from store.escalations import EscalationFilter, Escalations


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
        items = tuple(rows.find(wanted, limit=limit))
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

    def screen(self) -> Iterator[Block]:
        """For people."""
        shown = EscalationList(
            self.items,
            self.total,
            self.open_only,
            self.moments,
            self._time.words,
            self._told_department,
            self.command,
        )
        return shown.screen()
