"""What must hold of one case's ledger: tests, simulation, import, demonstration and `greenlane verify` ask here.

Pure; docs/invariants.md says what each invariant means, and where those that no ledger alone can show are checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from audit.lawfulness import unlawful
from audit.punctuality import missed_instants
from audit.redecision import redecided
from audit.rungs import quiet_rungs_in_hours, rungs
from audit.shares import time_shares
from audit.story import Story, story_of
from audit.timekeeping import anchors, clock_endings, consumed_time
from audit.violation import Violation
from cases.model import CaseStatus
from cases.timetable import next_due
from catalog.model import Definitions
from events.language.case_events import (
    ApplicationSubmitted,
    CalendarApplied,
    DefinitionRef,
    EventRecord,
    ProcedureMigrated,
)

__all__ = [
    "CHECKS",
    "Violation",
    "check_case",
    "check_story",
    "replay_decisions",
    "replay_story",
    "story_of",
]

CHANGES_DEFINITIONS = (CalendarApplied, ProcedureMigrated)
"""The events that say that a case runs under another version from now on."""


def check_case(
    definitions: Definitions, records: Sequence[EventRecord], *, open_ok: bool = True, until_at: datetime | None = None
) -> list[Violation]:
    """Every finding about one case's ledger, in the order of the checks; an empty list is a sound ledger.

    `open_ok` False: the case should have ended. `until_at` (business, UTC): the case's engine was awake until then, so
    nothing due before it may still wait.
    """
    return check_story(story_of(definitions, records), open_ok=open_ok, until_at=until_at)


def check_story(story: Story, *, open_ok: bool = True, until_at: datetime | None = None) -> list[Violation]:
    """The same for a story that was told already."""
    violations = list(sequence(story))
    for check in CHECKS:
        violations.extend(check(story))
    violations.extend(clock_endings(story, open_ok=open_ok))
    violations.extend(_unattended(story, open_ok=open_ok, until_at=until_at))
    return violations


def sequence(story: Story) -> Iterator[Violation]:
    """I2: per case the sequence is 1..n without gap or repeat, each event lawful after its predecessor."""
    older = story.older
    for expected, scene in enumerate(story.scenes, start=1):
        record = scene.record
        if scene.is_older and expected > older:
            message = f"{record.event.type} does not say who acted, and events before it do"
            yield Violation("I2", story.case_id, record.sequence, message)
        if record.case_id != story.case_id:
            yield Violation("I2", story.case_id, record.sequence, f"the record belongs to {record.case_id}")
        if record.sequence != expected:
            yield Violation("I2", story.case_id, record.sequence, f"found where {expected} should stand")
        reason = unlawful(scene.before, record)
        if reason is not None:
            yield Violation("I2", story.case_id, record.sequence, f"{record.event.type}: {reason}")
    if story.broken is not None:
        yield story.broken


def frozen_definitions(story: Story) -> Iterator[Violation]:
    """I12: the procedure version a case runs under never changes silently: it begins with those kept, and is followed on.

    That each later version follows the one before, by an event of its own, is what `lawfulness` asks of those events.
    """
    for scene in story.scenes:
        event = scene.record.event
        if not isinstance(event, ApplicationSubmitted):
            if scene.after.definitions is not scene.before.definitions and not isinstance(event, CHANGES_DEFINITIONS):
                yield Violation("I12", story.case_id, scene.record.sequence, f"{event.type} changed the definitions")
            continue
        definitions = story.definitions
        procedure, calendar, lanes = definitions.procedure, definitions.calendar, definitions.lanes
        kept = (
            DefinitionRef(id=procedure.id, version=procedure.version, digest=procedure.digest),
            DefinitionRef(id=calendar.id, version=calendar.version, digest=calendar.digest),
            DefinitionRef(id=lanes.id, version=lanes.version, digest=lanes.digest),
        )
        for said, used in zip((event.procedure, event.calendar, event.lanes), kept, strict=True):
            if said != used:
                message = f"submitted under {said.id} {said.version}, kept with {used.id} {used.version}"
                yield Violation("I12", story.case_id, scene.record.sequence, message)
        if event.definitions_digest != definitions.digest:
            message = "the definitions kept are not those of the submission"
            yield Violation("I12", story.case_id, scene.record.sequence, message)


def _unattended(story: Story, *, open_ok: bool, until_at: datetime | None) -> Iterator[Violation]:
    """I14: an open case waits for somebody, and for nothing that has passed."""
    case = story.case
    if case.is_closed or not story.scenes:
        return
    if not open_ok:
        yield Violation("I14", case.case_id, None, f"the case should have ended and is {case.status}")
    if case.status is CaseStatus.IN_PROGRESS and not case.open_steps:
        yield Violation("I14", case.case_id, None, "no department has a step of this case")
    due_at = next_due(case)
    if until_at is not None and due_at is not None and due_at <= until_at:
        yield Violation("I14", case.case_id, None, f"due at {due_at.isoformat()} and nobody woke")


CHECKS: tuple[Callable[[Story], Iterator[Violation]], ...] = (
    rungs,
    quiet_rungs_in_hours,
    missed_instants,
    consumed_time,
    anchors,
    time_shares,
    frozen_definitions,
)
"""The checks of one case that need nothing but its story."""


def replay_decisions(definitions: Definitions, records: Sequence[EventRecord]) -> list[Violation]:
    """I2 by today's rules: decide every command and every due instant again, and compare with what the ledger says.

    The ledger holds events, not commands; but the events of an accepted command hold all that it said, so each is put
    together again from them (see `audit.redecision`). What cannot be seen: commands that were refused, for they left no
    event; and older events, which do not say who acted (`Story.older` counts them), are not decided again.
    """
    return replay_story(story_of(definitions, records))


def replay_story(story: Story) -> list[Violation]:
    """The same for a story that was told already."""
    found = list(redecided(story))
    return [*found, story.broken] if story.broken is not None else found
