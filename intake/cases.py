"""The intake: how a submission becomes a case, and how a command reaches one. Every call may be repeated without effect."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from cases.bounds import too_long
from cases.decide import CASES, draft_of
from cases.model import blank
from cases.turn import CommandOutcome
from catalog.errors import NotInForce, UnknownProcedure
from catalog.facts import findings
from catalog.model import Definitions
from catalog.systems import PORTAL
from events.language.case_events import EventRecord
from events.language.commands import Actor, ActorKind, CaseCommand, SubmitApplication
from events.language.envelope import MESSAGE_MAX_BYTES
from events.language.identity import is_dossier, shown_reference
from events.language.messages import SubmissionMessage
from events.language.refusals import Refusal, refuse
from events.language.sameness import with_digest
from intake.catalogue import CatalogueSource
from intake.extent import ROUTE_UNMEASURED, too_large
from intake.own_words import OwnWords, without_words
from intake.parties import PartyBook
from intake.person import Parted, parted
from intake.records import IntakeRecords
from intake.streams import KnownStream, StreamIntake, Submitted
from intake.strictness import unknown_fact
from intake.systems import Systems
from intake.temporal import CaseGateway
from intake.waiting_room import Admission, WaitingRoom
from sla.business_time import BusinessTime

Given = TypeVar("Given")


class CaseIntake(StreamIntake[CaseCommand, Definitions]):
    """Takes submissions and commands. Received instants are real; the cases' are business time: mapped here, once."""

    noun = "case"
    rules = CASES

    def __init__(
        self,
        gateway: CaseGateway,
        records: IntakeRecords,
        catalogue: CatalogueSource,
        time: BusinessTime,
        zone: ZoneInfo,
        room: WaitingRoom | None = None,
        event_max_bytes: int = MESSAGE_MAX_BYTES,
    ) -> None:
        """`room`: where commands wait whose senders have many unanswered ones; None: nobody who sends so calls here.

        `event_max_bytes`: the largest message that the topics take.
        """
        super().__init__(gateway, records, time)
        self.event_max_bytes = event_max_bytes
        self._words = OwnWords(records)
        self._catalogue = catalogue
        self._zone = zone
        self._room = room
        self.systems = Systems(records.systems, catalogue)
        """Who hands in applications, and whose sources are whose."""
        self._parties = PartyBook(records)

    @property
    def time(self) -> BusinessTime:
        """The stack's business time."""
        return self._time

    # ---- what a kind of stream says

    def owns(self, stream_id: str) -> bool:
        """Whether a stream is a case's."""
        return not is_dossier(stream_id)

    def stored_opening(self, stream_id: str) -> tuple[SubmitApplication, Definitions] | None:
        """What starts a case that was accepted and never opened."""
        return self._records.opening_of(stream_id)

    def stored_events(self, stream_id: str) -> tuple[Definitions, tuple[EventRecord, ...]]:
        """A case's definitions and its whole ledger."""
        return self._records.ledger_of(stream_id)

    def known(self, stream_id: str) -> KnownStream | None:
        """What is on record of a case."""
        case = self._records.find(stream_id)
        return None if case is None or case.status is None else case

    async def take_after_end(self, stream_id: str, command: CaseCommand, known: KnownStream) -> Refusal | None:
        """No command: a closed case stays closed."""
        outcome = await asyncio.to_thread(self._records.outcome_of, stream_id, command)
        if outcome is not None and outcome.refusal is not None:
            return outcome.refusal
        strange = await asyncio.to_thread(self._parties.strange_to, stream_id, command, is_closed=True)
        return strange or refuse("case_closed", outcome=known.outcome or "")

    # ---- submissions

    def business(self, real: datetime) -> datetime:
        """The business instant (UTC) of a real one."""
        return self._time.to_business(real)

    def day(self, at: datetime) -> date:
        """The province's calendar day at a business instant."""
        return at.astimezone(self._zone).date()

    async def submit(
        self,
        message: SubmissionMessage,
        *,
        source: str,
        command_id: str,
        actor: Actor,
        received_at: datetime,
        strict: bool = False,
    ) -> Submitted | Refusal:
        """Take a submission that was received at a real instant. `strict`: not one with a fact that no list knows.

        Raises Unavailable and retryable store errors.
        """
        at = self.business(received_at)
        definitions = await self._definitions(message.procedure, at)
        if isinstance(definitions, Refusal):
            return definitions
        left_out = findings(definitions.lanes, message.facts)
        if strict and (refused := unknown_fact(left_out)) is not None:
            return refused
        submission = parted(message, source, definitions.lanes, await self.system_of(source))
        opening = SubmitApplication(
            command_id=command_id, received_at=at, actor=actor, application=submission.application
        )
        taken = await self._taken(submission, opening, definitions)
        return taken if isinstance(taken, Refusal) else replace(taken, left_out=left_out)

    async def system_of(self, source: str) -> str:
        """The system that speaks for the applicants of a source: the portal, where it is nobody's. Raises StoreError."""
        system = self.systems.known_owner_of(source) or await asyncio.to_thread(self.systems.owner_of, source)
        return PORTAL if system is None else system.id

    async def came_from(self, reference: str, source: str) -> bool:
        """Whether the case that is meant came from this very source, and the source is no system's. Raises StoreError.

        So it was before there were systems: everything came through the portal, under whatever source.
        """
        if await asyncio.to_thread(self.systems.owner_of, source) is not None:
            return False
        return await asyncio.to_thread(self._records.source_of, reference) == source

    async def take(self, submission: Parted, opening: SubmitApplication) -> Submitted | Refusal:
        """Take an application whose person was put away before. Its instant is business time. Raises as `submit`."""
        definitions = await self._definitions(opening.application.procedure, opening.received_at)
        if isinstance(definitions, Refusal):
            return definitions
        return await self._taken(submission, opening, definitions)

    async def _taken(
        self, submission: Parted, opening: SubmitApplication, definitions: Definitions
    ) -> Submitted | Refusal:
        # The same rules that the case will apply: what it would refuse is refused before anything is started.
        drafted = draft_of(blank(submission.case_id, definitions), opening, opening.received_at)
        if isinstance(drafted, Refusal):
            return drafted
        measured = (drafted.state, drafted.records, self.event_max_bytes)
        is_long = len(opening.application.route) > ROUTE_UNMEASURED
        refused = await asyncio.to_thread(too_large, *measured) if is_long else too_large(*measured)
        if refused is not None:
            return refused
        return await self._open(submission, opening, definitions)

    async def _open(
        self, submission: Parted, opening: SubmitApplication, definitions: Definitions
    ) -> Submitted | Refusal:
        acceptance, subject_ref = await self._records.accept(submission, opening, definitions)
        # Whose it is was found out when the person was put away.
        application = opening.application.model_copy(update={"subject_ref": subject_ref})
        opening = opening.model_copy(update={"application": application})
        taken = await self.open_as(acceptance, submission.case_id, opening, definitions)
        application_id = submission.application.application_id
        return taken or refuse("application_conflict", "application_id", application=application_id)

    async def _definitions(self, procedure_id: str, at: datetime) -> Definitions | Refusal:
        day, catalog = self.day(at), await self._catalogue.at(at)
        try:
            return catalog.definitions_for(procedure_id, day)
        except UnknownProcedure as error:
            derived = await asyncio.to_thread(self._records.derived_procedure, procedure_id)
            return derived or refuse("procedure_unknown", "procedure", procedure=procedure_id, near=error.near)
        except NotInForce as error:
            return refuse("not_in_force", "procedure", what=f"{error.noun} {error.id}", day=str(day))

    # ---- commands

    async def send(self, reference: str, command: CaseCommand) -> None:
        """Give a command to a case; nobody waits for the answer. Refused ones reach their sender on its own topic."""
        case_id = await self._resolved(reference)
        command = self._named(command, reference, case_id)
        if case_id is None:
            # There is no case beside which an applicant's words could be kept: they go nowhere.
            command = with_digest(without_words(command))
            await self._refuse(reference, command, refuse("case_unknown", "case"))
            return
        command = await self._parted(case_id, command)
        refusal = too_long(command)
        if refusal is None and self._room is not None:
            admission = await self._room.admit(case_id, command)
            if admission is Admission.WAITS:
                return
            if admission is Admission.CONFLICT:
                await asyncio.to_thread(self._records.refuse_conflict, case_id, command)
                return
            refusal = admission if isinstance(admission, Refusal) else None
        if refusal is None:
            await self.hand_over(case_id, command)
        else:
            strange = await asyncio.to_thread(self._parties.strange_to, case_id, command)
            await self._refuse(case_id, command, strange or refusal)

    async def hand_over(self, case_id: str, command: CaseCommand) -> None:
        """Give a case a command that has waited long enough; refused where the case can take none. Raises Unavailable."""
        refusal = await self.signal(case_id, command)
        if refusal is not None:
            await self._refuse(case_id, command, refusal)

    async def ask(self, reference: str, command: CaseCommand) -> CommandOutcome:
        """Give a command to a case and wait for the answer. Raises Unavailable."""
        case_id = await self._resolved(reference)
        command = self._named(command, reference, case_id)
        if case_id is None:
            return CommandOutcome(command_id=command.command_id, refusal=refuse("case_unknown", "case"))
        command = await self._parted(case_id, command)
        if refusal := too_long(command):
            strange = await asyncio.to_thread(self._parties.strange_to, case_id, command)
            return CommandOutcome(command_id=command.command_id, refusal=strange or refusal)
        return await self.answer_to(case_id, command)

    async def _parted(self, case_id: str, command: CaseCommand) -> CaseCommand:
        """The command as its case may have it, with its digest. The words of a stranger are kept beside nobody's data."""
        is_strangers = await self._is_strangers(case_id, command)
        # A digest of what an applicant wrote would tell it to whoever guesses it: first the words go, then it is made.
        return with_digest(without_words(command) if is_strangers else await self._words.kept_apart(case_id, command))

    async def _is_strangers(self, case_id: str, command: CaseCommand) -> bool:
        # Who speaks for the applicant never changes. A department may get its part before the case comes to the command.
        if command.actor.kind is not ActorKind.APPLICANT or without_words(command) == command:
            return False
        return await asyncio.to_thread(self._parties.strange_to, case_id, command) is not None

    async def _resolved(self, reference: str) -> str | None:
        """The case that is meant; None: there is none. A linked dossier is no case."""
        if reference.startswith("case-"):
            return reference
        known = await asyncio.to_thread(self._records.find, reference)
        return None if known is None or is_dossier(known.case_id) else known.case_id

    async def _refuse(self, case_id: str, command: CaseCommand, refusal: Refusal) -> None:
        # What a sender typed where a case is named may be anything: it is kept in no table and goes out on no topic.
        await asyncio.to_thread(self._records.refuse, self._shown(case_id), command, refusal)

    def _shown(self, reference: str) -> str:
        return shown_reference(reference, self._records.keyed_digest)

    def _named(self, command: CaseCommand, reference: str, case_id: str | None) -> CaseCommand:
        """The command with the name that its sender gave the case, where that is not its id."""
        if case_id is None or reference == case_id:
            return command
        return command.model_copy(update={"named": self._shown(reference)})
