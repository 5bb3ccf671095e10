"""Who has a case from when on. Every instant of its life has exactly one owner."""

from __future__ import annotations

from datetime import datetime

from cases.model import Span

SUSPENSION = "suspension"
# Whose time it stays although the clocks stood still: the applicant had to act, or it is a suspension's already.
KEPT = ("applicant", SUSPENSION)


def handed_over(spans: tuple[Span, ...], owner: str, at: datetime) -> tuple[Span, ...]:
    """The spans with the owner having the case from the instant on."""
    if not spans:
        return (Span(owner, at),)
    # A command that was received before the last event (late delivery) never makes a span of negative length.
    return spans if spans[-1].owner == owner else (*spans, Span(owner, max(at, spans[-1].started_at)))


def suspended(spans: tuple[Span, ...], from_at: datetime, until_at: datetime | None) -> tuple[Span, ...]:
    """The spans with a stretch of the past given to the suspension: a department does not use time that stands still.

    `until_at` None: from then on. Time before the case was opened is nobody's.
    """
    found: list[Span] = []
    for span, following in zip(spans, [*spans[1:], None], strict=True):
        ends_at = None if following is None else following.started_at
        _add(found, span)
        begins_at = max(from_at, span.started_at)
        within = (ends_at is None or begins_at < ends_at) and (until_at is None or begins_at < until_at)
        if span.owner in KEPT or not within:
            continue
        if begins_at == span.started_at:
            found.pop()
        _add(found, Span(SUSPENSION, begins_at))
        if until_at is not None and (ends_at is None or until_at < ends_at):
            _add(found, Span(span.owner, until_at))
    return tuple(found)


def _add(found: list[Span], span: Span) -> None:
    if not found or found[-1].owner != span.owner:
        found.append(span)
