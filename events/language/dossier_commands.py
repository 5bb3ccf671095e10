"""Commands to a linked dossier: what somebody asks of it, and what its cases report to it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from catalog.model import Fact, FactName, Slug
from events.language.commands import (
    DOCUMENTS_MAX,
    FACTS_MAX,
    AcknowledgeEscalation,
    Command,
    DocumentPart,
    Message,
    Note,
    Reference,
    Sentence,
)
from events.language.dossier_messages import APPLICATIONS_MAX, NEEDS_MAX, Name, Need, ResultReference
from events.language.identity import APPLICATION_ID_PATTERN, SOURCE_PATTERN
from events.language.reasons import ReasonCode
from events.language.refusals import Refusal
from sla.deadline import AfterHours
from sla.units import Budget

CaseOutcome = Literal["issued", "refused", "withdrawn", "returned"]


class OwnedTime(Message):
    """How much time one owner had, in wall-clock seconds."""

    owner: str
    seconds: float


class LinkedApplication(Message):
    """One application of a dossier, without its person."""

    name: Name
    procedure: Slug
    needs: Annotated[tuple[Need, ...], Field(max_length=NEEDS_MAX)] = ()
    documents: Annotated[tuple[DocumentPart, ...], Field(max_length=DOCUMENTS_MAX)] = ()
    facts: Annotated[dict[FactName, Fact], Field(max_length=FACTS_MAX)] = {}


class Declaration(Message):
    """One declaration, split into the applications of each agency. No personal data: references and facts."""

    dossier_id: Annotated[str, StringConstraints(pattern=APPLICATION_ID_PATTERN)]
    source: Annotated[str, StringConstraints(pattern=SOURCE_PATTERN)]
    system: Slug | None = None
    """The submitting system that handed it in; only that one may speak for the applicant. None: of older events."""
    subject_ref: Reference
    channel: Literal["online", "counter", "post"] = "online"
    template: Slug | None = None
    lead: Slug
    cap: Budget | None = None
    after_hours: AfterHours = AfterHours.RECEIPT
    applications: Annotated[tuple[LinkedApplication, ...], Field(min_length=1, max_length=APPLICATIONS_MAX)]


class SubmitDossier(Command):
    """Open a dossier for this declaration."""

    type: Literal["SubmitDossier"] = "SubmitDossier"
    declaration: Declaration


class RecordEnd(Command):
    """A case of the dossier has ended; it says so itself. `received_at` is the instant of its end."""

    type: Literal["RecordEnd"] = "RecordEnd"
    name: Name
    round: Annotated[int, Field(ge=1)] = 1
    case_id: Reference
    outcome: CaseOutcome
    result_code: str | None = None
    valid_until: date | None = None
    reason: Sentence | None = None
    """What somebody wrote."""
    reason_code: ReasonCode | None = None
    """The engine's own reason."""
    refusal: Refusal | None = None
    """Why the application never became a case."""
    time_shares: tuple[OwnedTime, ...] = ()


class RevokeResult(Command):
    """The result of an application was revoked (Decree 45/2020 art. 15), or one from elsewhere that it stands on.

    A result can be revoked as long as it counts, so also when the dossier is closed: then the dossier is re-opened.
    """

    type: Literal["RevokeResult"] = "RevokeResult"
    name: Name
    number: Reference | None = None
    """Of a result from elsewhere that the application stands on; None: its own."""
    reason: Sentence
    legal_basis: Note


class RecordResult(Command):
    """A result from elsewhere takes the place of an application's own, or of another from elsewhere that it stands on."""

    type: Literal["RecordResult"] = "RecordResult"
    name: Name
    result: ResultReference
    replaces: Reference | None = None
    """The number of the result from elsewhere whose place it takes; None: that of the application's own."""


class ApplyCascade(Command):
    """Stop, keep and re-open what depends on an application that has no result, as the preview says."""

    type: Literal["ApplyCascade"] = "ApplyCascade"
    name: Name
    reason: Sentence | None = None


class WithdrawDossier(Command):
    """The applicant takes the whole dossier back."""

    type: Literal["WithdrawDossier"] = "WithdrawDossier"
    reason: Sentence | None = None
    """Of older commands only: what an applicant writes is personal."""
    reason_ref: Reference | None = None
    """Where in the vault the applicant's reason lies."""


DossierCommand = Annotated[
    SubmitDossier | RecordEnd | RevokeResult | RecordResult | ApplyCascade | WithdrawDossier | AcknowledgeEscalation,
    Field(discriminator="type"),
]
"""Every command that may reach a dossier."""
