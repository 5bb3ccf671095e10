"""A linked dossier of 200 applications, from its opening to its joint result on the live stack: time, history, cost.

`python -m bench.dossier [--applications N]` writes bench/results/dossier.json. Departments are answered for without Kafka: what
is measured is the dossier and its cases, not the departments.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from temporalio.client import Client

from audit.dossiers import check_dossier
from audit.verification import PublishedTopics, verify
from bench import SOURCE, SYSTEM
from bench.throughput.__main__ import the_stack
from bench.throughput.usage import cpu_seconds, stack_processes
from events.language.commands import Actor, ActorKind, DecideStep, Outcome
from events.language.dossier_messages import DossierFile
from greenlane.wiring import Wiring
from intake.cases import CaseIntake
from intake.streams import Submitted
from services.actors import claimed
from services.quiescence import await_published
from store.dossiers import Dossiers
from store.views import Views

RESULT = Path(__file__).parent / "results" / "dossier.json"
PROCEDURES = ("household-business-registration", "criminal-record", "karaoke-licence", "enterprise-registration")
DOCUMENTS = ("request", "identity", "charter", "member-list", "security-certificate")
SEED = 297
LIMIT_SECONDS = 1800.0
LIMITS = {"history_events": 51_200, "history_bytes": 50 * 1024 * 1024}
"""Temporal ends a run beyond these."""


def the_file(applications: int) -> DossierFile:
    """Layers of applications, each needing up to three of the twenty before it."""
    chance = random.Random(SEED)
    parts = [
        {
            "name": f"a{number:03d}",
            "procedure": chance.choice(PROCEDURES),
            "needs": sorted(
                f"a{other:03d}"
                for other in chance.sample(range(max(0, number - 20), number), min(number, chance.randint(0, 3)))
            ),
        }
        for number in range(applications)
    ]
    return DossierFile.model_validate(
        {
            "dossier_id": f"bench-{time.time_ns()}",
            "documents": [{"kind": kind} for kind in DOCUMENTS],
            "applications": parts,
        }
    )


class Province:
    """All departments: whatever waits is approved."""

    def __init__(self, wiring: Wiring, intake: CaseIntake) -> None:
        self._views = Views(wiring.store)
        self._intake = intake
        self._now = wiring.business_time_now
        self._answered: set[tuple[str, str]] = set()

    async def work(self) -> int:
        """Answer what waits now; how many steps that were."""
        waiting = await asyncio.to_thread(self._views.worklist)
        fresh = [item for item in waiting if (item.case_id, item.step_id) not in self._answered]
        self._answered.update((item.case_id, item.step_id) for item in fresh)
        commands = [
            DecideStep(
                command_id=f"{item.department}:{item.case_id}:{item.step_id}",
                received_at=self._now(),
                actor=Actor(kind=ActorKind.DEPARTMENT, id=item.department),
                step_id=item.step_id,
                department=item.department,
                outcome=Outcome.APPROVE,
            )
            for item in fresh
        ]
        sent = (self._intake.send(item.case_id, command) for item, command in zip(fresh, commands, strict=True))
        await asyncio.gather(*sent)
        return len(fresh)


async def run(wiring: Wiring, applications: int) -> dict[str, Any]:
    """Open it, answer everything, wait for the joint result."""
    client = await wiring.temporal()
    linked, province = wiring.dossier_intake(client), Province(wiring, wiring.intake(client))
    dossiers = Dossiers(wiring.store)
    began = time.monotonic()
    answer = await linked.submit(
        the_file(applications),
        source=SOURCE,
        command_id="bench",
        actor=Actor(kind=ActorKind.APPLICANT, id=SYSTEM.id),
        received_at=datetime.now(UTC),
    )
    if not isinstance(answer, Submitted):
        raise SystemExit(answer.refusal.message("en"))
    opened_s: float | None = None
    steps = 0
    while time.monotonic() - began < LIMIT_SECONDS:
        view = await asyncio.to_thread(dossiers.view, answer.case_id)
        if view is not None and opened_s is None:
            opened_s = time.monotonic() - began
        if view is not None and view.closed_at is not None:
            break
        found = await province.work()
        steps += found
        if not found:
            await asyncio.sleep(0.05)
    completed_s = time.monotonic() - began
    definitions, records = dossiers.stream(answer.case_id)
    return {
        "opened_s": round(opened_s or 0.0, 2),
        "completed_s": round(completed_s, 1),
        "steps_answered": steps,
        "dossier_events": len(records),
        "largest_event_bytes": max(len(record.model_dump_json()) for record in records),
        "violations": len(check_dossier(definitions, records)),
        "outcome": records[-1].event.type,
        **await histories(client, answer.case_id),
    }


async def histories(client: Client, workflow_id: str) -> dict[str, Any]:
    """How long the dossier's histories became, over all its runs."""
    runs: list[dict[str, int]] = []
    async for found in client.list_workflows(f'WorkflowId = "{workflow_id}"'):
        handle = client.get_workflow_handle(workflow_id, run_id=found.run_id)
        description = await handle.describe()
        info = description.raw_description.workflow_execution_info
        runs.append({"events": info.history_length, "bytes": info.history_size_bytes})
    return {
        "runs": len(runs),
        "history_events_max": max((run["events"] for run in runs), default=0),
        "history_bytes_max": max((run["bytes"] for run in runs), default=0),
        "histories": runs,
    }


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=200)
    asked = parser.parse_args()
    with the_stack() as (wiring, supervisor):
        before = cpu_seconds(stack_processes(supervisor))
        result = asyncio.run(run(wiring, asked.applications))
        await_published(wiring, claimed("operator", "bench"))
        after = cpu_seconds(stack_processes(supervisor))
        checked = verify(wiring.store, PublishedTopics(wiring.cluster, wiring.topics))
    result |= {
        "applications": asked.applications,
        "cpu_s": {name: round(after[name] - before.get(name, 0.0), 1) for name in after},
        "cpu_s_per_application": round((sum(after.values()) - sum(before.values())) / asked.applications, 3),
        "within_limits": result["history_events_max"] < LIMITS["history_events"]
        and result["history_bytes_max"] < LIMITS["history_bytes"],
        "invariants": checked.violations,
        "method": "one dossier, random graph with up to three hard needs each, four procedures; python -m bench.dossier",
        "machine": f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stderr.write(json.dumps(result, indent=2) + "\n")
    failed = result["violations"] or any(checked.violations.values()) or not result["within_limits"]
    sys.exit(1 if failed or result["outcome"] != "DossierClosed" else 0)


if __name__ == "__main__":
    main()
