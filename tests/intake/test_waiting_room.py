"""The waiting room: what one sender has unanswered in a case is bounded, in order, and others are heard meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from events.language.commands import Outcome
from store.waiting import HANDED_MAX, HandingOver
from tests.builders import MONDAY
from tests.intake.house import TOPICS, House, a_message
from tests.workflows.stage import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANY = 60


@pytest.fixture
def lease(house: House) -> Iterator[HandingOver]:
    """The right to hand over: the test does what the bridge's own task would."""
    found = house.waiting.lease()
    assert found is not None
    yield found
    found.release()


async def drained(house: House, lease: HandingOver) -> None:
    """Hand over until nothing waits."""
    async with asyncio.timeout(120):
        while house.number_waiting():
            await house.handing.round(lease)
            await asyncio.sleep(0.01)


async def test_few_lie_in_temporal_and_the_rest_waits_in_order(house: House, lease: HandingOver) -> None:
    """While nobody works, a sender's first messages are in the case's history, the others in the table."""
    case_id = await house.open()
    messages = [a_message("one-stop", number) for number in range(MANY)]
    for message in messages:
        await house.intake.send(case_id, message)
    assert await house.signals(case_id) == HANDED_MAX
    assert house.number_waiting() == MANY - HANDED_MAX
    await house.handing.round(lease)
    await house.handing.round(lease)
    assert await house.signals(case_id) == 2 * HANDED_MAX, "so many out of the room as well, and no more"
    async with house.worker():
        await drained(house, lease)
        await soon(lambda: len(house.settled(case_id)) == MANY + 1)
    assert [name for name, _ in house.settled(case_id)][1:] == [message.command_id for message in messages]
    assert [refusal for _, refusal in house.settled(case_id)].count(None) == 2, "the submission, and the first answer"
    assert house.notices(TOPICS.work("one-stop")) == MANY - 1, "every refusal is told"


async def test_another_sender_is_not_held_up(house: House, lease: HandingOver) -> None:
    """A lawful message of another department is decided before what the flood still has waiting."""
    case_id = await house.open()
    for number in range(MANY):
        await house.intake.send(case_id, a_message("culture", number, "signing"))
    lawful = a_message("one-stop", 1)
    await house.intake.send(case_id, lawful)
    async with house.worker():
        await soon(lambda: house.is_settled(case_id, lawful))
        assert house.number_waiting() == MANY - HANDED_MAX
        await drained(house, lease)
    assert house.inbox.command_outcome(case_id, lawful.command_id).accepted  # type: ignore[union-attr]


async def test_the_flooding_sender_is_heard_after_its_own(house: House, lease: HandingOver) -> None:
    """Its lawful message waits behind what it sent before, and is decided."""
    case_id = await house.open()
    for number in range(MANY):
        await house.intake.send(case_id, a_message("one-stop", number, "signing"))
    lawful = a_message("one-stop", MANY)
    await house.intake.send(case_id, lawful)
    async with house.worker():
        await drained(house, lease)
        await soon(lambda: house.is_settled(case_id, lawful))
    assert house.settled(case_id)[-1] == (lawful.command_id, None)


async def test_senders_of_one_case_take_turns(house: House, lease: HandingOver) -> None:
    """Two who have much waiting: neither's last comes before the other's first."""
    case_id = await house.open()
    for department in ("culture", "police"):
        for number in range(MANY):
            await house.intake.send(case_id, a_message(department, number, "signing"))
    async with house.worker():
        await drained(house, lease)
        await soon(lambda: len(house.settled(case_id)) == 2 * MANY + 1)
    order = [name.partition("/")[2].partition(":")[0] for name, _ in house.settled(case_id)[1:]]
    half = order[:MANY]
    assert abs(half.count("culture") - half.count("police")) <= 2 * HANDED_MAX


async def test_too_many_are_refused_and_told_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the room's size a message is refused to its sender; what waits is still handed over."""
    monkeypatch.setattr("store.waiting.ROWS_MAX", 20)
    case_id = await house.open()
    messages = [a_message("one-stop", number) for number in range(HANDED_MAX + 25)]
    for message in messages:
        await house.intake.send(case_id, message)
    refused = [name for name, refusal in house.settled(case_id) if refusal and "too_many_waiting" in refusal]
    assert refused == [message.command_id for message in messages[-5:]]
    assert house.notices(TOPICS.work("one-stop")) == 5
    assert house.number_waiting() == 20


async def test_long_ones_fill_the_room_sooner(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are counted as well as the messages."""
    monkeypatch.setattr("store.waiting.BYTES_MAX", 50_000)
    case_id = await house.open()
    for number in range(HANDED_MAX + 20):
        await house.intake.send(case_id, a_message("one-stop", number, reason="ộ" * 1900))
    assert 5 <= house.number_waiting() < 20
    assert house.settled(case_id)


async def test_a_message_that_is_too_long_is_answered(house: House) -> None:
    """It never reaches the case, and its sender is told."""
    case_id = await house.open()
    long = a_message("one-stop", 1, data={f"field_{number}": "ộ" * 450 for number in range(60)})
    await house.intake.send(case_id, long)
    ((name, refusal),) = house.settled(case_id)
    assert name == long.command_id
    assert "command_too_large" in str(refusal)
    assert await house.signals(case_id) == 0


async def test_a_repeated_message_takes_no_room(house: House) -> None:
    """The same id with the same content, however often: once in Temporal, or once in the room."""
    case_id = await house.open()
    for number in [0] * 20 + list(range(1, 12)) + [11] * 20:
        await house.intake.send(case_id, a_message("one-stop", number))
    assert house.number_waiting() == 12 - HANDED_MAX
    async with house.worker():
        await soon(lambda: len(house.settled(case_id)) == HANDED_MAX + 1)


async def test_another_command_of_an_id_that_waits_is_refused(house: House) -> None:
    """What waits keeps its id, and the sender of the other is told."""
    case_id = await house.open()
    for number in range(HANDED_MAX + 1):
        await house.intake.send(case_id, a_message("one-stop", number))
    await house.intake.send(case_id, a_message("one-stop", HANDED_MAX, reason="x", outcome=Outcome.REFUSE))
    ((name, refusal),) = house.settled(case_id)
    assert name.startswith("conflict/")
    assert "command_conflict" in str(refusal)
    assert house.number_waiting() == 1


async def test_nobody_overtakes_after_a_restart(house: House, lease: HandingOver) -> None:
    """A bridge that starts, or gets another's partitions, finds whose messages wait: what comes now waits behind them."""
    case_id = await house.open()
    for number in range(HANDED_MAX + 5):
        await house.intake.send(case_id, a_message("one-stop", number))
    _, restarted = house.another_bridge()
    late = a_message("one-stop", 99)
    await restarted.send(case_id, late)
    assert (await house.signals(case_id), house.number_waiting()) == (HANDED_MAX, 6)
    async with house.worker():
        await drained(house, lease)
        await soon(lambda: house.is_settled(case_id, late))
    assert house.settled(case_id)[-1][0] == late.command_id


async def test_a_sender_who_was_heard_writes_straight_again(house: House, lease: HandingOver) -> None:
    """When its last waiting message is answered nothing of it goes through the table any more."""
    case_id = await house.open()
    async with house.worker():
        for number in range(MANY):
            await house.intake.send(case_id, a_message("one-stop", number))
        await drained(house, lease)
        await house.room.refresh()
        await house.intake.send(case_id, a_message("one-stop", MANY))
        assert house.number_waiting() == 0


async def test_what_temporal_lost_is_handed_over_again(
    house: House, lease: HandingOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command out of the room stays on record until it is answered: after a while it is given once more, and counts once."""
    monkeypatch.setattr("intake.handing_over.UNANSWERED_SECONDS", 0.0)
    monkeypatch.setattr("intake.handing_over.UNANSWERED_LOOK_SECONDS", 0.0)
    case_id = await house.open_and_recorded()
    for number in range(HANDED_MAX + 2):
        await house.intake.send(case_id, a_message("one-stop", number))
    await house.handing.round(lease)
    await house.forgotten(case_id)
    async with house.worker():
        await drained(house, lease)
    assert len(house.settled(case_id)) == 3, "the room's own two; of those that went straight Temporal kept no trace"
    decided = [record for record in house.records(case_id) if record.event.type == "StepDecided"]
    assert len(decided) == 1


async def test_a_room_that_is_full_of_one_case_serves_the_others(house: House, lease: HandingOver) -> None:
    """One case cannot be reached; what waits for others is handed over all the same."""
    broken, sound = "case-" + "0" * 24, await house.open()
    for number in range(3):
        house.waiting.put(broken, "department/one-stop", f"c{number}", "{}")
    for number in range(HANDED_MAX + 3):
        await house.intake.send(sound, a_message("one-stop", number, at=MONDAY + timedelta(minutes=number)))
    async with house.worker():
        await house.handing.round(lease)
        await soon(lambda: len(house.settled(sound)) == HANDED_MAX + 4)


async def test_one_process_at_a_time_hands_over(house: House, lease: HandingOver) -> None:
    """The right is one; with its connection it goes to another."""
    assert house.waiting.lease() is None
    lease.release()
    found = house.waiting.lease()
    assert found is not None
    found.release()
