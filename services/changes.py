"""Bringing a new calendar or procedure version under the open cases: first what it would change, then the change, paced."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from catalog.catalogue import Catalog
from catalog.errors import UnknownProcedure, close_matches
from catalog.model import ProcedureVersion
from catalog.texts import OR
from catalog.value_texts import NEAR
from events.language.commands import Actor
from events.language.refusals import Refusal
from services.change_previews import ChangePreview, Progress, Target, preview_calendar, preview_migration
from services.change_telling import Telling, tell_cases
from services.errors import ServiceError
from services.installation import Installation
from services.recording_reads import Reader, record_read
from sla.calendar import CalendarDefinition, with_flags
from store.changes import ChangePlans, ChangeRow, Plan, PlanHead
from store.views import CaseFilter
from wording.text import _, joined


class UnknownVersionError(ServiceError):
    """The procedure has no such version."""

    code = "unknown_version"


@dataclass(frozen=True, slots=True)
class PreparedChange:
    """A change that was looked at, with its plan."""

    preview: ChangePreview
    plan: Plan | None = None
    """None: nothing is to be told."""
    is_resumed: bool = False
    """An earlier run made the plan."""

    @property
    def number(self) -> int | None:
        """The plan's."""
        return None if self.plan is None else self.plan.number

    @property
    def left(self) -> int:
        """How many cases are still to be told."""
        return 0 if self.plan is None else self.plan.cases - self.plan.sent


def calendar_of(
    installation: Installation, actor: Actor, wanted: CalendarDefinition | str, flags: Iterable[str]
) -> CalendarDefinition:
    """A calendar with its flags resolved, or the one of the catalogue with this id. Raises UnknownCalendar, StoreError."""
    if isinstance(wanted, str):
        return installation.catalog.calendar(wanted)
    own = {*flags} & {entry.flag for entry in wanted.flagged_days_off}
    return with_flags(wanted, own) if own else wanted


def version_of(catalog: Catalog, procedure_id: str, version: str) -> ProcedureVersion:
    """The version of the catalogue. Raises UnknownProcedure, UnknownVersionError with what looks like it."""
    versions = catalog.procedures.get(procedure_id)
    if versions is None:
        raise UnknownProcedure(procedure_id, catalog.procedures)
    names = {known.version: known for known in versions}
    if version in names:
        return names[version]
    meant = close_matches(version, list(names)) or list(names)
    raise UnknownVersionError(
        _("{procedure_id} has no version {version!r}.", procedure_id=procedure_id, version=version),
        field="version",
        remedy=NEAR.filled(near=joined(OR, meant)),
    )


def count_open_cases(installation: Installation, actor: Actor) -> int:
    """How many cases a preview looks at, at most. Raises StoreError."""
    return installation.views.count(CaseFilter(open_only=True))


def prepare_change(
    installation: Installation,
    reader: Reader,
    target: Target,
    reason: str,
    progress: Progress,
    *,
    dry_run: bool,
    skip_refused: bool,
    now: datetime,
) -> PreparedChange | Refusal:
    """Look what the version changes, and plan it unless that is all; the first case's refusal unless those are skipped.

    `progress` hears how many cases have been looked at. What is shown of them is on record. Raises StoreError.
    """
    actor, at = reader.actor, installation.business(now)
    if isinstance(target, CalendarDefinition):
        preview = preview_calendar(installation, target, progress)
    else:
        preview = preview_migration(installation, actor, target, reason, progress, at=at)
    _record(installation, reader, target, preview)
    if dry_run:
        return PreparedChange(preview)
    if preview.refused and not skip_refused:
        return preview.refused[0].refusal
    head, plans = head_of(target, reason, actor, at), ChangePlans(installation.store)
    # A plan that was killed goes on first; what it left untold is among the changes of the preview as well.
    plan = plans.unfinished(head.kind, head.digest)
    if plan is not None or not preview.changes:
        return PreparedChange(preview, plan, is_resumed=plan is not None)
    changes = preview.changes
    rows = (ChangeRow(c.case_id, c.clock_id, c.kind, c.step_id, c.former_due_at, c.due_at, c.reason) for c in changes)
    return PreparedChange(preview, plans.keep(head, rows))


def _record(installation: Installation, reader: Reader, target: Target, preview: ChangePreview) -> None:
    shown = len(preview.changes) + len(preview.refused) + len(preview.unreachable)
    record_read(installation, reader, filter={kind_of(target): target.id, "version": target.version}, count=shown)


async def tell_change(
    installation: Installation,
    actor: Actor,
    prepared: PreparedChange,
    rate: float,
    progress: Progress,
    *,
    clock: Callable[[], datetime],
) -> Telling:
    """Tell the cases of what was planned, if anything was, at most `rate` a second. Raises as `tell_cases`."""
    if prepared.plan is None:
        return Telling()
    intake = installation.intake(await installation.temporal())
    return await tell_cases(installation.store, intake, prepared.plan, rate, progress, clock)


def head_of(target: Target, reason: str, actor: Actor, planned_at: datetime) -> PlanHead:
    """What a plan for this version is about."""
    body = target.model_dump_json(exclude_defaults=True)
    account = f"{actor.kind}:{actor.id}"
    return PlanHead(kind_of(target), target.id, target.version, target.digest, body, reason, account, planned_at)


def kind_of(target: Target) -> str:
    """What a plan for this version changes, as the store names it."""
    return "calendar" if isinstance(target, CalendarDefinition) else "procedure"
