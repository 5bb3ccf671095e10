"""What an alert says, in Vietnamese and English. No personal data: the dossier's code and the step, nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cases.stamp import STAMP, is_green
from cases.turn import CaseView
from events.language.case_events import RungFired
from greenlane.alerts.audience import Audience

KINDS = {
    "warning": ("Nhắc việc", "Reminder"),
    "breach": ("QUÁ HẠN", "OVERDUE"),
    "escalation": ("BÁO CÁO VƯỢT CẤP", "ESCALATION"),
}
CLOCKS = {
    "statutory": ("thời hạn theo luật", "the statutory limit"),
    "green": ("cam kết luồng xanh", "the green-lane promise"),
    "step": ("thời hạn của bước", "the limit of the step"),
    "consultation": ("thời hạn cho ý kiến", "the limit for the opinion"),
    "supplement": ("thời hạn bổ sung", "the applicant's limit"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a text, both in two languages, the wanted one first."""

    subject: str
    text: str


def letter_of(rung: RungFired, view: CaseView, audience: Audience, zone: ZoneInfo, language: str) -> Letter:
    """The letter about a fired rung. Times are in the province's zone."""
    index = 1 if language == "en" else 0
    name = view.dossier_code or view.case_id
    subject = f"[Greenlane] {KINDS[rung.kind][index]}: {name}" + (f" / {rung.step_id}" if rung.step_id else "")
    due = f"{rung.due_at.astimezone(zone):%d/%m/%Y %H:%M}"
    late = f" (+{rung.late_seconds:.0f} s)" if rung.late_seconds >= 1 else ""
    unheld = (
        ""
        if audience.addresses
        else f"\n!! {audience.role} @ {audience.department}: không có người giữ / nobody holds it"
    )
    vi = (
        f"{KINDS[rung.kind][0]}: hồ sơ {name}, thủ tục {view.procedure}, luồng {view.lane}.\n"
        f"{CLOCKS[rung.clock_kind][0].capitalize()}, bước {rung.step_id or '-'}, cơ quan {rung.department or view.agency}.\n"
        f"Mốc {rung.rung} lúc {due}{late}. Mã cảnh báo: {rung.escalation_id}"
    )
    en = (
        f"{KINDS[rung.kind][1]}: dossier {name}, procedure {view.procedure}, lane {view.lane}.\n"
        f"{CLOCKS[rung.clock_kind][1].capitalize()}, step {rung.step_id or '-'}, department {rung.department or view.agency}.\n"
        f"Rung {rung.rung} at {due}{late}. Escalation id: {rung.escalation_id}"
    )
    first, second = (en, vi) if index else (vi, en)
    # Every page of a green case is stamped.
    stamp = f"*** {STAMP} ***\n" if is_green(view.lane) else ""
    return Letter(subject, f"{stamp}{first}\n\n{second}{unheld}\n")


def digest_of(rungs: Sequence[RungFired], letters: Sequence[Letter], language: str) -> Letter:
    """Many letters to one audience as one: how many of each kind, then every one of them."""
    index = 1 if language == "en" else 0
    counts = Counter[str](rung.kind for rung in rungs)
    summed = ", ".join(f"{counts[kind]} × {names[index]}" for kind, names in KINDS.items() if counts[kind])
    subject = f"[Greenlane] {len(letters)} {('cảnh báo', 'alerts')[index]}: {summed}"
    heads = "\n".join(f"{number}. {letter.subject}" for number, letter in enumerate(letters, start=1))
    rule = "-" * 60
    whole = f"\n{rule}\n".join(f"{number}. {letter.text}" for number, letter in enumerate(letters, start=1))
    return Letter(subject, f"{subject}\n\n{heads}\n\n{rule}\n{whole}")


def payload_of(event_id: str, rung: RungFired, view: CaseView, audience: Audience) -> dict[str, Any]:
    """The webhook's JSON body; its `id` is the key by which a receiver recognises a repetition."""
    return {
        "id": event_id,
        "type": "vn.greenlane.RungFired",
        "case_id": view.case_id,
        "dossier_code": view.dossier_code,
        "procedure": view.procedure,
        "lane": view.lane,
        "stamp": STAMP if is_green(view.lane) else None,
        "audience": {"department": audience.department, "role": audience.role, "held": bool(audience.addresses)},
        "rung": rung.model_dump(mode="json", exclude={"type"}),
    }
