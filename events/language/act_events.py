"""Events of what an agency does besides deciding: asking the applicant, asking others, asking for a fee, stopping, returning."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from catalog.dossier import Silence
from catalog.model import FactName
from events.language.commands import ConsultationRequest, DocumentPart, Message


class ConsultationRequested(Message):
    """A department asked others for their opinion; each gets a step of its own."""

    type: Literal["ConsultationRequested"] = "ConsultationRequested"
    step_id: str
    department: str | None = None
    """Who asks; None: an older event."""
    requests: tuple[ConsultationRequest, ...]
    reason: str | None = None
    legal_basis: str | None = None
    data: dict[FactName, str] | None = None


class ConsultationLapsed(Message):
    """No opinion came within its limit; `silence` says what that means. A late opinion is recorded, and blocks nothing."""

    type: Literal["ConsultationLapsed"] = "ConsultationLapsed"
    step_id: str
    asked_by: str
    department: str
    asked_by_department: str
    silence: Silence | None = None
    """`escalate`: the asking step waits on; else it may go on, `deemed_no_objection` as if there were none."""


class SupplementRequested(Message):
    """The applicant was asked to complete the dossier, once and in full."""

    type: Literal["SupplementRequested"] = "SupplementRequested"
    step_id: str
    department: str
    round: int
    documents: tuple[str, ...]
    reason: str
    requested_at: AwareDatetime
    late: bool
    """After the limit for such a request (Decree 61/2018 art. 19(4)): a breach of its own, reported."""
    notice_due_at: AwareDatetime | None = None
    legal_basis: str | None = None
    data: dict[FactName, str] | None = None


class SupplementReceived(Message):
    """Documents of the applicant came."""

    type: Literal["SupplementReceived"] = "SupplementReceived"
    round: int
    received_at: AwareDatetime
    documents: tuple[DocumentPart, ...] = ()
    missing: tuple[str, ...] = ()
    """What was asked for and has not come: the case waits on, and no limit begins again."""
    declared_complete: bool = False
    """An officer said that it is complete, whatever was asked for."""
    departments: tuple[str, ...] | None = None
    """Those that hold open steps: each is told on its work topic; None: an older event."""


class ExplanationRequested(Message):
    """The applicant was asked a question; no documents are awaited."""

    type: Literal["ExplanationRequested"] = "ExplanationRequested"
    step_id: str
    department: str
    round: int
    question: str
    legal_basis: str | None = None
    requested_at: AwareDatetime
    late: bool
    """After the limit that the procedure sets for asking."""
    notice_due_at: AwareDatetime | None = None
    reason: str | None = None
    data: dict[FactName, str] | None = None


class ExplanationReceived(Message):
    """The applicant answered."""

    type: Literal["ExplanationReceived"] = "ExplanationReceived"
    round: int
    received_at: AwareDatetime
    reference: str | None = None
    """Where the answer lies; it is personal data."""
    departments: tuple[str, ...] | None = None
    """Those that hold open steps: each is told on its work topic; None: an older event."""


class CaseStopped(Message):
    """The handling was stopped by decision (form 05 of TT 03/2025); it ends in resumption or return."""

    type: Literal["CaseStopped"] = "CaseStopped"
    reason: str
    legal_basis: str
    approved_by: str
    stopped_at: AwareDatetime
    until_at: AwareDatetime | None = None
    """When it ends by itself."""
    departments: tuple[str, ...] = ()
    """Those that hold open steps: each is told on its work topic."""


class CaseReturned(Message):
    """A stopped case was given back to the applicant without a result."""

    type: Literal["CaseReturned"] = "CaseReturned"
    reason: str
    legal_basis: str


class StepsRestarted(Message):
    """After supplements, these steps are to be done anew (the procedure says `restart_steps`)."""

    type: Literal["StepsRestarted"] = "StepsRestarted"
    step_ids: tuple[str, ...]


class PaymentRequested(Message):
    """The applicant was asked to pay."""

    type: Literal["PaymentRequested"] = "PaymentRequested"
    step_id: str
    department: str
    amount_vnd: int
    reason: str
    pauses: bool | None = None
    """Whether the clocks stand still meanwhile; None: an older event, told by the `ClockPaused` behind it."""


class PaymentConfirmed(Message):
    """The fee was paid."""

    type: Literal["PaymentConfirmed"] = "PaymentConfirmed"
    receipt: str
    paid_at: AwareDatetime
