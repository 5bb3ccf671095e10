"""A preview of a dossier says what its opening then does: the same order, dates and promise, or the same refusal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.dossier.decide import decide_dossier
from cases.dossier.graph import GraphFault
from cases.dossier.model import blank_dossier
from catalog.catalogue import Catalog
from catalog.loader import load_catalog
from events.language.commands import Actor, ActorKind
from events.language.dossier_events import DossierAnnounced, DossierOpened, DossierPromised, JointClockStarted
from events.language.dossier_messages import DossierFile
from intake.outline import Forecast, forecast
from intake.records import DossierOpening
from tests.builders import MONDAY
from tests.intake.house import House

pytestmark = pytest.mark.asyncio(loop_scope="module")
OFFICER = Actor(kind=ActorKind.SYSTEM, id="portal")
CATALOG = load_catalog()
EXPIRED = {"number": "1/2020", "issuer": "x", "issued_on": "2020-01-01", "valid_until": "2021-01-01"}
REGISTRATION: dict[str, Any] = {"name": "reg", "procedure": "household-business-registration"}


def a_file(catalog: Catalog = CATALOG, **said: Any) -> DossierFile:
    """A dossier file with one upload of every kind of document that the catalogue knows."""
    kinds = sorted({entry.kind for all_ in catalog.procedures.values() for found in all_ for entry in found.documents})
    uploads = [{"kind": kind, "reference": f"file:{kind}"} for kind in kinds]
    return DossierFile.model_validate({"dossier_id": "D-1", "documents": uploads, **said})


async def opened(house: House, file: DossierFile, at: datetime) -> list[Any] | GraphFault:
    """The events of the opening, as the first turn decides them."""
    real = house.time.to_real(at)
    answer = await house.linked.submit(file, source="/portal", command_id="open", actor=OFFICER, received_at=real)
    if isinstance(answer, GraphFault):
        return answer
    stored = house.inbox.opening(answer.case_id)
    assert stored is not None
    opening = DossierOpening.model_validate_json(stored)
    definitions = house.dossiers.definitions(opening.definitions_digest)
    records = decide_dossier(blank_dossier(answer.case_id, definitions), opening.command, opening.command.received_at)
    assert isinstance(records, list), records
    return [record.event for record in records]


TEMPLATES = [template.id for template in CATALOG.templates_on(MONDAY.date())]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=4, hours=11), timedelta(days=40)])
async def test_a_preview_promises_what_the_opening_promises(house: House, template: str, later: timedelta) -> None:
    file, at = a_file(template=template), MONDAY + later
    previewed, events = forecast(file, CATALOG, at), await opened(house, file, at)
    assert isinstance(previewed, Forecast)
    assert not isinstance(events, GraphFault)
    schedule = previewed.schedule
    assert schedule is not None
    first = events[0]
    assert isinstance(first, DossierOpened)
    assert {part.name for part in first.declaration.applications} == set(previewed.outline.graph.order)
    assert first.declaration.lead == previewed.outline.lead
    promised = next(event for event in events if isinstance(event, DossierPromised))
    assert promised.operational_at == schedule.operational_at
    assert promised.lawful_day == schedule.lawful_day
    assert promised.critical_path == previewed.critical_path
    tasks = [task for event in events if isinstance(event, DossierAnnounced) for task in event.tasks]
    ends = {name: entry.ends_at.astimezone(UTC) for name, entry in schedule.planned.items()}
    assert {task.application: task.provisional_due_at for task in tasks} == ends
    clock = next(event for event in events if isinstance(event, JointClockStarted))
    assert (
        clock.due_at >= schedule.operational_at
        if previewed.cap is None
        else previewed.cap.operational_at == clock.due_at
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"template": "karaok"}, "template_unknown"),
        ({"applications": [{**REGISTRATION, "procedure": "karaok"}]}, "procedure_unknown"),
        ({"applications": [REGISTRATION, REGISTRATION]}, "name_repeated"),
        ({"applications": [{**REGISTRATION, "needs": ["nobody"]}]}, "reference_unknown"),
        ({"applications": [{**REGISTRATION, "needs": [{"result": EXPIRED}]}]}, "result_invalid"),
        ({"applications": [REGISTRATION], "lead": "nobody"}, "department_unknown"),
    ],
)
async def test_a_preview_refuses_what_the_opening_refuses(house: House, said: dict[str, Any], code: str) -> None:
    file = a_file(**said)
    previewed, answer = forecast(file, CATALOG, MONDAY), await opened(house, file, MONDAY)
    assert isinstance(previewed, GraphFault)
    assert previewed.refusal.code == code
    assert answer == previewed


@pytest.mark.parametrize("said", [{"template": "karaoke"}, {"applications": [REGISTRATION]}])
async def test_what_the_day_has_no_law_for_is_opened_by_nobody(house: House, said: dict[str, Any]) -> None:
    """An order can still be drawn for applications, with the reason why nothing is promised."""
    early, file = datetime(2017, 1, 2, 2, tzinfo=UTC), a_file(**said)
    previewed, answer = forecast(file, CATALOG, early), await opened(house, file, early)
    assert isinstance(answer, GraphFault)
    assert answer.refusal.code == "not_in_force"
    if isinstance(previewed, GraphFault):
        assert previewed == answer
    else:
        assert previewed.schedule is None
        assert "not in force" in str(previewed.unpromised) or "No version" in str(previewed.unpromised)
