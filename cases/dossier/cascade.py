"""The cascade: what a lost result does to what depends on it. Shown before it happens, then done in one. Pure."""

from __future__ import annotations

from cases.dossier.model import LOST, UNBEGUN, Dossier, Part, PartStatus
from catalog.dossier import CascadePolicy
from events.language.dossier_events import CascadeEffect

_STRONGEST = (CascadePolicy.STOP, CascadePolicy.REOPEN, CascadePolicy.KEEP)


def preview(dossier: Dossier, name: str) -> tuple[CascadeEffect, ...]:
    """What will be stopped, kept and re-opened when the loss of this application is followed through.

    Empty: it has not lost its result, or nothing depends on it. In the order of the graph.
    """
    first = dossier.parts[name]
    if first.status not in LOST or first.substitute is not None:
        return ()
    lost = {name}
    effects: list[CascadeEffect] = []
    for place in dossier.graph.order:
        part = dossier.parts[place]
        causes = [need for need in dossier.graph.hard[place] if need in lost]
        if not causes or part.status in LOST or part.leaving is not None:
            continue
        policy, because = _strongest(part, causes)
        effect = _effect(part, policy)
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
    found = [(need.policy, need.name) for need in part.needs if need.name in causes]
    policy, because = min(found, key=lambda entry: _STRONGEST.index(entry[0]))
    return policy, because or ""


def _effect(part: Part, policy: CascadePolicy) -> str:
    if policy is CascadePolicy.STOP:
        return "stopped"
    # What has not begun waits for another result as it is.
    return "reopened" if policy is CascadePolicy.REOPEN and part.status not in UNBEGUN else "kept"
