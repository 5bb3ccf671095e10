"""Who applies for what in the demonstration, and how the departments behave. Data; nothing here is a rule."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter

from catalog.basis import Text
from catalog.catalogue import Catalog
from catalog.systems import SubmittingSystem
from events.language.identity import case_id_of
from wording.text import _

SOURCE = "/demonstration"
OPENINGS_SOURCE = "/demonstration-openings"
"""A source of their own: the demonstration counts its single applications apart."""
SYSTEM = SubmittingSystem(id="demonstration", name=Text.of(_("Demonstration")), sources=(SOURCE, OPENINGS_SOURCE))
"""Who hands the applications in, and acts for the departments; registered when the demonstration begins."""


class Manner(StrEnum):
    """How a department answers a step."""

    APPROVE = "approve"
    REFUSE = "refuse"
    REQUEST_SUPPLEMENT = "request_supplement"
    CONSULT = "consult"
    AT_SCREEN = "at_screen"
    """Not over Kafka: an officer answers at a screen, once told that the appointment has passed."""


class Behaviour(BaseModel):
    """One answer: what, and when, in business hours after assignment or (where `after_due`) after the step's due instant.

    Negative hours are before it.
    """

    model_config = ConfigDict(frozen=True)

    manner: Manner = Manner.APPROVE
    hours: float = 1.0
    after_due: bool = False
    consult: str | None = None


class Role(BaseModel):
    """One application of the cast."""

    model_config = ConfigDict(frozen=True)

    name: str
    procedure: str
    facts: dict[str, str] = {}
    by: str = "kafka"
    """`submit`: by the command; `kafka`: by an applicant's portal."""
    behaviours: dict[str, tuple[Behaviour, ...]] = {}
    """By step: the answers of its first, second, ... round; where there are no more, a prompt approval."""

    message: dict[str, JsonValue] | None = None
    """The submission itself, for the applicants' portal."""

    @property
    def case_id(self) -> str:
        """The case this application becomes."""
        return case_id_of(SOURCE, self.name)


CAST = TypeAdapter(tuple[Role, ...])


def _late(hours: float) -> tuple[Behaviour, ...]:
    return (Behaviour(hours=hours, after_due=True),)


def _supplement(hours: float = 2.0) -> tuple[Behaviour, ...]:
    return (Behaviour(manner=Manner.REQUEST_SUPPLEMENT, hours=hours),)


def _in_the_evening() -> dict[str, tuple[Behaviour, ...]]:
    """Every step takes what it has, and the result is handed over after office hours, on the last lawful day."""
    barely = (Behaviour(hours=-1, after_due=True),)
    return {
        "intake": barely,
        "appraisal": barely,
        "signing": barely,
        "return": (Behaviour(manner=Manner.AT_SCREEN),),
    }


def the_cast() -> tuple[Role, ...]:
    """Applications of twelve procedures in all three lanes."""
    ring_road = {"project": "ring-road-4"}
    housing = {"project_class": "social-housing"}
    logistics = {"field": "import-export-logistics"}
    refused = (Behaviour(manner=Manner.REFUSE, hours=3),)
    return (
        Role(name="D-01", procedure="household-business-registration", by="submit", behaviours=_in_the_evening()),
        Role(name="D-02", procedure="household-business-registration", behaviours={"appraisal": _late(3)}),
        Role(name="D-03", procedure="enterprise-registration", by="submit", behaviours={"appraisal": _supplement()}),
        Role(name="D-04", procedure="enterprise-registration", facts=logistics),
        Role(name="D-05", procedure="enterprise-registration", facts=logistics, behaviours={"signing": _late(6)}),
        Role(name="D-06", procedure="karaoke-licence", by="submit", behaviours={"site-check": _late(30)}),
        Role(name="D-07", procedure="karaoke-licence", behaviours={"opinion-police": refused}),
        Role(name="D-08", procedure="karaoke-licence"),
        Role(name="D-09", procedure="security-order-certificate", behaviours={"verification": _late(26)}),
        Role(name="D-10", procedure="security-order-certificate", by="submit"),
        Role(name="D-11", procedure="irc-no-policy-approval", facts=ring_road, by="submit"),
        Role(name="D-12", procedure="irc-no-policy-approval", facts=ring_road, behaviours={"signing": _late(20)}),
        Role(name="D-13", procedure="irc-no-policy-approval", facts={"field": "innovation"}),
        Role(name="D-14", procedure="work-permit", facts=ring_road, by="submit"),
        Role(name="D-15", procedure="work-permit", facts={"field": "high-quality-human-resources"}),
        Role(name="D-16", procedure="investment-policy-approval", facts=ring_road),
        Role(name="D-17", procedure="construction-permit-works", facts=housing, by="submit"),
        Role(
            name="D-18",
            procedure="construction-permit-works",
            facts=housing,
            behaviours={"site-check": (Behaviour(manner=Manner.CONSULT, hours=2, consult="health"),)},
        ),
        Role(name="D-19", procedure="social-housing-investor", facts=housing),
        Role(
            name="D-20", procedure="food-safety-certificate", facts=logistics, behaviours={"appraisal": _supplement(3)}
        ),
        Role(name="D-21", procedure="food-safety-certificate", by="submit"),
        Role(name="D-22", procedure="hazardous-chemicals", behaviours={"site-check": _supplement(4)}),
        Role(name="D-23", procedure="liquor-retail", behaviours={"appraisal": refused}),
        Role(name="D-24", procedure="fie-business-licence", facts=logistics, by="submit"),
    )


def message_of(part: Role, catalog: Catalog, on: date) -> dict[str, Any]:
    """The submission as an applicant sends it."""
    procedure = catalog.procedure(part.procedure, on)
    return {
        "application_id": part.name,
        "procedure": part.procedure,
        "applicant": {"name": "Nguyễn Thị Minh Hoạ", "id_number": "027000000000", "phone": "0900000000"},
        "documents": [{"kind": document.kind} for document in procedure.documents],
        "facts": dict(part.facts),
    }
