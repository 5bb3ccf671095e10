"""A stranger's words leave nothing in the vault: they would lie among the data of somebody whom they do not concern."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from events.language.commands import Actor, ActorKind, CaseCommand, WithdrawApplication
from events.language.identity import message_command_id
from store.vault_tables import texts
from tests.builders import MONDAY
from tests.intake.house import House
from tests.master_keys import vault_of
from tests.workflows.stage import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "Tôi chuyển nhà"


def said(kind: type[CaseCommand], system: str, **content: Any) -> CaseCommand:
    """What a system sends for an applicant."""
    actor = Actor(kind=ActorKind.APPLICANT, id=system)
    command_id = message_command_id("system", system, f"/{system}", "1")
    return kind(command_id=command_id, received_at=MONDAY, actor=actor, **content)


def kept(house: House) -> list[str]:
    with house.store.reading() as connection:
        references = list(connection.scalars(select(texts.c.reference)))
    return list(vault_of(house.store).texts(references).values())


async def code_of(house: House, case_id: str, command: CaseCommand) -> str | None:
    """With which code it was refused; None: accepted."""
    await soon(lambda: house.is_settled(case_id, command))
    outcome = house.inbox.command_outcome(case_id, command.command_id)
    assert outcome is not None
    return None if outcome.refusal is None else outcome.refusal.code


async def test_a_strangers_words_are_not_kept_beside_another_systems_case(house: House) -> None:
    """It gets the answer for a case that is not there; the withdrawal of whoever handed in refers to what was said."""
    case_id = await house.open()
    strange, own = (said(WithdrawApplication, system, reason=WORDS) for system in ("tax-office", "portal"))
    async with house.worker():
        await soon(lambda: house.views.case(case_id) is not None)
        await house.intake.send(case_id, strange)
        assert (await code_of(house, case_id, strange), kept(house)) == ("case_unknown", [])
        await house.intake.send(case_id, own)
        assert (await code_of(house, case_id, own), kept(house)) == (None, [WORDS])
