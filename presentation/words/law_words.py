"""What the screens say about legal bases and about the acts that a procedure allows."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _

LAW_TABLE: Final[dict[str, LazyText]] = {
    # acts
    "act.supplement": _("Request for documents"),
    "act.explanation": _("Request for an explanation"),
    "act.refusal": _("Refusal"),
    "act.stop": _("Stop"),
    "act.suspension": _("Suspension"),
    "act.appointment": _("New appointment, extension"),
    "act.expiry.returned": _("else the dossier is returned"),
    "act.expiry.refused": _("else it is refused"),
    "act.clock.RESTART": _("the limit starts again"),
    "act.clock.PAUSE": _("the waiting is not counted"),
    "act.clock.RUN": _("the limit runs on"),
}
