"""What senders may say to us: the data of the messages on the submissions and decisions topics, and of application files.

Only `SubmissionMessage` may carry personal data; the intake puts the person's part apart before anything else sees it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, StringConstraints, ValidationError

from catalog.errors import and_more, close_matches
from catalog.model import FactName, Slug
from catalog.value_texts import value_message
from events.language.commands import (
    CONSULTED_MAX,
    DOCUMENTS_MAX,
    FACTS_MAX,
    ROUTE_MAX,
    ConsultationRequest,
    DocumentPart,
    Message,
    Note,
    Outcome,
    Reference,
    Sentence,
)
from events.language.given import (
    GivenApplicationId,
    GivenFact,
    GivenId,
    GivenStep,
    GivenText,
    GivenValues,
    at_most,
    case_named,
)
from sla.units import Budget
from wording.text import _


class DocumentMessage(Message):
    """A document as the applicant sends it. Its title and content are personal data."""

    kind: Slug
    title: GivenText | None = None
    reference: GivenId | None = None


class SubmissionMessage(Message):
    """`SubmitApplication` as data of a message, or as an entry of an application file."""

    application_id: GivenApplicationId
    procedure: Slug
    channel: Literal["online", "counter", "post"] = "online"
    applicant: GivenValues
    """Who applies: name, identity number, contacts. Personal data: kept in the vault, nowhere else."""
    documents: Annotated[tuple[DocumentMessage, ...], Field(max_length=DOCUMENTS_MAX), at_most(DOCUMENTS_MAX)] = ()
    facts: Annotated[dict[FactName, GivenFact], Field(max_length=FACTS_MAX), at_most(FACTS_MAX)] = {}
    """What classification may look at; facts that no lane asks for are kept in the vault with the person's part."""
    route: Annotated[tuple[GivenStep, ...], Field(max_length=ROUTE_MAX), at_most(ROUTE_MAX)] = ()
    step_limit: Budget | None = None


CaseReference = Annotated[str, StringConstraints(min_length=5, max_length=120), BeforeValidator(case_named)]
"""A case id or a dossier code."""


class DecisionMessage(Message):
    """`DecideStep` as data of a message on a department's decisions topic; the topic names the department."""

    case: CaseReference
    step_id: GivenId
    outcome: Outcome
    reason: Sentence | None = None
    legal_basis: Note | None = None
    documents: Annotated[tuple[Slug, ...], Field(max_length=DOCUMENTS_MAX), at_most(DOCUMENTS_MAX)] = ()
    question: Sentence | None = None
    """For `request_explanation`: what the applicant is asked to explain."""
    consult: Annotated[tuple[ConsultationRequest, ...], Field(max_length=CONSULTED_MAX), at_most(CONSULTED_MAX)] = ()
    data: Annotated[dict[FactName, Note], Field(max_length=FACTS_MAX), at_most(FACTS_MAX)] = {}


class PauseMessage(Message):
    """`PauseClock` as data of a message."""

    case: CaseReference
    reason: Sentence
    legal_basis: Note


class ResumeMessage(Message):
    """`ResumeClock` as data of a message: a suspension ends, or a stop."""

    case: CaseReference
    reason: Sentence


class StopMessage(Message):
    """`StopCase` as data of a message. The department is the topic's; who approved it is a claim of the message."""

    case: CaseReference
    reason: Sentence
    legal_basis: Note
    until_at: AwareDatetime | None = None
    approved_by: Reference | None = None


class ReturnMessage(Message):
    """`ReturnCase` as data of a message."""

    case: CaseReference
    reason: Sentence
    legal_basis: Note


class SupplementMessage(Message):
    """`ReceiveSupplement` as data of a message: the documents came, at a counter or through the portal."""

    case: CaseReference
    documents: Annotated[tuple[DocumentPart, ...], Field(max_length=DOCUMENTS_MAX), at_most(DOCUMENTS_MAX)] = ()
    declared_complete: bool = False
    """A department says that nothing more is awaited; on the submissions topic it does not count."""


class ExplanationMessage(Message):
    """`ReceiveExplanation` as data of a message: only where the answer lies, never the answer itself."""

    case: CaseReference
    reference: Reference | None = None


class WithdrawalMessage(Message):
    """`WithdrawApplication` as data of a message."""

    case: CaseReference
    reason: Sentence | None = None


SUBMISSION_MESSAGES: dict[str, type[Message]] = {
    "SubmitApplication": SubmissionMessage,
    "ReceiveSupplement": SupplementMessage,
    "ReceiveExplanation": ExplanationMessage,
    "WithdrawApplication": WithdrawalMessage,
}
"""What the submissions topic takes, by message type."""

DECISION_MESSAGES: dict[str, type[Message]] = {
    "DecideStep": DecisionMessage,
    "PauseClock": PauseMessage,
    "ResumeClock": ResumeMessage,
    "StopCase": StopMessage,
    "ReturnCase": ReturnMessage,
    "ReceiveSupplement": SupplementMessage,
    "ReceiveExplanation": ExplanationMessage,
}
"""What a decisions topic takes, by message type."""


class MessageError(ValueError):
    """Data that do not fit their message type. `field` is the path of the first wrong field; values are never shown."""

    def __init__(self, field: str, reason: str, *, code: str = "invalid_field") -> None:
        super().__init__(f"{field}: {reason}")
        self.code = code
        self.field = field
        self.reason = reason


UNKNOWN_FIELD = "*"
"""Stands in a path for a field that the language does not have."""
FIELD_UNKNOWN = _("there is no such field")
FIELD_UNKNOWN_NEAR = _("there is no such field; the nearest is '{near}'")
FIELD_MAX = 200
"""Characters of a path that an error names: a message nested without end would else have one without end in its reason."""

M = TypeVar("M", bound=Message)


def parsed(kind: type[M], data: dict[str, Any]) -> M:
    """Data as a message. Raises MessageError that names the first wrong field and how many there are."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise message_error_of(error, kind) from None


def message_error_of(error: ValidationError, kind: type[Message] | None = None) -> MessageError:
    """The first of pydantic's findings without the value that caused it: values may be personal data.

    Nor are names that the sender made up told, of unknown fields and of facts: only where they stand. With the
    kind of message, an unknown field is compared with the fields of that kind, not with those of every other.
    """
    # The context is asked for bounds and patterns only, never for a value.
    findings = error.errors(include_input=False, include_url=False)
    first, names = findings[0], _field_names()
    known = [str(part) for part in first["loc"] if isinstance(part, int) or part in names]
    reason = value_message(first["type"], first)
    if first["type"] == "extra_forbidden":
        wrong = str(first["loc"][-1])
        # A name of the language that has no place here is nothing that the sender made up: it stands in the path already.
        if wrong not in names:
            known.append(UNKNOWN_FIELD)
        here = kind.model_fields if kind is not None and len(first["loc"]) == 1 else names
        near = close_matches(wrong, set(here) - {wrong}, 1)
        reason = (FIELD_UNKNOWN_NEAR if near else FIELD_UNKNOWN).filled(near=near[0] if near else "")
    field = ".".join(known) or "data"
    return MessageError(
        field if len(field) <= FIELD_MAX else field[: FIELD_MAX - 1] + "…",
        and_more(reason, len(findings) - 1),
    )


def _field_names() -> frozenset[str]:
    """The names of all fields of the language: what a sender may be told of. Errors are rare: no cache to go stale."""
    kinds: list[type[BaseModel]] = [Budget, *Message.__subclasses__()]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return frozenset(name for kind in kinds for name in kind.model_fields)
