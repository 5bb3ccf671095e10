"""What applicants say in their own words after they applied: put in the vault before any workflow, and referred to.

A command that goes to Temporal, to the ledger or into a table holds references of ours; the same message again holds the
same ones, and another message under a used id holds others, so that the two are told apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from events.language.commands import (
    CaseCommand,
    DocumentPart,
    ReceiveExplanation,
    ReceiveSupplement,
    WithdrawApplication,
)
from events.language.dossier_commands import DossierCommand, WithdrawDossier
from events.language.identity import text_ref_of
from intake.records import IntakeRecords

C = TypeVar("C", CaseCommand, DossierCommand)
Refer = Callable[[str, str], str]
"""Gives the reference of a text, by the name of the field that holds it."""


def referring(command: C, refer: Refer) -> C:
    """The command with references in place of what its applicant wrote. Pure; one that holds no such text stays itself."""
    if isinstance(command, WithdrawApplication | WithdrawDossier) and command.reason is not None:
        return command.model_copy(update={"reason": None, "reason_ref": refer("reason", command.reason)})
    if isinstance(command, ReceiveExplanation) and command.reference is not None:
        return command.model_copy(update={"reference": refer("reference", command.reference)})
    if isinstance(command, ReceiveSupplement):
        return command.model_copy(update={"documents": _referred(command.documents, refer)})
    return command


def without_words(command: C) -> C:
    """The command as it may be known where no case is: all texts of its applicant look alike. Pure."""
    return referring(command, lambda _, __: "not-kept")


def _referred(parts: tuple[DocumentPart, ...], refer: Refer) -> tuple[DocumentPart, ...]:
    return tuple(
        part
        if part.reference is None
        else part.model_copy(update={"reference": refer(f"documents.{place}", part.reference)})
        for place, part in enumerate(parts)
    )


class OwnWords:
    """Keeps what applicants write apart from their cases."""

    def __init__(self, records: IntakeRecords) -> None:
        self._records = records

    async def kept_apart(self, stream_id: str, command: C) -> C:
        """The command as a case or dossier may have it, its texts in the vault. Idempotent. Raises StoreError."""
        texts: dict[str, str] = {}

        def noted(field: str, text: str) -> str:
            reference = text_ref_of(stream_id, command.command_id, field)
            texts[reference] = text
            return reference

        referred = referring(command, noted)
        if not texts:
            return command
        standing = await asyncio.to_thread(self._records.keep_texts, stream_id, texts)
        if all(reference == content for reference, content in standing.items()):
            return referred
        return referring(command, lambda field, _: standing[text_ref_of(stream_id, command.command_id, field)])
