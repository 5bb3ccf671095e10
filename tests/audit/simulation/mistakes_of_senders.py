"""Mistakes about who is heard."""

from __future__ import annotations

from typing import Any

import pytest

from cases import senders
from cases.model import Case
from events.language.commands import Actor, ActorKind, Command, DecideStep
from events.language.refusals import Refusal
from tests.audit.simulation.seeding import everywhere, mistake


@mistake
def nobody_is_a_stranger(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, senders.stranger, lambda case, command: None)


@mistake
def a_closed_case_is_told_of_to_strangers(patch: pytest.MonkeyPatch) -> None:
    right = senders.stranger

    def of_open_cases(case: Case, command: Command) -> Refusal | None:
        return None if case.is_closed else right(case, command)

    everywhere(patch, right, of_open_cases)


@mistake
def any_system_speaks_for_the_applicant(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, senders.speaks_for, lambda actor, system, source: True)


@mistake
def only_the_portal_speaks_for_applicants(patch: pytest.MonkeyPatch) -> None:
    def wrong(actor: Actor, system: str | None, source: str) -> bool:
        return actor.id == "portal"

    everywhere(patch, senders.speaks_for, wrong)


@mistake
def the_office_that_received_it_is_a_stranger(patch: pytest.MonkeyPatch) -> None:
    def without_agency(case: Case) -> set[str]:
        planned = {step.department for step in case.definitions.procedure.steps}
        return planned | {step.department for step in case.steps.values()}

    everywhere(patch, senders.departments_of, without_agency)


@mistake
def who_was_asked_is_a_stranger(patch: pytest.MonkeyPatch) -> None:
    def without_asked(case: Case) -> set[str]:
        procedure = case.definitions.procedure
        return {step.department for step in procedure.steps} | {procedure.agency}

    everywhere(patch, senders.departments_of, without_asked)


@mistake
def only_answers_are_asked_who_sends_them(patch: pytest.MonkeyPatch) -> None:
    right = senders.stranger

    def of_answers(case: Case, command: Command) -> Refusal | None:
        return right(case, command) if isinstance(command, DecideStep) else None

    everywhere(patch, right, of_answers)


@mistake
def one_department_answers_in_the_name_of_another(patch: pytest.MonkeyPatch) -> None:
    right = senders.stranger

    def wrong(case: Case, command: Any) -> Refusal | None:
        if isinstance(command, DecideStep) and command.actor.kind is ActorKind.DEPARTMENT:
            command = command.model_copy(update={"department": command.actor.id})
        return right(case, command)

    everywhere(patch, right, wrong)
