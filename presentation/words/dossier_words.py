"""What the screens say about linked dossiers, in Vietnamese and English; a part of the one table in words.py."""

from __future__ import annotations

from typing import Final

from wording.text import LazyText, _, _p

DOSSIER_TABLE: Final[dict[str, LazyText]] = {
    "basis.cap": _("the rule's joint limit"),
    "basis.critical_path": _("the critical path at opening"),
    "dossier_outcome.granted": _("all granted"),
    "dossier_outcome.partly_granted": _("partly granted"),
    "dossier_outcome.refused": _("refused"),
    "dossier_outcome.withdrawn": _("withdrawn"),
    "effect.kept": _("kept"),
    "effect.reopened": _("re-opened"),
    "effect.stopped": _p("effect", "stopped"),
    "event.DossierOpened": _("Dossier opened"),
    "event.DossierAnnounced": _("Agency told"),
    "event.JointClockStarted": _("Joint limit started"),
    "event.ApplicationReleased": _("Application released"),
    "event.ApplicationEnded": _("Application ended"),
    "event.ApplicationBlocked": _("Application blocked"),
    "event.ApplicationUnblocked": _("Application unblocked"),
    "event.ResultRecorded": _("Result from elsewhere"),
    "event.ResultRevoked": _("Result revoked"),
    "event.ResultExpired": _("Result expired"),
    "event.CascadeApplied": _("Cascade applied"),
    "event.DossierPromised": _("Expected end"),
    "event.DossierRungFired": _("Alert"),
    "event.DossierAppointmentPassed": _("Appointment passed"),
    "event.DossierBreached": _("JOINT PROMISE BROKEN"),
    "event.DossierBreachConfirmed": _("Broken joint promise confirmed"),
    "event.DossierBreachSetAside": _("Broken joint promise set aside"),
    "event.DossierReopened": _("Dossier re-opened"),
    "event.DossierWithdrawn": _("Dossier withdrawn"),
    "event.DossierClosed": _("Dossier closed"),
    "holder.between_applications": _("between applications"),
    "part.blocked": _("blocked"),
    "part.expired": _("expired"),
    "part.granted": _("granted"),
    "part.refused": _("refused"),
    "part.released": _("released"),
    "part.replaced": _p("part", "replaced"),
    "part.returned": _("returned"),
    "part.revoked": _("revoked"),
    "part.stopped": _p("part", "stopped"),
    "part.waiting": _("waiting"),
    "part.withdrawn": _("withdrawn"),
    "policy.keep": _("keep, and wait for another result"),
    "policy.reopen": _("re-open when the result is there"),
    "policy.stop": _("stop"),
}
