"""The result of an import: its verdict, its object for machines, its table for people."""

from __future__ import annotations

import pytest

from audit.import_report import ImportReport
from eventlog.index import Summary

CONTRACT = {
    "ok",
    "cases",
    "closed",
    "decisions",
    "lost",
    "doubled",
    "reordered",
    "redelivered",
    "cases_per_s",
    "violations",
}


def a_report(**change: object) -> ImportReport:
    given: dict[str, object] = {
        "cases": 3,
        "closed": 3,
        "decisions": 7,
        "redelivered": 2,
        "cases_per_s": 41.5,
        "violations": {"I1": 0, "I2": 0, "I3": 0, "I4": 0},
        "log": Summary("ab", traces=3, events=7),
    }
    return ImportReport(**(given | change))  # type: ignore[arg-type]


def test_redelivery_and_dead_letters_alone_are_well() -> None:
    assert a_report(dead_letters=1).ok


@pytest.mark.parametrize(
    "change",
    [{"lost": 1}, {"doubled": 1}, {"reordered": 1}, {"closed": 2}, {"violations": {"I1": 0, "I3": 1}}],
    ids=str,
)
def test_anything_else_is_not(change: dict[str, object]) -> None:
    report = a_report(**change)
    assert not report.ok
    assert report.as_json()["ok"] is False


def test_object_for_machines_has_the_contracts_keys() -> None:
    body = a_report().as_json()
    assert set(body) >= CONTRACT
    assert (body["ok"], body["cases"], body["decisions"], body["log"]["events"]) == (True, 3, 7, 7)
