"""A replay of a short life, as the service makes it, without a database."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from cases.evolve import evolve
from cases.model import blank
from presentation.moments import Moments
from presentation.words.words import Words
from services.replays.instants import Instants
from services.replays.moments import CaseThen, Frame
from services.replays.replay import Replay
from sla.business_time import BusinessTime
from tests.builders import MONDAY, Life, a_pause, a_resumption, an_answer, an_open_life

HOUR = timedelta(hours=1)
ENDS_AT = MONDAY + 5 * HOUR


def a_life() -> Life:
    """Opened, one step answered, suspended and resumed."""
    life = an_open_life()
    life.do(an_answer("intake", "one-stop", MONDAY + HOUR))
    life.do(a_pause(MONDAY + 2 * HOUR))
    life.do(a_resumption(MONDAY + 3 * HOUR))
    return life


def a_replay(life: Life) -> Replay:
    """Event by event, up to its end."""
    case, frames = blank(life.case.case_id, life.definitions), []
    before: CaseThen | None = None
    for number, record in enumerate(life.records, start=1):
        case = evolve(case, record)
        if case.opened_at is None:
            continue
        after = CaseThen.of(case, life.records[:number], record.at, {})
        frames.append(Frame(record, before, after))
        before = after
    then = CaseThen.of(life.case, life.records, ENDS_AT, {})
    return Replay(Instants(ENDS_AT, ENDS_AT, None), len(life.records), then, None, tuple(frames))


def moments(language: str) -> Moments:
    """The province's time."""
    return Moments(Words(language), ZoneInfo("Asia/Ho_Chi_Minh"), BusinessTime.real_time(), ENDS_AT)
