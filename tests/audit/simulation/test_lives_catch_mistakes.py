"""Known mistakes put into the core on purpose, each one rule: the lives alone must catch every one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cases import timetable
from tests.audit.simulation import mistakes_of_acts, mistakes_of_senders, mistakes_of_time
from tests.audit.simulation.lives import finding_of, plan_of
from tests.audit.simulation.seeding import MISTAKES, Mistake

SEEDS = 1_500
"""Within so many lives at most; nearly all are found within a hundred."""
FIRST_SEED = 50_000
SECTIONS = (mistakes_of_time, mistakes_of_acts, mistakes_of_senders)
"""They enter their mistakes when they are imported."""


@pytest.fixture(autouse=True)
def _fresh_timetables() -> Iterator[None]:
    """What was worked out by a mistaken core must not outlive it."""
    timetable._recent.clear()
    yield
    timetable._recent.clear()


@pytest.mark.parametrize("put", MISTAKES, ids=lambda put: put.__name__)
def test_a_mistake_is_caught_by_the_lives(put: Mistake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within so many lives, the model alone sees it."""
    put(monkeypatch)
    found = next(
        (seed for seed in range(FIRST_SEED, FIRST_SEED + SEEDS) if finding_of(plan_of(seed), judged=False)), None
    )
    assert found is not None, f"not caught in {SEEDS} lives"


def test_there_are_thirty_of_them() -> None:
    """Each by a name of its own."""
    assert len({put.__name__ for put in MISTAKES}) == len(MISTAKES) >= 30
