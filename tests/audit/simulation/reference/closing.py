"""How a case ends, and who had its time."""

from __future__ import annotations

from tests.audit.simulation.reference.life import APPLICANT_KINDS, CASE_KINDS, Clock, Life, Step

KEPT = ("applicant", "suspension")


def close(life: Life, outcome: str, at: int) -> None:
    """The end: work that is left is taken back, every clock ends, and every second has had one owner."""
    for step in life.open_steps:
        if step.clock is not None:
            life.cancel(life.clocks[step.clock], at)
        step.status = "cancelled"
        life.say("step cancelled", step.key)
    for clock in life.live_clocks:
        _end_clock(life, clock, at, decided=outcome in ("issued", "refused"))
    life.status, life.outcome = "closed", outcome
    life.held_until = life.review_at = None
    life.spans.append((max(at, life.spans[-1][0]), "closed"))
    life.say("closed", outcome, at, *sorted(shares(life, at).items()))


def _end_clock(life: Life, clock: Clock, at: int, *, decided: bool) -> None:
    if clock.kind in APPLICANT_KINDS:
        # The applicant's own limit was breached, or is no longer needed.
        life.cancel(clock, at)
    elif clock.kind in CASE_KINDS and decided:
        # Decree 61/2018 art. 19(8): a written refusal inside the limit keeps it like a result does. What the applicant
        # took back or left, and what was given back to him, never came to a verdict on the promise.
        life.stop(clock, at)
    else:
        life.cancel(clock, at)


def hand_over(life: Life, at: int, turn: int) -> None:
    """Whoever must act next has the case from the turn on; what lay between receipt and turn was our own delay."""
    owner, work = holder(life)
    if not life.spans:
        life.spans.append((at, owner))
        life.holding = work
        return
    if len(life.spans) > 1 and life.spans[-1][0] == turn > at and life.spans[-2][1] == "system":
        life.spans.pop()  # of the same turn: whoever was to hear of it then is not the one any more
    since, last = life.spans[-1]
    if last == "system" and owner != "suspension" and turn > since:
        life.holding = work
        life.spans.append((turn, owner))
        return
    # The same department with work that it hears of only at the turn: until then it was our delay too.
    is_new_work = work is not None and work is not life.holding and work.assigned_at >= turn
    life.holding = work
    since = max(at, since)
    if owner == last and not (is_new_work and turn > since):
        return
    if owner != "suspension" and turn > since:
        life.spans.append((since, "system"))
        life.spans.append((turn, owner))
    else:
        life.spans.append((since, owner))


def holder(life: Life) -> tuple[str, Step | None]:
    """Of several departments the one that has held its step longest; an opinion only where nobody else works."""
    if life.status in ("awaiting_supplement", "awaiting_explanation", "awaiting_payment"):
        return "applicant", None
    if life.status in ("suspended", "stopped"):
        return "suspension", None
    held = [step for step in life.steps.values() if step.status == "assigned"]
    if not held:
        return "between_steps", None
    first = min(held, key=lambda step: (step.asked_by is not None, step.assigned_at))
    return first.department, first


def stood_still(life: Life, since: int, until: int | None) -> None:
    """A stretch of the past is found to have been a suspension: no department used time that stood still."""
    painted: list[tuple[int, str]] = []
    for number, (begins, owner) in enumerate(life.spans):
        ends = life.spans[number + 1][0] if number + 1 < len(life.spans) else None
        painted.append((begins, owner))
        first = max(since, begins)
        last = until if ends is None else ends if until is None else min(ends, until)
        if owner in KEPT or (last is not None and first >= last):
            continue
        painted.append((first, "suspension"))
        if last is not None and last != ends:
            painted.append((last, owner))
    following = [*(begins for begins, _ in painted[1:]), None]
    lasting = [span for span, ends in zip(painted, following, strict=True) if span[0] != ends]
    life.spans = [span for n, span in enumerate(lasting) if n == 0 or lasting[n - 1][1] != span[1]]


def shares(life: Life, until: int) -> dict[str, int]:
    """How long each owner had the case, up to the end."""
    found: dict[str, int] = {}
    for number, (begins, owner) in enumerate(life.spans):
        ends = life.spans[number + 1][0] if number + 1 < len(life.spans) else until
        passed = min(ends, until) - min(begins, until)
        if passed > 0 and owner != "closed":
            found[owner] = found.get(owner, 0) + passed
    return found
