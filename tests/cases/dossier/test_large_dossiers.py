"""A large dossier hears of many losses at once: whatever officers write, each event fits its topic and each turn a payload."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from pydantic_core import to_json

from cases.dossier.decide import DOSSIERS, WRITTEN_MAX_BYTES
from cases.dossier.evolve import evolve_dossier
from cases.dossier.words import SHORT, WORDS_MAX, brief
from cases.turn import Turn
from events.language.dossier_commands import DossierCommand, LinkedApplication
from events.language.envelope import MESSAGE_MAX_BYTES
from intake.declaration import DECLARATION_MAX_BYTES
from intake.extent import ENVELOPE_BYTES, PAYLOAD_MAX_BYTES, TURN_MAX_BYTES, size_of
from tests.builders import MONDAY
from tests.cases.dossier.openings import Life, an_application, days
from workflows.messages import DossierCarried

LETTERS = "abcdefghijklmnopqrstuvwxyzàáạảãâầấậẩẫăằắặẳẵèéẹẻẽêềếệểễđ"


def a_reason(seed: int, letters: int = 2000) -> str:
    """As long as one may be, and saying nothing twice."""
    return "".join(random.Random(seed).choices(LETTERS, k=letters))


def dense(first: int, second: int) -> list[LinkedApplication]:
    """Applications that begin at once, and applications each of which needs all of those."""
    early = [an_application(f"early-{number:03d}") for number in range(first)]
    return [*early, *(an_application(f"late-{number:03d}", *(one.name for one in early)) for number in range(second))]


def turns_of(life: Life, commands: list[DossierCommand]) -> list[Turn]:
    """All the turns that it takes until nothing waits."""
    now, turns = MONDAY + timedelta(hours=3), list[Turn]()
    while (turn := DOSSIERS.take_turn(life.dossier, commands, now)) is not None:
        turns.append(turn)
        for record in turn.records:
            life.dossier = evolve_dossier(life.dossier, record)
        settled = {outcome.command_id for outcome in turn.outcomes}
        commands = [command for command in commands if command.command_id not in settled]
    assert commands == []
    return turns


@pytest.mark.parametrize(("first", "second"), [(50, 20), (2, 250)])
def test_many_refusals_together_stay_within_every_bound(first: int, second: int) -> None:
    """Each early application ends with a reason of 2,000 letters; everything that needs it says why it is blocked."""
    applications = dense(first, second)
    life = Life({one.name: days(5) for one in applications})
    life.open(*applications)
    declaration = life.dossier.declaration
    assert declaration is not None
    assert len(declaration.model_dump_json().encode()) <= DECLARATION_MAX_BYTES
    ends: list[DossierCommand] = [
        life.ending(f"early-{number:03d}", MONDAY + timedelta(hours=1), "refused", reason=a_reason(number))
        for number in range(first)
    ]
    turns = turns_of(life, ends)
    sizes = [[size_of(record) for record in turn.records] for turn in turns]
    assert max(map(max, sizes)) <= MESSAGE_MAX_BYTES - ENVELOPE_BYTES
    assert max(map(sum, sizes)) <= TURN_MAX_BYTES
    assert len(turns) == 1 or sum(map(sum, sizes)) > WRITTEN_MAX_BYTES
    assert len(to_json(DossierCarried.of(life.dossier))) <= PAYLOAD_MAX_BYTES // 2
    blocked = life.part("late-000")
    assert (blocked.status, len(blocked.causes)) == ("blocked", first)
    told = [record.event.reason for turn in turns for record in turn.records if record.event.type == "ApplicationEnded"]
    assert set(told) == {a_reason(number) for number in range(first)}, "the end itself says all of it"


def test_a_reason_is_whole_where_people_can_have_it_so() -> None:
    """Cut only where so many hang together that nobody could carry it all; then the same for all, and visibly."""
    small, large = (Life({one.name: days(5) for one in parts}) for parts in (dense(2, 3), dense(100, 30)))
    for life, parts in ((small, dense(2, 3)), (large, dense(100, 30))):
        life.open(*parts)
    reason = a_reason(1)
    assert brief(small.dossier, reason) == reason
    shown = brief(large.dossier, reason) or ""
    assert len(shown) == max(SHORT, WORDS_MAX // (130 + 3000))
    assert (shown[:-1], shown[-1]) == (reason[: len(shown) - 1], "…")
    assert brief(large.dossier, "forged") == "forged"
    assert brief(large.dossier, None) is None
