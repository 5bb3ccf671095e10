"""Subjects for programs, and the file that a person is handed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from intake.person import HELD_AS
from presentation.instants import instant_json
from presentation.reads import read_json_of
from services.correcting import Corrected
from services.erasing import Erased, Reapplied
from services.subjects import ExportedSubject, FoundSubject, ShownSubject, SubjectCase


def found_json(found: Sequence[FoundSubject]) -> dict[str, Any]:
    """The answer of `subject find --json`: `cases` are ids of cases and linked dossiers."""
    subjects = [
        {
            "subject": one.subject.ref,
            "kind": one.subject.kind,
            "cases": [case.stream.stream_id for case in one.cases],
        }
        for one in found
    ]
    return {"ok": True, "subjects": subjects}


def shown_json(shown: ShownSubject) -> dict[str, Any]:
    """The answer of `subject show --json`."""
    differs = shown.differs
    cases = [_case_json(case) | {"differs": dict(differs.get(case.stream.stream_id, {}))} for case in shown.cases]
    return {"ok": True, "subject": shown.subject.ref, "person": dict(shown.person), "cases": cases}


def exported_json(exported: ExportedSubject, file: Path) -> dict[str, Any]:
    """The answer of `subject export --json`; the contents of files stand in the file only."""
    documents = list(_documents(exported, contents=False))
    reads = [read_json_of(one) for one in exported.reads]
    return shown_json(exported.shown) | {"documents": documents, "reads": reads, "file": str(file)}


def export_content(exported: ExportedSubject, exported_at: datetime) -> bytes:
    """The file itself: JSON in UTF-8, as people can read it. `exported_at`: real time."""
    shown = shown_json(exported.shown)
    content = {
        "subject": shown["subject"],
        "kind": exported.shown.subject.kind,
        "exported_at": instant_json(exported_at),
        "person": shown["person"],
        "cases": shown["cases"],
        "applications": dict(exported.said),
        "documents": list(_documents(exported, contents=True)),
        "texts": dict(exported.texts),
        "reads": [read_json_of(one) for one in exported.reads],
    }
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode()


def corrected_json(corrected: Corrected) -> dict[str, Any]:
    """The answer of `subject correct --json`."""
    return {"ok": True, "subject": corrected.subject_ref, "fields": list(corrected.fields)}


def erased_json(erased: Erased) -> dict[str, Any]:
    """The answer of `subject erase --json`; `erased_at` is real time (UTC)."""
    erasure = erased.erasure
    return {
        "ok": True,
        "subject": erasure.subject_ref,
        "erased_at": instant_json(erasure.erased_at),
        "cases": erasure.cases,
        "documents": erasure.documents,
        "already": erased.already,
    }


def reapplied_json(reapplied: Reapplied) -> dict[str, Any]:
    """The answer of `subject reapply --json`."""
    applied, left = list(reapplied.applied), list(reapplied.left)
    return {"ok": not left, "listed": reapplied.listed, "applied": applied, "left": left}


def _case_json(case: SubjectCase) -> dict[str, Any]:
    stream = case.stream
    return {
        "case_id": stream.stream_id,
        "dossier_code": stream.dossier_code,
        "procedure": stream.procedure,
        "linked": stream.linked,
        "status": stream.status,
        "outcome": stream.outcome,
        "closed_at": None if stream.closed_at is None else instant_json(stream.closed_at),
        "kept_until": None if case.kept_until is None else case.kept_until.isoformat(),
    }


def _documents(exported: ExportedSubject, *, contents: bool) -> Iterator[dict[str, Any]]:
    """What was told of with the applications, and what was sent along."""
    for stream_id, said in exported.said.items():
        for document in said.get("documents", ()):
            told = {name: value for name, value in document.items() if name != HELD_AS}
            yield {"case_id": stream_id, "reference": document.get(HELD_AS), "told": told}
    for stream_id, file in exported.documents:
        known = {
            "case_id": stream_id,
            "reference": file.reference,
            "kind": file.kind,
            "name": file.name,
            "media_type": file.media_type,
            "size_bytes": len(file.content),
        }
        yield known | ({"content_base64": base64.b64encode(file.content).decode()} if contents else {})
