"""`greenlane calendar`: the vectors of the domain notes, exact inverses, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, dict[str, Any]]]

VECTORS = [
    ("2026-01-05T09:00:00+07:00", 3, "working_days", "2026-01-08"),
    ("2026-01-09T09:00:00+07:00", 1, "working_days", "2026-01-10"),
    ("2025-12-31T09:00:00+07:00", 1, "working_days", "2026-01-05"),
    ("2026-02-13T09:00:00+07:00", 3, "working_days", "2026-02-25"),
    ("2026-08-21T09:00:00+07:00", 1, "working_days", "2026-08-22"),
    ("2026-08-21T09:00:00+07:00", 2, "working_days", "2026-08-24"),
    ("2026-08-28T09:00:00+07:00", 1, "working_days", "2026-09-03"),
    ("2026-04-24T09:00:00+07:00", 2, "working_days", "2026-04-29"),
    ("2026-04-24T09:00:00+07:00", 3, "working_days", "2026-05-04"),
    ("2026-04-15T09:00:00+07:00", 15, "days", "2026-05-04"),
    ("2026-01-31T09:00:00+07:00", 1, "months", "2026-03-02"),
]


def counted(machine: Run, verb: str, at: str, amount: int, unit: str) -> dict[str, Any]:
    code, said = machine("calendar", verb, "--calendar", "vn-public", "--at", at, f"--amount={amount}", "--unit", unit)
    assert code == 0, said
    return said


@pytest.mark.parametrize(("at", "amount", "unit", "day"), VECTORS)
def test_a_limit_ends_on_the_day_of_the_law(machine: Run, at: str, amount: int, unit: str, day: str) -> None:
    """The first day is not counted, swapped days and make-up Saturdays are, a day off moves on."""
    said = counted(machine, "add", at, amount, unit)
    assert said["lawful_day"] == day
    assert said["operational_at"].startswith(day)


@pytest.mark.parametrize("unit", ["working_days", "working_hours", "hours"])
def test_subtracting_is_the_way_back(machine: Run, unit: str) -> None:
    """From a working instant, over Tet (every instant: tests/sla/test_beginning.py)."""
    at = "2026-02-13T09:00:00+07:00"
    later = counted(machine, "add", at, 30, unit)["operational_at"]
    assert counted(machine, "subtract", later, 30, unit)["operational_at"] == at


def test_the_day_of_receipt_is_found_from_the_last_day(machine: Run) -> None:
    """Both ways name the same pair of days; hours have none."""
    assert counted(machine, "subtract", "2026-02-25T09:00:00+07:00", 3, "working_days")["lawful_day"] == "2026-02-13"
    assert counted(machine, "subtract", "2026-03-02T09:00:00+07:00", 1, "days")["lawful_day"] == "2026-02-27"
    assert counted(machine, "subtract", "2026-03-31T09:00:00+07:00", 1, "months")["lawful_day"] == "2026-02-27"
    assert counted(machine, "add", "2026-03-02T09:00:00+07:00", 3, "hours")["lawful_day"] is None
    assert counted(machine, "add", "2026-03-02T09:00:00+07:00", 3, "working_hours")["lawful_day"] is None


def test_the_time_between_is_working_time(machine: Run) -> None:
    """A day has eight hours, a make-up Saturday too; the other way round it is negative."""
    span = ("--from", "2026-08-21T07:00:00+07:00", "--to", "2026-08-24T07:00:00+07:00")
    assert machine("calendar", "between", *span)[1]["working_seconds"] == 16 * 3600
    back = ("--from", span[3], "--to", span[1])
    assert machine("calendar", "between", *back)[1]["working_seconds"] == -16 * 3600


REFUSED = [
    (("add", "--at", "2026-03-02T09:00:00", "--amount", "1", "--unit", "days"), "naive_instant", "at"),
    (("add", "--at", "2026-03-02", "--amount", "1", "--unit", "days"), "naive_instant", "at"),
    (("add", "--at", "soon", "--amount", "1", "--unit", "days"), "instant_invalid", "at"),
    (("add", "--at", "2026-13-02T09:00:00Z", "--amount", "1", "--unit", "days"), "instant_invalid", "at"),
    (("add", "--at", "2026-03-02T09:00:00Z", "--amount", "0", "--unit", "days"), "amount_not_positive", "amount"),
    (("add", "--at", "2026-03-02T09:00:00Z", "--amount=-3", "--unit", "hours"), "amount_not_positive", "amount"),
    (
        ("subtract", "--at", "2026-03-02T09:00:00Z", "--amount", "0", "--unit", "months"),
        "amount_not_positive",
        "amount",
    ),
    (("add", "--at", "2026-03-02T09:00:00Z", "--amount", "1.5", "--unit", "days"), "usage", "amount"),
    (("add", "--at", "2026-03-02T09:00:00Z", "--amount", "1", "--unit", "weeks"), "usage", "unit"),
    (("add", "--at", "2031-03-02T09:00:00Z", "--amount", "1", "--unit", "days"), "calendar_range", "at"),
    (("add", "--at", "2027-12-30T09:00:00Z", "--amount", "9", "--unit", "working_days"), "calendar_range", "amount"),
    (
        ("subtract", "--at", "2025-01-03T09:00:00Z", "--amount", "9", "--unit", "working_days"),
        "calendar_range",
        "amount",
    ),
    (("subtract", "--at", "2025-01-03T09:00:00Z", "--amount", "9", "--unit", "days"), "calendar_range", "amount"),
    (("subtract", "--at", "2025-01-03T09:00:00Z", "--amount", "9", "--unit", "months"), "calendar_range", "amount"),
    (("add", "--at", "2026-03-02T09:00:00Z", "--amount", "1000000", "--unit", "hours"), "calendar_range", "amount"),
    (("add", "--at", "2026-03-02T09:00:00Z", "--amount", "9" * 20, "--unit", "days"), "calendar_range", "amount"),
    (("add", "--at", "9999-12-31T23:59:59-10:00", "--amount", "1", "--unit", "days"), "calendar_range", "at"),
    (("between", "--from", "2024-03-02T09:00:00Z", "--to", "2026-03-02T09:00:00Z"), "calendar_range", "from"),
    (("between", "--from", "2026-03-02T09:00:00Z", "--to", "2028-03-02T09:00:00Z"), "calendar_range", "to"),
    (("show", "--year", "2040"), "calendar_range", "year"),
    (("show", "--calendar", "vn-publik"), "unknown_calendar", "calendar"),
]


@pytest.mark.parametrize(("words", "code", "field"), REFUSED)
def test_what_cannot_be_meant_is_refused(machine: Run, words: tuple[str, ...], code: str, field: str) -> None:
    """With the field and the reason, and exit code 2."""
    left, said = machine("calendar", *words)
    assert (left, said["error"]["code"], said["error"]["field"]) == (2, code, field)
    assert said["error"]["message"]
    assert said["error"]["remedy"]


def test_the_months_know_their_days(machine: Run) -> None:
    """Swapped days, holidays, make-up days and what is only announced are told apart."""
    code, said = machine("calendar", "show", "--year", "2026")
    kinds = {entry["day"]: entry["kind"] for entry in said["days"]}
    assert code == 0
    assert len(kinds) == 365
    assert kinds["2026-01-01"] == "holiday"
    assert kinds["2026-01-02"] == "swap"
    assert kinds["2026-01-10"] == "made_up"
    assert kinds["2026-01-11"] == "weekend"
    assert kinds["2026-01-12"] == "working"
    assert kinds["2026-11-24"] == "flagged"


def test_a_month_is_drawn(person: Callable[..., tuple[int, str]]) -> None:
    """Marks stand beside the days, so that a printer shows them too."""
    code, said = person("calendar", "show", "--year", "2026", "--month", "8", "--lang", "en")
    assert code == 0
    assert "22+" in said
    assert "31~" in said
    assert "make-up working day" in said


def test_the_calendars_are_listed(machine: Run) -> None:
    """Each with its version and digest."""
    _, said = machine("calendar", "list")
    assert [entry["id"] for entry in said["calendars"]] == ["vn-public"]
    assert len(said["calendars"][0]["digest"]) == 64


SOUND = """\
id: vn-public
version: "2027.1"
zone: Asia/Ho_Chi_Minh
first_day: 2025-01-01
last_day: 2027-12-31
weekly:
  mon: ["07:00-11:30", "13:30-17:00"]
days_off:
  - 2027-02-05
"""


def test_a_sound_file_is_sound(machine: Run, tmp_path: Path) -> None:
    """And is known by its digest from then on."""
    file = tmp_path / "vn-public.yaml"
    file.write_text(SOUND)
    code, said = machine("calendar", "check", str(file))
    assert (code, said["calendar"], said["version"], len(said["digest"])) == (0, "vn-public", "2027.1", 64)


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (('"13:30-17:00"', '"11:00-17:00"'), "overlapping_windows", 7),
        (('"07:00-11:30", "13:30-17:00"', '"13:30-17:00", "07:00-11:30"'), "unsorted_windows", 7),
        (("Asia/Ho_Chi_Minh", "Asia/Hanoi"), "unknown_zone", 3),
        (("2027-02-05", "2031-02-05"), "calendar_invalid", 8),
        (("days_off:", "day_off:"), "unknown_field", 8),
    ],
)
def test_a_faulty_file_is_told_with_its_line(
    machine: Run, tmp_path: Path, change: tuple[str, str], code: str, line: int
) -> None:
    """Overlapping windows, days outside the years, misspelt fields."""
    file = tmp_path / "vn-public.yaml"
    file.write_text(SOUND.replace(*change))
    left, said = machine("calendar", "check", str(file))
    assert (left, said["error"]["code"], said["faults"][0]["line"]) == (2, code, line)


def test_a_missing_file_is_told(machine: Run, tmp_path: Path) -> None:
    """As a file that cannot be read."""
    assert machine("calendar", "check", str(tmp_path / "none.yaml"))[1]["error"]["code"] == "catalog_unreadable"
