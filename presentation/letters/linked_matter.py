"""The facts of an alert of a linked dossier's joint clock, read from the fold of its stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from cases.audience import Audience
from cases.dossier.ends import JointEnds, joint_ends
from cases.dossier.model import Dossier, Part, PartStatus
from cases.ticks import ALARMS
from catalog.catalogue import Catalog
from events.language.dossier_events import DossierRungFired
from presentation.acknowledging import acknowledge_command
from presentation.amounts import elapsed_said
from presentation.instants import end_said, instant_said
from presentation.letters.matter import Detail, Matter, Scene, reader_of
from presentation.names import department_said, said
from sla.calendar import compiled
from wording.text import LazyText, _, joined, layout

NO_TEMPLATE: Final = _("linked procedures")
NOBODY: Final = _("nobody: nothing of it is open")


def joint_matter_of(rung: DossierRungFired, dossier: Dossier, audience: Audience, scene: Scene, number: int) -> Matter:
    """The facts of a rung that fired on the joint clock; `number`: of the event in the dossier's stream."""
    declaration = dossier.declaration
    code = dossier.dossier_id if declaration is None else declaration.dossier_id
    ends = joint_ends(dossier)
    resolution = _resolution(rung, dossier, scene)
    before_end = rung.kind == "escalation" and not dossier.breached
    of_the_end = rung.kind in ALARMS and not before_end
    end_at = None if ends is None else (ends.end_at if of_the_end else ends.appointment_at)
    measured_at = min(dossier.joint_ended_at or scene.now, scene.now)
    holder = rung.holder or rung.lead
    return Matter(
        topic="joint",
        kind=rung.kind,
        level=rung.level,
        reader=reader_of(rung.audience, audience, dossier.holder or holder, scene.catalog),
        audience=audience,
        code=code,
        named=_("linked dossier {code}", code=code),
        at=rung.due_at,
        amount=_amount(dossier, end_at, measured_at),
        is_past=end_at is not None and end_at <= measured_at,
        is_before_end=before_end,
        is_lawful_past=ends is not None and ends.end_at <= measured_at,
        department=department_said(scene.catalog, dossier.holder or holder),
        turn=_turn(dossier, scene.catalog),
        until=None if ends is None or ends.end_at <= scene.now else end_said(ends.end_at, scene.zone),
        details=tuple(_details(dossier, ends, scene)),
        resolution=resolution,
        command=acknowledge_command(code, number, linked=True) if resolution is None and rung.kind in ALARMS else None,
    )


def _amount(dossier: Dossier, end_at: datetime | None, measured_at: datetime) -> LazyText | None:
    if end_at is None or dossier.clock is None:
        return None
    earlier, later = sorted((end_at, measured_at))
    return elapsed_said(earlier, later, dossier.clock.budget.unit, compiled(dossier.definitions.calendar))


def _resolution(rung: DossierRungFired, dossier: Dossier, scene: Scene) -> LazyText | None:
    if dossier.closed_at is not None:
        at = instant_said(dossier.closed_at, scene.zone)
        return _("Meanwhile the linked dossier is closed, since {at}.", at=at)
    if rung.kind in ALARMS and dossier.set_asides and rung.rung not in dossier.fired:
        return _("Meanwhile it does not count as late: it was set aside.")
    if rung.kind in ALARMS and dossier.acknowledged:
        return _("Meanwhile somebody has acknowledged it.")
    return None


def _details(dossier: Dossier, ends: JointEnds | None, scene: Scene) -> Iterator[Detail]:
    catalog = scene.catalog
    yield Detail(_("Linked procedures"), _template(dossier, catalog), in_brief=True)
    yield Detail(_("Lead agency"), department_said(catalog, dossier.lead))
    granted, whole = sum(part.has_result for part in dossier.parts.values()), len(dossier.parts)
    yield Detail(
        _("Results so far"),
        _("{granted} of {whole} procedures", granted=granted, whole=whole),
    )
    if ends is not None:
        appointment, end = instant_said(ends.appointment_at, scene.zone), end_said(ends.end_at, scene.zone)
        yield Detail(_("Joint appointment"), appointment, in_brief=True)
        yield Detail(_("Joint limit ends"), end, in_brief=True)
    if not dossier.is_closed:
        yield Detail(_("Waits for"), _turn(dossier, catalog))


def _template(dossier: Dossier, catalog: Catalog) -> LazyText:
    declaration = dossier.declaration
    versions = catalog.dossiers.get(declaration.template or "", ()) if declaration is not None else ()
    return said(versions[-1].name) if versions else NO_TEMPLATE


def _turn(dossier: Dossier, catalog: Catalog) -> LazyText:
    """The procedures that run now, with their agencies, the one that everything waits for first."""
    parts = list(dossier.of_status(PartStatus.RELEASED))
    parts.sort(key=lambda part: dossier.agency(part.name) != dossier.holder)
    return joined("; ", [_part_said(part, dossier, catalog) for part in parts]) if parts else NOBODY


def _part_said(part: Part, dossier: Dossier, catalog: Catalog) -> LazyText:
    procedure = dossier.definitions.procedures[part.application.procedure]
    return layout(
        "{department} ({procedure})",
        department=department_said(catalog, procedure.agency),
        procedure=said(procedure.name),
    )
