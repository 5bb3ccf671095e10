"""Any structure and any bytes on the topics that others write to: an effect or a dead letter, never a fault of ours."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from events.language.commands import CaseCommand
from events.language.messages import SubmissionMessage
from events.language.text import is_storable
from events.language.topics import Topics
from events.transport.letters import letter_headers
from events.transport.ports import DeadLetter, Done
from intake.desk import Submitted
from intake.reception import Reception
from tests.intake.fake_systems import AnySystem
from tests.intake.strange_messages import CANARY, COUNT, Strange, strange
from wording.foreign import is_plain
from wording.json_text import read_json
from wording.names import tidy

TOPICS = Topics()
COMMANDS: TypeAdapter[Any] = TypeAdapter(CaseCommand)


@dataclass
class Taking:
    """An intake that takes whatever it is given, as it would be kept: as JSON."""

    systems = AnySystem()
    commands: list[Any] = field(default_factory=list)
    submissions: list[SubmissionMessage] = field(default_factory=list)

    def business(self, real: datetime) -> datetime:
        return real

    async def send(self, _: str, command: Any) -> None:
        self.commands.append(command)

    async def submit(self, message: SubmissionMessage, **_: Any) -> Submitted:
        self.submissions.append(message)
        return Submitted("case-1", known=False)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the reception asks for {name}, which this intake does not have")


def is_json(model: Any) -> bool:
    """Whether what is kept and sent of it is JSON that can be stored, and says the same when it is read again."""
    text = model.model_dump_json()
    json.loads(text, parse_constant=lambda word: (_ for _ in ()).throw(AssertionError(word)))
    return is_storable(read_json(text, depth_max=80))


@given(strange())
@settings(max_examples=COUNT, deadline=None)
def test_every_message_is_accounted_for(message: Strange) -> None:
    """Done means that it reached the intake, once; a dead letter names a field, and nothing that the message says."""
    taking = Taking()
    reception = Reception(taking, TOPICS)  # type: ignore[arg-type]
    incoming = message.incoming(TOPICS)
    found = asyncio.run(reception.handle(incoming))
    taken = [*taking.commands, *taking.submissions]
    if isinstance(found, Done):
        assert len(taken) == 1
    else:
        assert isinstance(found, DeadLetter)
        assert not taken
        assert found.code.isascii()
        assert CANARY not in f"{found.reason}"
        headers = dict(letter_headers(incoming, found, 1))
        assert is_plain((headers["dlq-reason"] + headers["dlq-field"]).decode())
        assert len(headers["dlq-reason"]) <= 4 * 500
    for command in taking.commands:
        assert is_json(command)
        assert COMMANDS.validate_json(command.model_dump_json()) == command
        step = getattr(command, "step_id", None)
        assert step is None or (is_plain(step) and tidy(step) == step)
    for submission in taking.submissions:
        assert is_json(submission)
        for step in submission.route:
            assert is_plain(step.id + step.name)


@given(strange(), st.binary(max_size=3), st.integers(0, 10_000))
@settings(max_examples=COUNT // 5, deadline=None)
def test_bytes_that_a_network_spoilt_are_accounted_for(message: Strange, put: bytes, at: int) -> None:
    """Some bytes of the value exchanged, wherever they stand."""
    place = at % (len(message.value) + 1)
    spoilt = message.value[:place] + put + message.value[place + len(put) :]
    test_every_message_is_accounted_for.hypothesis.inner_test(  # type: ignore[attr-defined]
        Strange(message.decision, message.key, message.headers, spoilt)
    )
