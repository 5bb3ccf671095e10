"""Running the demonstration from curtain to curtain."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client

from audit.verification import PublishedTopics, verify
from events.language.case_events import EventRecord, RungFired, StepAssigned
from events.language.commands import AcknowledgeEscalation, Actor, ActorKind, DecideStep, Outcome
from greenlane.demo.cast_processes import playing_outsiders
from greenlane.demo.openings import Opened, all_closed, open_all, openings_report
from greenlane.demo.receiver import AlertReceiver
from greenlane.demo.report import DemoReport, both
from greenlane.demo.script import SOURCE, Manner, Role, message_of, the_cast
from greenlane.settings import Settings
from greenlane.stack import ensure_stack
from greenlane.stack.progress import Progress
from greenlane.wiring import Wiring
from presentation.integrity import finding_line
from services.actors import claimed
from services.quiescence import await_published, dead_letter_count
from store.ledger import Ledger
from store.views import CaseFilter, Views
from wording.errors import GreenlaneError
from wording.text import _

FACTOR = 8000.0
BUSINESS_DAYS_MAX = 25
"""The longest that a demonstration may last, in business days; its real time limit follows from the factor."""
LOOK_SECONDS = 0.2
ACKNOWLEDGED_LEVEL = 2
RUNG_COLOURS = {"warning": "yellow", "past_appointment": "bold yellow", "breach": "red", "escalation": "bold red"}

Tell = Callable[[str], None]


class DemoFailedError(GreenlaneError):
    """The demonstration did not come to its end."""

    code = "demo_failed"


@dataclass(slots=True)
class Watched:
    """What was seen in the ledger so far."""

    cast: dict[str, Role] = field(default_factory=dict)
    """The cases that the demonstration waits for one by one; those of the openings are waited for with them."""
    position: int = 0
    events: int = 0
    closed: int = 0
    rungs: dict[str, int] = field(default_factory=dict)
    to_acknowledge: list[EventRecord] = field(default_factory=list)
    acknowledged: int = 0
    at_screens: dict[str, StepAssigned] = field(default_factory=dict)
    """By case: the step that an officer answers at a screen."""
    past_appointment: list[str] = field(default_factory=list)
    """Cases of such a step whose appointment has just passed."""


@contextmanager
def running_stage(factor: float, progress: Progress, keep: bool) -> Iterator[tuple[Wiring, AlertReceiver, Path]]:
    """A fresh stack in a folder of its own, on free ports, with a supervisor's system that takes alerts."""
    folder = Path(tempfile.mkdtemp(prefix="greenlane-demo-"))
    receiver = AlertReceiver()
    free = ("temporal_port", "temporal_ui_port", "postgres_port", "kafka_port", "kafka_controller_port", "metrics_port")
    settings = Settings.load(
        state_dir=folder / "state",
        profile="demonstration",
        time_factor=factor,
        webhook_url=receiver.url,
        **dict.fromkeys(free, 0),
    )
    try:
        with ensure_stack(settings, progress=progress) as addresses:
            wiring = Wiring(settings.resolved(addresses))
            try:
                yield wiring, receiver, folder
            finally:
                wiring.close()
    finally:
        receiver.close()
        if keep:
            progress.done(_("kept: {folder}", folder=folder))
        else:
            shutil.rmtree(folder, ignore_errors=True)


def run_demo(factor: float, progress: Progress, tell: Tell, *, keep: bool = False) -> tuple[DemoReport, Wiring]:
    """Play the whole demonstration; the report is read from what the stack recorded."""
    with running_stage(factor, progress, keep) as (wiring, receiver, folder):
        began = time.monotonic()
        day = wiring.business_time.business_anchor_at.astimezone(wiring.zone).date()
        parts = [
            part.model_copy(update={"message": message_of(part, wiring.catalog, day)} if part.by == "kafka" else {})
            for part in the_cast()
        ]
        tell(
            f"{both(_('[bold]Business time runs {factor:g} times as fast[/bold]', factor=factor))}: "
            f"1 working day = {8 * 3600 / factor:.1f} s, resolution {wiring.business_time.resolution:.1f} s per ms"
        )
        with playing_outsiders(wiring, parts, folder):
            _submit(wiring, [part for part in parts if part.by == "submit"], folder, tell)
            opened = asyncio.run(open_all(wiring))
            tell(f"{len(opened)} {both(_('business openings as linked dossiers'))}")
            watched = asyncio.run(_watch(wiring, parts, opened, tell))
            await_published(wiring, claimed("operator", "demo"))
        report = _report(wiring, watched, len(parts), time.monotonic() - began)
        report.dossiers = openings_report(wiring, opened)
        report.alerts_by_webhook = len(receiver.keys)
        return report, wiring


def _submit(wiring: Wiring, parts: list[Role], folder: Path, tell: Tell) -> None:
    """Some applications come by the command, as an officer at a counter would send them."""
    day = wiring.business_time.business_anchor_at.astimezone(wiring.zone).date()
    file = folder / "applications.jsonl"
    lines = (json.dumps(message_of(part, wiring.catalog, day), ensure_ascii=False, allow_nan=False) for part in parts)
    file.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "greenlane", "submit", str(file), "--source", SOURCE, "--json"],
        env=wiring.settings.environment_of_child(with_keys=True),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DemoFailedError(
            _("`greenlane submit` failed: {stdout}", stdout=(done.stdout or done.stderr)[-500:]),
            remedy=_("Run it again with --keep."),
        )
    tell(f"{len(parts)} applications by `greenlane submit`, the others through Kafka")


async def _watch(wiring: Wiring, parts: list[Role], opened: list[Opened], tell: Tell) -> Watched:
    """Follow the ledger until everything is closed; acknowledge the first escalation, as a supervisor would."""
    watched, ledger, expected = Watched(cast={part.case_id: part for part in parts}), Ledger(wiring.store), len(parts)
    client = await wiring.temporal()
    limit_seconds = timedelta(days=7 * BUSINESS_DAYS_MAX / 5).total_seconds() / wiring.business_time.factor
    ends_at = time.monotonic() + limit_seconds
    while watched.closed < expected or await all_closed(wiring, opened) < len(opened):
        if time.monotonic() > ends_at:
            openings = f"{await all_closed(wiring, opened)}/{len(opened)}"
            raise DemoFailedError(
                _(
                    "Only {closed} of {expected} cases and {openings} openings were closed within "
                    "{business_days_max} business days.",
                    closed=watched.closed,
                    expected=expected,
                    openings=openings,
                    business_days_max=BUSINESS_DAYS_MAX,
                ),
                remedy=_("Run it again with --keep and look into the logs."),
            )
        for row in await asyncio.to_thread(ledger.since, watched.position):
            watched.position = row.position
            _see(row.record, watched, wiring, tell)
        await _acknowledge(watched, wiring, client, tell)
        await _answer_at_screens(watched, wiring, client, tell)
        await asyncio.sleep(LOOK_SECONDS)
    return watched


def _see(record: EventRecord, watched: Watched, wiring: Wiring, tell: Tell) -> None:
    watched.events += 1
    event = record.event
    at = f"[dim]{record.at.astimezone(wiring.zone):%a %d/%m %H:%M}[/dim]"
    match event.type:
        case "RungFired":
            _count_rung(record, event, watched)
            colour = RUNG_COLOURS[event.kind]
            tell(
                f"{at} [{colour}]{event.kind:<16}[/{colour}] {record.case_id[-6:]} {event.clock_id} → {event.audience}"
            )
        case "StepAssigned" if _waits_for_a_screen(watched.cast.get(record.case_id), event.step_id):
            watched.at_screens[record.case_id] = event
        case "SupplementRequested":
            tell(f"{at} [cyan]supplement[/cyan] {record.case_id[-6:]} asked by {event.department}: {event.reason}")
        case "BreachSetAside" | "GreenPromiseDeclined":
            tell(f"{at} [magenta]{event.type}[/magenta] {record.case_id[-6:]}")
        case "CaseClosed":
            watched.closed += record.case_id in watched.cast
            tell(f"{at} [green]closed[/green]     {record.case_id[-6:]} {event.outcome} {event.result_code or ''}")
        case "ApplicationReleased":
            tell(f"{at} [blue]released[/blue]   {record.case_id[-6:]} {event.name}")
        case "DossierClosed":
            promise = "✓" if event.promise_kept else "✗"
            tell(f"{at} [bold green]opening[/bold green]    {record.case_id[-6:]} {event.outcome}, promise {promise}")
        case "EscalationAcknowledged":
            watched.acknowledged += 1


async def _acknowledge(watched: Watched, wiring: Wiring, client: Client, tell: Tell) -> None:
    if not watched.to_acknowledge or watched.acknowledged:
        return
    record = watched.to_acknowledge.pop(0)
    event = record.event
    if not isinstance(event, RungFired):
        return
    intake = wiring.intake(client)
    command = AcknowledgeEscalation(
        command_id=f"demonstration:{record.case_id}:{event.escalation_id}",
        received_at=wiring.business_time_now(),
        actor=Actor(kind=ActorKind.SUPERVISOR, id="supervisor@chairman-office"),
        escalation_id=event.escalation_id,
        note="Đã rõ / seen",
    )
    outcome = await intake.ask(record.case_id, command)
    if outcome.accepted:
        tell(f"[bold blue]acknowledged[/bold blue] {record.case_id[-6:]} {event.escalation_id} by a supervisor")


def _count_rung(record: EventRecord, event: RungFired, watched: Watched) -> None:
    """Count it, and note what a person is to do about it."""
    watched.rungs[event.kind] = watched.rungs.get(event.kind, 0) + 1
    if event.kind == "past_appointment" and record.case_id in watched.at_screens:
        watched.past_appointment.append(record.case_id)
    if event.level >= ACKNOWLEDGED_LEVEL and event.kind == "escalation":
        watched.to_acknowledge.append(record)


def _waits_for_a_screen(part: Role | None, step_id: str) -> bool:
    answers = () if part is None else part.behaviours.get(step_id, ())
    return any(answer.manner is Manner.AT_SCREEN for answer in answers)


async def _answer_at_screens(watched: Watched, wiring: Wiring, client: Client, tell: Tell) -> None:
    """Hand over the results whose appointment has passed, the same evening, as an officer at a counter would."""
    while watched.past_appointment:
        case_id = watched.past_appointment.pop()
        step = watched.at_screens.pop(case_id)
        command = DecideStep(
            command_id=f"demonstration:{case_id}:{step.step_id}",
            received_at=wiring.business_time_now(),
            actor=Actor(kind=ActorKind.DEPARTMENT, id=step.department),
            step_id=step.step_id,
            department=step.department,
            outcome=Outcome.APPROVE,
        )
        outcome = await wiring.intake(client).ask(case_id, command)
        if outcome.accepted:
            at = f"{command.received_at.astimezone(wiring.zone):%a %H:%M}"
            tell(f"[bold blue]handed over[/bold blue]  {case_id[-6:]} at a screen of {step.department}, {at}")


def _report(wiring: Wiring, watched: Watched, expected: int, elapsed_s: float) -> DemoReport:
    checked = verify(wiring.store, PublishedTopics(wiring.cluster, wiring.topics))
    return DemoReport(
        views=list(Views(wiring.store).cases(CaseFilter(source=SOURCE), limit=1000)),
        rungs=watched.rungs,
        acknowledged=watched.acknowledged,
        dead_letters=dead_letter_count(wiring, claimed("operator", "demo")),
        alerts_by_webhook=0,
        violations=checked.violations,
        findings=[finding_line(finding) for finding in checked.findings],
        elapsed_s=elapsed_s,
        factor=wiring.business_time.factor,
        events=checked.events,
        expected=expected,
    )
