"""What an alert says, in Vietnamese and English. No personal data: the dossier's code and the step, nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cases.stamp import STAMP, is_green
from cases.turn import CaseView, DossierView
from events.language.case_events import CalendarExhausted, RungFired, SuspensionReviewDue
from events.language.dossier_events import DossierRungFired
from greenlane.alerts.audience import Audience, Duty, Fired
from wording.foreign import visible

KINDS = {
    "warning": ("Nhắc việc", "Reminder"),
    "past_appointment": ("QUÁ HẸN (chưa quá hạn)", "PAST THE APPOINTMENT (not overdue in law)"),
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
PROMISE_BROKEN = ("LỠ CAM KẾT LUỒNG XANH", "GREEN PROMISE BROKEN")
"""The breach of a green promise: never called overdue in law."""
REVIEW = ("Xem xét lại việc tạm dừng", "A suspension is to be reviewed")
EXHAUSTED = ("Lịch làm việc không đủ dài", "The working calendar ends too early")


@dataclass(frozen=True, slots=True)
class Letter:
    """A subject and a text, both in two languages, the wanted one first."""

    subject: str
    text: str
    kind: tuple[str, str]
    """What it is about in a word or two, in Vietnamese and English."""


def letter_of(rung: RungFired, view: CaseView, audience: Audience, zone: ZoneInfo, language: str) -> Letter:
    """The letter about a fired rung. Times are in the province's zone."""
    name, kind = view.dossier_code or view.case_id, _kind_of(rung)
    # A step of a declared route is called what its sender called it: it shall neither end a line nor a subject.
    step = visible(rung.step_id or "-")
    vi = (
        f"{kind[0]}: hồ sơ {name}, thủ tục {view.procedure}, luồng {view.lane}.\n"
        f"{CLOCKS[rung.clock_kind][0].capitalize()}, bước {step}, cơ quan {rung.department or view.agency}.\n"
    )
    en = (
        f"{kind[1]}: dossier {name}, procedure {view.procedure}, lane {view.lane}.\n"
        f"{CLOCKS[rung.clock_kind][1].capitalize()}, step {step}, department {rung.department or view.agency}.\n"
    )
    ends_vi, ends_en = _ends(rung, view, zone)
    subject = name + (f" / {step}" if rung.step_id else "")
    # Every page of a green case is stamped.
    heads = (vi + ends_vi, en + ends_en)
    return _letter(rung, subject, heads, audience, zone, language, stamped=is_green(view.lane))


def _kind_of(rung: Fired) -> tuple[str, str]:
    is_green_breach = isinstance(rung, RungFired) and (rung.kind, rung.clock_kind) == ("breach", "green")
    return PROMISE_BROKEN if is_green_breach else KINDS[rung.kind]


def _ends(rung: RungFired, view: CaseView, zone: ZoneInfo) -> tuple[str, str]:
    """Both ends of the case's promise that the rung belongs to, as they stand now; nothing where it has but one."""
    found = {"statutory": view.promises.statutory, "green": view.promises.green}.get(rung.clock_kind)
    if found is None or found.appointment_at is None or found.lawful_end_at is None:
        return "", ""
    told = _at(found.appointment_at, zone)
    # 24:00 of the last day, not 00:00 of the next.
    last = f"{found.lawful_end_at.astimezone(zone) - timedelta(microseconds=1):%d/%m/%Y}"
    end_vi, end_en = ("hết hạn theo luật", "lawful end")
    if rung.clock_kind == "green":
        end_vi, end_en = ("hết hạn cam kết", "the promise ends")
    return (
        f"Hẹn trả: {told}; {end_vi}: 24:00 ngày {last}.\n",
        f"Appointment: {told}; {end_en}: 24:00 of {last}.\n",
    )


def duty_letter_of(duty: Duty, view: CaseView, audience: Audience, zone: ZoneInfo, language: str) -> Letter:
    """The letter about what somebody must do though no clock says so. Times are in the province's zone."""
    name = view.dossier_code or view.case_id
    vi = f"Hồ sơ {name}, thủ tục {view.procedure}, luồng {view.lane}.\n"
    en = f"Dossier {name}, procedure {view.procedure}, lane {view.lane}.\n"
    match duty:
        case SuspensionReviewDue():
            kind, since = REVIEW, _at(duty.since_at, zone)
            vi += f"Không tính thời hạn từ {since}, chưa có ngày kết thúc: đề nghị {duty.department} xem xét lại."
            en += f"Its clocks have stood still since {since}, and nothing ends that: {duty.department} looks at it again."
        case CalendarExhausted():
            kind, last = EXHAUSTED, f"{duty.last_day:%d/%m/%Y}"
            calendar, clocks = f"{duty.calendar.id} {duty.calendar.version}", visible(", ".join(duty.clock_ids))
            vi += f"Lịch {calendar} chỉ đến hết ngày {last}, chưa xác định được hạn của: {clocks}. Cần áp dụng lịch dài hơn."
            en += f"Calendar {calendar} ends on {last}; without an end now: {clocks}. Apply a version that reaches further."
    return _bilingual(kind, name, (vi, en), audience, language, stamped=is_green(view.lane))


def dossier_letter_of(
    rung: DossierRungFired, view: DossierView, audience: Audience, zone: ZoneInfo, language: str
) -> Letter:
    """The letter about a fired rung of a joint clock. Times are in the province's zone."""
    name = view.dossier_id
    waits_for = visible(rung.holder or rung.lead)
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
    due = _at(rung.due_at, zone)
    late = f" (+{rung.late_seconds:.0f} s)" if rung.late_seconds >= 1 else ""
    vi = f"{heads[0]}Mốc {rung.rung} lúc {due}{late}. Mã cảnh báo: {visible(rung.escalation_id)}"
    en = f"{heads[1]}Rung {rung.rung} at {due}{late}. Escalation id: {visible(rung.escalation_id)}"
    return _bilingual(_kind_of(rung), name, (vi, en), audience, language, stamped=stamped)


def _bilingual(
    kind: tuple[str, str], name: str, texts: tuple[str, str], audience: Audience, language: str, *, stamped: bool
) -> Letter:
    index = 1 if language == "en" else 0
    first, second = reversed(texts) if index else texts
    unheld = (
        ""
        if audience.addresses
        else f"\n!! {audience.role} @ {audience.department}: không có người giữ / nobody holds it"
    )
    stamp = f"*** {STAMP} ***\n" if stamped else ""
    text = f"{stamp}{first}\n\n{second}{unheld}\n"
    return Letter(visible(f"[Greenlane] {kind[index]}: {name}"), visible(text, lines=True), kind)


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"


def digest_of(letters: Sequence[Letter], language: str) -> Letter:
    """Many letters to one audience as one: how many of each kind, then every one of them."""
    index = 1 if language == "en" else 0
    counts = Counter(letter.kind for letter in letters)
    summed = ", ".join(f"{count} × {kind[index]}" for kind, count in sorted(counts.items()))
    subject = f"[Greenlane] {len(letters)} {('cảnh báo', 'alerts')[index]}: {summed}"
    heads = "\n".join(f"{number}. {letter.subject}" for number, letter in enumerate(letters, start=1))
    rule = "-" * 60
    whole = f"\n{rule}\n".join(f"{number}. {letter.text}" for number, letter in enumerate(letters, start=1))
    return Letter(subject, f"{subject}\n\n{heads}\n\n{rule}\n{whole}", ("cảnh báo", "alerts"))


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


def duty_payload_of(event_id: str, duty: Duty, view: CaseView, audience: Audience) -> dict[str, Any]:
    """The same for what somebody must do though no clock says so."""
    return {
        "id": event_id,
        "type": f"vn.greenlane.{duty.type}",
        "case_id": view.case_id,
        "dossier_code": view.dossier_code,
        "procedure": view.procedure,
        "lane": view.lane,
        "stamp": STAMP if is_green(view.lane) else None,
        "audience": _audience_json(audience),
        "duty": duty.model_dump(mode="json", exclude={"type"}),
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
        "audience": _audience_json(audience),
        "rung": rung.model_dump(mode="json", exclude={"type"}),
    }


def _audience_json(audience: Audience) -> dict[str, Any]:
    return {"department": audience.department, "role": audience.role, "held": bool(audience.addresses)}
