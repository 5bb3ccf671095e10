"""What the screens say about legal bases and about the acts that a procedure allows, in Vietnamese and English."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

LAW_TABLE: Final[dict[str, LazyText]] = {
    "acts": _("What may be done to a case"),
    "act": _("Act"),
    "rule_text": _("What holds"),
    # legal bases
    "law.article": _("art. {article}"),
    "law.superseded": _("superseded since {day} by {document}"),
    "law.ended": _("no longer in force since {day}"),
    "law.amended": _("amended or replaced by {document}"),
    "law.not_yet": _("in force from {day}"),
    "law.unverified": _("not verified"),
    # acts
    "act.supplement": _("Request for documents"),
    "act.explanation": _("Request for an explanation"),
    "act.refusal": _("Refusal"),
    "act.stop": _("Stop"),
    "act.suspension": _("Suspension"),
    "act.appointment": _("New appointment, extension"),
    "act.rounds": _("at most {count} time(s)"),
    "act.notice": _("asked for within {budget}"),
    "act.applicant": _("answered within {budget}"),
    "act.expiry.returned": _("else the dossier is returned"),
    "act.expiry.refused": _("else it is refused"),
    "act.clock.RESTART": _("the limit starts again"),
    "act.clock.PAUSE": _("the waiting is not counted"),
    "act.clock.RUN": _("the limit runs on"),
    "act.steps": _("at the steps: {steps}"),
    "act.reason": _("in writing, with the reason"),
    "act.cap": _("at most {budget}"),
    "act.review": _("looked at again every {budget}"),
    "act.approval": _("approved by a second person"),
    "act.return": _("the dossier may be returned"),
    "act.backdate": _("entered at most {budget} later"),
    "act.apology": _("with an apology at least {budget} before"),
    "act.move": _("moved by at most {budget}"),
    "act.extension": _("extended by at most {budget}"),
}
