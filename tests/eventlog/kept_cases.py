"""Not a test: streams of every kind, as older programs left them and as this one makes them."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from events.language.case_events import EventRecord
from events.language.commands import Outcome
from events.language.identity import case_id_of, is_dossier
from tests.builders import MONDAY, Life, a_submission, an_answer
from tests.upgrade.fixtures import LEDGERS, the_ledger

HOUR = timedelta(hours=1)


@cache
def kept_streams() -> tuple[tuple[EventRecord, ...], ...]:
    """The ledgers that older programs left, cases and dossiers; of those with one id the longest."""
    longest: dict[str, tuple[EventRecord, ...]] = {}
    for file in sorted(LEDGERS.glob("*.json")):
        ledger = the_ledger(file.stem)
        if len(ledger.bodies) > len(longest.get(ledger.stream_id, ())):
            longest[ledger.stream_id] = tuple(ledger.records)
    return tuple(longest.values())


def kept_cases() -> list[tuple[EventRecord, ...]]:
    """Those that are cases."""
    return [records for records in kept_streams() if not is_dossier(records[0].case_id)]


def a_case(number: int, *answers: tuple[str, str, Outcome], **change: object) -> tuple[EventRecord, ...]:
    """A case of today's program, with these answers an hour apart."""
    life = Life(case_id=case_id_of("/portal", f"A-{number}"))
    life.do(a_submission(application_id=f"A-{number}", **change))
    for hours, (step, department, outcome) in enumerate(answers, 1):
        reason = {} if outcome is Outcome.APPROVE else {"reason": 'no\tfire <exit> & "no" light\nat night'}
        life.do(an_answer(step, department, MONDAY + hours * HOUR, outcome, **reason))
    return tuple(life.records)
