"""Any moment again, for programs."""

from __future__ import annotations

from typing import Any

from presentation.instants import instant_json
from presentation.json_of_cases import clock_json, waiting_json
from presentation.json_of_dossiers import dossier_json
from presentation.replays.changes import Difference, changes_between, rules_json
from services.replays.moments import CaseThen, DossierThen, Frame, Then
from services.replays.replay import Replay
from services.replays.worklists import WorkThen


def replay_json(replay: Replay) -> dict[str, Any]:
    """The answer of `replay CASE|DOSSIER --json`."""
    instants, then, ends = replay.instants, replay.then, replay.ends
    return {
        "ok": True,
        **_whole(then),
        "at": instant_json(instants.at),
        "known_at": instant_json(instants.known_at),
        "event": replay.event,
        **_parts(then),
        **({} if ends is None else {"changes": _changes(changes_between(*ends, timed=True))}),
        **({} if not replay.frames else {"frames": [_frame(frame) for frame in replay.frames]}),
    }


def _whole(then: Then) -> dict[str, Any]:
    if isinstance(then, CaseThen):
        return {"case": then.sheet.view.model_dump(mode="json")}
    return {"dossier": {name: value for name, value in dossier_json(then.sheet).items() if name != "ok"}}


def _parts(then: Then) -> dict[str, Any]:
    if isinstance(then, DossierThen):
        calendar = then.sheet.dossier.definitions.calendar
        return {"rules": {"calendar": {"id": calendar.id, "version": calendar.version, "digest": calendar.digest}}}
    case = then.sheet.case
    clocks = case.clocks.values()
    return {
        "clocks": [clock_json(then.sheet, c) | {"remaining_seconds": then.remaining_seconds(c)} for c in clocks],
        "steps": [step.model_dump(mode="json") for step in case.steps.values()],
        "work": [waiting_json(step) for step in then.work],
        "rules": rules_json(case.definitions),
    }


def _changes(changes: tuple[Difference, ...]) -> list[dict[str, Any]]:
    return [change._asdict() for change in changes]


def _frame(frame: Frame) -> dict[str, Any]:
    changes = _changes(changes_between(frame.before, frame.after))
    return {
        "event": frame.record.sequence,
        "at": instant_json(frame.record.at),
        "type": frame.record.event.type,
        "changes": changes,
    }


def worklist_json(then: WorkThen) -> dict[str, Any]:
    """The answer of `replay --department --json`."""
    return {
        "ok": True,
        "department": then.department,
        "at": instant_json(then.instants.at),
        "known_at": instant_json(then.instants.known_at),
        "work": [waiting_json(step) for step in then.work],
    }
