"""What a department reads at its desk: what waits, what it is asked for its opinion on, and the escalations told to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from cases.turn import WorkItem
from presentation.blocks import Block, line, strong
from presentation.cases.case_table import work_table
from presentation.cases.escalations import escalation_screen
from presentation.instants import end_said
from presentation.moments import Moments
from services.case_lists import Desk
from services.escalations import Escalation
from services.lateness import WaitingStep
from wording.text import LazyText, _, in_language

OPINIONS: Final = _("Opinions that are asked for")
ASKED: Final = _("{department} asks, by {at}:")
ASKED_OPENLY: Final = _("{department} asks, no limit runs now:")


def desk_screen(desk: Desk, moments: Moments, command: Callable[[Escalation], str]) -> Iterator[Block]:
    """From top to bottom. `command`: what acknowledges an escalation at this door."""
    words = moments.words
    name = desk.department if desk.known is None else desk.known.name.in_language(words.language)
    title = words(_("What waits for {department}"), department=name)
    yield work_table(title, desk.work, moments) if desk.work else line(f"{title}: {words(_('Nothing waits.'))}")
    yield from _questions(desk, moments)
    if desk.escalations.items:
        yield from escalation_screen(desk.escalations, moments, command)
    elif moments.scale is not None:
        yield line(moments.scale)


def _questions(desk: Desk, moments: Moments) -> Iterator[Block]:
    """In the order of the list."""
    questions = [step for step in desk.work if step.item.question is not None]
    if questions:
        yield strong(in_language(OPINIONS, moments.words.language))
    for step in questions:
        item = step.item
        yield strong(f"{item.dossier_code or item.case_id}  {item.step_id}")
        yield line(f"  {in_language(_asker(step, item, moments), moments.words.language)} {item.question}")


def _asker(step: WaitingStep, item: WorkItem, moments: Moments) -> LazyText:
    department = moments.names.department(item.asked_by_department or "")
    due_at = item.due_at if step.delay is None else step.delay.limit_at
    if due_at is None:
        return ASKED_OPENLY.filled(department=department)
    return ASKED.filled(department=department, at=end_said(due_at, moments.zone))
