"""The main job at a door on services alone: opened, answered, consulted, completed, escalated, acknowledged, granted."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pkgutil import iter_modules

import pytest
from temporalio.testing import WorkflowEnvironment

import services
from events.language.refusals import Refusal
from tests.intake.house import House
from tests.services.door import Door
from tests.workflows.stage import soon

DOCUMENTS = [{"kind": "request"}, {"kind": "security-certificate"}]
APPLICATION = {"procedure": "karaoke-licence", "applicant": {"name": "Nguyễn Văn A"}, "documents": DOCUMENTS}
COUNTER, CULTURE, POLICE = ("officer", "counter-3"), ("officer", "culture-1"), ("officer", "police-1")
HEAD = ("supervisor", "head-of-culture")


@pytest.mark.asyncio(loop_scope="module")
async def test_a_case_from_its_opening_to_its_result(
    house: House, door: Door, environment: WorkflowEnvironment
) -> None:
    """Every answer comes out of a service as a value: a case, a list, a desk, escalations, or a refusal."""
    async with house.worker():
        submitted = await door.submit(application_id="A-1", **APPLICATION)
        house.opened.append(submitted.case_id)
        assert (submitted.is_known, submitted.view.status) == (False, "in_progress")
        assert (await door.submit(application_id="A-1", **APPLICATION)).is_known
        code = submitted.view.dossier_code

        async def decide(
            step: str, department: str, by: tuple[str, str], outcome: str = "approve", **more: object
        ) -> object:
            content = {"step_id": step, "department": department, "outcome": outcome, **more}
            return await door.command("DecideStep", code, by, **content)

        early = await decide("signing", "culture", CULTURE)
        assert isinstance(early, Refusal)
        assert early.code == "step_not_assigned"
        await decide("intake", "one-stop", COUNTER)
        assert [item.item.step_id for item in (await door.desk("police")).work] == ["opinion-police"]
        await decide("opinion-police", "police", POLICE)

        question = {"department": "health", "question": "Is it quiet at night?", "limit": None, "silence": None}
        await decide("site-check", "culture", CULTURE, "consult", consult=[question])
        asked = next(item.item for item in (await door.desk("health")).work)
        await decide(asked.step_id, "health", ("officer", "health-1"))

        missing = {"documents": ["security-certificate"], "reason": "The copy cannot be read"}
        await decide("site-check", "culture", CULTURE, "request_supplement", **missing)
        assert [view.holder for view in await door.cases(open_only=True)] == ["applicant"]
        received = {"documents": [{"kind": "security-certificate"}]}
        assert (await door.command("ReceiveSupplement", code, COUNTER, **received)).holder != "applicant"

        await environment.sleep(timedelta(days=12))
        await soon(lambda: house.views.case(code).escalations_open > 0)
        escalation = (await door.escalations(open_only=True))[0]
        done = await door.acknowledge(code, escalation.item.escalation_id, HEAD)
        assert done.escalation_ids == (escalation.item.escalation_id,)

        await decide("site-check", "culture", CULTURE)
        await decide("signing", "culture", CULTURE)
        closed = await decide("return", "one-stop", COUNTER)
        assert (closed.status, closed.outcome) == ("closed", "issued")
        sheet = door.show(code)
        assert (sheet.view.outcome, sheet.records[0].event.type) == ("issued", "ApplicationSubmitted")
        assert isinstance(door.show("H05.8-260302-9999"), Refusal)


def test_services_need_no_door() -> None:
    """Whatever they load, the program and what draws are not among it."""
    modules = " ".join(f"services.{module.name}" for module in iter_modules(services.__path__))
    code = (
        f"import sys, importlib; [importlib.import_module(m) for m in {modules.split()}]; print(*sorted(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    rooms = {"greenlane", "presentation", "typer"}
    assert [name for name in loaded if name.split(".")[0] in rooms] == []


@pytest.mark.asyncio(loop_scope="module")
async def test_a_linked_dossier_is_opened_and_shown(house: House, door: Door) -> None:
    """By a template, with all that it asks for; what a dossier gives is seen where its cases are."""
    async with house.worker():
        opened = await door.open("karaoke")
        sheet = await door.show_dossier(opened.stream_id)
        assert (sheet.dossier.is_open, opened.view.applications) == (True, len(sheet.dossier.parts))
        await soon(lambda: house.views.count() > 0)
        house.opened += [opened.stream_id, *(view.case_id for view in await door.cases())]
        assert isinstance(await door.show_dossier("D-unknown"), Refusal)
