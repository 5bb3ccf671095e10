"""Linked dossiers: handing one in, and giving one a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from pydantic import TypeAdapter

from cases.dossier.cascade import preview
from cases.dossier.graph import GraphFault
from cases.dossier.model import Part
from cases.turn import DossierView
from catalog.catalogue import Catalog
from catalog.facts import LeftOut
from events.language.commands import Actor
from events.language.dossier_commands import DossierCommand
from events.language.dossier_events import CascadeEffect
from events.language.dossier_messages import DossierFile
from events.language.identity import dossier_id_of, is_dossier
from events.language.refusals import Refusal, refuse
from intake.declaration import declaration_of, identified
from intake.dossier_files import dossier_of
from intake.outline import Forecast, forecast
from services.commanding import checked_command, refusal_of
from services.dossier_sheets import read_dossier
from services.installation import Installation
from services.recorded import Patience
from services.recording_reads import Reader
from store.dossiers import Dossiers
from wording.text import _

__all__ = [
    "Cascade", "SubmittedDossier", "command_dossier", "declare_template", "dossier_command", "dossier_of", "find_dossier",
    "plan_dossier", "preview_cascade", "submit_dossier",
]  # fmt: skip

_COMMANDS: Final[TypeAdapter[Any]] = TypeAdapter(DossierCommand)


@dataclass(frozen=True, slots=True)
class SubmittedDossier:
    """A dossier that was taken."""

    stream_id: str
    dossier_id: str
    """Its source's own."""
    is_known: bool
    """It was taken before, with the same content."""
    view: DossierView | None
    """As recorded; None: nobody has recorded it yet."""
    left_out: tuple[LeftOut, ...]
    """The facts that no list knows: no case has them."""


def declare_template(
    installation: Installation, actor: Actor, template: str, applicant: str | None, *, now: datetime
) -> DossierFile:
    """A declaration of a template, with every document that is asked for, once. Raises UnknownTemplate, TemplateNotInForce."""
    return declaration_of(installation.catalog, template, installation.business_day(now), applicant)


def plan_dossier(catalog: Catalog, actor: Actor, file: DossierFile, at: datetime) -> Forecast | GraphFault:
    """What opening a file at an instant of business time would promise; or why it would be refused."""
    return forecast(file, catalog, at)


@dataclass(frozen=True, slots=True)
class Cascade:
    """What follows from a lost result."""

    stream_id: str
    effects: tuple[CascadeEffect, ...]
    parts: Mapping[str, Part]
    """The dossier's applications by name."""


async def submit_dossier(
    installation: Installation,
    actor: Actor,
    file: DossierFile,
    source: str,
    *,
    door: str,
    now: datetime,
    strict: bool = False,
) -> SubmittedDossier | GraphFault:
    """Hand in a dossier of a source and wait until it is on record.

    `door` begins the id of the command. `strict`: none with unknown facts. Raises MessageError and the errors of the servers.
    """
    file = identified(file, installation.vault.keyed_digest)
    dossier_id = file.dossier_id or ""
    intake = installation.dossier_intake(await installation.temporal())
    answer = await intake.submit(
        file,
        source=source,
        command_id=f"{door}:submit:{dossier_id_of(source, dossier_id)}",
        actor=actor,
        received_at=now,
        strict=strict,
    )
    if isinstance(answer, GraphFault):
        return answer
    view = await Patience().recorded(partial(Dossiers(installation.store).view, answer.case_id))
    return SubmittedDossier(answer.case_id, dossier_id, answer.known, view, answer.left_out)


def dossier_command(
    actor: Actor, kind: str, content: Mapping[str, Any], *, command_id: str, now: datetime
) -> DossierCommand:
    """A command checked before any server is asked. Raises MessageError that names the first wrong field."""
    command: DossierCommand = checked_command(_COMMANDS, actor, kind, content, command_id, now)
    return command


def find_dossier(installation: Installation, actor: Actor, reference: str) -> str | Refusal:
    """The stream of the dossier with this stream id, or with this id of its source's. Raises StoreError."""
    if is_dossier(reference):
        return reference
    known = Dossiers(installation.store).find(reference)
    return refuse("dossier_unknown", "dossier") if known is None else known.stream_id


async def command_dossier(
    installation: Installation, actor: Actor, reference: str, command: DossierCommand, *, now: datetime
) -> str | Refusal:
    """The stream of the dossier, once it has taken the actor's command. `now`: when it reached us (real).

    Raises NotAnsweredError and the errors of the servers.
    """
    stream_id = find_dossier(installation, actor, reference)
    if isinstance(stream_id, Refusal):
        return stream_id
    intake = installation.dossier_intake(await installation.temporal())
    received = command.model_copy(update={"actor": actor, "received_at": installation.business(now)})
    return await refusal_of(intake.ask(stream_id, received), command.command_id, _unanswered) or stream_id


def preview_cascade(
    installation: Installation, reader: Reader, reference: str, name: str, *, now: datetime
) -> Cascade | Refusal:
    """What follows from the lost result of an application of a dossier, as things stand. Raises as `read_dossier`."""
    sheet = read_dossier(installation, reader, reference, now=now)
    if isinstance(sheet, Refusal):
        return sheet
    dossier = sheet.dossier
    if name not in dossier.parts:
        names = ", ".join(list(dossier.parts)[:20])
        return refuse("dossier_application_unknown", "name", application=name, names=names)
    return Cascade(dossier.dossier_id, preview(dossier, name), dossier.parts)


def _unanswered(_why: str) -> str:
    return _("The dossier did not answer; what it got it takes when its worker runs.")
