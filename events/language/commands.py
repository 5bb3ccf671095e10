"""Commands: what somebody asks a case to do. Imperative names; the answer is events, or a refusal."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from catalog.dossier import Silence
from catalog.model import Fact, FactName, LaneId, ProcedureVersion, Slug
from events.language.identity import APPLICATION_ID_PATTERN, SOURCE_PATTERN, CommandId
from events.language.reasons import ReasonCode
from sla.calendar import CalendarDefinition
from sla.units import Budget

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
"""A reason written by an officer. It is public in the case's history: departments must not put personal data in it."""
Note = Annotated[str, StringConstraints(max_length=500)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=200)]

DOCUMENTS_MAX = 200
FACTS_MAX = 64
ROUTE_MAX = 5000
CONSULTED_MAX = 20


class Message(BaseModel):
    """A frozen value of the language; unknown fields are refused, so that nothing is silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ActorKind(StrEnum):
    """Who acts."""

    APPLICANT = "applicant"
    DEPARTMENT = "department"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"
    OFFICER = "officer"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    SERVICE = "service"


class Assurance(StrEnum):
    """How it is known who acts."""

    TOKEN = "token"  # noqa: S105 - a word of the language, no secret
    """Signed in; or the engine itself."""
    TOPIC = "topic"
    """Only that account can write where it came from."""
    CLAIMED = "claimed"
    """Typed on the command line, or a name inside a message."""


class Actor(Message):
    """Who acts: a kind and an account or department id, never a person's name."""

    kind: ActorKind
    id: Reference
    assurance: Assurance | None = None
    """None: nothing was said of it; such a command is recorded as claimed."""

    @property
    def on_record(self) -> Actor:
        """The actor as its events name it."""
        return self if self.assurance is not None else self.model_copy(update={"assurance": Assurance.CLAIMED})


ENGINE = Actor(kind=ActorKind.SYSTEM, id="clock", assurance=Assurance.TOKEN)
"""Who acts when an instant passes: the engine's own clock."""


class Outcome(StrEnum):
    """What a department may answer on its step."""

    APPROVE = "approve"
    REFUSE = "refuse"
    REQUEST_SUPPLEMENT = "request_supplement"
    REQUEST_EXPLANATION = "request_explanation"
    CONSULT = "consult"


class DocumentPart(Message):
    """One document of a dossier: what kind, and where it lies. The file itself is personal data and lies in the vault."""

    kind: Slug
    reference: Reference | None = None


class DossierReference(Message):
    """The linked dossier that an application is a part of."""

    dossier: Reference
    """The dossier's own stream in the ledger."""
    name: Reference
    """What the application is called there."""
    round: Annotated[int, Field(ge=1)] = 1


class DeclaredStep(Message):
    """One step of a route that the application itself declares (imported logs): in order, each needs the one before."""

    id: Reference
    name: Annotated[str, StringConstraints(max_length=500)]
    department: Slug


class Application(Message):
    """An application without its person: references, and the facts that classification needs."""

    application_id: Annotated[str, StringConstraints(pattern=APPLICATION_ID_PATTERN)]
    source: Annotated[str, StringConstraints(pattern=SOURCE_PATTERN)]
    system: Slug | None = None
    """The submitting system whose topic it came on; only that one may speak for the applicant. None: of older events."""
    procedure: Slug
    subject_ref: Reference
    channel: Literal["online", "counter", "post"] = "online"
    documents: Annotated[tuple[DocumentPart, ...], Field(max_length=DOCUMENTS_MAX)] = ()
    facts: Annotated[dict[FactName, Fact], Field(max_length=FACTS_MAX)] = {}
    route: Annotated[tuple[DeclaredStep, ...], Field(max_length=ROUTE_MAX)] = ()
    step_limit: Budget | None = None
    """For declared routes: the clock of each step; None: steps without a clock."""
    linked: DossierReference | None = None
    """The dossier to which its end is reported; None: it stands alone."""


class Command(Message):
    """What all commands share. `received_at` is the business instant at which it entered the system (UTC)."""

    command_id: CommandId
    received_at: AwareDatetime
    actor: Actor
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    """Of what is asked (sameness.py), given once at the intake: the same id with another digest is another command. None: of
    the engine's own commands, whose ids say what they ask, and of those that an older program took."""
    named: Reference | None = None
    """How its sender named the case, where that was not by its id: who has no part in it is told no more than that."""


class SubmitApplication(Command):
    """Open a case for this application."""

    type: Literal["SubmitApplication"] = "SubmitApplication"
    application: Application


class ConsultationRequest(Message):
    """Whose opinion is asked, on what, within which limit (Decree 61/2018 art. 19(5): content and time limit)."""

    department: Slug
    question: Sentence
    limit: Budget | None = None
    silence: Silence | None = None
    """What no answer within the limit means; None: the step may go on, or where silence may never mean consent, waits."""


class DecideStep(Command):
    """A department's answer on one of its steps. `department` comes from the topic or the login, never from the message."""

    type: Literal["DecideStep"] = "DecideStep"
    step_id: Reference
    department: Slug
    outcome: Outcome
    reason: Sentence | None = None
    legal_basis: Note | None = None
    documents: Annotated[tuple[Slug, ...], Field(max_length=DOCUMENTS_MAX)] = ()
    """For `request_supplement`: the kinds of documents asked for."""
    question: Sentence | None = None
    """For `request_explanation`: what the applicant is asked to explain."""
    consult: Annotated[tuple[ConsultationRequest, ...], Field(max_length=CONSULTED_MAX)] = ()
    """For `consult`: whom."""
    data: Annotated[dict[FactName, Note], Field(max_length=FACTS_MAX)] = {}
    """What the department's own system wants kept with the decision, e.g. an imported event's own instant."""


class ReceiveSupplement(Command):
    """The applicant has sent documents that were asked for."""

    type: Literal["ReceiveSupplement"] = "ReceiveSupplement"
    documents: Annotated[tuple[DocumentPart, ...], Field(max_length=DOCUMENTS_MAX)] = ()
    declared_complete: bool = False
    """An officer says that nothing more is awaited, whatever was asked for; an applicant's word does not count."""


class ReceiveExplanation(Command):
    """The applicant has answered a question. The answer itself is personal data: only where it lies is said."""

    type: Literal["ReceiveExplanation"] = "ReceiveExplanation"
    reference: Reference | None = None


class StopCase(Command):
    """Stop the handling of the case by decision (form 05 of TT 03/2025): it ends in resumption or return."""

    type: Literal["StopCase"] = "StopCase"
    reason: Sentence
    legal_basis: Note
    until_at: AwareDatetime | None = None
    """When the stop ends by itself; None: when somebody resumes or returns the case."""
    approved_by: Reference | None = None


class ReturnCase(Command):
    """Give a stopped case back to the applicant, in writing, without a result."""

    type: Literal["ReturnCase"] = "ReturnCase"
    reason: Sentence
    legal_basis: Note


class PauseClock(Command):
    """Suspend the case's clocks; reason and legal basis are obligatory (form 05 of TT 03/2025)."""

    type: Literal["PauseClock"] = "PauseClock"
    reason: Sentence
    legal_basis: Note
    from_at: AwareDatetime | None = None
    """Back-dated: when it began; never in the future, and not further back than the procedure allows."""
    until_at: AwareDatetime | None = None
    """When it ended: a suspension that is over already, noted after the fact. None: until it is resumed."""


class ResumeClock(Command):
    """Let the case's clocks run again."""

    type: Literal["ResumeClock"] = "ResumeClock"
    reason: Sentence


class WithdrawApplication(Command):
    """The applicant takes the application back."""

    type: Literal["WithdrawApplication"] = "WithdrawApplication"
    reason: Sentence | None = None
    """Of older commands only: what an applicant writes is personal."""
    reason_ref: Reference | None = None
    """Where in the vault the applicant's reason lies."""
    reason_code: ReasonCode | None = None
    """Where it is the engine that takes it back, for a linked dossier that no longer needs it."""


class AcknowledgeEscalation(Command):
    """A supervisor has seen an escalation: its chain stops."""

    type: Literal["AcknowledgeEscalation"] = "AcknowledgeEscalation"
    escalation_id: Reference
    note: Note | None = None


class ReassignStep(Command):
    """A supervisor gives a step to another officer of its department, or to another department."""

    type: Literal["ReassignStep"] = "ReassignStep"
    step_id: Reference
    department: Slug | None = None
    officer: Reference | None = None
    escalation_id: Reference | None = None
    reason: Sentence


class RequestPayment(Command):
    """Ask the applicant to pay the fee; the clocks stand still meanwhile where the procedure says so."""

    type: Literal["RequestPayment"] = "RequestPayment"
    step_id: Reference
    department: Slug
    amount_vnd: Annotated[int, Field(gt=0, le=10**12)]
    reason: Sentence


class ConfirmPayment(Command):
    """The fee was paid; `receipt` is the payment's number."""

    type: Literal["ConfirmPayment"] = "ConfirmPayment"
    receipt: Reference


class MoveAppointment(Command):
    """Give the applicant a new appointment with an apology, once, in time (Decree 61/2018 art. 19(9))."""

    type: Literal["MoveAppointment"] = "MoveAppointment"
    by: Budget
    """How much later, in the unit of the procedure's limit."""
    reason: Sentence


class ExtendLimit(Command):
    """Extend the statutory limit where the sector's law allows it; an office approves it."""

    type: Literal["ExtendLimit"] = "ExtendLimit"
    by: Budget
    reason: Sentence
    legal_basis: Note
    approved_by: Reference | None = None
    """The second person; never the one who acts."""


class ChangeLane(Command):
    """Grant or revoke a green lane after acceptance. Elapsed time and pauses are kept; no breach is ever erased."""

    type: Literal["ChangeLane"] = "ChangeLane"
    lane: LaneId
    reason: Sentence
    legal_basis: Note
    approved_by: Reference | None = None
    """The second person; never the one who acts."""
    override: bool = False
    """Grant a lane that no rule of the decision table gives: on the decision's own legal basis, on record as such."""


class ApplyCalendar(Command):
    """Let a new version of the calendar apply to this case: its deadlines are superseded, with the reason."""

    type: Literal["ApplyCalendar"] = "ApplyCalendar"
    calendar: CalendarDefinition
    reason: Sentence


class MigrateProcedure(Command):
    """Put the case under another version of its procedure, on purpose. Refused where a clock would vanish."""

    type: Literal["MigrateProcedure"] = "MigrateProcedure"
    procedure: ProcedureVersion
    reason: Sentence


class Tick(Message):
    """A due instant has passed. Not a command from outside: the durable loop makes it."""

    type: Literal["Tick"] = "Tick"
    due_at: datetime


CaseCommand = Annotated[
    SubmitApplication
    | DecideStep
    | ReceiveSupplement
    | ReceiveExplanation
    | PauseClock
    | ResumeClock
    | StopCase
    | ReturnCase
    | WithdrawApplication
    | AcknowledgeEscalation
    | ReassignStep
    | RequestPayment
    | ConfirmPayment
    | MoveAppointment
    | ExtendLimit
    | ChangeLane
    | ApplyCalendar
    | MigrateProcedure,
    Field(discriminator="type"),
]
"""Every command that may reach a case from outside."""
