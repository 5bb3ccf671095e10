"""Linked dossiers at the intake: how one is opened, how its cases are opened and withdrawn, and how an end is told to it.

Every call may be repeated without effect. The order is always: the inbox row, then the start; so that whatever stood still
in between is found and gone on with.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from activities.linked import Done, Order
from cases.dossier.components import components_of
from cases.dossier.decide import DOSSIERS, decide_dossier
from cases.dossier.graph import GraphFault
from cases.dossier.model import blank_dossier
from cases.turn import CommandOutcome
from catalog.dossier import DossierDefinitions
from events.language.case_events import CaseClosed, EventRecord
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
from intake.cases import CaseIntake
from intake.catalogue import CatalogueSource
from intake.declaration import SplitDossier, definitions_of, findings_in, split
from intake.extent import events_too_large
from intake.outline import not_in_force, outline_of
from intake.own_words import OwnWords
from intake.person import Parted
from intake.streams import KnownStream, StreamIntake, Submitted
from intake.strictness import unknown_fact
from intake.temporal import DossierGateway
from store.dossiers import Dossiers, LinkedCase
from store.errors import DefinitionsUnknown

LADDER = "case"
WITHDRAWAL_ACTOR = Actor(kind=ActorKind.SYSTEM, id="dossier", assurance=Assurance.TOKEN)


class DossierIntake(StreamIntake[DossierCommand, DossierDefinitions]):
    """Takes dossiers and what concerns them. Received instants are real; those of orders and ends are business time."""

    noun = "dossier"
    rules = DOSSIERS

    def __init__(
        self, intake: CaseIntake, gateway: DossierGateway, dossiers: Dossiers, catalogue: CatalogueSource
    ) -> None:
        super().__init__(gateway, intake.records, intake.time)
        self._intake = intake
        self._words = OwnWords(intake.records)
        self._dossiers = dossiers
        self._catalogue = catalogue

    # ---- what a kind of stream says

    def owns(self, stream_id: str) -> bool:
        """Whether a stream is a dossier's."""
        return is_dossier(stream_id)

    def stored_opening(self, stream_id: str) -> tuple[SubmitDossier, DossierDefinitions] | None:
        """What starts a dossier that was accepted and never opened."""
        opening = self._records.dossier_opening_of(stream_id)
        return None if opening is None else (opening.command, self._dossiers.definitions(opening.definitions_digest))

    def stored_events(self, stream_id: str) -> tuple[DossierDefinitions, tuple[EventRecord, ...]]:
        """A dossier's definitions and its whole stream."""
        return self._dossiers.stream(stream_id)

    def known(self, stream_id: str) -> KnownStream | None:
        """What is on record of a dossier."""
        return self._dossiers.find(stream_id)

    async def take_after_end(self, stream_id: str, command: DossierCommand, known: KnownStream) -> Refusal | None:
        """A closed one comes back only for a result that is revoked (Decree 45/2020 art. 15), and with that in its hands: it
        would leave at once otherwise."""
        outcome = await asyncio.to_thread(self._records.outcome_of, stream_id, command)
        if outcome is not None or not isinstance(command, RevokeResult):
            return refuse("dossier_closed", outcome=known.outcome or "")
        await self.start_from_ledger(stream_id, [command])
        return None

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
        split_file = split(outline.file, source, procedures, lanes, outline.lead, components, system)
        if isinstance(split_file, Refusal):
            return GraphFault(split_file)
        definitions = definitions_of(
            outline.procedures,
            outline.template,
            calendar=catalog.province_calendar,
            ladder=catalog.ladder(LADDER),
            departments=tuple(catalog.departments),
        )
        opening = SubmitDossier(command_id=command_id, received_at=at, actor=actor, declaration=split_file.declaration)
        decided = decide_dossier(blank_dossier(split_file.stream_id, definitions), opening, at)
        if isinstance(decided, Refusal):
            return GraphFault(decided, reference=decided.details.get("number") or decided.details.get("procedure"))
        if too_much := events_too_large(decided, "applications", self._intake.event_max_bytes):
            return GraphFault(too_much)
        opened = await self._open(split_file, opening, definitions)
        return opened if isinstance(opened, GraphFault) else replace(opened, left_out=left_out)

    async def _open(
        self, parts: SplitDossier, opening: SubmitDossier, definitions: DossierDefinitions
    ) -> Submitted | GraphFault:
        digest = await asyncio.to_thread(self._dossiers.keep, definitions)
        acceptance, subject_ref = await self._records.accept_dossier(parts, opening, digest)
        # Whose it is was found out when the person was put away.
        declaration = opening.declaration.model_copy(update={"subject_ref": subject_ref})
        opening = opening.model_copy(update={"declaration": declaration})
        taken = await self.open_as(acceptance, parts.stream_id, opening, definitions)
        name = parts.declaration.dossier_id
        return taken or GraphFault(refuse("application_conflict", "dossier_id", application=name), reference=name)

    async def open_forgotten(self, older_than_seconds: float) -> int:
        """Start every dossier whose start was lost, and tell of every end that was not told. Returns how many."""
        return await super().open_forgotten(older_than_seconds) + await self.report_untold()

    # ---- commands

    async def ask(self, stream_id: str, command: DossierCommand) -> CommandOutcome:
        """Give a dossier a command and wait for the answer. Raises Unavailable."""
        command = with_digest(await self._words.kept_apart(stream_id, command))
        return await self.answer_to(stream_id, command)

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
        taken = await self._intake.take(parted, opening)
        return Done(key=order.key, refusal=taken if isinstance(taken, Refusal) else None)

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
        await self.signal(dossier_id, command)

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
            _, records = self._records.ledger_of(case_id)
        except DefinitionsUnknown:
            return None
        last = records[-1].event
        return last if isinstance(last, CaseClosed) else None
