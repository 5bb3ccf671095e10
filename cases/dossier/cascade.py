"""The cascade: what a lost result does to what depends on it. Shown before it happens, then done in one. Pure."""

from __future__ import annotations

from cases.dossier.model import LOST, UNBEGUN, Dossier, Part, PartStatus
from catalog.dossier import CascadePolicy, EdgeKind
from events.language.dossier_events import CascadeEffect
from events.language.dossier_messages import Need

_STRONGEST = (CascadePolicy.STOP, CascadePolicy.REOPEN, CascadePolicy.KEEP)


def preview(dossier: Dossier, name: str) -> tuple[CascadeEffect, ...]:
    """What will be stopped, kept and re-opened when the loss of this application is followed through.

    Lost is its own result, or one from elsewhere that it stands on: then it is the first that something becomes of.
    Empty: nothing is lost, or nothing depends on it. In the order of the graph.
    """
    first = dossier.parts[name]
    lost = {name} if first.status in LOST and first.substitute is None else set()
    if not lost and not first.lost_results:
        return ()
    effects: list[CascadeEffect] = []
    for place in dossier.graph.order:
        part = dossier.parts[place]
        causes = [need for need in dossier.graph.hard[place] if need in lost]
        if place == name:
            causes += [number for number in _hard_results(part) if part.has_lost(number)]
        if not causes or part.status in (*LOST, PartStatus.REPLACED) or part.leaving is not None:
            continue
        policy, because = _strongest(part, causes)
        effect = _effect(dossier, part, policy)
        if effect != "kept":
            lost.add(place)
        effects.append(
            CascadeEffect.model_validate(
                {
                    "name": place,
                    "effect": effect,
                    "policy": policy,
                    "because": because,
                    "status": part.status,
                    "case_id": part.case_id if effect != "kept" and part.status is PartStatus.RELEASED else None,
                }
            )
        )
    return tuple(effects)


def _strongest(part: Part, causes: list[str]) -> tuple[CascadePolicy, str]:
    policies = [(need.policy, needed) for need in part.needs if (needed := _needed(need)) in causes]
    return min(policies, key=lambda entry: _STRONGEST.index(entry[0]))


def _needed(need: Need) -> str:
    return need.name or "" if need.result is None else need.result.number


def _hard_results(part: Part) -> list[str]:
    return [need.result.number for need in part.needs if need.result is not None and need.kind is EdgeKind.HARD]


def is_open_over(dossier: Dossier) -> bool:
    """Whether a loss was not followed through yet: something still stands on a result that is lost.

    All losses at once: what one of them stops or re-opens counts as lost for what stands behind it.
    """
    lost = {part.name for part in dossier.parts.values() if part.status in LOST and part.substitute is None}
    for place in dossier.graph.order:
        part = dossier.parts[place]
        causes = [need for need in dossier.graph.hard[place] if need in lost]
        causes += [number for number in _hard_results(part) if part.has_lost(number)]
        if not causes or part.status in (*LOST, PartStatus.REPLACED) or part.leaving is not None:
            continue
        if _effect(dossier, part, _strongest(part, causes)[0]) != "kept":
            return True
    return False


def _effect(dossier: Dossier, part: Part, policy: CascadePolicy) -> str:
    # The applicant took the whole back: nothing of it is begun again.
    if policy is CascadePolicy.STOP or (dossier.withdrawn and policy is CascadePolicy.REOPEN):
        return "stopped"
    # What has not begun waits for another result as it is.
    return "reopened" if policy is CascadePolicy.REOPEN and part.status not in UNBEGUN else "kept"
