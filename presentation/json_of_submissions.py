"""What became of applications and dossiers that were handed in, for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.errors import and_more
from events.language.refusals import Refusal
from intake.application_files import Entry
from presentation.instants import instant_json
from presentation.left_out import left_out_json
from services.applications import Submitted, SubmittedEntry
from services.dossiers import SubmittedDossier
from wording.text import in_language


def submitted_json(entries: Sequence[SubmittedEntry], language: str) -> dict[str, Any]:
    """The answer of `submit --json`."""
    taken = [(entry, answer) for entry, answer in entries if isinstance(answer, Submitted)]
    refused = [(entry, answer) for entry, answer in entries if not isinstance(answer, Submitted)]
    return {
        "ok": not refused and all(answer.view is not None for _, answer in taken),
        "submitted": [_taken_json(entry, answer, language) for entry, answer in taken],
        "refused": [
            {"application_id": entry.application_id, "error": fault_json(entry, answer, language)}
            for entry, answer in refused
        ],
    }


def _taken_json(entry: Entry, answer: Submitted, language: str) -> dict[str, Any]:
    view = answer.view
    return {
        "application_id": entry.application_id,
        "case_id": answer.case_id,
        "dossier_code": view and view.dossier_code,
        "lane": view and view.lane,
        "known": answer.is_known,
        "statutory_due_at": view and instant_json(view.statutory_due_at),
        "green_due_at": view and instant_json(view.green_due_at),
        "promises": view and view.promises.model_dump(mode="json"),
        "left_out": left_out_json(answer.left_out, language),
    }


def fault_json(entry: Entry, refusal: Refusal | None, language: str) -> dict[str, Any]:
    """Why an entry is no case: what is wrong with it, of several the first; or, where it was understood, what refuses it."""
    if refusal is not None:
        texts = refusal.code, refusal.field, refusal.message(language), refusal.remedy(language)
        return _fault(*texts, entry.file, entry.line)
    first = entry.problems[0]
    message = in_language(and_more(first.message, len(entry.problems) - 1), language)
    return _fault(first.code, first.field, message, in_language(first.remedy, language), first.file, first.line)


def _fault(code: str, field: str | None, message: str, remedy: str, file: str, line: int) -> dict[str, Any]:
    return {"code": code, "field": field or "", "message": message, "remedy": remedy, "file": file, "line": line}


def submitted_dossier_json(submitted: SubmittedDossier, language: str) -> dict[str, Any]:
    """The answer of `dossier submit --json`."""
    view = submitted.view
    return {
        "ok": view is not None,
        "dossier": submitted.stream_id,
        "dossier_id": submitted.dossier_id,
        "known": submitted.is_known,
        "applications": view and view.applications,
        "released": view and view.released,
        "lead": view and view.lead,
        "joint_due_at": view and instant_json(view.joint_due_at),
        "promised_at": view and instant_json(view.promised_at),
        "left_out": left_out_json(submitted.left_out, language),
    }
