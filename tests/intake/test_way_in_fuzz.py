"""Any structure and any bytes on the topics that others write to: an effect or a dead letter, never a fault of ours."""

from __future__ import annotations

import asyncio
import difflib
import json
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from catalog.loader import load_catalog
from events.language.commands import CaseCommand
from events.language.messages import SubmissionMessage
from events.language.text import is_storable
from events.language.topics import Topics
from events.transport.letters import letter_headers
from events.transport.ports import DeadLetter, Done
from intake.person import parted
from intake.reception import Reception
from intake.streams import Submitted
from tests.intake.fake_systems import AnySystem
from tests.intake.strange_messages import AT, CANARY, COUNT, LAWFUL, Strange, strange
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


ATTRIBUTES = {"specversion": "1.0", "id": "1", "source": "/portal"}
LAW, ANSWER = LAWFUL[False]["SubmitApplication"], LAWFUL[True]["DecideStep"]
HEAPED = "a" + "\u0316\u0301" * 150_000
"""Accents in the wrong order, without end on one letter: to order them takes time with the square of their number."""
HEAVY: dict[str, tuple[bool, dict[str, Any], str | None]] = {
    "accents in a step": (True, ANSWER | {"step_id": HEAPED}, "invalid_field"),
    "accents in a reason": (True, ANSWER | {"reason": HEAPED}, "invalid_field"),
    "accents in an applicant": (False, LAW | {"applicant": {"name": HEAPED}}, None),
    "accents in a fact": (False, LAW | {"facts": {"project": HEAPED}}, "invalid_field"),
    "consulted": (True, ANSWER | {"consult": [{}] * 200_000}, "invalid_field"),
    "documents": (False, LAW | {"documents": [1] * 200_000}, "invalid_field"),
    "facts": (False, LAW | {"facts": {f"k{number}": [] for number in range(50_000)}}, "invalid_field"),
    "one long field": (False, LAW | {"x" * 900_000: 1}, "invalid_field"),
}


@pytest.mark.parametrize("name", HEAVY)
async def test_no_message_holds_the_bridge_for_longer_than_it_is_long(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A megabyte is refused, or taken, with work in proportion: some of these took minutes, in which nobody else was heard."""
    decision, data, code = HEAVY[name]
    taking = Taking()
    normalize, near = unicodedata.normalize, difflib.get_close_matches
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: normalize(form, _within(text)))
    monkeypatch.setattr(difflib, "get_close_matches", lambda word, *rest, **more: near(_within(word), *rest, **more))
    kind = "DecideStep" if decision else "SubmitApplication"
    headers = [(f"ce_{part}", text.encode()) for part, text in ATTRIBUTES.items()]
    value = json.dumps(data, ensure_ascii=False).encode()
    message = Strange(decision, None, (*headers, ("ce_type", f"vn.greenlane.{kind}".encode())), value)
    found = await Reception(taking, TOPICS).handle(message.incoming(TOPICS))  # type: ignore[arg-type]
    assert getattr(found, "code", None) == code
    if taking.submissions:
        parted(taking.submissions[0], "/portal", load_catalog().lane_table(AT.date()), "portal")
    if isinstance(found, DeadLetter) and name in ("consulted", "documents", "facts"):
        assert "more)" not in found.reason, "the parts of what has too many of them are not looked at"


def _within(text: str) -> str:
    assert len(text) <= 1_000, f"{len(text)} characters"
    return text
