"""Until when data is kept: by procedure, by how the case ended, under the version of the day on which it ended."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cases.retention import FOR_EVER, Held, not_erasable, retention_ends_on
from catalog.loader import load_catalog
from catalog.retention import Period, ProcedureRetention, RetentionRules

DAY = timedelta(days=1)
ENDED = date(2026, 3, 2)


def rules(version: str = "1", valid_from: date | None = None, **own: Period) -> RetentionRules:
    """A list in which everything is kept for 10 years, what was withdrawn for 2, and these procedures as they say."""
    kept = tuple(ProcedureRetention(procedure=name, accepted=period) for name, period in own.items())
    return RetentionRules(
        id="retention",
        version=version,
        accepted=Period(years=10),
        unaccepted=Period(years=2),
        procedures=kept,
        source="test",
        valid_from=valid_from,
    )


def held(closed_on: date | None = ENDED, outcome: str | None = "issued", **other: object) -> Held:
    known: dict[str, object] = {"stream_id": "case-1", "name": "H05-1", "procedure": "house", "accepted": True}
    return Held(closed_on=closed_on, outcome=outcome, **(known | other))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("case", "ends_on"),
    [
        (held(), date(2036, 3, 2)),
        (held(outcome="refused"), date(2036, 3, 2)),
        (held(outcome="withdrawn"), date(2028, 3, 2)),
        (held(outcome="returned"), date(2028, 3, 2)),
        (held(outcome="refused", accepted=False), date(2028, 3, 2)),
        (held(procedure="land"), FOR_EVER),
        (held(procedure="land", outcome="withdrawn"), date(2028, 3, 2)),
        (held(procedure=None), date(2036, 3, 2)),
        (held(procedure="note"), ENDED),
        (held(closed_on=None), None),
    ],
)
def test_the_last_day_follows_procedure_and_outcome(case: Held, ends_on: date | None) -> None:
    """A procedure that is not named has the default, and a linked dossier too; what is open has no last day."""
    listed = (rules(land=Period(permanent=True), note=Period(years=0)),)
    assert retention_ends_on(case, listed) == ends_on


def test_a_day_that_the_last_year_does_not_have_is_the_last_of_its_month() -> None:
    """Civil Code art. 148(4)."""
    assert retention_ends_on(held(closed_on=date(2028, 2, 29)), (rules(),)) == date(2038, 2, 28)


def test_a_later_version_changes_nothing_for_what_had_ended() -> None:
    """It counts from its first day on; before the first version of all, the first counts."""
    versions = (rules("1", date(2026, 1, 1)), rules("2", date(2026, 4, 1), house=Period(years=1)))
    assert retention_ends_on(held(closed_on=date(2026, 3, 31)), versions) == date(2036, 3, 31)
    assert retention_ends_on(held(closed_on=date(2026, 4, 1)), versions) == date(2027, 4, 1)
    assert retention_ends_on(held(closed_on=date(2025, 4, 1)), versions) == date(2035, 4, 1)


def test_nothing_is_erased_on_the_last_day_and_all_on_the_next() -> None:
    assert not_erasable([held()], [rules()], date(2036, 3, 2)) is not None
    assert not_erasable([held()], [rules()], date(2036, 3, 2) + DAY) is None
    assert not_erasable([], [rules()], ENDED) is None


@pytest.mark.parametrize(
    ("cases", "code", "says"),
    [
        ([held(), held(closed_on=None, name="H05-2")], "case_open", "H05-2"),
        (
            [held(), held(closed_on=ENDED + DAY, name="H05-2")],
            "retention_runs",
            "H05-2 is kept until the end of 2036-03-03",
        ),
        ([held(procedure="land"), held()], "retention_runs", "H05-1 is kept permanently"),
    ],
)
def test_the_longest_time_of_all_cases_refuses(cases: list[Held], code: str, says: str) -> None:
    refusal = not_erasable(cases, [rules(land=Period(permanent=True))], ENDED)
    assert refusal is not None
    assert (refusal.code, refusal.field, says in refusal.message()) == (code, "subject", True)
    assert refusal.message("vi") != refusal.message()


def test_without_a_list_everything_is_kept() -> None:
    """That nobody published a time of keeping is no leave to erase."""
    refusal = not_erasable([held()], [], date(2999, 1, 1))
    assert refusal is not None
    assert (refusal.code, "Nothing says how long" in refusal.message()) == ("retention_runs", True)


def test_the_shipped_list_is_a_draft_and_says_so() -> None:
    """Nobody has read the law yet: not one of its times claims to be verified."""
    (shipped,) = load_catalog().retention
    assert not shipped.verified
    assert not any(rule.verified for rule in shipped.procedures)
    assert {basis.document for basis in shipped.legal_basis if basis.verified is False} >= {"33/2024/QH15"}
