"""A door besides the command line: it says who asks and when, calls a service, and hands on what comes out."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from cases.turn import CaseView
from events.language.messages import SubmissionMessage
from services.acknowledging import acknowledge_escalations
from services.actors import claimed
from services.applications import submit_applications
from services.case_lists import list_cases, read_desk
from services.case_sheets import read_case
from services.cases import case_command, command_case
from services.dossier_sheets import read_dossier
from services.dossiers import declare_template, submit_dossier
from services.escalations import list_escalations
from services.installation import Installation
from services.recording_reads import Reader
from store.escalations import EscalationFilter
from store.views import CaseFilter
from tests.intake.house import TOPICS, House
from tests.master_keys import MASTER_KEY


class HouseInstallation(Installation):
    """What the wiring makes from settings, of the parts that a house of tests has."""

    topics = TOPICS
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    message_max_bytes = 1_000_000
    cluster: Any = None
    store: Any = None
    catalogue: Any = None
    business_time: Any = None
    intake_records: Any = None
    master_key = MASTER_KEY

    def __init__(self, house: House) -> None:
        self.store, self.catalogue, self.business_time = house.store, house.catalogue, house.time
        self.intake_records = house.intake_records
        self._house = house

    async def temporal(self) -> Client:
        return self._house.client

    def intake(self, client: Client) -> Any:
        return self._house.intake

    def dossier_intake(self, client: Client) -> Any:
        return self._house.linked


class Door:
    """Forty lines: no rule, no query, no language."""

    def __init__(self, installation: Installation, environment: WorkflowEnvironment) -> None:
        self._at, self._clock, self._number = installation, environment.get_current_time, 0

    async def submit(self, **application: Any) -> Any:
        message, now = SubmissionMessage.model_validate(application), await self._clock()
        applicant = claimed("applicant", "/door")
        options = {"door": "door", "clock": lambda: now}
        return (await submit_applications(self._at, applicant, [message], "/door", **options))[0]

    async def command(self, kind: str, case: str, by: tuple[str, str], **content: Any) -> Any:
        actor, now, self._number = claimed(*by), await self._clock(), self._number + 1
        command = case_command(actor, kind, content, command_id=f"door:{self._number}", now=now)
        return await command_case(self._at, actor, case, command, now=now)

    async def acknowledge(self, case: str, escalation_id: str, by: tuple[str, str]) -> Any:
        command_id, now = f"door:{escalation_id}", await self._clock()
        ids = [escalation_id]
        return await acknowledge_escalations(self._at, claimed(*by), case, ids, None, command_id=command_id, now=now)

    async def open(self, template: str) -> Any:
        actor, now = claimed("applicant", "/door"), await self._clock()
        file = declare_template(self._at, actor, template, "Nguyễn Văn A", now=now)
        return await submit_dossier(self._at, actor, file, "/door", door="door", now=now)

    async def cases(self, **wanted: Any) -> tuple[CaseView, ...]:
        return list_cases(self._at, READER, CaseFilter(**wanted), limit=50, now=await self._clock()).cases

    async def desk(self, department: str) -> Any:
        return read_desk(self._at, READER, department, limit=50, now=await self._clock())

    async def escalations(self, **wanted: Any) -> Any:
        return list_escalations(self._at, READER, EscalationFilter(**wanted), limit=50, now=await self._clock()).items

    def show(self, case: str) -> Any:
        return read_case(self._at, READER, case)

    async def show_dossier(self, dossier: str) -> Any:
        return read_dossier(self._at, READER, dossier, now=await self._clock())


OFFICER = claimed("officer", "officer-7")
READER = Reader(OFFICER, "show")
