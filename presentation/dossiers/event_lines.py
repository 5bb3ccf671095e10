"""Events of linked dossiers as lines that people read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from events.language import dossier_events as ev
from events.language.dossier_commands import OwnedTime
from presentation.actors import actor_text
from presentation.moments import Moments
from presentation.reasons import reason_text
from wording.text import _

BETWEEN: Final = "; "


def joined(*parts: object) -> str:
    """The parts of a line that there are."""
    return BETWEEN.join(str(part) for part in parts if part)


def amount_text(amount_vnd: int, language: str) -> str:
    """An amount of money as the language writes it: `200.000 đồng`."""
    shown = f"{amount_vnd:,}"
    return f"{shown} VND" if language == "en" else f"{shown.replace(',', '.')} đồng"


def named_with(name: str, typed: str) -> str:
    """A name with the id that somebody types into a command, as plain text; the id alone where there is no name."""
    return name if name == typed else f"{name} ({typed})"


def _opened(event: ev.DossierOpened, moments: Moments) -> str:
    declared = event.declaration
    template = None if declared.template is None else moments.names.template(declared.template)
    return joined(template, declared.dossier_id)


def _announced(event: ev.DossierAnnounced, moments: Moments) -> str:
    names = moments.names
    tasks = ", ".join(names.procedure(task.procedure) for task in event.tasks)
    return joined(f"→ {names.department(event.department)}", tasks, _due(event.joint_due_at, moments))


def _due(at: Any, moments: Moments) -> str:
    return f"{moments.words(_('Appointment'))}: {moments.instant(at)}"


def _ended(event: ev.ApplicationEnded, moments: Moments) -> str:
    outcome = moments.words.named("outcome", event.outcome)
    why = reason_text(event.reason, event.reason_code, moments)
    if why is None and event.refusal is not None:
        why = event.refusal.message(moments.words.language)
    return joined(f"{event.name}: {outcome}", event.result_code, why)


def _blocked(event: ev.ApplicationBlocked, moments: Moments) -> str:
    words = moments.words
    causes = ", ".join(f"{cause.needs}: {words.named('part', cause.status)}" for cause in event.causes)
    return f"{event.name} ← {causes}"


def _revoked(event: ev.ResultRevoked, moments: Moments) -> str:
    by = actor_text(event.by, moments.words, moments.names)
    return joined(event.name, event.result_code, event.reason, event.legal_basis, by)


def _cascaded(event: ev.CascadeApplied, moments: Moments) -> str:
    words = moments.words
    effects = ", ".join(f"{effect.name}: {words.named('effect', effect.effect)}" for effect in event.effects)
    return joined(event.name, effects, event.reason, actor_text(event.by, words, moments.names))


def _promised(event: ev.DossierPromised, moments: Moments) -> str:
    names = moments.names
    holder = "" if event.holder is None else moments.words(_("Held by: {holder}"), holder=names.holder(event.holder))
    path = (
        moments.words(_("Critical path: {path}"), path=" → ".join(event.critical_path)) if event.critical_path else ""
    )
    return joined(moments.instant(event.operational_at), path, holder)


def _rung(event: ev.DossierRungFired, moments: Moments) -> str:
    kind = moments.words.named("rung", event.kind)
    audience = moments.names.audience(event.audience, event.audience_department or event.lead)
    typed = f"({event.escalation_id})" if event.level else ""
    return joined(moments.words.named("kind", "joint"), kind, f"→ {audience} {typed}".strip())


def _shares(shares: Iterable[OwnedTime], moments: Moments) -> str:
    names = moments.names
    return ", ".join(f"{names.holder(share.owner)}: {moments.span(share.seconds)}" for share in shares)


def _breached(event: ev.DossierBreached, moments: Moments) -> str:
    return joined(f"{moments.words(_('Lawful end'))}: {moments.end(event.due_at)}", _shares(event.blame, moments))


def _reopened(event: ev.DossierReopened, moments: Moments) -> str:
    former = moments.words.named("dossier_outcome", event.former_outcome)
    return joined(event.name, former, moments.instant(event.former_closed_at), event.reason, event.legal_basis)


def _withdrawn(event: ev.DossierWithdrawn, moments: Moments) -> str:
    by = actor_text(event.by, moments.words, moments.names)
    return joined(by, event.reason or moments.written(event.reason_ref))


def _closed(event: ev.DossierClosed, moments: Moments) -> str:
    words = moments.words
    promise = words(_("joint promise kept") if event.promise_kept else _("joint promise broken"))
    missed = words(_("appointment missed")) if event.appointment_kept is False else ""
    outcome = words.named("dossier_outcome", event.outcome)
    return joined(outcome, promise, missed, moments.span(event.elapsed_seconds))


def _set_aside(event: ev.DossierBreachSetAside, moments: Moments) -> str:
    return joined(moments.words.named("cause", event.cause), moments.instant(event.due_at))


def _released(event: ev.ApplicationReleased, moments: Moments) -> str:
    return joined(event.name, moments.instant(event.released_at))


def _started(event: ev.JointClockStarted, moments: Moments) -> str:
    basis = moments.words.named("basis", event.basis)
    return joined(basis, moments.budget(event.budget), _due(event.due_at, moments))


def _recorded(event: ev.ResultRecorded, moments: Moments) -> str:
    result, by = event.result, actor_text(event.by, moments.words, moments.names)
    return joined(event.name, result.number, result.issuer, moments.day(result.issued_on), by)


DOSSIER_DETAILS: Final[Mapping[type, Callable[[Any, Moments], str]]] = {
    ev.DossierOpened: _opened,
    ev.DossierAnnounced: _announced,
    ev.JointClockStarted: _started,
    ev.ApplicationReleased: _released,
    ev.ApplicationEnded: _ended,
    ev.ApplicationBlocked: _blocked,
    ev.ApplicationUnblocked: lambda e, _: e.name,
    ev.ResultRecorded: _recorded,
    ev.ResultRevoked: _revoked,
    ev.ResultExpired: lambda e, m: joined(e.name, e.number, m.day(e.valid_until)),
    ev.CascadeApplied: _cascaded,
    ev.DossierPromised: _promised,
    ev.DossierRungFired: _rung,
    ev.DossierAppointmentPassed: lambda e, m: _due(e.appointment_at, m),
    ev.DossierBreached: _breached,
    ev.DossierBreachConfirmed: lambda e, m: f"{m.words(_('Lawful end'))}: {m.end(e.lawful_end_at)}",
    ev.DossierBreachSetAside: _set_aside,
    ev.DossierReopened: _reopened,
    ev.DossierWithdrawn: _withdrawn,
    ev.DossierClosed: _closed,
}
"""Every event of a dossier has its line."""
