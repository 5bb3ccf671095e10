"""Releasing applications: each becomes a case the moment all that it must have is there; what cannot come is said."""

from __future__ import annotations

from datetime import datetime

from cases.dossier.draft import DossierDraft
from cases.dossier.model import LOST, UNBEGUN, Dossier, Part, PartStatus
from catalog.dossier import EdgeKind
from events.language.dossier_events import ApplicationBlocked, ApplicationReleased, ApplicationUnblocked, BlockCause
from events.language.dossier_messages import Need, ResultReference
from events.language.identity import case_id_of


def release_ready(draft: DossierDraft) -> None:
    """Release every application whose hard prerequisites are granted; block and unblock the others. In graph order."""
    if draft.state.withdrawn:
        return
    for name in draft.state.graph.order:
        part = draft.state.parts[name]
        if part.status in UNBEGUN:
            _settle(draft, part)


def _settle(draft: DossierDraft, part: Part) -> None:
    dossier = draft.state
    hard = [need for need in part.needs if _is_hard(dossier, part, need)]
    causes = tuple(cause for need in hard if (cause := _cause(draft, part, need)) is not None)
    if causes:
        if causes != part.causes:
            draft.emit(ApplicationBlocked(name=part.name, causes=causes))
    elif all(need.name is None or dossier.parts[need.name].holds_on(draft.day) for need in hard):
        draft.emit(_release(draft, part))
    elif part.status is PartStatus.BLOCKED:
        draft.emit(ApplicationUnblocked(name=part.name))


def _is_hard(dossier: Dossier, part: Part, need: Need) -> bool:
    # A need said twice, hard and practical, is hard: the graph says so.
    return need.kind is EdgeKind.HARD if need.name is None else need.name in dossier.graph.hard[part.name]


def _cause(draft: DossierDraft, part: Part, need: Need) -> BlockCause | None:
    """Why a need will not be met; None: it is met, or may still be."""
    if need.result is not None:
        number = need.result.number
        lost = next((cause for cause in part.lost_results if cause.needs == number), None)
        valid = lost is None and need.result.valid_on(draft.day)
        return None if valid else lost or BlockCause(needs=number, status=PartStatus.EXPIRED)
    needed = draft.state.parts[need.name or ""]
    if needed.has_result or needed.leaving is PartStatus.WAITING:
        return None
    if needed.status in LOST:
        return BlockCause(
            needs=needed.name,
            status=needed.status,
            reason=needed.reason,
            reason_code=needed.reason_code,
            refusal=needed.refusal,
        )
    if needed.leaving is not None:
        return BlockCause(needs=needed.name, status=needed.leaving)
    return BlockCause(needs=needed.name, status=PartStatus.BLOCKED) if needed.status is PartStatus.BLOCKED else None


def _release(draft: DossierDraft, part: Part) -> ApplicationReleased:
    dossier = draft.state
    if dossier.declaration is None:
        raise TypeError("a dossier that was never opened releases nothing")
    number = part.round + 1
    application_id = application_id_of(dossier, part.name, number)
    granted = [dossier.parts[name].ended_at for name in dossier.graph.hard[part.name]]
    return ApplicationReleased(
        name=part.name,
        round=number,
        application_id=application_id,
        case_id=case_id_of(dossier.declaration.source, application_id),
        # The applicant handed in what is released at the opening; from then on it counts. What a later turn releases nobody
        # could have begun before that turn: how long we took to hear of it is nobody's time but ours. Two ends may be told
        # in the wrong order: released is an application with the last of its prerequisites.
        released_at=max([_free_from(draft), *(at for at in granted if at is not None)], key=_utc),
        results=tuple(_results(dossier, part)),
        warnings=tuple(name for name in dossier.graph.practical[part.name] if not dossier.parts[name].has_result),
    )


def _free_from(draft: DossierDraft) -> datetime:
    return draft.at if draft.is_opening else draft.now


def _utc(at: datetime) -> float:
    return at.timestamp()


def _results(dossier: Dossier, part: Part) -> list[ResultReference]:
    own = [need.result for need in part.needs if need.result is not None]
    others = [dossier.parts[name].substitute for name in dossier.graph.hard[part.name]]
    return own + [result for result in others if result is not None]


def application_id_of(dossier: Dossier, name: str, number: int) -> str:
    """The application's own id: the dossier's, its place in the declaration, and the round after the first."""
    if dossier.declaration is None:
        raise TypeError("a dossier that was never opened has no applications")
    place = 1 + list(dossier.parts).index(name)
    again = f".{number}" if number > 1 else ""
    return f"{dossier.declaration.dossier_id}/{place:03d}{again}"
