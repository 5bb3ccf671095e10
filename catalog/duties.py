"""The agency's own duties of time, beside the limits that the applicant is promised: law as data, with its source."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, model_validator

from catalog import unsound_texts as unsound
from catalog.definition import Definition
from catalog.model import Slug, Text, Version
from catalog.soundness import Located, raise_if_unsound, repeated, validity_problems
from sla.units import Budget


class DutyRule(Definition):
    """One duty. What it measures is its `kind`; the limit of a supplement notice is the procedure's own."""

    id: Slug
    name: Text
    kind: Literal["answer", "supplement_notice", "transfer"]
    """`answer`: from receipt by the system until the receipt is confirmed or refused. `supplement_notice`: from receipt
    until documents are asked for. `transfer`: from acceptance until the office that handles it has it."""
    within: Budget | None = None
    """For `answer`: how long it may take."""
    cut_off: time | None = None
    """For `transfer`: received after this local time, it is due at the start of the next working day."""
    channels: Annotated[tuple[Literal["online", "counter", "post"], ...], Field(min_length=1)] = (
        "online",
        "counter",
        "post",
    )
    source: str
    verified: bool = False

    @model_validator(mode="after")
    def _is_sound(self) -> DutyRule:
        problems: list[Located] = []
        if (self.within is None) is (self.kind == "answer"):
            problems.append((("within",), unsound.ANSWER_LIMIT))
        if (self.cut_off is None) is (self.kind == "transfer"):
            problems.append((("cut_off",), unsound.TRANSFER_CUT_OFF))
        return raise_if_unsound(self, problems)


class DutyRules(Definition):
    """The duties of the province's agencies, one version."""

    id: Slug
    version: Version
    duties: tuple[DutyRule, ...]
    source: str = ""
    verified: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> DutyRules:
        problems = repeated(("duties",), "id", (duty.id for duty in self.duties))
        return raise_if_unsound(self, problems + validity_problems(self.valid_from, self.valid_until))
