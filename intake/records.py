"""The inbox, the vault, the ledger and the archive of definitions, as the intake uses them. Calls block unless async."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from cases.turn import CommandOutcome
from catalog.model import Definitions
from events.language.case_events import ApplicationSubmitted, EventRecord
from events.language.commands import Command, SubmitApplication
from events.language.dossier_commands import SubmitDossier
from events.language.refusals import Refusal
from events.language.topics import Topics
from intake import settling
from intake.declaration import SplitDossier
from intake.person import Parted
from store.database import Store
from store.definitions import DefinitionArchive
from store.errors import DefinitionsUnknown
from store.inbox import Accepted, Inbox, KnownCase, Submission
from store.ledger import Ledger
from store.systems import RegisteredSystems
from store.vault.vault import Vault

C = TypeVar("C", bound=Command)

DERIVED_PROCEDURE = "derived-procedure/"
"""Key of the store's memory under which the definitions of a procedure derived from a log are found, by its id."""


class Opening(BaseModel, Generic[C]):
    """What starts a stream again if its start was lost: its first command, and the law by its digest."""

    model_config = ConfigDict(frozen=True)

    command: C
    definitions_digest: str


CaseOpening = Opening[SubmitApplication]
DossierOpening = Opening[SubmitDossier]


class IntakeRecords:
    """What the intake asks of the store. All calls raise StoreError."""

    def __init__(self, store: Store, topics: Topics, vault: Vault | None = None) -> None:
        """`vault`: where persons are put; None: none is accepted here."""
        self._store = store
        self._vault = vault or Vault(store, None)
        self._inbox = Inbox(store, topics, self._vault)
        self._ledger = Ledger(store)
        self._archive = DefinitionArchive(store)
        self.systems = RegisteredSystems(store)
        """The submitting systems that were registered at run time."""

    def close(self) -> None:
        """Write what waits, then give the connections back."""
        self._inbox.close()

    async def accept(self, submission: Parted, opening: SubmitApplication, definitions: Definitions) -> Accepted:
        """Put the person away under his subject and remember the submission, in one transaction; idempotent."""
        application, digest = submission.application, self._archive.keep(definitions)
        names, stored = (
            (application.source, application.application_id),
            CaseOpening(command=opening, definitions_digest=digest),
        )
        return await self._accept(submission.case_id, names, application.subject_ref, submission, stored)

    async def accept_dossier(self, dossier: SplitDossier, opening: SubmitDossier, digest: str) -> Accepted:
        """The same of a linked dossier, whose law is kept under this digest."""
        declaration, stored = dossier.declaration, DossierOpening(command=opening, definitions_digest=digest)
        names = (declaration.source, declaration.dossier_id)
        return await self._accept(dossier.stream_id, names, declaration.subject_ref, dossier, stored)

    async def _accept(
        self,
        stream_id: str,
        names: tuple[str, str],
        subject_ref: str,
        submission: Parted | SplitDossier,
        opening: CaseOpening | DossierOpening,
    ) -> Accepted:
        """`names`: the source, and what the source calls it."""
        return await self._inbox.accept_application(
            Submission(
                case_id=stream_id,
                source=names[0],
                application_id=names[1],
                content_digest=submission.content_digest,
                subject_ref=subject_ref,
                received_at=opening.command.received_at,
                opening=opening.model_dump_json(exclude_none=True),
                person=submission.person_json,
                identifiers=submission.identifiers,
            )
        )

    def opening_of(self, case_id: str) -> tuple[SubmitApplication, Definitions] | None:
        """What starts a case that was accepted but never opened; None: no such submission, or it was opened."""
        stored = self._inbox.opening(case_id)
        if stored is None:
            return None
        opening = CaseOpening.model_validate_json(stored)
        return opening.command, self._archive.definitions(opening.definitions_digest)

    def dossier_opening_of(self, stream_id: str) -> DossierOpening | None:
        """What starts a dossier that was accepted but never opened; None: no such dossier, or it was opened."""
        stored = self._inbox.opening(stream_id)
        return None if stored is None else DossierOpening.model_validate_json(stored)

    def unopened(self, older_than_seconds: float) -> list[str]:
        """Cases that were accepted but have recorded nothing for so long (real time)."""
        return [submission.case_id for submission in self._inbox.unopened(older_than_seconds)]

    def keyed_digest(self, content: str) -> str:
        """A digest (hex) of what may be personal, under the installation's key. Raises MasterKeyMissing."""
        return self._vault.keyed_digest(content)

    def keep_texts(self, stream_id: str, texts: Mapping[str, str]) -> dict[str, str]:
        """Put what an applicant wrote in the vault; by reference, the one under which it stands."""
        return self._vault.put_texts(stream_id, texts)

    def find(self, reference: str) -> KnownCase | None:
        """The case with this id or dossier code; None: no such case."""
        return self._inbox.find_case(reference)

    def source_of(self, reference: str) -> str | None:
        """The source of the application that became the case with this id or dossier code; None: no such case."""
        return self._inbox.source_of(reference)

    def outcome_of(self, case_id: str, command: Command) -> CommandOutcome | None:
        """How a command ended, if it was settled."""
        return settling.outcome_of(self._inbox, case_id, command)

    def refuse(self, case_id: str, command: Command, refusal: Refusal) -> CommandOutcome:
        """Settle a command that no case can take, and owe its sender the answer; how it stands then. Idempotent."""
        return settling.refuse(self._inbox, case_id, command, refusal)

    def refuse_conflict(self, case_id: str, command: Command) -> CommandOutcome:
        """Refuse a command whose id another command has, and owe its sender the answer. Idempotent."""
        return settling.refuse_conflict(self._inbox, case_id, command)

    def without_outcome(self, stream_id: str, commands: Iterable[C]) -> list[C]:
        """Those of these commands that have no outcome yet, in order, each once."""
        by_key = {(command.command_id, command.digest): command for command in commands}
        left = settling.without_outcome(self._inbox, stream_id, by_key)
        return [command for key, command in by_key.items() if key in left]

    def ledger_of(self, case_id: str) -> tuple[Definitions, tuple[EventRecord, ...]]:
        """A case's definitions and its whole ledger. Raises DefinitionsUnknown for a case that has none."""
        records = self._ledger.records(case_id)
        if not records or not isinstance(records[0].event, ApplicationSubmitted):
            raise DefinitionsUnknown(stream_id=case_id)
        return self._archive.definitions(records[0].event.definitions_digest), records

    def derived_procedure(self, procedure_id: str) -> Definitions | None:
        """The definitions of a procedure derived from an imported log."""
        digest = self._store.recall(DERIVED_PROCEDURE + procedure_id)
        return None if digest is None else self._archive.definitions(digest)

    def publish_derived(self, definitions: Definitions) -> None:
        """Publish a derived procedure for ever; the same one twice is one."""
        digest = self._archive.keep(definitions)
        self._store.remember_first(DERIVED_PROCEDURE + definitions.procedure.id, digest)
