"""`evolve_dossier`: what an event makes of a dossier. Total: it never fails on an event that `decide` produced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.dossier.model import UNBEGUN, Dossier, Part, PartStatus
from cases.dossier.words import brief
from events.language import dossier_events as ev
from events.language.case_events import EscalationAcknowledged, EventRecord
from events.language.dossier_events import BlockCause
from events.language.dossier_messages import ResultReference
from sla.clock import Clock

Change = dict[str, Any]

_ENDED = {
    "issued": PartStatus.GRANTED,
    "refused": PartStatus.REFUSED,
    "withdrawn": PartStatus.WITHDRAWN,
    "returned": PartStatus.RETURNED,
}


def evolve_dossier(dossier: Dossier, record: EventRecord) -> Dossier:
    """The dossier after one more event."""
    change = _CHANGES[type(record.event)](dossier, record.event, record.at)
    return dossier.changed({**change, "sequence": record.sequence})


def _part(dossier: Dossier, name: str, **change: Any) -> Change:
    return {"parts": {**dossier.parts, name: dossier.parts[name].changed(change)}}


def _opened(_: Dossier, event: ev.DossierOpened, at: datetime) -> Change:
    parts = {part.name: Part(name=part.name, application=part) for part in event.declaration.applications}
    return {"declaration": event.declaration, "opened_at": at, "parts": parts}


def _unchanged(_: Dossier, __: Any, ___: datetime) -> Change:
    return {}


def joint_clock_of(event: ev.JointClockStarted) -> Change:
    """What the start of the joint promise makes of a dossier."""
    clock = Clock(budget=event.budget, anchored_at=event.anchored_at, after_hours=event.after_hours)
    return {
        "clock": clock,
        "joint_due_at": event.due_at,
        "joint_lawful_day": event.lawful_day,
        "basis": event.basis,
    }


def _clock_started(_: Dossier, event: ev.JointClockStarted, __: datetime) -> Change:
    return joint_clock_of(event)


def _released(dossier: Dossier, event: ev.ApplicationReleased, at: datetime) -> Change:
    return _part(
        dossier,
        event.name,
        status=PartStatus.RELEASED,
        round=event.round,
        case_id=event.case_id,
        freed_at=at,
        released_at=event.released_at,
        ended_at=None,
        result_code=None,
        valid_until=None,
        reason=None,
        reason_code=None,
        refusal=None,
        causes=(),
        time_shares=(),
    )


def _ended(dossier: Dossier, event: ev.ApplicationEnded, _: datetime) -> Change:
    part = dossier.parts[event.name]
    # A result that was granted before the withdrawal reached its case is a result.
    left = None if event.outcome == "issued" else part.leaving
    return _part(
        dossier,
        event.name,
        status=left or _ENDED[event.outcome],
        ended_at=event.ended_at,
        result_code=event.result_code,
        valid_until=event.valid_until,
        reason=brief(dossier, event.reason),
        reason_code=event.reason_code,
        refusal=event.refusal,
        time_shares=event.time_shares,
        leaving=None,
    )


def _blocked(dossier: Dossier, event: ev.ApplicationBlocked, _: datetime) -> Change:
    return _part(dossier, event.name, status=PartStatus.BLOCKED, causes=event.causes)


def _unblocked(dossier: Dossier, event: ev.ApplicationUnblocked, _: datetime) -> Change:
    return _part(dossier, event.name, status=PartStatus.WAITING, causes=())


def _recorded(dossier: Dossier, event: ev.ResultRecorded, _: datetime) -> Change:
    part = dossier.parts[event.name]
    if event.replaces is not None:
        return _part(dossier, event.name, **_standing_on(part, event.replaces, event.result))
    change: Change = {"substitute": event.result}
    if part.status in UNBEGUN:
        change |= {"status": PartStatus.REPLACED, "causes": ()}
    return _part(dossier, event.name, **change)


def _standing_on(part: Part, number: str, result: ResultReference) -> Change:
    """The part with a newer result from elsewhere where it stood on the one with this number."""
    needs = tuple(
        need.model_copy(update={"result": result}) if need.result is not None and need.result.number == number else need
        for need in part.needs
    )
    return {
        "application": part.application.model_copy(update={"needs": needs}),
        "lost_results": tuple(cause for cause in part.lost_results if cause.needs != number),
    }


def _lost_result(part: Part, number: str, status: PartStatus, reason: str | None = None) -> Change:
    return {"lost_results": (*part.lost_results, BlockCause(needs=number, status=status, reason=reason))}


def _without_substitute(dossier: Dossier, part: Part) -> Change:
    # What was never a case may still become one, unless the applicant took the whole back.
    goes_to = PartStatus.STOPPED if dossier.withdrawn else PartStatus.WAITING
    return {"substitute": None} | ({"status": goes_to} if part.status is PartStatus.REPLACED else {})


def _revoked(dossier: Dossier, event: ev.ResultRevoked, _: datetime) -> Change:
    part = dossier.parts[event.name]
    if event.from_elsewhere:
        change = _lost_result(part, event.result_code or "", PartStatus.REVOKED, brief(dossier, event.reason))
    else:
        reason = brief(dossier, event.reason)
        change = _without_substitute(dossier, part) | {"reason": reason, "reason_code": None, "refusal": None}
        if part.status is PartStatus.GRANTED:
            change["status"] = PartStatus.REVOKED
    return _part(dossier, event.name, **change) | _followed_anew(dossier, event.name)


def _followed_anew(dossier: Dossier, name: str) -> Change:
    # What follows from this loss is another cascade than what followed from one before.
    return {"cascades": tuple(one for one in dossier.cascades if one != name)}


def _expired(dossier: Dossier, event: ev.ResultExpired, _: datetime) -> Change:
    part = dossier.parts[event.name]
    if part.substitute is not None and part.substitute.number == event.number:
        change = _without_substitute(dossier, part)
    elif part.status is PartStatus.GRANTED and part.result_code == event.number:
        change = {"status": PartStatus.EXPIRED}
    else:
        change = _lost_result(part, event.number, PartStatus.EXPIRED)
    return _part(dossier, event.name, **change) | _followed_anew(dossier, event.name)


def _cascaded(dossier: Dossier, event: ev.CascadeApplied, _: datetime) -> Change:
    parts = dict(dossier.parts)
    for effect in event.effects:
        if effect.effect == "kept":
            continue
        goes_to = PartStatus.STOPPED if effect.effect == "stopped" else PartStatus.WAITING
        part = parts[effect.name]
        if effect.case_id is not None:
            # Its case ends first; until then it is open.
            parts[effect.name] = part.changed({"leaving": goes_to})
            continue
        change: Change = {"status": goes_to, "causes": ()}
        if part.status is PartStatus.GRANTED:
            change |= {"reason": brief(dossier, event.reason), "reason_code": None}
        parts[effect.name] = part.changed(change)
    return {"parts": parts, "cascades": (*dossier.cascades, event.name)}


def _promised(_: Dossier, event: ev.DossierPromised, __: datetime) -> Change:
    return {
        "promised_at": event.operational_at,
        "promised_day": event.lawful_day,
        "critical_path": event.critical_path,
        "holder": event.holder,
    }


def _rung(dossier: Dossier, event: ev.DossierRungFired, _: datetime) -> Change:
    return {"fired": (*dossier.fired, event.rung), "level": max(dossier.level, event.level)}


def _appointment_passed(_: Dossier, event: ev.DossierAppointmentPassed, __: datetime) -> Change:
    return {"appointment_passed_at": event.appointment_at}


def _breached(_: Dossier, event: ev.DossierBreached, __: datetime) -> Change:
    return {"breached": True, "breached_at": event.due_at, "breached_early": event.two_ends is None}


def _breach_confirmed(_: Dossier, event: ev.DossierBreachConfirmed, __: datetime) -> Change:
    return {"breached_at": event.lawful_end_at, "breached_early": False}


def _breach_set_aside(dossier: Dossier, event: ev.DossierBreachSetAside, _: datetime) -> Change:
    if event.cause == "delayed_by_system":
        return {"set_aside": True}
    return {
        "breached": False,
        "breached_at": None,
        "breached_early": None,
        "set_asides": dossier.set_asides + 1,
        "fired": tuple(rung for rung in dossier.fired if rung not in event.rungs),
        "acknowledged": (),
        "level": 0,
    }


def _acknowledged(dossier: Dossier, event: EscalationAcknowledged, _: datetime) -> Change:
    return {"acknowledged": (*dossier.acknowledged, event.escalation_id)}


def _withdrawn(dossier: Dossier, _: ev.DossierWithdrawn, __: datetime) -> Change:
    parts = dict(dossier.parts)
    for name, part in parts.items():
        if part.status is PartStatus.RELEASED:
            parts[name] = part.changed({"leaving": PartStatus.WITHDRAWN})
        elif not part.is_over:
            parts[name] = part.changed({"status": PartStatus.STOPPED, "causes": ()})
    return {"parts": parts, "withdrawn": True}


def _closed(dossier: Dossier, event: ev.DossierClosed, _: datetime) -> Change:
    change: Change = {"closed_at": event.closed_at, "outcome": event.outcome, "holder": None}
    if dossier.joint_ended_at is not None:
        return change
    return change | {
        "joint_ended_at": event.closed_at,
        "joint_given_back": event.outcome == "withdrawn",
        "promise_kept": event.promise_kept,
        "appointment_kept": event.appointment_kept,
    }


def _reopened(dossier: Dossier, _: ev.DossierReopened, __: datetime) -> Change:
    return {"closed_at": None, "outcome": None, "reopenings": dossier.reopenings + 1}


_CHANGES: dict[type, Callable[[Dossier, Any, datetime], Change]] = {
    ev.DossierOpened: _opened,
    ev.DossierAnnounced: _unchanged,
    ev.JointClockStarted: _clock_started,
    ev.ApplicationReleased: _released,
    ev.ApplicationEnded: _ended,
    ev.ApplicationBlocked: _blocked,
    ev.ApplicationUnblocked: _unblocked,
    ev.ResultRecorded: _recorded,
    ev.ResultRevoked: _revoked,
    ev.ResultExpired: _expired,
    ev.CascadeApplied: _cascaded,
    ev.DossierPromised: _promised,
    ev.DossierRungFired: _rung,
    ev.DossierAppointmentPassed: _appointment_passed,
    ev.DossierBreached: _breached,
    ev.DossierBreachConfirmed: _breach_confirmed,
    ev.DossierBreachSetAside: _breach_set_aside,
    ev.DossierReopened: _reopened,
    EscalationAcknowledged: _acknowledged,
    ev.DossierWithdrawn: _withdrawn,
    ev.DossierClosed: _closed,
}
"""Every event of a dossier has its change."""
