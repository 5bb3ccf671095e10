"""A catalogue that is published a hundred times while cases come in: each runs under the one version in force at its instant.

Meanwhile parts of the stack are killed and stopped, and publishers die and stall in the middle of a publication. What should
be is computed from the rows in the database alone: nothing of what decides it in the running stack is called.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from audit.verification import verify
from bench.flood import until
from bench.publishing import PROCESSES, Applicants, Editor, Received, edition_of, publishing, received
from bench.throughput.__main__ import PROCEDURE, the_stack
from bench.throughput.usage import stack_processes
from events.language.commands import Actor, ActorKind
from events.language.dossier_messages import DossierFile, LinkedPart
from events.language.identity import is_dossier
from events.language.messages import DocumentMessage
from greenlane.wiring import Wiring
from intake.streams import Submitted
from tests.e2e.killing import kill

pytestmark = pytest.mark.more

OPEN_CASES = 200
PUBLICATIONS = 100
BY_COMMAND = {10, 45, 90}
KILLED = {15: "bridge", 30: "worker", 75: "bridge"}
STOPPED = {40: "bridge", 60: "worker"}
DYING, STALLING = 20, 50
LIES_IN_KAFKA = 65
DOSSIERS_EVERY = 8
STOPPED_SECONDS = 10
TAKES_EFFECT_AFTER = timedelta(seconds=3)
"""As the documentation says; on a stack whose business time is real time."""

Stack = tuple[Wiring, psutil.Process]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with the_stack() as running:
        yield running


@dataclass(frozen=True)
class Entered:
    """One edition, by the rows."""

    number: int
    in_force_at: datetime
    procedure: str
    """The last version that it holds: of those here each begins later than the one before, and all lie in the past."""
    lanes: str


def entered(wiring: Wiring) -> list[Entered]:
    """The editions in their order, by plain SQL; the first was in force before the first case."""
    query = text(
        """SELECT e.number, e.at,
            (SELECT max(v.version) FROM catalog_versions v WHERE v.kind = 'procedure' AND v.id = :id AND v.edition <= e.number),
            (SELECT max(v.version) FROM catalog_versions v WHERE v.kind = 'lanes' AND v.edition <= e.number)
        FROM catalog_editions e ORDER BY e.number"""
    )
    with wiring.store.reading() as connection:
        return [
            Entered(number, at + TAKES_EFFECT_AFTER, procedure, lanes)
            for number, at, procedure, lanes in connection.execute(query, {"id": PROCEDURE})
        ]


def wrong(cases: list[Received], editions: list[Entered]) -> list[str]:
    """The cases that do not run under the edition in force at their instant."""
    begun = [edition.in_force_at for edition in editions]
    assert begun == sorted(begun)
    found = []
    for case in cases:
        due = editions[max(bisect_right(begun, case.at) - 1, 0)]
        if case.lanes_version != due.lanes or (case.procedure == PROCEDURE and case.procedure_version != due.procedure):
            found.append(f"{case} should run under {due}")
    return found


def digests_of(wiring: Wiring) -> dict[str, set[str]]:
    """Every catalogue that a case was ever given: where it was accepted, and in its ledger."""
    query = text(
        """SELECT case_id, opening::json ->> 'definitions_digest' FROM applications
        UNION SELECT case_id, body::json #>> '{event,definitions_digest}' FROM ledger"""
    )
    found: dict[str, set[str]] = {}
    with wiring.store.reading() as connection:
        for case_id, digest in connection.execute(query):
            if digest is not None and not is_dossier(case_id):
                found.setdefault(case_id, set()).add(digest)
    return found


@contextmanager
def stopped(supervisor: psutil.Process, name: str) -> Iterator[None]:
    """A part that the operating system does not let run meanwhile."""
    until(lambda: stack_processes(supervisor).get(name))
    process = stack_processes(supervisor)[name][0]
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


async def open_dossier(wiring: Wiring, number: int) -> None:
    """A linked dossier of two applications for the procedure, opened by this process."""
    intake = wiring.dossier_intake(await wiring.temporal())
    parts = tuple(LinkedPart(name=name, procedure=PROCEDURE) for name in ("first-shop", "second-shop"))
    file = DossierFile(
        dossier_id=f"dossier-{number}",
        applications=parts,
        applicant={"name": "Trần Văn Minh Hoạ"},
        documents=tuple(DocumentMessage(kind=kind) for kind in ("request", "security-certificate")),
    )
    actor = Actor(kind=ActorKind.APPLICANT, id="portal")
    given: dict[str, Any] = {"source": "/portal", "command_id": f"open-{number}", "actor": actor}
    answer = await intake.submit(file, received_at=datetime.now(UTC), **given)
    assert isinstance(answer, Submitted), answer


def lies_in_kafka(supervisor: psutil.Process, editor: Editor, applicants: Applicants) -> str:
    """A case whose application came before a publication, and is read when that is long in force."""
    with stopped(supervisor, "bridge"):
        case_id = applicants.submit(wait=True)
        editor.write()
        act = editor.enter()
        assert act is not None
        until(lambda: datetime.now(UTC) > act.at + 2 * TAKES_EFFECT_AFTER)
    return case_id


def publish(stack: Stack, editor: Editor, number: int) -> None:
    """One publication, with what happens at it."""
    wiring, supervisor = stack
    editor.write()
    if number in STOPPED:
        with stopped(supervisor, STOPPED[number]):
            editor.enter()
            time.sleep(STOPPED_SECONDS)
        return
    if number in KILLED:
        kill(supervisor, KILLED[number])
    if number == DYING:
        with publishing(wiring):
            time.sleep(1)
    if number == STALLING:
        with publishing(wiring):
            # The server gives that one up, and then it is our turn.
            editor.enter()
        return
    if number in BY_COMMAND:
        editor.publish()
    else:
        editor.enter()


@pytest.mark.timeout(3600)
def test_each_case_runs_under_the_version_in_force_at_its_instant(stack: Stack, tmp_path: Path) -> None:
    """200 are open and five a second come while the catalogue is published a hundred times."""
    wiring, _ = stack
    editor, applicants = Editor(wiring, tmp_path / "catalog"), Applicants(wiring, "steady")
    for _ in range(OPEN_CASES):
        applicants.submit()
    until(lambda: len(received(wiring)) == OPEN_CASES)
    dossiers = itertools.count()
    with applicants.steadily():
        for number in range(1, PUBLICATIONS):
            publish(stack, editor, number)
            if number % DOSSIERS_EVERY == 0:
                asyncio.run(open_dossier(wiring, next(dossiers)))
            if number == LIES_IN_KAFKA:
                late = lies_in_kafka(stack[1], editor, applicants)
            # Some at once after another, most so that a few of them wait to come into force at any time.
            time.sleep(0 if number % 5 == 0 else 0.5)
        last = editor.written[-1]
        until(lambda: any(case.procedure_version == last for case in received(wiring).values()))
    expected = len(applicants.handed_in) + 2 * next(dossiers)
    until(lambda: len(received(wiring)) == expected)

    found, editions = received(wiring), entered(wiring)
    assert len(editions) == PUBLICATIONS + 1
    assert {*applicants.handed_in} <= found.keys()
    assert wrong(list(found.values()), editions) == []
    assert digests_of(wiring) == {case_id: {case.digest} for case_id, case in found.items()}
    assert len({case.lanes_version for case in found.values()}) > PUBLICATIONS // 3, (
        "hardly one of them was ever in force"
    )
    one_before = next(edition for edition in editions if edition.in_force_at > found[late].at)
    assert found[late].lanes_version < one_before.lanes
    assert {process: edition_of(wiring, process) for process in PROCESSES} == dict.fromkeys(PROCESSES, PUBLICATIONS + 1)
    verified = verify(wiring.store)
    assert verified.ok, verified.findings
