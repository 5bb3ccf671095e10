"""Who has a case from when on. Every instant of its life has exactly one owner."""

from __future__ import annotations

from datetime import datetime

from cases.model import Span

SUSPENSION = "suspension"
SYSTEM = "system"
CLOSED = "closed"
# Whose time it stays although the clocks stood still: the applicant had to act, or it is a suspension's already.
KEPT = ("applicant", SUSPENSION)


def handed_over(spans: tuple[Span, ...], owner: str, at: datetime, turn_at: datetime) -> tuple[Span, ...]:
    """The spans with the owner having the case from the turn on; what lay between receipt and turn was our own delay.

    An end counts from its receipt: after it nobody has the case.
    """
    if not spans:
        return (Span(owner, at),)
    if spans[-1].owner == owner:
        return spans
    # A command that was received before the last event (late delivery) never makes a span of negative length.
    from_at = max(at, spans[-1].started_at)
    if owner in (CLOSED, SUSPENSION) or turn_at <= from_at:
        return _followed(spans, Span(owner, from_at))
    return (*_followed(spans, Span(SYSTEM, from_at)), Span(owner, turn_at))


def _followed(spans: tuple[Span, ...], span: Span) -> tuple[Span, ...]:
    # Who had it for no time at all did not have it.
    before = spans[:-1] if spans[-1].started_at == span.started_at else spans
    return before if before and before[-1].owner == span.owner else (*before, span)


def suspended(spans: tuple[Span, ...], from_at: datetime, until_at: datetime | None) -> tuple[Span, ...]:
    """The spans with a stretch of the past given to the suspension: a department does not use time that stands still.

    `until_at` None: from then on. Time before the case was opened is nobody's.
    """
    parts: list[Span] = []
    for span, following in zip(spans, [*spans[1:], None], strict=True):
        ends_at = None if following is None else following.started_at
        _add(parts, span)
        begins_at = max(from_at, span.started_at)
        within = (ends_at is None or begins_at < ends_at) and (until_at is None or begins_at < until_at)
        if span.owner in KEPT or not within:
            continue
        if begins_at == span.started_at:
            parts.pop()
        _add(parts, Span(SUSPENSION, begins_at))
        if until_at is not None and (ends_at is None or until_at < ends_at):
            _add(parts, Span(span.owner, until_at))
    return tuple(parts)


def _add(parts: list[Span], span: Span) -> None:
    if not parts or parts[-1].owner != span.owner:
        parts.append(span)
