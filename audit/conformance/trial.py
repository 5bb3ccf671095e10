"""Which applications a run sends: every procedure with a step of the department, in each of its lanes, and the rehearsals."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from audit.conformance.identity import APPLICANT, source_of
from audit.conformance.rehearsals import Rehearsal, definitions_of
from cases.classification import facts_for
from catalog.basis import Text
from catalog.catalogue import Catalog
from catalog.errors import UnknownProcedure
from catalog.model import Definitions, Fact, LaneId, ProcedureVersion
from catalog.receiving import receiver
from events.language.identity import case_id_of
from wording.errors import GreenlaneError
from wording.text import _


class NothingToSendError(GreenlaneError):
    """What was asked for leaves no application to send."""

    code = "nothing_to_send"


@dataclass(frozen=True, slots=True)
class TrialCase:
    """One application of the run, and the case that it becomes."""

    case_id: str
    application_id: str
    procedure: ProcedureVersion
    lane: LaneId
    """The lane that it is to take."""
    rehearsal: Rehearsal | None
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def name(self) -> Text:
        """What a person calls it."""
        return self.procedure.name

    @property
    def message(self) -> dict[str, Any]:
        """The submission."""
        return {
            "application_id": self.application_id,
            "procedure": self.procedure.id,
            "applicant": APPLICANT,
            "documents": [{"kind": document.kind} for document in self.procedure.documents],
            "facts": self.facts,
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """All of a run, in the order of sending."""

    department: str
    other: str
    """The department that acts in the rehearsals beside the one under test."""
    source: str
    sent: tuple[TrialCase, ...]
    derived: tuple[Definitions, ...]
    """What the rehearsals are decided under; to be published before."""

    @property
    def by_case(self) -> dict[str, TrialCase]:
        """By the case that it becomes."""
        return {sent.case_id: sent for sent in self.sent}


def trial_of(
    catalog: Catalog, department: str, on: date, *, run: str, procedures: Collection[str] = (), seed: int = 0
) -> Trial:
    """What is sent. `procedures`: only these, and no rehearsals; `seed`: the order of sending.

    Raises UnknownDepartment, UnknownProcedure, NothingToSendError.
    """
    catalog.department(department)
    source = source_of(department, run)
    other = _other(catalog, department)
    chosen = list(_taking_part(catalog, department, on, procedures))
    sent = [
        _sent(source, f"{procedure.id}.{lane}", procedure, lane, facts=facts)
        for procedure in chosen
        for lane, facts in _lanes(catalog, procedure, on)
    ]
    random.Random(seed).shuffle(sent)  # noqa: S311 - an order, no secret
    derived = () if procedures else tuple(definitions_of(each, department, other, catalog, on) for each in Rehearsal)
    standard = LaneId.STANDARD
    rehearsed = [
        _sent(source, f"rehearsal.{rehearsal}", definitions.procedure, standard, rehearsal=rehearsal)
        for rehearsal, definitions in zip(Rehearsal, derived, strict=False)
    ]
    # The rehearsals first: one of them waits for a limit to pass.
    return Trial(department, other, source, (*rehearsed, *sent), derived)


def _sent(source: str, name: str, procedure: ProcedureVersion, lane: LaneId, **more: Any) -> TrialCase:
    return TrialCase(case_id_of(source, name), name, procedure, lane, more.pop("rehearsal", None), **more)


def _other(catalog: Catalog, department: str) -> str:
    agency = receiver(catalog).id
    others = [agency, *sorted(catalog.departments)]
    other = next((name for name in others if name != department), None)
    if other is None:
        raise NothingToSendError(
            _("The catalogue has no other department, which the sandbox could play."),
            field="department",
            remedy=_("Add another department to the catalogue."),
        )
    return other


def _taking_part(
    catalog: Catalog, department: str, on: date, procedures: Collection[str]
) -> Iterator[ProcedureVersion]:
    in_force = {procedure.id: procedure for procedure in catalog.procedures_on(on)}
    for name in procedures:
        if name not in in_force:
            raise UnknownProcedure(name, sorted(in_force))
        if department not in _departments(in_force[name]):
            raise NothingToSendError(
                _("The department {department} has no step in the procedure {name}.", department=department, name=name),
                field="--procedure",
                remedy=_(
                    "Name one in which it has, see `greenlane procedures {name}`, or leave the option out.", name=name
                ),
            )
    for procedure in in_force.values():
        if department in _departments(procedure) and (not procedures or procedure.id in procedures):
            yield procedure


def _departments(procedure: ProcedureVersion) -> set[str]:
    return {step.department for step in procedure.steps}


def _lanes(catalog: Catalog, procedure: ProcedureVersion, on: date) -> Iterator[tuple[LaneId, dict[str, Fact]]]:
    table = catalog.lane_table(on)
    for lane in LaneId:
        facts = facts_for(table, lane, procedure)
        if facts is not None:
            yield lane, facts
