"""Calendars that departments keep beside the procedure's: what a case takes along, and what is refused."""

from __future__ import annotations

from datetime import date

from catalog.loader import DATA_FOLDER, load_catalog
from tests.catalog.folder import Folder

DAY = date(2026, 3, 2)
SESSIONS = '["07:00-11:30", "13:30-17:00"]'
POLICE_DESK = f"""\
id: police-desk
version: "1"
zone: Asia/Ho_Chi_Minh
first_day: 2025-01-01
last_day: 2027-12-31
weekly:
  mon: {SESSIONS}
  tue: {SESSIONS}
  wed: {SESSIONS}
  thu: {SESSIONS}
  fri: {SESSIONS}
  sat: ["07:00-11:30"]
source: test
"""


def keep(folder: Folder, calendar_id: str, *departments: str) -> None:
    """Let departments of the folder keep a calendar."""
    text = (DATA_FOLDER / "departments.yaml").read_text(encoding="utf-8")
    for department in departments:
        line = f"  - id: {department}\n"
        assert line in text
        text = text.replace(line, f"{line}    calendar: {calendar_id}\n")
    folder.write("departments.yaml", text)


def test_a_case_takes_along_the_calendars_that_differ() -> None:
    """Of the shipped departments none differs: nothing is carried, and the digest is that of the definitions without."""
    definitions = load_catalog().definitions_for("karaoke-licence", DAY)
    assert definitions.department_calendars == ()
    assert "department_calendars" not in definitions.model_dump(exclude_defaults=True)
    assert list(definitions.calendars) == ["vn-public"]
    assert definitions.calendar_ids == {}


def test_whoever_may_be_asked_is_known_with_the_calendar_kept(folder: Folder) -> None:
    """All departments, not only those of the steps: any may be consulted or be given a step later."""
    folder.write("calendars/police-desk.yaml", POLICE_DESK)
    keep(folder, "police-desk", "police", "trade")
    definitions = load_catalog(folder.path).definitions_for("shop-licence", DAY)
    (carried,) = definitions.department_calendars
    assert (carried.calendar.id, set(carried.departments)) == ("police-desk", {"police", "trade"})
    assert set(definitions.calendars) == {"vn-public", "police-desk"}
    assert definitions.calendar_of("police-desk") is carried.calendar
    assert definitions.calendar_of(None) is definitions.calendar


def test_a_department_on_the_procedures_own_calendar_has_none_of_its_own(folder: Folder) -> None:
    """What counts is whether the two differ: a procedure of the police runs on their calendar, the others keep another."""
    folder.write("calendars/police-desk.yaml", POLICE_DESK)
    keep(folder, "police-desk", "police")
    folder.procedure(("valid_from", "calendar: police-desk\nvalid_from"))
    definitions = load_catalog(folder.path).definitions_for("shop-licence", DAY)
    assert definitions.calendar.id == "police-desk"
    assert "police" not in definitions.calendar_ids
    assert definitions.calendar_ids["trade"] == "vn-public"


def test_a_departments_calendar_is_known(folder: Folder) -> None:
    """A misspelt one is told with its field and the name that was meant."""
    keep(folder, "vn-pubic", "police")
    problem = folder.only_problem()
    assert (problem.code, problem.field) == ("unknown_calendar", "departments[9].calendar")
    assert "vn-public" in problem.remedy


def test_a_departments_calendar_covers_the_days_of_the_cases(folder: Folder) -> None:
    """It may not end before the calendar that the cases run on: their clocks would have no end there."""
    folder.write("calendars/police-desk.yaml", POLICE_DESK.replace("2027-12-31", "2026-12-31"))
    keep(folder, "police-desk", "police")
    problem = folder.only_problem()
    assert (problem.code, problem.field) == ("calendar_range", "departments[9].calendar")
    assert "2026-12-31" in problem.message
    folder.write("calendars/police-desk-2.yaml", POLICE_DESK.replace('version: "1"', 'version: "2"'))
    assert load_catalog(folder.path).calendar("police-desk").version == "2"


def test_the_province_names_the_calendar_of_its_screens_and_joint_promises(folder: Folder) -> None:
    """A version that names none means the public offices', so what was published before keeps its digest."""
    assert load_catalog().province_calendar.id == "vn-public"
    assert "calendar" not in load_catalog().province.model_dump(exclude_defaults=True)
    folder.write("calendars/police-desk.yaml", POLICE_DESK.replace("Asia/Ho_Chi_Minh", "Asia/Tokyo"))
    text = (DATA_FOLDER / "departments.yaml").read_text(encoding="utf-8")
    folder.write("departments.yaml", text.replace("\nname: ", "\ncalendar: police-desk\nname: ", 1))
    catalog = load_catalog(folder.path)
    assert (catalog.province_calendar.id, catalog.zone.key) == ("police-desk", "Asia/Tokyo")


def test_a_province_cannot_keep_a_calendar_that_is_not_there(folder: Folder) -> None:
    text = (DATA_FOLDER / "departments.yaml").read_text(encoding="utf-8")
    folder.write("departments.yaml", text.replace("\nname: ", "\ncalendar: vn-publik\nname: ", 1))
    (problem,) = folder.problems()
    assert (problem.field, problem.code) == ("calendar", "unknown_calendar")
    assert "vn-public" in problem.remedy
