"""What a webhook is sent: the data of an alert for programs, and the same texts that a letter has, in both languages."""

from __future__ import annotations

from typing import Any

from cases.audience import Audience, Duty, Fired
from cases.stamp import STAMP, is_green
from cases.turn import CaseView, DossierView
from events.language.case_events import RungFired
from events.language.dossier_events import DossierRungFired
from presentation.letters.letter import Letter
from wording.text import LazyText, in_language


def payload_of(event_id: str, rung: RungFired, view: CaseView, audience: Audience, letter: Letter) -> dict[str, Any]:
    """The webhook's JSON body; its `id` is the key by which a receiver recognises a repetition."""
    return {**_of_case(event_id, "RungFired", view), **_told(rung, audience), "letter": _letter_json(letter)}


def duty_payload_of(event_id: str, duty: Duty, view: CaseView, audience: Audience, letter: Letter) -> dict[str, Any]:
    """The same for what somebody must do though no clock says so."""
    return {
        **_of_case(event_id, duty.type, view),
        "audience": _audience_json(audience),
        "duty": duty.model_dump(mode="json", exclude={"type"}),
        "letter": _letter_json(letter),
    }


def dossier_payload_of(
    event_id: str, rung: DossierRungFired, view: DossierView, audience: Audience, letter: Letter
) -> dict[str, Any]:
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
        "letter": _letter_json(letter),
    }


def _of_case(event_id: str, type_name: str, view: CaseView) -> dict[str, Any]:
    return {
        "id": event_id,
        "type": f"vn.greenlane.{type_name}",
        "case_id": view.case_id,
        "dossier_code": view.dossier_code,
        "procedure": view.procedure,
        "lane": view.lane,
        "stamp": STAMP if is_green(view.lane) else None,
    }


def _told(rung: Fired, audience: Audience) -> dict[str, Any]:
    return {
        "audience": _audience_json(audience),
        "rung": rung.model_dump(mode="json", exclude={"type"}),
    }


def _audience_json(audience: Audience) -> dict[str, Any]:
    return {"department": audience.department, "role": audience.role, "held": bool(audience.addresses)}


def _letter_json(letter: Letter) -> dict[str, Any]:
    return {"subject": _in_both(letter.subject), "text": _in_both(letter.text)}


def _in_both(said: LazyText) -> dict[str, str]:
    return {language: in_language(said, language) for language in ("vi", "en")}
