"""What a message is called by us: by its source and its id together, within the topic that it came on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.language.commands import Actor, ActorKind, Assurance, CaseCommand
from events.language.envelope import binary_headers
from events.language.identity import message_command_id, message_digest_of
from events.language.topics import Topics
from events.transport.errors import Unavailable
from events.transport.ports import Done, Incoming
from intake.reception import Reception
from intake.streams import Submitted
from intake.trust import Trust
from store.errors import (
    KeyServiceUnavailable,
    MasterKeyMissing,
    MasterKeyUnknown,
    MasterKeyWrong,
    StoreError,
    StoreUnavailable,
)
from tests.intake.fake_systems import AnySystem

TOPICS = Topics()
AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


@dataclass
class Kept:
    """An intake that keeps what it is given."""

    systems: AnySystem = field(default_factory=AnySystem)
    sent: list[CaseCommand] = field(default_factory=list)
    submitted: list[tuple[str, Actor]] = field(default_factory=list)

    def business(self, real: datetime) -> datetime:
        return real

    async def send(self, _: str, command: CaseCommand) -> None:
        self.sent.append(command)

    async def submit(self, *_: Any, command_id: str, actor: Actor, **__: Any) -> Submitted:
        self.submitted.append((command_id, actor))
        return Submitted("case-1", known=False)


def message(topic: str, name: str, source: str, event_id: str, at: datetime = AT, **data: Any) -> Incoming:
    headers = binary_headers(id=event_id, source=source, name=name, subject=None, time=at)
    return Incoming(topic, 0, 0, b"case-1", json.dumps(data).encode(), tuple(headers), at)


def answer(step: str, source: str, event_id: str, at: datetime = AT, department: str = "culture") -> Incoming:
    data = {"case": "case-1", "step_id": step, "outcome": "approve"}
    return message(TOPICS.decisions(department), "DecideStep", source, event_id, at, **data)


async def ids(reception: Reception, kept: Kept, *messages: Incoming) -> list[str]:
    for each in messages:
        assert await reception.handle(each) == Done()
    return [command.command_id for command in kept.sent]


async def test_two_systems_may_count_alike() -> None:
    """Two sources of one department, two departments, two submitting systems: all number their messages from 1."""
    kept = Kept()
    reception = Reception(kept, TOPICS)  # type: ignore[arg-type]
    supplement = {"case": "case-1"}
    found = await ids(
        reception,
        kept,
        answer("site-check", "/culture/field", "1"),
        answer("signing", "/culture/office", "1"),
        answer("signing", "/culture/office", "1", department="finance"),
        message(TOPICS.submissions, "ReceiveSupplement", "/portal", "1", **supplement),
        message(TOPICS.submissions, "ReceiveSupplement", "/counter/7", "1", **supplement),
        message(TOPICS.submissions_of("kiosk"), "ReceiveSupplement", "/portal", "1", **supplement),
    )
    assert len(set(found)) == 6
    assert found[0] == message_command_id("department", "culture", "/culture/field", "1")
    assert found[3:] == [
        f"system/portal:{message_digest_of('/portal', '1')}",
        f"system/portal:{message_digest_of('/counter/7', '1')}",
        f"system/kiosk:{message_digest_of('/portal', '1')}",
    ]


async def test_a_message_that_comes_again_has_the_name_it_had() -> None:
    """Whenever it comes, in whatever run of the bridge."""
    kept = Kept()
    found = await ids(
        Reception(kept, TOPICS),  # type: ignore[arg-type]
        kept,
        answer("signing", "/culture/office", "1"),
        answer("signing", "/culture/office", "1", AT + timedelta(days=400)),
    )
    assert len(set(found)) == 1


@pytest.mark.parametrize("odd", ["x" * 1000, "hai mươi bảy", "a b", "a/b:c", "🙂"])
async def test_no_id_is_too_odd_to_have_a_name(odd: str) -> None:
    """Whatever its letters, as long as it is an id at all; and nobody can read the sender's out of ours."""
    kept = Kept()
    (found,) = await ids(Reception(kept, TOPICS), kept, answer("signing", "/culture/office", odd))  # type: ignore[arg-type]
    assert len(found) < 200
    assert odd not in found


async def test_what_came_before_the_upgrade_keeps_its_id() -> None:
    """The ledger of its case knows it by that; one that Kafka took a moment later has its own."""
    kept = Kept()
    reception = Reception(kept, TOPICS, identity_since=AT)  # type: ignore[arg-type]
    before = AT - timedelta(microseconds=1)
    found = await ids(
        reception,
        kept,
        answer("signing", "/culture/office", "7", before),
        message(TOPICS.submissions, "WithdrawApplication", "/portal", "8", before, case="case-1"),
        answer("signing", "/culture/office", "7", AT),
    )
    assert found[:2] == ["culture:7", "submissions:8"]
    assert found[2] == message_command_id("department", "culture", "/culture/office", "7")


@pytest.mark.parametrize("assurance", [Assurance.TOPIC, Assurance.CLAIMED])
async def test_who_sent_it_is_whose_topic_it_is(assurance: Assurance) -> None:
    """As sure as Kafka's access list makes it; what a message says of itself names nobody."""
    kept = Kept()
    reception = Reception(kept, TOPICS, trust=Trust(lambda: assurance is Assurance.TOPIC))  # type: ignore[arg-type]
    application = {"application_id": "1", "procedure": "karaoke-licence", "applicant": {}}
    await ids(
        reception,
        kept,
        answer("signing", "/anybody", "1"),
        message(TOPICS.submissions_of("kiosk"), "WithdrawApplication", "/anybody", "1", case="case-1"),
        message(TOPICS.submissions_of("kiosk"), "SubmitApplication", "/anybody", "2", **application),
    )
    kiosk = Actor(kind=ActorKind.APPLICANT, id="kiosk", assurance=assurance)
    assert [command.actor for command in kept.sent] == [
        Actor(kind=ActorKind.DEPARTMENT, id="culture", assurance=assurance),
        kiosk,
    ]
    assert [actor for _, actor in kept.submitted] == [kiosk]


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (KeyServiceUnavailable(reason="no"), "the key service"),
        (MasterKeyUnknown(key_id="k2"), "the master key"),
        (MasterKeyMissing(), "the master key"),
        (StoreUnavailable(reason="no"), "PostgreSQL"),
    ],
)
async def test_a_message_waits_for_what_is_missing(error: StoreError, away: str) -> None:
    """A bridge from before a rotation, or one whose key service is away, loses nothing and buries nothing."""

    class Away(Kept):
        async def send(self, *_: Any, **__: Any) -> None:
            raise error

    with pytest.raises(Unavailable) as raised:
        await Reception(Away(), TOPICS).handle(answer("signing", "/culture/office", "1"))  # type: ignore[arg-type]
    assert raised.value.what == away


async def test_a_key_that_does_not_open_is_no_outage() -> None:
    """One subject's key that was changed: the message is tried a few times and put aside, the others go on."""

    class Broken(Kept):
        async def send(self, *_: Any, **__: Any) -> None:
            raise MasterKeyWrong(key_id="k1")

    with pytest.raises(MasterKeyWrong):
        await Reception(Broken(), TOPICS).handle(answer("signing", "/culture/office", "1"))  # type: ignore[arg-type]
