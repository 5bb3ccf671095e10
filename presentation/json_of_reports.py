"""Reports for programs and for spreadsheets. Times in working seconds."""

from __future__ import annotations

import csv
import io
from typing import Any

from cases.reporting import COUNTS, Tally
from presentation.instants import instant_json
from services.reports import Report
from wording.foreign import in_cell


def report_json(report: Report) -> dict[str, Any]:
    """The answer of `report --json`."""
    return {
        "ok": True,
        "by": report.by,
        "from": instant_json(report.period.from_at),
        "to": instant_json(report.period.until_at),
        "groups": [{report.by: name, **_tally_json(tally)} for name, tally in report.groups.items()],
        "total": _tally_json(report.whole),
    }


def _tally_json(tally: Tally) -> dict[str, Any]:
    return {
        **{name: getattr(tally, name) for name in COUNTS},
        "promised_seconds": round(tally.promised_seconds),
        "used_seconds": round(tally.used_seconds),
        "used_share": tally.used_share and round(tally.used_share, 4),
        "held_seconds": round(tally.held_seconds),
        "duties": {duty: {"arose": n, "late": tally.duties_late.get(duty, 0)} for duty, n in tally.duties.items()},
    }


def report_csv(report: Report) -> str:
    """One line a group and one for all; with a byte-order mark, so that spreadsheets read the Vietnamese names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    known = {duty.id for duty in report.duties}
    duties = sorted({duty for tally in report.groups.values() for duty in tally.duties} | known)
    times = ("promised_seconds", "used_seconds", "held_seconds")
    writer.writerow([report.by, *COUNTS, *times, *(name for duty in duties for name in (duty, f"{duty} late"))])
    for name, tally in (*report.groups.items(), ("", report.whole)):
        counts = [getattr(tally, figure) for figure in COUNTS]
        seconds = [round(getattr(tally, time)) for time in times]
        in_duties = [n for duty in duties for n in (tally.duties.get(duty, 0), tally.duties_late.get(duty, 0))]
        writer.writerow([in_cell(name), *counts, *seconds, *in_duties])
    return "\ufeff" + text.getvalue()
