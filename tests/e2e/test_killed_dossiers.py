"""On real servers: the worker is killed at every effect boundary of opening, releasing and cascading, one after the other."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from audit.dossiers import check_dossier
from audit.rebuild import rebuild_dossiers
from cases.dossier.decide import fold_dossier
from cases.dossier.model import Dossier, PartStatus
from cases.turn import WorkItem
from catalog.loader import DATA_FOLDER, read_shelf
from events.language.commands import Actor, ActorKind, DecideStep, Outcome
from events.language.dossier_commands import ApplyCascade, DossierCommand, RevokeResult
from events.language.dossier_messages import DossierFile
from events.language.identity import is_dossier
from greenlane.settings import Settings
from greenlane.wiring import Wiring
from intake.cases import CaseIntake
from intake.dossiers import DossierIntake
from intake.publishing import enter
from intake.streams import Submitted
from store.catalogue import PublishedCatalogue
from store.database import Store
from store.dossiers import Dossiers
from store.errors import DefinitionsUnknown
from store.tables import applications
from store.verification import accepted_without_case
from store.view_tables import cases
from store.views import Views
from tests.e2e.dying_worker import BOUNDARIES
from tests.invariants import effects_in
from tests.store.database_server import DatabaseServer
from tests.workflows.temporal_server import temporal_server

pytestmark = [pytest.mark.more, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
SLOW_SECONDS = 400.0
EVERYWHERE = os.environ.get("DEATHS") == "all"
SINGLES = ("case accepted", "end told", "withdrawal sent")
"""In the tier of every commit; a killed worker's tasks are given to another only after their timeout."""
FILE = DossierFile.model_validate(
    {
        "documents": [{"kind": kind} for kind in ("request", "identity", "fire-acceptance", "cv", "criminal-record")],
        "applications": [
            {"name": "registration", "procedure": "household-business-registration"},
            {"name": "record", "procedure": "criminal-record"},
            {
                "name": "security",
                "procedure": "security-order-certificate",
                "needs": ["registration", {"name": "record", "kind": "practical"}],
            },
            {
                "name": "karaoke",
                "procedure": "karaoke-licence",
                "needs": [{"name": "security", "document": "security-certificate"}],
            },
            {"name": "second-record", "procedure": "criminal-record", "needs": ["record", "registration"]},
        ],
    }
)


@dataclass
class Site:
    """Real servers, and a worker that is started again whenever it is gone."""

    settings: Settings
    folder: Path
    boundaries: tuple[str, ...]
    starts: int = 0
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def keep_worker(self) -> None:
        if self.running and self.running[-1].poll() is None:
            return
        self.starts += 1
        words = [sys.executable, "-m", "tests.e2e.dying_worker", self.settings.task_queue, str(self.folder)]
        environment = {**os.environ, **self.settings.environment()}
        self.running.append(subprocess.Popen([*words, *self.boundaries], cwd=ROOT, env=environment))

    @property
    def died_at(self) -> set[str]:
        return {file.name.replace("-", " ") for file in self.folder.iterdir()}

    def close(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


@contextmanager
def wired(settings: Settings) -> Iterator[Wiring]:
    wiring = Wiring(settings)
    try:
        yield wiring
    finally:
        wiring.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path, database_server: DatabaseServer) -> AsyncIterator[Site]:
    database = database_server.fresh_database()
    store = Store(database)
    enter(PublishedCatalogue(store), read_shelf(DATA_FOLDER), act="prepare", by="test")
    store.close()
    with temporal_server(tmp_path / "temporal") as address:
        settings = Settings.load(
            temporal_address=address,
            kafka_bootstrap="127.0.0.1:1",
            database_url=database,
            task_queue=f"dossiers-{uuid.uuid4()}",
            master_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        )
        folder = tmp_path / "deaths"
        folder.mkdir()
        site = Site(settings, folder, BOUNDARIES if EVERYWHERE else SINGLES)
        yield site
        site.close()


class Province:
    """The departments, without Kafka: every step that waits is approved, but one."""

    def __init__(self, wiring: Wiring, intake: CaseIntake) -> None:
        self._views = Views(wiring.store)
        self._intake = intake
        self._answered: set[tuple[str, str]] = set()

    async def waiting(self) -> list[WorkItem]:
        """What lies on the desks."""
        return await asyncio.to_thread(self._views.worklist)

    async def work(self, items: list[WorkItem], refused: set[str], left: set[str]) -> None:
        """Answer it, but what is left lying."""
        for item in items:
            key = (item.case_id, item.step_id)
            if key in self._answered or item.case_id in left:
                continue
            self._answered.add(key)
            refuses = item.case_id in refused
            command = DecideStep(
                command_id=f"{item.department}:{item.case_id}:{item.step_id}",
                received_at=datetime.now(UTC),
                actor=Actor(kind=ActorKind.DEPARTMENT, id=item.department),
                step_id=item.step_id,
                department=item.department,
                outcome=Outcome.REFUSE if refuses else Outcome.APPROVE,
                reason="not eligible" if refuses else None,
            )
            await self._intake.send(item.case_id, command)


async def dossier_of(dossiers: Dossiers, stream_id: str) -> Dossier | None:
    try:
        definitions, records = await asyncio.to_thread(dossiers.stream, stream_id)
    except DefinitionsUnknown:
        return None
    return fold_dossier(stream_id, definitions, records)


async def live(site: Site, wiring: Wiring, linked: DossierIntake, intake: CaseIntake, stream_id: str) -> Dossier:
    """Security is refused, then the registration revoked while a case stands on it; both losses are followed through."""
    dossiers, province = Dossiers(wiring.store), Province(wiring, intake)
    async with asyncio.timeout(SLOW_SECONDS):
        while True:
            site.keep_worker()
            await asyncio.sleep(0.2)
            # First the desks, then the dossier: it knows the case of whatever lies there.
            items = await province.waiting()
            dossier = await dossier_of(dossiers, stream_id)
            if dossier is None:
                await linked.open_forgotten(5)
                continue
            if dossier.is_closed:
                return dossier
            parts = dossier.parts
            # This one is never answered: it stays open until the cascade withdraws it.
            await province.work(items, {parts["security"].case_id or ""}, {parts["second-record"].case_id or ""})
            for command in losses(dossier):
                await linked.tell(stream_id, command)


def losses(dossier: Dossier) -> Iterator[DossierCommand]:
    """What an officer does about it; said again as long as it is not done."""
    given = {"received_at": datetime.now(UTC), "actor": Actor(kind=ActorKind.SUPERVISOR, id="lead"), "reason": "lost"}
    parts = dossier.parts
    if parts["security"].status is not PartStatus.REFUSED or parts["second-record"].status is PartStatus.WAITING:
        return
    if "security" not in dossier.cascades:
        yield ApplyCascade(command_id="cascade-1", name="security", **given)
    elif parts["registration"].status is PartStatus.GRANTED:
        yield RevokeResult(command_id="revoke-1", name="registration", legal_basis="art. 15", **given)
    elif "registration" not in dossier.cascades:
        yield ApplyCascade(command_id="cascade-2", name="registration", **given)


async def test_no_application_is_lost_or_doubled_wherever_the_worker_dies(site: Site) -> None:
    with wired(site.settings) as wiring:
        client = await wiring.temporal()
        intake, linked = wiring.intake(client), wiring.dossier_intake(client)
        answer = await linked.submit(
            FILE.model_copy(update={"dossier_id": "D-1"}),
            source="/test",
            command_id="submit-1",
            actor=Actor(kind=ActorKind.APPLICANT, id="/test"),
            received_at=datetime.now(UTC),
        )
        assert isinstance(answer, Submitted), answer
        dossier = await live(site, wiring, linked, intake, answer.case_id)
        assert site.died_at == set(site.boundaries)
        assert {part.name: str(part.status) for part in dossier.parts.values()} == {
            "registration": "revoked",
            "record": "granted",
            "security": "refused",
            "karaoke": "stopped",
            "second-record": "stopped",
        }
        definitions, records = Dossiers(wiring.store).stream(answer.case_id)
        assert check_dossier(definitions, records) == []
        assert rebuild_dossiers(wiring.store) == []
        assert accepted_without_case(wiring.store) == []
        assert effects_in(wiring.store) == []
        with wiring.store.reading() as connection:
            accepted = connection.scalars(select(applications.c.case_id)).all()
            assert connection.scalar(select(func.count()).select_from(cases)) == 4
        assert sum(not is_dossier(case_id) for case_id in accepted) == 4
