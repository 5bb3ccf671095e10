"""What an alert says, in Vietnamese and English. No personal data: the dossier's code and the step, nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cases.stamp import STAMP, is_green
from cases.turn import CaseView, DossierView
from events.language.case_events import RungFired
from events.language.dossier_events import DossierRungFired
from greenlane.alerts.audience import Audience, Fired

KINDS = {
    "warning": ("Nhắc việc", "Reminder"),
    "past_appointment": ("Đã qua ngày hẹn trả", "Past the appointment"),
    "breach": ("QUÁ HẠN", "OVERDUE"),
    "escalation": ("BÁO CÁO VƯỢT CẤP", "ESCALATION"),
}
CLOCKS = {
    "statutory": ("thời hạn theo luật", "the statutory limit"),
    "green": ("cam kết luồng xanh", "the green-lane promise"),
    "step": ("thời hạn của bước", "the limit of the step"),
    "consultation": ("thời hạn cho ý kiến", "the limit for the opinion"),
    "supplement": ("thời hạn bổ sung", "the applicant's limit"),
    "explanation": ("thời hạn giải trình", "the applicant's limit to explain"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a text, both in two languages, the wanted one first."""

    subject: str
    text: str


def letter_of(rung: RungFired, view: CaseView, audience: Audience, zone: ZoneInfo, language: str) -> Letter:
    """The letter about a fired rung. Times are in the province's zone."""
    name = view.dossier_code or view.case_id
    vi = (
        f"{KINDS[rung.kind][0]}: hồ sơ {name}, thủ tục {view.procedure}, luồng {view.lane}.\n"
        f"{CLOCKS[rung.clock_kind][0].capitalize()}, bước {rung.step_id or '-'}, cơ quan {rung.department or view.agency}.\n"
    )
    en = (
        f"{KINDS[rung.kind][1]}: dossier {name}, procedure {view.procedure}, lane {view.lane}.\n"
        f"{CLOCKS[rung.clock_kind][1].capitalize()}, step {rung.step_id or '-'}, department {rung.department or view.agency}.\n"
    )
    subject = name + (f" / {rung.step_id}" if rung.step_id else "")
    # Every page of a green case is stamped.
    return _letter(rung, subject, (vi, en), audience, zone, language, stamped=is_green(view.lane))


def dossier_letter_of(
    rung: DossierRungFired, view: DossierView, audience: Audience, zone: ZoneInfo, language: str
) -> Letter:
    """The letter about a fired rung of a joint clock. Times are in the province's zone."""
    name = view.dossier_id
    waits_for = rung.holder or rung.lead
    counts = f"{view.granted}/{view.applications}"
    vi = (
        f"{KINDS[rung.kind][0]}: hồ sơ liên thông {name}, cơ quan chủ trì {rung.lead}, đã có kết quả {counts}.\n"
        f"Thời hạn chung; hiện đang chờ {waits_for}.\n"
    )
    en = (
        f"{KINDS[rung.kind][1]}: linked dossier {name}, lead agency {rung.lead}, {counts} granted.\n"
        f"The joint limit; everything waits for {waits_for}.\n"
    )
    return _letter(rung, name, (vi, en), audience, zone, language)


def _letter(
    rung: Fired,
    name: str,
    heads: tuple[str, str],
    audience: Audience,
    zone: ZoneInfo,
    language: str,
    *,
    stamped: bool = False,
) -> Letter:
    index = 1 if language == "en" else 0
    due = f"{rung.due_at.astimezone(zone):%d/%m/%Y %H:%M}"
    late = f" (+{rung.late_seconds:.0f} s)" if rung.late_seconds >= 1 else ""
    unheld = (
        ""
        if audience.addresses
        else f"\n!! {audience.role} @ {audience.department}: không có người giữ / nobody holds it"
    )
    vi = f"{heads[0]}Mốc {rung.rung} lúc {due}{late}. Mã cảnh báo: {rung.escalation_id}"
    en = f"{heads[1]}Rung {rung.rung} at {due}{late}. Escalation id: {rung.escalation_id}"
    first, second = (en, vi) if index else (vi, en)
    stamp = f"*** {STAMP} ***\n" if stamped else ""
    return Letter(f"[Greenlane] {KINDS[rung.kind][index]}: {name}", f"{stamp}{first}\n\n{second}{unheld}\n")


def digest_of(rungs: Sequence[Fired], letters: Sequence[Letter], language: str) -> Letter:
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
        **_told(rung, audience),
    }


def dossier_payload_of(event_id: str, rung: DossierRungFired, view: DossierView, audience: Audience) -> dict[str, Any]:
    """The same for a rung of a joint clock."""
    return {
        "id": event_id,
        "type": "vn.greenlane.DossierRungFired",
        "dossier": view.case_id,
        "dossier_id": view.dossier_id,
        "template": view.template,
        "granted": view.granted,
        "applications": view.applications,
        **_told(rung, audience),
    }


def _told(rung: Fired, audience: Audience) -> dict[str, Any]:
    return {
        "audience": {"department": audience.department, "role": audience.role, "held": bool(audience.addresses)},
        "rung": rung.model_dump(mode="json", exclude={"type"}),
    }
