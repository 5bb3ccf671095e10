"""What the bridge gives its messages to: from bytes on a topic to a submission or a command, or to a dead letter."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from catalog.systems import PORTAL
from events.language.commands import (
    Actor,
    ActorKind,
    Assurance,
    CaseCommand,
    DecideStep,
    Message,
    PauseClock,
    ReceiveExplanation,
    ReceiveSupplement,
    ResumeClock,
    ReturnCase,
    StopCase,
    WithdrawApplication,
)
from events.language.envelope import Envelope, EnvelopeError, envelope_of
from events.language.identity import case_id_of, message_command_id
from events.language.messages import (
    DECISION_MESSAGES,
    SUBMISSION_MESSAGES,
    DecisionMessage,
    ExplanationMessage,
    MessageError,
    PauseMessage,
    ResumeMessage,
    ReturnMessage,
    StopMessage,
    SubmissionMessage,
    SupplementMessage,
    WithdrawalMessage,
    message_error_of,
    parsed,
)
from events.language.refusals import Refusal
from events.language.topics import Topics
from events.transport.errors import Unavailable
from events.transport.ports import DeadLetter, Disposition, Done, Incoming
from intake.cases import CaseIntake
from intake.trust import UNGUARDED, Trust
from store.errors import KeyServiceUnavailable, MasterKeyMissing, MasterKeyUnknown, StoreError
from wording.text import LazyText, _, layout


class Reception:
    """The handler of the submissions and decisions topics."""

    def __init__(
        self,
        intake: CaseIntake,
        topics: Topics,
        *,
        trust: Trust = UNGUARDED,
        identity_since: datetime | None = None,
    ) -> None:
        """`trust`: how surely a topic tells who wrote on it.

        `identity_since`: what Kafka took before this real instant keeps the ids that the ledgers of its cases know it by.
        """
        self._intake = intake
        self._topics = topics
        self._trust = trust
        self._identity_since = identity_since

    async def handle(self, message: Incoming) -> Disposition:
        """Take one message. Raises Unavailable when Temporal or PostgreSQL is away."""
        try:
            envelope = envelope_of(message.headers, message.value)
            if (system := self._topics.system_of(message.topic)) is not None:
                return await self._submission(envelope, message, system)
            if (department := self._topics.department_of(message.topic)) is not None:
                return await self._decision(envelope, message, department)
            nobody = _("neither a department nor a submitting system owns this topic")
            return DeadLetter("unknown_topic", "topic", nobody)
        except (EnvelopeError, MessageError) as error:
            return DeadLetter(error.code, error.field, _about(error.field, error.reason))
        except ValidationError as error:
            fault = message_error_of(error)
            # The sender wrote an `id`; only we make a command's id of it.
            field = "id" if fault.field == "command_id" else fault.field
            return DeadLetter(fault.code, field, _about(field, fault.reason))
        except StoreError as error:
            if (away := _away(error)) is not None:
                raise Unavailable(away) from error
            raise

    async def _submission(self, envelope: Envelope, message: Incoming, system: str) -> Disposition:
        kind = SUBMISSION_MESSAGES.get(envelope.name)
        if kind is None:
            return _unknown_type(SUBMISSION_MESSAGES)
        data = parsed(kind, envelope.data)
        strange = await self._strange(system, envelope.source, data)
        if strange is not None:
            return strange
        actor = await self._actor(ActorKind.APPLICANT, system, message)
        command_id = self._command_id("system", system, envelope, message)
        if isinstance(data, SubmissionMessage):
            answer = await self._intake.submit(
                data, source=envelope.source, command_id=command_id, actor=actor, received_at=message.timestamp_at
            )
            return _refused(answer) if isinstance(answer, Refusal) else Done()
        await self._send(data, command_id, actor, message)
        return Done()

    async def _strange(self, system_id: str, source: str, data: Message) -> DeadLetter | None:
        """Why a system may not send under this source; None: the source is its own, or that of an older case of its topic."""
        systems = self._intake.systems
        system = systems.known_id(system_id) or await asyncio.to_thread(systems.of_id, system_id)
        if system is None:
            reason = _("no submitting system is registered under this name")
            return DeadLetter("system_unknown", "topic", _about("topic", reason))
        if system.owns(source):
            return None
        if system_id == PORTAL and await self._intake.came_from(_case_of(data, source), source):
            return None
        own = ", ".join(system.sources)
        reason = _("system {system} has {own} and what lies below them", system=system_id, own=own)
        return DeadLetter("source_not_yours", "source", _about("source", reason))

    async def _decision(self, envelope: Envelope, message: Incoming, department: str) -> Disposition:
        kind = DECISION_MESSAGES.get(envelope.name)
        if kind is None:
            return _unknown_type(DECISION_MESSAGES)
        data = parsed(kind, envelope.data)
        actor = await self._actor(ActorKind.DEPARTMENT, department, message)
        command_id = self._command_id("department", department, envelope, message)
        await self._send(data, command_id, actor, message, department)
        return Done()

    async def _send(self, data: object, command_id: str, actor: Actor, message: Incoming, department: str = "") -> None:
        common: dict[str, Any] = {
            "command_id": command_id,
            "received_at": self._intake.business(message.timestamp_at),
            "actor": actor,
        }
        reference, command = command_of(data, common, department)
        await self._intake.send(reference, command)

    async def _actor(self, kind: ActorKind, account: str, message: Incoming) -> Actor:
        # Of a letter without our seal nobody knows on which topic it came.
        is_known = message.replay is None or message.replay.is_borne_out
        assurance = await self._trust.assurance() if is_known else Assurance.CLAIMED
        return Actor(kind=kind, id=account, assurance=assurance)

    def _command_id(self, kind: str, account: str, envelope: Envelope, message: Incoming) -> str:
        since = self._identity_since
        if since is not None and message.timestamp_at < since:
            # An older program may have taken it already, under this id: it would be another command under a new one.
            return f"{'submissions' if kind == 'system' else account}:{envelope.id}"
        return message_command_id(kind, account, envelope.source, envelope.id)


def command_of(data: object, common: dict[str, Any], department: str) -> tuple[str, CaseCommand]:
    """The command that a message asks for, and the case it names. The department is the topic's, never the message's."""
    match data:
        case DecisionMessage(case=case):
            content = data.model_dump(exclude={"case"})
            return case, DecideStep.model_validate(common | content | {"department": department})
        case PauseMessage(case=case):
            return case, PauseClock(**common, reason=data.reason, legal_basis=data.legal_basis)
        case ResumeMessage(case=case):
            return case, ResumeClock(**common, reason=data.reason)
        case StopMessage(case=case) | ReturnMessage(case=case):
            kind = StopCase if isinstance(data, StopMessage) else ReturnCase
            return case, kind.model_validate(common | data.model_dump(exclude={"case"}))
        case SupplementMessage(case=case):
            return case, ReceiveSupplement(**common, documents=data.documents, declared_complete=data.declared_complete)
        case ExplanationMessage(case=case):
            return case, ReceiveExplanation(**common, reference=data.reference)
        case WithdrawalMessage(case=case):
            return case, WithdrawApplication(**common, reason=data.reason)
        case _:
            raise MessageError("type", _("not a command for a case"), code="unknown_type")


def _case_of(data: Message, source: str) -> str:
    """The case that a message on a submissions topic is about."""
    if isinstance(data, SubmissionMessage):
        return case_id_of(source, data.application_id)
    return data.case if isinstance(data, SupplementMessage | ExplanationMessage | WithdrawalMessage) else ""


def _away(error: StoreError) -> str | None:
    """What has to come back before the message can be taken; None: it is the message's fault, or ours."""
    if isinstance(error, KeyServiceUnavailable):
        return "the key service"
    if isinstance(error, MasterKeyMissing | MasterKeyUnknown):
        return "the master key"  # this process has none, or one from before a rotation: it waits until it is given it
    return "PostgreSQL" if error.retryable else None


def _about(field: str, reason: str) -> LazyText:
    return layout("{field}: {reason}", field=field, reason=reason)


def _unknown_type(known: dict[str, Any]) -> DeadLetter:
    names = ", ".join(sorted(known))
    return DeadLetter("unknown_type", "type", _("not one of {names}", names=names))


def _refused(refusal: Refusal) -> DeadLetter:
    # The applicant's part is in the message: it is kept as a dead letter, and its sender is told.
    return DeadLetter(refusal.code, refusal.field, *refusal.without_quotes.texts)
