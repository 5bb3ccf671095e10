"""What may be done to a case beside deciding it: each act its own rule, per procedure and stage. Pure.

Supplement, explanation, refusal and stop are separate acts in law (Decree 96/2026 art. 6 names the first two apart).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from catalog.basis import LegalBasis, Slug
from catalog.definition import Definition
from sla.units import Budget, Unit


class ClockPolicy(StrEnum):
    """What a request for supplements does to the clocks. Decree 61/2018 art. 19(4): RESTART, unless sector law says PAUSE."""

    RESTART = "RESTART"
    PAUSE = "PAUSE"


class SupplementRule(Definition):
    """How the agency may ask the applicant to complete the dossier, and what the applicant's silence means."""

    notice_limit: Budget | None = None
    """The request itself is due within this budget from receipt (Decree 61/2018 art. 19(4): 3 working days)."""
    rounds_max: Annotated[int, Field(ge=0, le=10)] = 1
    applicant_limit: Budget | None = None
    """The applicant's own deadline; None: none."""
    on_expiry: Literal["returned", "refused"] = "returned"
    """How the case closes when the applicant's deadline passes."""
    legal_basis: LegalBasis | None = None


class ExplanationRule(Definition):
    """How the agency may ask the applicant to explain what is in the dossier: another act than asking for documents."""

    notice_limit: Budget | None = None
    """The request itself is due within this budget from receipt; None: no limit is known."""
    rounds_max: Annotated[int, Field(ge=0, le=10)] = 1
    applicant_limit: Budget | None = None
    """The applicant's own deadline; None: none."""
    on_expiry: Literal["returned", "refused"] = "returned"
    """How the case closes when the applicant's deadline passes."""
    clock: Literal["PAUSE", "RUN"] = "PAUSE"
    """Whether the case's clocks stand still while it is awaited (Decree 96/2026 art. 6: the waiting is outside the limit)."""
    steps: tuple[Slug, ...] = ()
    """The stages at which it may be asked for; empty: all."""
    legal_basis: LegalBasis | None = None


class RefusalRule(Definition):
    """At which stages a case may be refused. The reason in writing is the law's (Decree 61/2018 art. 19(8))."""

    steps: tuple[Slug, ...] = ()
    """The stages that may refuse; empty: all."""
    reason_required: Literal[True] = True
    legal_basis: LegalBasis | None = None


class StopRule(Definition):
    """How the handling may be stopped by decision (form 05 of TT 03/2025), and how long."""

    cap: Budget | None = None
    """The longest that a stop may last; None: none is known."""
    review_after: Budget | None = None
    """Where no cap ends it: when somebody must look again, and again as long as it lasts."""
    approval: Literal["second_person"] = "second_person"
    """Who must agree: another person than the one who asks for it."""
    return_allowed: bool = True
    """Whether a stopped dossier may be given back to the applicant."""
    legal_basis: LegalBasis | None = None


class SuspensionRule(Definition):
    """How the clocks may be stopped by decision (form 05 of TT 03/2025)."""

    backdate_max: Budget = Budget(amount=5, unit=Unit.WORKING_DAYS)
    """How far back a suspension may begin, counted from when it is entered."""
    cap: Budget | None = None
    """The longest that one suspension may last; then the clocks run again by themselves. None: no cap is known."""
    review_after: Budget | None = None
    """Where no cap ends it: when somebody must look again, and again as long as it lasts. None: nobody is reminded."""


class AppointmentRule(Definition):
    """When the applicant's appointment may be moved (Decree 61/2018 art. 19(9))."""

    reappointments_max: Annotated[int, Field(ge=0, le=10)] = 1
    notice: Budget = Budget(amount=24, unit=Unit.HOURS)
    """The apology must be sent at least so long before the appointment."""
    extension_max: Budget | None = None
    """The longest extension that the sector's law allows, with an approval; None: it allows none."""
    move_max: Budget | None = None
    """How far behind the former one a new appointment may lie; None: at most the procedure's own limit."""


class TransitionRule(Definition):
    """What becomes of the cases that were received before a version began; without one they keep their rule."""

    received_before: Literal["keep", "migrate", "stop"]
    """`keep`: decided under the version they began with. `migrate`: brought under this one. `stop`: the procedure is
    abolished, its open cases are stopped, and given back where the applicant asks for it."""
    legal_basis: LegalBasis | None = None
