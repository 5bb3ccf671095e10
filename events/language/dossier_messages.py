"""A dossier file: several applications of one business opening, and which needs the result of which.

Only `applicant`, `documents` and the applications' `data` may carry personal data; the intake puts them apart.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, JsonValue, StringConstraints, TypeAdapter, model_validator

from catalog import unsound_texts as unsound
from catalog.dossier import CascadePolicy, EdgeKind
from catalog.model import FactName, Slug
from catalog.soundness import raise_if_unsound
from events.language.commands import DOCUMENTS_MAX, FACTS_MAX, Message, Reference
from events.language.given import AS_TYPED, TEXT_TYPED, GivenFact, at_most
from events.language.identity import APPLICATION_ID_PATTERN
from events.language.messages import DocumentMessage
from sla.deadline import AfterHours
from sla.units import Budget
from wording.fields import NORMAL
from wording.names import tidy

APPLICATIONS_MAX = 500
NEEDS_MAX = APPLICATIONS_MAX
"""Any edge between applications is allowed: one of them may need all the others."""


def _named(value: Any) -> Any:
    # YAML reads `name: 2026` as a number; whoever writes it means a name.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _given(empty: Any) -> BeforeValidator:
    # YAML reads `data:` with nothing behind it as null; whoever writes it means none.
    return BeforeValidator(lambda value: empty if value is None else value)


Name = Annotated[str, BeforeValidator(_named), StringConstraints(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]
"""What an application is called within its dossier."""
GivenName = Annotated[Name, NORMAL, TEXT_TYPED]
"""The same as a sender writes it: in one form from here on. Older dossiers keep their names as they are."""
Numbered = Annotated[Reference, BeforeValidator(_named), TEXT_TYPED]
Values = Annotated[dict[str, JsonValue], _given({}), AS_TYPED]


class ResultReference(Message):
    """A result that exists already: of this office or of another. Days are local; `valid_until` is its last day."""

    number: Numbered
    issuer: Numbered
    issued_on: date
    valid_until: date | None = None

    def valid_on(self, day: date) -> bool:
        """Whether it counts on this day."""
        return self.issued_on <= day and (self.valid_until is None or day <= self.valid_until)


class Need(Message):
    """What an application needs: the result of another application of the dossier, or one that exists already."""

    name: Name | None = None
    result: ResultReference | None = None
    kind: EdgeKind = EdgeKind.HARD
    document: Slug | None = None
    """The component of the dependant's dossier that the result is: it is not asked for."""
    policy: CascadePolicy = CascadePolicy.STOP
    """What becomes of the dependant when the result does not come, or is lost."""

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str | int) else value

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.name is None) == (self.result is None):
            raise ValueError(unsound.ONE_NEED)
        return self


def _in_one_form(raw: Any) -> Any:
    """What a sender needs, in the form that names have."""
    if isinstance(raw, str):
        return {"name": _NORMAL.validate_python(raw)}
    if not isinstance(raw, dict):
        return raw
    need = {
        **raw,
        **{key: _NORMAL.validate_python(raw[key]) for key in ("name",) if isinstance(raw.get(key), str)},
    }
    result = need.get("result")
    if isinstance(result, dict):
        need["result"] = {key: tidy(part) if isinstance(part, str) else part for key, part in result.items()}
    return need


_NORMAL: Final[TypeAdapter[str]] = TypeAdapter(Annotated[str, NORMAL])
GivenNeed = Annotated[Need, BeforeValidator(_in_one_form)]


class LinkedPart(Message):
    """One application of a dossier file."""

    name: GivenName
    procedure: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    data: Values = {}
    """`documents`, `facts` and `channel`, as in an application of its own; may be empty for a plan."""
    needs: Annotated[tuple[GivenNeed, ...], Field(max_length=NEEDS_MAX), at_most(NEEDS_MAX), _given(())] = ()


class LinkedData(Message):
    """What `data` of an application may say when the dossier is handed in."""

    documents: Annotated[
        tuple[DocumentMessage, ...], Field(max_length=DOCUMENTS_MAX), at_most(DOCUMENTS_MAX), _given(())
    ] = ()
    facts: Annotated[dict[FactName, GivenFact], Field(max_length=FACTS_MAX), at_most(FACTS_MAX), _given({})] = {}


class DossierFile(Message):
    """One declaration that is split into the applications of each agency."""

    applications: Annotated[
        tuple[LinkedPart, ...], Field(max_length=APPLICATIONS_MAX), at_most(APPLICATIONS_MAX), _given(())
    ] = ()
    """Empty where a template is named: then they are the template's."""
    dossier_id: Annotated[str, StringConstraints(pattern=APPLICATION_ID_PATTERN, max_length=100), TEXT_TYPED] | None = (
        None
    )
    template: Slug | None = None
    """The template it was made from."""
    channel: Literal["online", "counter", "post"] = "online"
    lead: Slug | None = None
    """The agency that answers for the whole; None: the agency of the application that ends last."""
    cap: Budget | None = None
    """The joint limit; None: the critical path as it is at opening."""
    after_hours: AfterHours = AfterHours.RECEIPT
    """From which day the joint limit counts, where the dossier came outside working time."""
    applicant: Values = {}
    documents: Annotated[
        tuple[DocumentMessage, ...], Field(max_length=DOCUMENTS_MAX), at_most(DOCUMENTS_MAX), _given(())
    ] = ()
    """Uploaded once, for every application that asks for the kind."""
    facts: Annotated[dict[FactName, GivenFact], Field(max_length=FACTS_MAX), at_most(FACTS_MAX), _given({})] = {}

    @model_validator(mode="after")
    def _has_applications(self) -> Self:
        none = not self.applications and self.template is None
        problem = (("applications",), unsound.NO_APPLICATION)
        return raise_if_unsound(self, [problem] if none else [])
