"""How long what is held about applicants must be kept after a case has ended: law as data, with its source. Pure.

Personal data is not deleted on request while a law demands that its dossier is kept.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from catalog import unsound_texts as unsound
from catalog.basis import LegalBasis, Slug, Version
from catalog.definition import Definition
from catalog.soundness import Located, raise_if_unsound, repeated, validity_problems

YEARS_MAX = 200


class Period(Definition):
    """A time of keeping: so many years from the day on which the case ended, or for ever."""

    years: Annotated[int, Field(ge=0, le=YEARS_MAX, strict=True)] | None = None
    """0: nothing has to be kept once the case has ended."""
    permanent: bool = False

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        problems: list[Located] = []
        if (self.years is None) is not self.permanent:
            problems.append((("years",), unsound.ONE_RETENTION))
        return raise_if_unsound(self, problems)


class ProcedureRetention(Definition):
    """What holds for the dossiers of one procedure, where it is not the default."""

    procedure: Slug
    accepted: Period
    unaccepted: Period | None = None
    """Of applications that were withdrawn, returned or never accepted; None: as the default has it."""
    legal_basis: tuple[LegalBasis, ...] = ()
    verified: bool = False


class RetentionRules(Definition):
    """How long the province keeps its dossiers, one version."""

    id: Slug
    version: Version
    accepted: Period
    """Of every procedure that is not named."""
    unaccepted: Period
    """The same of applications that were withdrawn, returned or never accepted."""
    procedures: tuple[ProcedureRetention, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    source: str
    verified: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        problems = repeated(("procedures",), "procedure", (rule.procedure for rule in self.procedures))
        return raise_if_unsound(self, problems + validity_problems(self.valid_from, self.valid_until))

    def period_of(self, procedure: str | None, *, accepted: bool) -> Period:
        """How long a dossier of the procedure is kept. `procedure` None: a linked dossier, which has the default."""
        own = next((rule for rule in self.procedures if rule.procedure == procedure), None)
        if accepted:
            return self.accepted if own is None else own.accepted
        return (own and own.unaccepted) or self.unaccepted
