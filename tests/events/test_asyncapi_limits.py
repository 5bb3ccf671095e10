"""What asyncapi.json says of limits is what the way in holds messages to: nobody meets one that no document tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from events import schemas
from events.asyncapi import DEPARTMENT, SYSTEM
from events.language.envelope import EnvelopeError, envelope_of
from events.language.messages import MessageError, SubmissionMessage, parsed
from events.language.topics import Topics
from events.transport.lanes import LaneSettings
from greenlane.settings import Settings
from wording.json_text import JsonRefusedError, read_json

DOCUMENT: dict[str, Any] = schemas.documents()["asyncapi.json"]
HEADERS = DOCUMENT["components"]["schemas"]["GivenHeaders"]
VALIDATOR = Draft202012Validator(HEADERS)
GOOD = {"ce_specversion": "1.0", "ce_id": "d-1", "ce_source": "/finance", "ce_type": "vn.greenlane.DecideStep"}
LIMITS = DOCUMENT["x-limits"]

words = st.text(max_size=12) | st.text("aZ09/?#~% é\x1b\x7f\u0085\ufffe", max_size=12)
times = st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,9})?[Zz]?")


def is_read(headers: dict[str, str]) -> bool:
    try:
        envelope_of([(name, text.encode("utf-8", "surrogatepass")) for name, text in headers.items()], b"{}")
    except EnvelopeError:
        return False
    return True


@given(st.sampled_from(["ce_id", "ce_source", "ce_specversion"]), words)
def test_the_document_and_the_reader_agree_on_attributes(name: str, text: str) -> None:
    """What its patterns and lengths allow is read, and nothing else."""
    headers = GOOD | {name: text}
    assert is_read(headers) == VALIDATOR.is_valid(headers)


@given(times)
def test_an_instant_beyond_the_pattern_is_not_read(text: str) -> None:
    """What is read has the document's pattern; that a day exists no pattern says."""
    headers = GOOD | {"ce_time": text}
    assert not is_read(headers) or VALIDATOR.is_valid(headers)


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type"])
def test_the_longest_attribute_is_read_and_no_longer_one(name: str) -> None:
    """To the character."""
    most = HEADERS["properties"][name]["maxLength"]
    assert is_read(GOOD | {name: "a" * most})
    assert not is_read(GOOD | {name: "a" * (most + 1)})


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        ("maxDepth", lambda n: "[" * n + "]" * n),
        ("maxIntegerDigits", lambda n: "9" * n),
        ("maxNumberLength", lambda n: "0." + "1" * (n - 2)),
    ],
)
def test_the_largest_json_is_read_and_no_larger(limit: str, text: Callable[[int], str]) -> None:
    """Depth, digits, characters of a number."""
    most = LIMITS["json"][limit]
    read_json(text(most))
    with pytest.raises(JsonRefusedError):
        read_json(text(most + 1))


def test_the_largest_fact_is_taken_and_no_larger() -> None:
    """A number of four hundred digits, or a text without end, is refused where it comes in."""
    facts, given_facts = LIMITS["facts"], {"application_id": "A-1", "procedure": "p", "applicant": {}}
    schema = Draft202012Validator(schemas.schemas()["SubmitApplication.v1.json"])
    for good, bad in (
        (facts["maximum"], facts["maximum"] + 1),
        (facts["minimum"], facts["minimum"] - 1),
        ("x" * facts["maxLength"], "x" * (facts["maxLength"] + 1)),
    ):
        for value, is_taken in ((good, True), (bad, False)):
            message = given_facts | {"facts": {"area": value}}
            assert schema.is_valid(message) == is_taken
            if is_taken:
                parsed(SubmissionMessage, message)
            else:
                with pytest.raises(MessageError):
                    parsed(SubmissionMessage, message)


def test_the_size_that_it_tells_is_the_one_that_is_set() -> None:
    """Where nobody sets another."""
    most = LIMITS["message"]["maxBytes"]
    assert most == Settings().max_message_bytes == LaneSettings().max_message_bytes


def test_every_topic_of_a_sender_has_its_channel() -> None:
    """Of a department, a submitting system, the portal and the operator."""
    topics, told = Topics(), {channel["address"] for channel in DOCUMENT["channels"].values()}
    needed = {*topics.of_department(DEPARTMENT), *topics.of_submitter(SYSTEM), *topics.of_system()}
    assert {topic for topic in needed if not topic.endswith(".dlq")} == told
