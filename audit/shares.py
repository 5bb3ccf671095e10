"""Who had a case for how long (I7), told a second time from its scenes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from audit.story import Scene, Story
from audit.violation import Violation
from cases.model import Case, CaseStatus, StepStatus
from events.language import case_events as ev

TOLERANCE_SECONDS = 1e-3
WITH_APPLICANT = (CaseStatus.AWAITING_SUPPLEMENT, CaseStatus.AWAITING_EXPLANATION, CaseStatus.AWAITING_PAYMENT)
SUSPENSION = "suspension"

Held = tuple[datetime, str]
"""From when on, and by whom, until the next."""


def time_shares(story: Story) -> Iterator[Violation]:
    """I7: every elapsed second of a closed case has one owner; the shares sum to the total, and each is its owner's.

    Whose each was is asked of newer events only: older rules did not tell our own delay from the next owner's time.
    """
    for scene in story.scenes:
        event = scene.record.event
        if isinstance(event, ev.CaseClosed) and scene.before.opened_at is not None:
            for message in _wrong_total(scene, event, scene.before.opened_at):
                yield Violation("I7", story.case_id, scene.record.sequence, message)
            if not scene.is_older:
                yield from _wrong_owners(story, scene, event)


def _wrong_total(scene: Scene, event: ev.CaseClosed, opened_at: datetime) -> Iterator[str]:
    total = sum(share.seconds for share in event.time_shares)
    elapsed = (event.closed_at - opened_at).total_seconds()
    if abs(total - event.elapsed_seconds) > TOLERANCE_SECONDS:
        yield f"shares of {total} s in {event.elapsed_seconds} s"
    if abs(elapsed - event.elapsed_seconds) > TOLERANCE_SECONDS:
        yield f"{event.elapsed_seconds} s recorded between opening and end, which are {elapsed} s apart"
    if any(share.seconds < 0 for share in event.time_shares):
        yield "a share is negative"
    if event.closed_at != scene.record.at:
        yield f"closed at {event.closed_at.isoformat()} by what counts at {scene.record.at.isoformat()}"


def _wrong_owners(story: Story, closing: Scene, event: ev.CaseClosed) -> Iterator[Violation]:
    counted = _shares_until(story, closing, event.closed_at)
    recorded = {share.owner: share.seconds for share in event.time_shares}
    for owner in sorted(counted.keys() | recorded.keys()):
        mine, theirs = counted.get(owner, 0.0), recorded.get(owner, 0.0)
        if abs(mine - theirs) > TOLERANCE_SECONDS:
            message = f"{owner} had the case for {mine} s, recorded {theirs} s"
            yield Violation("I7", story.case_id, closing.record.sequence, message)


def _shares_until(story: Story, closing: Scene, closed_at: datetime) -> dict[str, float]:
    line: list[Held] = []
    for scene in story.scenes:
        if scene is closing:
            break
        line = _after(line, scene)
    shares: dict[str, float] = {}
    for (from_at, owner), (until_at, _) in zip(line, [*line[1:], (closed_at, "")], strict=True):
        seconds = (min(until_at, closed_at) - from_at).total_seconds()
        if seconds > 0:
            shares[owner] = shares.get(owner, 0.0) + seconds
    return shares


def _after(line: list[Held], scene: Scene) -> list[Held]:
    event, before, after = scene.record.event, scene.before, scene.after
    if isinstance(event, ev.ClockSuspended):
        line = _painted(line, event.from_at, event.until_at)
    elif isinstance(event, ev.ClockPaused) and event.cause in ("suspension", "stop"):
        line = _painted(line, event.from_at, None)
    if after.status is before.status and after.steps is before.steps:
        return line
    owner = _owner(after)
    if not line:
        return [(scene.record.at, owner)]
    if line[-1][1] == owner:
        return line
    from_at = max(scene.record.at, line[-1][0])
    # Between receipt and turn nobody could act: that is our own delay, but for a decision that lets the case stand still.
    turn_at = from_at if scene.is_older or owner == SUSPENSION else max(from_at, scene.record.decided_at)
    line = [held for held in line if held[0] < from_at]
    changes = [(turn_at, owner)] if turn_at == from_at else [(from_at, "system"), (turn_at, owner)]
    return _joined([*line, *changes])


def _owner(case: Case) -> str:
    if case.status in WITH_APPLICANT:
        return "applicant"
    if case.status in (CaseStatus.SUSPENDED, CaseStatus.STOPPED):
        return SUSPENSION
    held = [step for step in case.steps.values() if step.status is StepStatus.ASSIGNED and step.assigned_at is not None]
    # Whoever handles the case before whoever only gives an opinion; among those, whoever has had it longest.
    held = [step for step in held if step.kind == "processing"] or held
    longest = min((step.assigned_at for step in held if step.assigned_at is not None), default=None)
    return next((step.department for step in held if step.assigned_at == longest), "between_steps")


def _painted(line: list[Held], from_at: datetime, until_at: datetime | None) -> list[Held]:
    """The line with a stretch of it given to the suspension, but for what was the applicant's."""
    counted: list[Held] = []
    for (begun_at, owner), following in zip(line, [*line[1:], None], strict=True):
        ends_at = None if following is None else following[0]
        stands_at = max(from_at, begun_at)
        stops_at = ends_at if until_at is None or (ends_at is not None and ends_at < until_at) else until_at
        if owner == "applicant" or (stops_at is not None and stands_at >= stops_at):
            counted.append((begun_at, owner))
            continue
        if begun_at < stands_at:
            counted.append((begun_at, owner))
        counted.append((stands_at, SUSPENSION))
        if stops_at is not None and stops_at != ends_at:
            counted.append((stops_at, owner))
    return _joined(counted)


def _joined(line: list[Held]) -> list[Held]:
    """The line without changes from an owner to himself: his time begins where the first of them did."""
    return [held for former, held in zip([None, *line], line, strict=False) if former is None or former[1] != held[1]]
