"""The intake: how a submission becomes a case, and how a command reaches one. Every call may be repeated without effect."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from cases.bounds import too_long
from cases.decide import draft_of
from cases.evolve import fold
from cases.model import blank
from cases.turn import CommandOutcome
from catalog.errors import NotInForce, UnknownProcedure
from catalog.facts import LeftOut, findings
from catalog.model import Definitions
from catalog.systems import PORTAL
from events.language.commands import Actor, ActorKind, CaseCommand, SubmitApplication
from events.language.envelope import MESSAGE_MAX_BYTES
from events.language.identity import is_dossier, shown_reference
from events.language.messages import SubmissionMessage
from events.language.refusals import Refusal, refuse
from events.language.sameness import with_digest
from events.transport.errors import Unavailable
from intake.catalogue import CatalogueSource
from intake.extent import ROUTE_UNMEASURED, too_large
from intake.lost_runs import BROUGHT_BACK, within_one_payload
from intake.own_words import OwnWords, without_words
from intake.parties import PartyBook
from intake.person import Parted, parted
from intake.records import IntakeRecords
from intake.strictness import unknown_fact
from intake.systems import Systems
from intake.temporal import CaseGateway, StreamUnknownError
from intake.waiting_room import Admission, WaitingRoom
from sla.business_time import BusinessTime
from store.inbox import Acceptance
from workflows.messages import Carried, CaseInput, CommandMessage

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission that was taken. `known`: it had been submitted before, with the same content."""

    case_id: str
    known: bool
    left_out: tuple[LeftOut, ...] = ()
    """The facts that no list knows: the case does not have them."""


class CaseIntake:
    """Takes submissions and commands. Received instants are real; the cases' are business time: mapped here, once."""

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
        self.event_max_bytes = event_max_bytes
        self._gateway = gateway
        self._records = records
        self._words = OwnWords(records)
        self._catalogue = catalogue
        self._time = time
        self._zone = zone
        self._room = room
        self.systems = Systems(records.systems, catalogue)
        """Who hands in applications, and whose sources are whose."""
        self._parties = PartyBook(records)

    @property
    def time(self) -> BusinessTime:
        """The stack's business time."""
        return self._time

    @property
    def records(self) -> IntakeRecords:
        """The store as the intake uses it."""
        return self._records

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
        found = self.systems.known_owner_of(source) or await asyncio.to_thread(self.systems.owner_of, source)
        return PORTAL if found is None else found.id

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
        measured = (drafted.case, drafted.records, self.event_max_bytes)
        is_long = len(opening.application.route) > ROUTE_UNMEASURED
        refused = await asyncio.to_thread(too_large, *measured) if is_long else too_large(*measured)
        if refused is not None:
            return refused
        return await self._open(submission, opening, definitions)

    async def _open(
        self, submission: Parted, opening: SubmitApplication, definitions: Definitions
    ) -> Submitted | Refusal:
        found = await self._records.accept(submission, opening, definitions)
        if found is Acceptance.CONFLICT:
            application_id = submission.application.application_id
            return refuse("application_conflict", "application_id", application=application_id)
        if found is Acceptance.SAME_OPEN:
            return Submitted(submission.case_id, known=True)
        if found is Acceptance.SAME_UNOPENED:
            await self.open_accepted(submission.case_id)
        else:
            await self._start(submission.case_id, opening, definitions)
        return Submitted(submission.case_id, known=found is not Acceptance.NEW)

    async def _start(self, case_id: str, opening: SubmitApplication, definitions: Definitions) -> None:
        await self._gateway.start(CaseInput(case_id=case_id, business_time=self._time, waiting=(opening,)), definitions)

    async def open_accepted(self, case_id: str) -> bool:
        """Start a case that was accepted but whose start may have been lost. False: there is no such case."""
        stored = await asyncio.to_thread(self._records.opening_of, case_id)
        if stored is None:
            return False
        opening, definitions = stored
        lost = await self._lost(case_id)
        along, behind = within_one_payload([opening, *lost])
        given = CaseInput(case_id=case_id, business_time=self._time, waiting=tuple(along))
        await self._gateway.start(given, definitions)
        await self._signal_all(case_id, behind)
        return True

    async def open_forgotten(self, older_than_seconds: float) -> int:
        """Start every case whose start was lost, e.g. because the process that accepted it was killed. Returns how many."""
        forgotten = await asyncio.to_thread(self._records.unopened, older_than_seconds)
        forgotten = [case_id for case_id in forgotten if not is_dossier(case_id)]
        for case_id in forgotten:
            await self.open_accepted(case_id)
        return len(forgotten)

    async def _definitions(self, procedure_id: str, at: datetime) -> Definitions | Refusal:
        day, catalog = self.day(at), await self._catalogue.at(at)
        try:
            return catalog.definitions_for(procedure_id, day)
        except UnknownProcedure as error:
            derived = await asyncio.to_thread(self._records.derived_procedure, procedure_id)
            return derived or refuse("procedure_unknown", "procedure", procedure=procedure_id, near=error.near)
        except NotInForce as error:
            return refuse("not_in_force", "procedure", what=f"{error.noun} {error.id}", day=str(day))

    async def send(self, reference: str, command: CaseCommand) -> None:
        """Give a command to a case; nobody waits for the answer. Refused ones reach their sender on its own topic."""
        case_id = await self._resolved(reference)
        command = _named(command, reference, case_id)
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
        try:
            await self._gateway.signal(case_id, command)
        except StreamUnknownError:
            refusal = await self._found_again(case_id, command)
            if refusal is None:
                refusal = await self._given_again(case_id, partial(self._gateway.signal, case_id, command))
            if refusal is not None:
                await self._refuse(case_id, command, refusal)

    async def _given_again(self, case_id: str, give: Callable[[], Awaitable[Given]]) -> Given | Refusal:
        """Give it to the case that was just brought back; it may be one that never became one."""
        try:
            return await give()
        except StreamUnknownError as error:
            found = await asyncio.to_thread(self._records.find, case_id)
            if found is not None and found.status is not None:
                # It ended this very moment, by other hands: next time we know more.
                raise Unavailable("Temporal") from error
            return refuse("case_unknown", "case")

    async def ask(self, reference: str, command: CaseCommand) -> CommandOutcome:
        """Give a command to a case and wait for the answer. Raises Unavailable."""
        case_id = await self._resolved(reference)
        command = _named(command, reference, case_id)
        if case_id is None:
            return CommandOutcome(command_id=command.command_id, refusal=refuse("case_unknown", "case"))
        command = await self._parted(case_id, command)
        if refusal := too_long(command):
            strange = await asyncio.to_thread(self._parties.strange_to, case_id, command)
            return CommandOutcome(command_id=command.command_id, refusal=strange or refusal)
        try:
            return await self._gateway.update(case_id, command)
        except StreamUnknownError:
            refusal = await self._found_again(case_id, command)
            if refusal is None:
                answer = await self._given_again(case_id, partial(self._gateway.update, case_id, command))
                if isinstance(answer, CommandOutcome):
                    return answer
                refusal = answer
            settled = await asyncio.to_thread(self._records.outcome_of, case_id, command)
            return settled or CommandOutcome(command_id=command.command_id, refusal=refusal)

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
        found = await asyncio.to_thread(self._records.find, reference)
        return None if found is None or is_dossier(found.case_id) else found.case_id

    async def _found_again(self, case_id: str, command: CaseCommand) -> Refusal | None:
        """Temporal knows no such case: say why, or bring it back (None). The inbox and the ledger are the authority."""
        if await self.open_accepted(case_id):
            return None
        found = await asyncio.to_thread(self._records.find, case_id)
        if found is None:
            return refuse("case_unknown", "case")
        if found.closed_at is None:
            await self.revive(case_id)
            return None
        settled = await asyncio.to_thread(self._records.outcome_of, case_id, command)
        if settled is not None and settled.refusal is not None:
            return settled.refusal
        strange = await asyncio.to_thread(self._parties.strange_to, case_id, command, is_closed=True)
        return strange or refuse("case_closed", outcome=found.outcome or "")

    async def wake(self, case_id: str) -> None:
        """Let the case look what is due; brought back from its ledger where Temporal does not know it. Raises Unavailable."""
        try:
            await self._gateway.wake(case_id)
        except StreamUnknownError:
            await self.revive(case_id)

    async def revive(self, case_id: str) -> bool:
        """Start a case again from its ledger: its run failed or was ended by somebody, or Temporal lost it.

        What that run was given and had not settled goes along. False: it runs. Raises Unavailable, StoreError.
        """
        definitions, records = await asyncio.to_thread(self._records.ledger_of, case_id)
        case = fold(case_id, definitions, records)
        along, behind = within_one_payload(await self._lost(case_id))
        is_started = await self._gateway.start(
            CaseInput(case_id=case_id, business_time=self._time, carried=Carried.of(case, along)),
            # Not those of its opening: another calendar or procedure version may have been applied since.
            case.definitions,
            # Also where a run came to its end: a ledger that was restored from a backup may not know of it.
            again=True,
        )
        if is_started:
            BROUGHT_BACK.labels("case").inc()
            await self._signal_all(case_id, behind)
        return is_started

    async def _lost(self, case_id: str) -> list[CaseCommand]:
        """What the case's last run was given and had not settled, in order."""
        given = [found.command for found in await self._gateway.given(case_id, CaseInput, CommandMessage)]
        return await asyncio.to_thread(self._records.without_outcome, case_id, given)

    async def _signal_all(self, case_id: str, commands: Sequence[CaseCommand]) -> None:
        for command in commands:
            await self._gateway.signal(case_id, command)

    async def _refuse(self, case_id: str, command: CaseCommand, refusal: Refusal) -> None:
        # What a sender typed where a case is named may be anything: it is kept in no table and goes out on no topic.
        await asyncio.to_thread(self._records.refuse, shown_reference(case_id), command, refusal)


def _named(command: CaseCommand, reference: str, case_id: str | None) -> CaseCommand:
    """The command with the name that its sender gave the case, where that is not its id."""
    return (
        command
        if case_id is None or reference == case_id
        else command.model_copy(update={"named": shown_reference(reference)})
    )
