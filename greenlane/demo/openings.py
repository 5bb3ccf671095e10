"""The business openings of the demonstration: one linked dossier of every template, answered like everything else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import NamedTuple

from audit.dossiers import released_early
from cases.dossier.decide import fold_dossier
from cases.dossier.ends import verdict_of
from events.language.commands import Actor, ActorKind
from events.language.dossier_messages import DossierFile
from events.language.messages import DocumentMessage
from greenlane.demo.script import OPENINGS_SOURCE, SYSTEM
from greenlane.wiring import Wiring
from intake.declaration import filled
from intake.streams import Submitted
from store.dossiers import Dossiers
from wording.errors import GreenlaneError


class OpeningRefusedError(GreenlaneError):
    """A template of the catalogue was refused as a dossier."""

    code = "opening_refused"


class Opened(NamedTuple):
    """One opening of the demonstration."""

    template: str
    stream_id: str


async def open_all(wiring: Wiring) -> list[Opened]:
    """Hand in a dossier of every template in force: each document uploaded once. Raises OpeningRefusedError."""
    client = await wiring.temporal()
    intake = wiring.dossier_intake(client)
    day = wiring.business_time.business_anchor_at.astimezone(wiring.zone).date()
    opened: list[Opened] = []
    for template in wiring.catalog.templates_on(day):
        bare = filled(DossierFile(template=template.id), template)
        documents = [d for part in bare.applications for d in wiring.catalog.procedure(part.procedure, day).documents]
        kinds = dict.fromkeys(document.kind for document in documents if not document.held_by_state)
        file = DossierFile(
            dossier_id=f"opening-{template.id}",
            template=template.id,
            applicant={"name": "Trần Văn Minh Hoạ", "id_number": "027000000001"},
            documents=tuple(DocumentMessage(kind=kind) for kind in kinds),
        )
        answer = await intake.submit(
            file,
            source=OPENINGS_SOURCE,
            command_id=f"demonstration:{template.id}",
            actor=Actor(kind=ActorKind.APPLICANT, id=SYSTEM.id),
            received_at=datetime.now(UTC),
        )
        if not isinstance(answer, Submitted):
            message, remedy = answer.refusal.texts
            raise OpeningRefusedError(message, field=template.id, remedy=remedy)
        opened.append(Opened(template.id, answer.case_id))
    return opened


async def all_closed(wiring: Wiring, opened: list[Opened]) -> int:
    """How many of the openings have their joint result."""
    dossiers = Dossiers(wiring.store)
    views = await asyncio.to_thread(lambda: [dossiers.view(one.stream_id) for one in opened])
    return sum(view is not None and view.closed_at is not None for view in views)


def openings_report(wiring: Wiring, opened: list[Opened]) -> dict[str, dict[str, int | bool]]:
    """By template: applications, those whose case has ended, those released too early, and whether the promise held."""
    dossiers = Dossiers(wiring.store)
    report: dict[str, dict[str, int | bool]] = {}
    for one in opened:
        definitions, records = dossiers.stream(one.stream_id)
        dossier = fold_dossier(one.stream_id, definitions, records)
        report[one.template] = {
            "applications": len(dossier.parts),
            "closed": sum(part.is_over for part in dossier.parts.values()),
            "released_early": released_early(definitions, records),
            "promise_kept": verdict_of(dossier).kept is True,
        }
    return report
