"""The ledger of a database lived under another policy: as it stands, of a period, and on record who looked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from presentation.json_of_simulations import simulation_csv, simulation_json
from services.actors import claimed
from services.installation import Installation
from services.recording_reads import Reader
from services.reports import Period
from services.simulation import NothingSimulatedError, simulate_ledger
from store.database import Store
from store.reads import ReadFilter, Reads
from store.recorder import Recorder
from tests.audit.counterfactual.policies import a_proposal
from tests.builders import MONDAY, an_answer, the_definitions
from tests.store.conftest import as_account, new_recorder, recorder, store
from tests.store.living import Living

__all__ = ["as_account", "new_recorder", "recorder", "store"]
READER = Reader(claimed("auditor", "auditor-1"), "a thought")
EVER = Period(None, None)
DAY = timedelta(days=1)
GREEN = a_proposal("lanes: {rules: [{id: all, lane: green_24h, when: []}]}")


@pytest.fixture
def installation(as_account: Callable[[str], Store], recorder: Recorder) -> Installation:
    """As the command line has it; with three cases, of which two are answered late and one is not."""
    definitions = the_definitions()
    for number, days in ((1, 0), (2, 3), (3, 6)):
        case = Living(recorder, number, definitions).open(MONDAY + days * DAY)
        if number < 3:
            at = MONDAY + (days + 2) * DAY
            case.turn(at, an_answer("intake", "one-stop", at))
    operator = as_account("operator")
    return cast("Installation", SimpleNamespace(store=operator))


def test_before_is_what_the_ledger_says(installation: Installation) -> None:
    """And after what the policy would have made of it, up to the last decision on record."""
    told: list[int] = []
    simulated = simulate_ledger(installation, READER, GREEN, EVER, lambda count: lambda _: told.append(count))
    assert told == [3, 3, 3]
    assert simulated.cases == 3
    assert (simulated.before.lanes, simulated.after.lanes) == ({"standard": 3}, {"green_24h": 3})
    # The third was opened with the last decision: its 24 hours still run.
    assert (simulated.before.whole.breached, simulated.after.whole.breached) == (0, 2)
    states = [change["state"] for change in simulation_json(simulated)["changed"]]
    assert states == [["running", "breached"], ["running", "breached"], ["running", "running"]]


def test_the_same_ledger_gives_the_same_bytes(installation: Installation) -> None:
    """However often it is asked: nothing is of the hour at which somebody asks."""
    told = [simulate_ledger(installation, READER, GREEN, EVER) for _ in range(2)]
    bodies = [simulation_json(each) | {"elapsed_s": 0} for each in told]
    assert bodies[0] == bodies[1]
    assert simulation_csv(told[0]) == simulation_csv(told[1])


def test_a_policy_that_changes_nothing_lists_nothing(installation: Installation) -> None:
    """What is on record would have been the same."""
    simulated = simulate_ledger(installation, READER, a_proposal(), EVER)
    assert simulated.changed == []
    assert simulated.before == simulated.after


def test_a_period_takes_the_cases_opened_in_it(installation: Installation) -> None:
    """From its beginning on, before its end; who looked is on record with what was asked."""
    period = Period(MONDAY + 3 * DAY, MONDAY + 6 * DAY)
    assert simulate_ledger(installation, READER, GREEN, period).cases == 1
    [read] = [each.read for each in Reads(installation.store).find(ReadFilter(), limit=5)]
    assert (read.purpose, read.count) == ("a thought", 1)
    assert read.filter is not None
    assert (read.filter["policy"], read.filter["from"]) == ("test 1", period.from_at and period.from_at.isoformat())


def test_no_case_at_all_is_said(installation: Installation) -> None:
    """As of a log of which none is left; that somebody looked is on record even so."""
    with pytest.raises(NothingSimulatedError) as raised:
        simulate_ledger(installation, READER, GREEN, Period(MONDAY + 30 * DAY, None))
    assert (raised.value.code, raised.value.field) == ("nothing_simulated", "ledger")
    [read] = [each.read for each in Reads(installation.store).find(ReadFilter(), limit=5)]
    assert read.count == 0
