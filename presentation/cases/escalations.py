"""Escalations as a supervisor reads them: which dossier, which step, whose turn, how late, and the command that acknowledges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from cases.turn import EscalationItem
from presentation.blocks import Block, Tone, command_line, dim, line, strong, toned
from presentation.instants import end_said
from presentation.lateness import delay_said
from presentation.moments import Moments
from presentation.names import both
from services.escalations import Escalation, EscalationList
from wording.text import LazyText, _, in_language

OPEN: Final = _("Open escalations")
ALL: Final = _("Escalations")
NONE: Final = _("No escalations.")
NONE_OPEN: Final = _("No open escalations; what is late all the same: greenlane cases --overdue")
MORE: Final = _("{shown} of {total} shown.")
LATE: Final = {
    "statutory": _("overdue by {late}"),
    "green": _("green promise broken {late} ago"),
    "step": _("step late by {late}"),
    "consultation": _("opinion late by {late}"),
    "joint": _("joint limit passed {late} ago"),
}
"""Only of the law's own limit it is said that it is overdue."""
WARNED: Final = _("limit not passed")
LIMIT: Final = _("limit {at}")
STEP: Final = _("Step: {step} ({department})")
WHOLE: Final = _("The whole case ({department})")
JOINT: Final = _("The linked dossier as a whole ({department})")
TURN: Final = _("Whose turn: {holder}")
TOLD: Final = _("Told: {role}, level {level}, at {at}")
DONE: Final = _("done since")
ACKNOWLEDGED: Final = _("acknowledged")
CHAIN: Final = _("acknowledged at another level")


Command = Callable[[Escalation], str]
"""What acknowledges an escalation at the door that shows it."""


def escalation_screen(escalations: EscalationList, moments: Moments, command: Command) -> Iterator[Block]:
    """A few lines for each, the command on a line of its own, never broken."""
    language = moments.words.language
    if not escalations.items:
        yield line(in_language(NONE_OPEN if escalations.open_only else NONE, language))
        return
    yield strong(f"{in_language(OPEN if escalations.open_only else ALL, language)}: {escalations.total}")
    for escalation in escalations.items:
        yield line()
        yield from _lines(escalation, moments, command)
    if escalations.total > len(escalations.items):
        yield line()
        yield line(in_language(MORE.filled(shown=len(escalations.items), total=escalations.total), language))
    if moments.scale is not None:
        yield line(moments.scale)


def _lines(escalation: Escalation, moments: Moments, command: Command) -> Iterator[Block]:
    item, names, language = escalation.item, moments.names, moments.words.language
    called = (names.template if item.linked else names.procedure)(item.procedure or "")
    yield line(strong(item.dossier_code or item.dossier_id or item.case_id), f"  {called}")
    yield line(f"  {in_language(_what(item, moments), language)}")
    yield toned(Tone.WRONG if item.is_open else Tone.DIM, f"  {_lateness(escalation, moments)}")
    role, at = names.audience(item.audience, escalation.told_department), moments.instant(item.fired_at)
    yield line(f"  {in_language(TOLD.filled(role=role, level=item.level, at=at), language)}")
    if item.is_open:
        yield line(f"  {in_language(TURN.filled(holder=names.holder(item.holder)), language)}")
        yield command_line(command(escalation))
    else:
        yield dim(f"  {in_language(_end(item), language)}")


def _lateness(escalation: Escalation, moments: Moments) -> str:
    delay, language = escalation.delay, moments.words.language
    if delay is None:
        return in_language(WARNED, language)
    late = LATE[escalation.item.clock_kind].filled(late=delay_said(delay))
    limit = LIMIT.filled(at=end_said(delay.limit_at, moments.zone))
    return f"{in_language(late, language)} ({in_language(limit, language)})"


def _what(item: EscalationItem, moments: Moments) -> LazyText:
    department = moments.names.department(item.department)
    if item.linked:
        return JOINT.filled(department=department)
    if item.name_vi is None or item.name_en is None:
        return WHOLE.filled(department=department)
    return STEP.filled(step=both(item.name_vi, item.name_en), department=department)


def _end(item: EscalationItem) -> LazyText:
    if item.acknowledged:
        return ACKNOWLEDGED
    return CHAIN if item.late is not None and item.late.ended_at is None else DONE
