"""What changes a case's time, on a live stack: a new calendar, a new version, payment, appointment, extension, lane."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from catalog.loader import load_catalog
from store.changes import ChangePlans
from store.database import Store
from tests.cli.program import LiveStack, Program

DOCUMENTS = [{"kind": "request", "title": "Đơn"}, {"kind": "security-certificate"}]


def submitted(live: Program, application_id: str) -> dict[str, Any]:
    """A case in which nothing was decided yet."""
    body = {"application_id": application_id, "procedure": "karaoke-licence", "applicant": {"name": "Trần Thị B"}}
    answer = live("submit", "-", stdin=json.dumps(body | {"documents": DOCUMENTS}).encode())
    assert answer.code == 0, answer
    taken: dict[str, Any] = answer.json["submitted"][0]
    return taken


def until(found: Callable[[], Any], seconds: float = 120) -> Any:
    """What is found, as soon as it is."""
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.3)
    return value


def a_new_version(folder: Path, day_off: date, version: str) -> Path:
    """The public calendar with one more day off, as a file."""
    definition = load_catalog().calendar("vn-public")
    content = definition.compact() | {"version": version, "days_off": sorted({*definition.days_off, day_off})}
    file = folder / f"vn-public-{version}.yaml"
    file.write_text(yaml.safe_dump(json.loads(json.dumps(content, default=str))))
    return file


def events_of(live: Program, case: str) -> list[dict[str, Any]]:
    """The case's timeline."""
    return [record["event"] for record in live("show", case).json["timeline"]]


def test_a_new_holiday_is_shown_then_applied(live: Program, live_stack: LiveStack, tmp_path: Path) -> None:
    """First the plan and nothing else; then each changed case has it in its ledger, and its department is told."""
    taken = submitted(live, "holiday-1")
    case_id = taken["case_id"]
    before = datetime.fromisoformat(live("show", case_id).json["case"]["statutory_due_at"])
    day_off = (before + timedelta(hours=7)).date()
    file = a_new_version(tmp_path, day_off, "2026.2")
    looked = live("calendar", "apply", str(file), "--dry-run").json
    mine = [change for change in looked["changes"] if change["case_id"] == case_id]
    assert (looked["dry_run"], looked["plan"], looked["sent"]) == (True, None, 0)
    assert [change["reason"] for change in mine if change["clock"] == "statutory"] == ["later"]
    assert "CalendarApplied" not in {event["type"] for event in events_of(live, case_id)}

    applied = live("calendar", "apply", str(file), "--reason", "QĐ 1/QĐ-TTg", "--rate", "200").json
    assert applied["sent"] == applied["cases"] == looked["cases"]
    event = until(lambda: [e for e in events_of(live, case_id) if e["type"] == "CalendarApplied"])[0]
    planned = {(c["clock"], c["former_due_at"], c["due_at"]) for c in mine}
    assert {(c["clock_id"], c["former_due_at"], c["due_at"]) for c in event["changes"]} == planned
    assert (event["reason"], event["departments"]) == ("QĐ 1/QĐ-TTg", ["one-stop"])
    sheet = live("show", case_id).json
    assert datetime.fromisoformat(sheet["case"]["statutory_due_at"]) > before

    again = live("calendar", "apply", str(file)).json
    assert (again["cases"], again["sent"], again["plan"]) == (0, 0, None), "nobody is told twice"
    assert live("verify").json["ok"]
    store = Store.connect(live_stack.settings.database_url or "")
    (row, *_) = ChangePlans(store).changes(applied["plan"])
    store.close()
    assert row.reason in {"earlier", "later"}


def test_a_new_version_without_effect_touches_nobody(live: Program, tmp_path: Path) -> None:
    """A day off years away changes no open case: none is told."""
    mine = submitted(live, "holiday-2")["case_id"]
    file = a_new_version(tmp_path, date(2027, 12, 30), "2026.9")
    looked = live("calendar", "apply", str(file), "--dry-run").json
    assert mine not in {change["case_id"] for change in looked["changes"]}


def test_a_version_of_a_procedure_must_exist(live: Program) -> None:
    """The remedy names what looks like it; the present version changes nothing."""
    error = live("procedure", "migrate", "karaoke-licence", "2019-09-02", "--dry-run").error
    assert (error["code"], error["field"]) == ("unknown_version", "version")
    assert "2019-09-01" in error["remedy"]
    assert live("procedure", "migrate", "karaoke-license", "1").error["code"] == "unknown_procedure"
    same = live("procedure", "migrate", "karaoke-licence", "2026-01-01", "--dry-run").json
    assert (same["cases"], same["refused"]) == (0, [])


def test_payment_appointment_extension_and_lane(live: Program) -> None:
    """Each command reaches its case and is answered; each refusal names its field."""
    code = submitted(live, "amended-1")["dossier_code"]
    fee = ("--department", "one-stop", "--amount", "200000", "--reason", "Lệ phí")
    assert live("pay-request", code, "intake", *fee).json["case"]["status"] == "awaiting_payment"
    assert live("decide", code, "intake", "approve", "--department", "one-stop").error["code"] == "awaiting_payment"
    assert live("pay-confirm", code, "--receipt", "BL-7").json["case"]["status"] == "in_progress"
    assert live("pay-confirm", code, "--receipt", "BL-7").error["code"] == "no_payment_awaited"

    before = live("show", code).json["case"]["promises"]["statutory"]
    moved = live("move-appointment", code, "--by-time", "1 working_days", "--reason", "Lũ lụt")
    after = moved.json["case"]["promises"]["statutory"]
    assert after["appointment_at"] > before["appointment_at"]
    assert [after[end] for end in ("first_appointment_at", "lawful_end_at")] == [
        before[end] for end in ("first_appointment_at", "lawful_end_at")
    ], "an apology moves the appointment, never the limit"
    assert live("move-appointment", code, "--by-time", "1 day", "--reason", "x").error["code"] == "appointment_moved"
    wrong = live("move-appointment", code, "--by-time", "soon", "--reason", "x").error
    assert (wrong["code"], wrong["field"]) == ("usage", "--by-time")

    granted = ("--reason", "QĐ", "--legal-basis", "QĐ 12/QĐ-UBND", "--approved-by", "chairman-office")
    extension = ("--by-time", "2 working_days", *granted)
    assert live("extend", code, *extension).error["code"] == "extension_refused"
    changed = live("lane", code, "green_60", *granted, "--override").json["case"]
    assert (changed["lane"], changed["green_state"]) == ("green_60", "running")
    assert live("lane", code, "green_60", *granted, "--override").error["code"] == "nothing_changes"
    types = [event["type"] for event in events_of(live, code)]
    assert {"PaymentRequested", "PaymentConfirmed", "AppointmentMoved", "LaneChanged"} <= set(types)


def test_the_report_adds_up(live: Program, tmp_path: Path) -> None:
    """Promised against used, by whatever it is grouped, as a table for machines, as CSV and as a drawing."""
    code = submitted(live, "report-1")["dossier_code"]
    live("decide", code, "intake", "refuse", "--department", "one-stop", "--reason", "Không thuộc thẩm quyền")
    table, drawing = tmp_path / "report.csv", tmp_path / "report.svg"
    said = live("report", "--by", "department", "--csv", str(table), "--plot", str(drawing)).json
    groups = {group["department"]: group for group in said["groups"]}
    assert groups["one-stop"]["met"] >= 1
    assert said["total"]["closed"] >= 1
    assert said["total"]["duties"]["answer-online"]["arose"] >= 1
    held = sum(group["held_seconds"] for group in groups.values())
    assert abs(held - said["total"]["held_seconds"]) <= len(groups), "each is rounded to a second"
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("department,cases,closed")
    assert {line.split(",")[0] for line in lines[1:-1]} == set(groups)
    assert drawing.read_text().startswith("<svg")
    for by in ("lane", "procedure"):
        grouped = live("report", "--by", by).json
        assert sum(group["cases"] for group in grouped["groups"]) == grouped["total"]["cases"]
    empty = live("report", "--to", "2025-01-01T00:00:00+07:00").json
    assert (empty["groups"], empty["total"]["cases"]) == ([], 0)


def test_a_report_that_cannot_be_meant_is_refused(live: Program, tmp_path: Path) -> None:
    """Before any server is asked."""
    day = ("2026-03-02T00:00:00+07:00", "2026-03-01T00:00:00+07:00")
    assert live("report", "--from", day[0], "--to", day[1]).error["code"] == "period_reversed"
    assert live("report", "--from", "2026-03-02").error["code"] == "naive_instant"
    assert live("report", "--plot", str(tmp_path / "x.pdf")).error["code"] == "file_refused"
    assert live("report", "--csv", str(tmp_path / "none" / "x.csv")).error["code"] == "file_refused"


def test_a_suspension_in_the_past_is_noted(live: Program) -> None:
    """With both instants; in the future, reversed or without an offset it is refused."""
    code = submitted(live, "noted-1")["dossier_code"]
    why = ("--reason", "Lũ lụt", "--legal-basis", "mẫu 05")
    now = datetime.fromisoformat(live("show", code).json["case"]["opened_at"])
    back, later = (now - timedelta(hours=2)).isoformat(), (now - timedelta(hours=1)).isoformat()
    assert live("pause", code, *why, "--from", back, "--until", later).json["case"]["status"] == "in_progress"
    assert live("pause", code, *why, "--from", later, "--until", back).error["code"] == "suspension_reversed"
    assert live("pause", code, *why, "--from", "2026-03-02T09:00:00").error["code"] == "naive_instant"
    future = (now + timedelta(days=2)).isoformat()
    assert live("pause", code, *why, "--from", future).error["code"] == "suspension_future"
    assert "ClockSuspended" in [event["type"] for event in events_of(live, code)]
