"""How much of it a case takes: what is beyond is refused, so that no message can make a case too large to go on."""

from __future__ import annotations

from typing import Final

from pydantic_core import to_json

from cases.model import Case
from events.language.commands import (
    ApplyCalendar,
    Command,
    DecideStep,
    MigrateProcedure,
    Outcome,
    PauseClock,
    RequestPayment,
    StopCase,
    SubmitApplication,
)
from events.language.refusals import Refusal, refuse

COMMAND_MAX_BYTES: Final = 64 * 1024
"""Of one command as JSON; eight of them, and what a case carries, fit into one of Temporal's payloads several times."""

SUSPENSIONS_MAX: Final = 100
"""How often a case may stand still by what somebody decided: each is kept at each of its clocks."""
WRITTEN_MAX_BYTES: Final = 256 * 1024
"""Of all that people wrote and the case keeps: reasons of suspensions, questions to departments; each text once."""

_STANDS_STILL: Final = (PauseClock, StopCase, RequestPayment)
_IS_KEPT: Final = (*_STANDS_STILL, DecideStep)
_OF_THE_ENGINE: Final = (SubmitApplication, ApplyCalendar, MigrateProcedure)
"""Those whose length is held elsewhere: that of an application where it is accepted, the catalogue's by its files."""


def too_long(command: Command) -> Refusal | None:
    """Why the command is longer than one may be; None: it is not."""
    if isinstance(command, _OF_THE_ENGINE):
        return None
    size = len(to_json(command))
    if size <= COMMAND_MAX_BYTES:
        return None
    return refuse("command_too_large", "data", size=str(size), most=str(COMMAND_MAX_BYTES))


def too_much(command: Command, after: Case) -> Refusal | None:
    """Why the case cannot keep what the command adds to it; None: it can. `after`: the case as it would be."""
    if not isinstance(command, _IS_KEPT) or (
        isinstance(command, DecideStep) and command.outcome is not Outcome.CONSULT
    ):
        return None
    suspensions = [state.clock.suspensions for state in after.clocks.values()]
    stood = max([sum(span.owner == "suspension" for span in after.spans), *map(len, suspensions)])
    if isinstance(command, _STANDS_STILL) and stood > SUSPENSIONS_MAX:
        return refuse("too_many_suspensions", None, most=str(SUSPENSIONS_MAX))
    written = {text for entries in suspensions for entry in entries for text in (entry.reason, entry.legal_basis)}
    written |= {step.question for step in after.steps.values()}
    size = sum(len(text.encode()) for text in written if text is not None)
    if size > WRITTEN_MAX_BYTES:
        return refuse("too_much_written", "reason", size=str(size), most=str(WRITTEN_MAX_BYTES))
    return None
