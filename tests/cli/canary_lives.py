"""A life of one procedure in which every word and number of the applicant, and every word of an officer, is a canary."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any, Final

from catalog.loader import load_catalog
from catalog.model import ProcedureVersion
from tests.cli.canaries import Flock
from tests.cli.program import Program

DAY: Final = date(2026, 3, 2)
"""On which the stack's business time begins."""
KINDS: Final = ("criminal-record", "hazardous-chemicals", "irc-no-policy-approval", "karaoke-licence")
"""One of each kind: clocks that begin again or stand still, limits in days or working days."""
EVERY: Final = tuple(procedure.id for procedure in load_catalog().procedures_on(DAY))
PROCEDURES: Final = EVERY if os.environ.get("PROCEDURES") == "all" else KINDS
"""Whose lives are lived: of each kind one; with PROCEDURES=all, as in the long tier, all."""


def a_life(live: Program, flock: Flock, officers: Flock, procedure_id: str) -> str:
    """The dossier code of a case that was explained, completed and issued; typed at the counter."""
    procedure = load_catalog().procedure(procedure_id, DAY)
    given = live("submit", "-", stdin=json.dumps(_application(flock, procedure), ensure_ascii=False).encode())
    assert given.code == 0, given
    code = str(given.json["submitted"][0]["dossier_code"])
    _explained_and_completed(live, flock, officers, procedure, code)
    while waiting := _waiting(live, code):
        for step in waiting:
            _decide(live, officers, code, step, "approve", "--reason", officers(f"{procedure.id} {step['id']} reason"))
    assert live("show", code).json["case"]["outcome"] == "issued"
    return code


def _explained_and_completed(
    live: Program, flock: Flock, officers: Flock, procedure: ProcedureVersion, code: str
) -> None:
    """Once each: asked to explain, and asked for a document."""
    (first,) = _waiting(live, code)
    _decide(live, officers, code, first, "approve")
    rule = procedure.explanation
    assert rule is not None
    step = next(each for each in _waiting(live, code) if each["id"] in rule.steps)
    _decide(live, officers, code, step, "request_explanation", "--question", officers(f"{procedure.id} question"))
    explained = live("explain", code, "--reference", flock(f"{procedure.id} explanation"))
    assert explained.code == 0, explained
    kind, reason = procedure.documents[0].kind, officers(f"{procedure.id} missing")
    _decide(live, officers, code, step, "request_supplement", "--document", kind, "--reason", reason)
    completed = live("supplement", code, "--document", kind)
    assert completed.code == 0, completed


def _application(flock: Flock, procedure: ProcedureVersion) -> dict[str, Any]:
    name = procedure.id
    documents = [
        {"kind": part.kind, "title": flock(f"{name} title"), "reference": flock(f"{name} reference of {part.kind}")}
        for part in procedure.documents
        if part.required and not part.held_by_state
    ]
    applicant = {
        "full_name": f"Kim Thị {flock(f'{name} full name')}",
        "identity_number": flock.number(f"{name} number"),
        "phone": flock.phone(f"{name} phone"),
        "email": f"{flock(f'{name} address')}@example.vn",
        "representative": {"name": f"Kim Văn {flock(f'{name} representative')}", "cccd": flock.number(f"{name} other")},
        "address": [flock(f"{name} street"), {"xã": flock(f"{name} commune")}],
    }
    facts = {flock(f"{name} name of a fact"): f"Của {flock(f'{name} fact')}"}
    body = {"application_id": f"canary-{name}", "procedure": name}
    return body | {"applicant": applicant, "documents": documents, "facts": facts}


def _waiting(live: Program, code: str) -> list[dict[str, Any]]:
    return [step for step in live("show", code).json["steps"] if step["status"] == "assigned"]


def _decide(live: Program, officers: Flock, code: str, step: dict[str, Any], outcome: str, *more: str) -> None:
    basis = officers(f"{code} {step['id']} {outcome} basis")
    words = (code, step["id"], outcome, "--department", step["department"], "--legal-basis", basis, *more)
    decided = live("decide", *words)
    assert decided.code == 0, (words, decided)
