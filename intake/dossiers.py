"""Linked dossiers at the intake: how one is opened, how its cases are opened and withdrawn, and how an end is told to it.

Every call may be repeated without effect. The order is always: the inbox row, then the start; so that whatever stood still
in between is found and gone on with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from activities.linked import Done, Order
from cases.dossier.components import components_of
from cases.dossier.decide import decide_dossier
from cases.dossier.evolve import fold_dossier
from cases.dossier.graph import GraphFault
from cases.dossier.model import blank_dossier
from cases.turn import CommandOutcome
from catalog.dossier import DossierDefinitions
from events.language.case_events import CaseClosed
from events.language.commands import (
    Actor,
    ActorKind,
    Assurance,
    DossierReference,
    SubmitApplication,
    WithdrawApplication,
)
from events.language.dossier_commands import DossierCommand, RecordEnd, RevokeResult, SubmitDossier
from events.language.dossier_messages import DossierFile
from events.language.identity import OPENING_PREFIX, WITHDRAWAL_PREFIX, is_dossier
from events.language.linking import end_of
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal, refuse
from events.language.sameness import with_digest
from intake import settling
from intake.cases import CaseIntake, Submitted
from intake.catalogue import CatalogueSource
from intake.declaration import SplitDossier, definitions_of, findings_in, split
from intake.extent import events_too_large
from intake.linked_gateway import DossierGateway
from intake.lost_runs import BROUGHT_BACK, within_one_payload
from intake.outline import not_in_force, outline_of
from intake.own_words import OwnWords
from intake.person import Parted
from intake.strictness import unknown_fact
from intake.temporal import StreamUnknownError
from store.dossiers import Dossiers, LinkedCase
from store.errors import DefinitionsUnknown
from store.inbox import Acceptance, Inbox, Submission
from workflows.messages import DossierCarried, DossierInput, DossierMessage

LADDER = "case"
WITHDRAWAL_ACTOR = Actor(kind=ActorKind.SYSTEM, id="dossier", assurance=Assurance.TOKEN)


class DossierOpening(BaseModel):
    """What starts a dossier again if its start was lost."""

    model_config = ConfigDict(frozen=True)

    command: SubmitDossier
    definitions_digest: str


class DossierIntake:
    """Takes dossiers and what concerns them. Received instants are real; those of orders and ends are business time."""

    def __init__(
        self, intake: CaseIntake, gateway: DossierGateway, dossiers: Dossiers, inbox: Inbox, catalogue: CatalogueSource
    ) -> None:
        self._intake = intake
        self._words = OwnWords(intake.records)
        self._gateway = gateway
        self._dossiers = dossiers
        self._inbox = inbox
        self._catalogue = catalogue

    # ---- opening

    async def submit(
        self,
        file: DossierFile,
        *,
        source: str,
        command_id: str,
        actor: Actor,
        received_at: datetime,
        strict: bool = False,
    ) -> Submitted | GraphFault:
        """Take a dossier that was received at a real instant. `strict`: not one with a fact that no list knows.

        Raises MessageError, Unavailable and retryable store errors.
        """
        at = self._intake.business(received_at)
        catalog = await self._catalogue.at(at)
        day = self._intake.day(at)
        outline = outline_of(file, catalog, day)
        if isinstance(outline, GraphFault):
            return outline
        if outline.lawless is not None:
            return not_in_force(outline.lawless, "applications.procedure", day)
        components, system = components_of(catalog.templates_on(day)), await self._intake.system_of(source)
        lanes, procedures = catalog.lane_table(day), outline.procedures
        left_out = findings_in(outline.file, lanes)
        if strict and (unknown := unknown_fact(left_out)) is not None:
            return GraphFault(unknown, reference=left_out[0].name)
        found = split(outline.file, source, procedures, lanes, outline.lead, components, system)
        if isinstance(found, Refusal):
            return GraphFault(found)
        definitions = definitions_of(
            outline.procedures,
            outline.template,
            calendar=catalog.province_calendar,
            ladder=catalog.ladder(LADDER),
            departments=tuple(catalog.departments),
        )
        opening = SubmitDossier(command_id=command_id, received_at=at, actor=actor, declaration=found.declaration)
        decided = decide_dossier(blank_dossier(found.stream_id, definitions), opening, at)
        if isinstance(decided, Refusal):
            return GraphFault(decided, reference=decided.details.get("number") or decided.details.get("procedure"))
        if too_much := events_too_large(decided, "applications", self._intake.event_max_bytes):
            return GraphFault(too_much)
        opened = await self._open(found, opening, definitions)
        return opened if isinstance(opened, GraphFault) else replace(opened, left_out=left_out)

    async def _open(
        self, found: SplitDossier, opening: SubmitDossier, definitions: DossierDefinitions
    ) -> Submitted | GraphFault:
        digest = await asyncio.to_thread(self._dossiers.keep, definitions)
        declaration = found.declaration
        accepted = await self._inbox.accept_application(
            Submission(
                case_id=found.stream_id,
                source=declaration.source,
                application_id=declaration.dossier_id,
                content_digest=found.content_digest,
                subject_ref=declaration.subject_ref,
                received_at=opening.received_at,
                opening=DossierOpening(command=opening, definitions_digest=digest).model_dump_json(exclude_none=True),
                person=found.person_json,
            )
        )
        if accepted is Acceptance.CONFLICT:
            return GraphFault(
                refuse("application_conflict", "dossier_id", application=declaration.dossier_id),
                reference=declaration.dossier_id,
            )
        if accepted is Acceptance.SAME_UNOPENED:
            await self.open_accepted(found.stream_id)
        elif accepted is Acceptance.NEW:
            await self._start(found.stream_id, opening, definitions)
        return Submitted(found.stream_id, known=accepted is not Acceptance.NEW)

    async def _start(self, stream_id: str, opening: SubmitDossier, definitions: DossierDefinitions) -> None:
        given = DossierInput(dossier_id=stream_id, business_time=self._intake.time, waiting=(opening,))
        await self._gateway.start(given, definitions)

    async def open_forgotten(self, older_than_seconds: float) -> int:
        """Start every dossier whose start was lost, and tell of every end that was not told. Returns how many."""
        forgotten = await asyncio.to_thread(self._intake.records.unopened, older_than_seconds)
        found = [stream_id for stream_id in forgotten if is_dossier(stream_id)]
        for stream_id in found:
            await self.open_accepted(stream_id)
        return len(found) + await self.report_untold()

    async def open_accepted(self, stream_id: str) -> bool:
        """Start a dossier that was accepted but whose start may have been lost. False: there is no such dossier."""
        stored = await asyncio.to_thread(self._inbox.opening, stream_id)
        if stored is None:
            return False
        opening = DossierOpening.model_validate_json(stored)
        definitions = await asyncio.to_thread(self._dossiers.definitions, opening.definitions_digest)
        along, behind = within_one_payload([opening.command, *await self._lost(stream_id)])
        given = DossierInput(dossier_id=stream_id, business_time=self._intake.time, waiting=tuple(along))
        if await self._gateway.start(given, definitions):
            await self._signal_all(stream_id, behind)
        return True

    # ---- commands

    async def ask(self, stream_id: str, command: DossierCommand) -> CommandOutcome:
        """Give a dossier a command and wait for the answer. Raises Unavailable."""
        command = with_digest(await self._words.kept_apart(stream_id, command))
        try:
            return await self._gateway.update(stream_id, command)
        except StreamUnknownError:
            if (known := await self._settled(stream_id, command)) is not None:
                return known
        if await self._brought_back(stream_id, command):
            try:
                return await self._gateway.update(stream_id, command)
            except StreamUnknownError:
                # A closed dossier takes what it was brought back for along, and may have ended again by now.
                if (known := await self._settled(stream_id, command)) is not None:
                    return known
        found = await asyncio.to_thread(self._dossiers.find, stream_id)
        refusal = refuse("dossier_unknown") if found is None else refuse("dossier_closed", outcome=found.outcome or "")
        return CommandOutcome(command_id=command.command_id, refusal=refusal)

    async def _settled(self, stream_id: str, command: DossierCommand) -> CommandOutcome | None:
        return await asyncio.to_thread(settling.outcome_of, self._inbox, stream_id, command)

    async def wake(self, stream_id: str) -> None:
        """Let the dossier look what is due; brought back where Temporal does not know it. Raises Unavailable."""
        try:
            await self._gateway.wake(stream_id)
        except StreamUnknownError:
            await self._brought_back(stream_id, None)

    async def revive(self, stream_id: str) -> bool:
        """Start an open dossier again from its ledger. False: it runs. Raises Unavailable, StoreError."""
        definitions, records = await asyncio.to_thread(self._dossiers.stream, stream_id)
        along, behind = within_one_payload(await self._lost(stream_id))
        carried = DossierCarried.of(fold_dossier(stream_id, definitions, records), waiting=along)
        given = DossierInput(dossier_id=stream_id, business_time=self._intake.time, carried=carried)
        is_started = await self._gateway.start(given, definitions, again=True)
        if is_started:
            BROUGHT_BACK.labels("dossier").inc()
            await self._signal_all(stream_id, behind)
        return is_started

    async def _brought_back(self, stream_id: str, command: DossierCommand | None) -> bool:
        """Temporal runs no such dossier: bring it back from the inbox or the ledger. False: it is closed, or unknown.

        A closed one comes back only for a result that is revoked (Decree 45/2020 art. 15), and with that in its hands: it
        would leave at once otherwise.
        """
        if await self.open_accepted(stream_id):
            return True
        known = await asyncio.to_thread(self._dossiers.find, stream_id)
        is_closed = known is not None and known.closed_at is not None
        if known is None or (is_closed and not isinstance(command, RevokeResult)):
            return False
        if not is_closed:
            await self.revive(stream_id)
            return True
        definitions, records = await asyncio.to_thread(self._dossiers.stream, stream_id)
        waiting = () if command is None else (command,)
        carried = DossierCarried.of(fold_dossier(stream_id, definitions, records), waiting=waiting)
        given = DossierInput(dossier_id=stream_id, business_time=self._intake.time, carried=carried)
        await self._gateway.start(given, definitions, again=True)
        return True

    async def _lost(self, stream_id: str) -> list[DossierCommand]:
        """What the dossier's last run was given and had not settled, in order."""
        given = [found.command for found in await self._gateway.given(stream_id, DossierInput, DossierMessage)]
        return await asyncio.to_thread(self._intake.records.without_outcome, stream_id, given)

    async def _signal_all(self, stream_id: str, commands: Sequence[DossierCommand]) -> None:
        for command in commands:
            await self._gateway.signal(stream_id, command)

    # ---- what dossiers and their cases ask for (activities.linked.DossierCarrier)

    async def carry_out(self, order: Order) -> Done:
        """Open or withdraw a case; done before, it stays done."""
        if order.kind == "withdraw":
            return await self._withdraw(order)
        linked = LinkedCase(order.dossier_id, order.case_id, order.name, order.round)
        await asyncio.to_thread(self._dossiers.link, linked)
        application = order.application
        if application is None:
            raise ValueError("an order to open names its application")
        opening = SubmitApplication(
            command_id=f"{OPENING_PREFIX}{order.case_id}",
            received_at=order.at,
            actor=Actor(kind=ActorKind.SYSTEM, id=order.dossier_id, assurance=Assurance.TOKEN),
            application=application,
        )
        # The person is in the vault already, under the dossier's own reference.
        parted = Parted(order.case_id, application, "", f"linked:{order.dossier_id}:{order.name}:{order.round}")
        found = await self._intake.take(parted, opening)
        return Done(key=order.key, refusal=found if isinstance(found, Refusal) else None)

    async def _withdraw(self, order: Order) -> Done:
        command = WithdrawApplication(
            command_id=f"{WITHDRAWAL_PREFIX}{order.case_id}",
            received_at=order.at,
            actor=WITHDRAWAL_ACTOR,
            reason_code=order.reason_code or ReasonCode.NO_LONGER_NEEDED,
        )
        await self._intake.send(order.case_id, command)
        return Done(key=order.key)

    async def report_end(self, dossier_id: str, command: RecordEnd) -> None:
        """Tell a dossier of an end; nothing happens where it knows, or is closed."""
        await self.tell(dossier_id, command)

    async def tell(self, dossier_id: str, command: DossierCommand) -> None:
        """Give a dossier a command; nobody waits for the answer. Nothing happens where it is closed or unknown."""
        command = with_digest(await self._words.kept_apart(dossier_id, command))
        try:
            await self._gateway.signal(dossier_id, command)
        except StreamUnknownError:
            if await self._brought_back(dossier_id, command):
                await self._gateway.signal(dossier_id, command)

    async def report_untold(self) -> int:
        """Tell dossiers of ends that they know nothing of, e.g. since Temporal lost the case before it told. Returns how many."""
        untold = await asyncio.to_thread(self._dossiers.untold)
        for linked in untold:
            ending = await asyncio.to_thread(self._ending_of, linked.case_id)
            if ending is not None:
                reference = DossierReference(dossier=linked.dossier_id, name=linked.name, round=linked.round)
                await self.report_end(
                    linked.dossier_id, end_of(reference, linked.case_id, ending, None, ending.closed_at)
                )
        return len(untold)

    def _ending_of(self, case_id: str) -> CaseClosed | None:
        try:
            _, records = self._intake.records.ledger_of(case_id)
        except DefinitionsUnknown:
            return None
        last = records[-1].event
        return last if isinstance(last, CaseClosed) else None
