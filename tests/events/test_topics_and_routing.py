"""Topics are the security boundary; an event reaches those it concerns, and no department's topic but theirs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from events.language.case_events import EventRecord, StepAssigned, StepReassigned, event_types
from events.language.routing import topics_of
from events.language.topics import Topics
from events.schemas import documents
from events.transport.bridge import incoming_pattern

TOPICS = Topics("province")
AT = datetime(2025, 6, 2, tzinfo=UTC)


def routed(event_type: type[BaseModel], **fields: Any) -> tuple[str, ...]:
    """The topics of an event of this type; routing looks at departments and kinds only."""
    given = dict.fromkeys(event_type.model_fields, "x") | fields
    event: Any = event_type.model_construct(None, **given)
    record = EventRecord.model_construct(
        None, case_id="c", sequence=1, at=AT, decided_at=AT, command_id="d", event=event
    )
    return topics_of(record, TOPICS)


def test_the_bridge_reads_submissions_and_decisions_only() -> None:
    """Not its own topics, not dead letters, not those of another prefix that begins the same."""
    pattern = re.compile(incoming_pattern(TOPICS))
    read = [TOPICS.submissions, TOPICS.decisions("finance"), TOPICS.decisions("so-xay-dung-53836de81eff")]
    left = [
        TOPICS.case_events,
        TOPICS.escalations,
        TOPICS.work("finance"),
        TOPICS.dead_letters(TOPICS.submissions),
        TOPICS.dead_letters(TOPICS.decisions("finance")),
        Topics("province2").decisions("finance"),
        "provinceXdecisions.finance.v1",
        TOPICS.decisions("Finance"),
        TOPICS.submissions + "x",
    ]
    assert [bool(pattern.match(topic)) for topic in read] == [True] * len(read)
    assert [topic for topic in left if pattern.match(topic)] == []


@pytest.mark.parametrize("department", ["finance", "a", "x" * 100, "so-1"])
def test_the_topic_names_the_department(department: str) -> None:
    """What a decisions topic says is what was put into it; no other topic says anything."""
    assert TOPICS.department_of(TOPICS.decisions(department)) == department
    for topic in (TOPICS.work(department), TOPICS.submissions, TOPICS.dead_letters(TOPICS.decisions(department))):
        assert TOPICS.department_of(topic) is None
    assert TOPICS.department_of(Topics("other").decisions(department)) is None


def test_every_event_is_on_the_public_log_first() -> None:
    """The log other systems build on has all of them, once."""
    for kind in event_types():
        topics = routed(kind)
        assert topics[0] == TOPICS.case_events
        assert len(topics) == len(set(topics))


def test_work_reaches_its_department_and_nobody_else() -> None:
    """An assigned step is on one work topic: that of its department."""
    assert routed(StepAssigned, department="finance") == (TOPICS.case_events, TOPICS.work("finance"))


def test_a_step_that_stays_in_its_department_is_told_there() -> None:
    """Another officer of the same department; to another department go a cancellation and an assignment of their own."""
    same = routed(StepReassigned, to_department="finance", from_department="finance")
    other = routed(StepReassigned, to_department="health", from_department="finance")
    assert same == (TOPICS.case_events, TOPICS.work("finance"))
    assert other == (TOPICS.case_events,)


def test_the_published_document_follows_the_routing() -> None:
    """Who reads a channel finds every message type that may come, and no other."""
    channels = documents()["asyncapi.json"]["channels"]
    assert set(channels["case-events"]["messages"]) == {event_type.__name__ for event_type in event_types()}
    assert {"StepAssigned", "StepCancelled", "StepDecided", "AnswerRefused"} <= set(channels["work"]["messages"])
    assert {"RungFired", "EscalationAcknowledged"} <= set(channels["escalations"]["messages"])
    for channel in ("work", "escalations"):
        assert not {"CaseClosed", "ApplicationSubmitted", "ClockMet"} & set(channels[channel]["messages"])
    assert "RungFired" not in channels["work"]["messages"]
    assert "StepAssigned" not in channels["escalations"]["messages"]
