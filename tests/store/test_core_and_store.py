"""The real core through the real store: the row that a turn writes is the row that the ledger folds to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit.rebuild import rebuild
from cases.decide import CASES
from cases.evolve import evolve
from cases.model import Case, blank
from cases.views import view_of
from catalog.model import Definitions
from events.language.commands import Command
from events.language.identity import case_id_of
from store.database import Store
from store.definitions import DefinitionArchive
from store.recorder import Recorder
from tests.blocking import record_now
from tests.builders import MONDAY, a_submission, an_answer, the_definitions
from tests.department_calendars import KEPT


@pytest.mark.parametrize("definitions", [the_definitions(), the_definitions(department_calendars=KEPT)])
def test_a_whole_case(store: Store, recorder: Recorder, definitions: Definitions) -> None:
    """Submitted, answered, refused in between, warned and breached, closed; each turn on what was returned before.

    Also where departments keep calendars of their own, which the archive of definitions keeps with the rest.
    """
    case: Case = blank(case_id_of("/portal", "A-1"), definitions)
    hours = [timedelta(hours=hour) for hour in range(200)]
    waiting: list[tuple[Command | None, timedelta]] = [
        (a_submission(), hours[0]),
        (an_answer("intake", "one-stop", MONDAY + hours[1]), hours[1]),
        (an_answer("fire", "finance", MONDAY + hours[2]), hours[2]),
        (None, hours[190]),
        (an_answer("fire", "police", MONDAY + hours[190]), hours[190]),
        (an_answer("appraisal", "culture", MONDAY + hours[191]), hours[191]),
        (an_answer("signing", "culture", MONDAY + hours[192]), hours[192]),
    ]
    for command, later in waiting:
        turn = CASES.take_turn(case, () if command is None else (command,), MONDAY + later)
        assert turn is not None
        recorded = record_now(recorder, turn)
        assert recorded.outcomes == turn.outcomes
        for record in recorded.records:
            case = evolve(case, record)
        assert rebuild(store, CASES.project).equal
    assert view_of(case).status == "closed"
    assert view_of(case).breaches > 0
    assert DefinitionArchive(store).definitions(definitions.digest) == definitions
