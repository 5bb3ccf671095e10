"""Traces and events in the language of the engine: lawful whatever the log calls things, and nothing left out uncounted."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from eventlog.identity import ImportKey, application_id_of
from eventlog.mapping import Naming, application_facts, decision_data
from eventlog.xes import Attribute, Event, Trace
from events.language.envelope import binary_headers, envelope_of
from events.language.identity import CommandId, department_slug_of
from events.language.messages import DecisionMessage, SubmissionMessage, parsed
from sla.units import Budget, Unit
from wording.names import tidy

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
values = words | st.text(min_size=450, max_size=600)
keys = (
    st.sampled_from(["concept:name", "org:group", "org:resource", "time:timestamp", "activity", "a", "A", "1", ""])
    | words
)
events = st.builds(Event, st.just(1), st.lists(st.builds(Attribute, keys, values), max_size=8))
traces = st.builds(
    Trace, st.just(1), st.lists(st.builds(Attribute, keys, values), max_size=8), st.lists(events, max_size=8)
)


def event(**attributes: str) -> Event:
    return Event(1, [Attribute(key.replace("__", ":"), value) for key, value in attributes.items()])


def test_steps_are_activity_and_occurrence() -> None:
    trace = Trace(1, [], [event(concept__name=name) for name in ("Check it", "Check it", "check-it", "", "Check it")])
    steps = Naming().steps(trace)
    assert [step.id for step in steps[:2]] == ["check-it.1", "check-it.2"]
    assert steps[2].id.startswith("check-it-"), "another activity that is written alike keeps apart"
    assert [step.id for step in steps[3:]] == ["unnamed.1", "check-it.3"]
    assert [step.name for step in steps] == ["Check it", "Check it", "check-it", "(unnamed)", "Check it"]


def test_department_is_group_else_resource_else_unassigned() -> None:
    naming = Naming()
    given_events = [
        event(org__group="finance", org__resource="Ann"),
        event(org__resource="Ann"),
        event(org__group=" ", org__resource="Ann"),
        event(),
    ]
    slugs = [naming.department(each) for each in given_events]
    assert slugs == ["finance", department_slug_of("Ann"), department_slug_of("Ann"), "unassigned"]
    assert naming.departments == {"finance": "finance", department_slug_of("Ann"): "Ann", "unassigned": "unassigned"}


def test_standard_attributes_have_names_of_their_own() -> None:
    counted: Counter[str] = Counter()
    found = decision_data(
        Event(
            1,
            [
                Attribute("activity", "mine"),
                Attribute("cost:total", "1"),
                Attribute("Cost Total", "2"),
                Attribute("concept:name", "A"),
                Attribute("time:timestamp", "2011-10-11T13:45:40.276+02:00"),
                Attribute("1st", "x"),
                Attribute("Địa chỉ", "y"),
            ],
        ),
        counted,
    )
    assert found == {
        "activity": "A",
        "logged_at": "2011-10-11T13:45:40.276+02:00",
        "activity_2": "mine",
        "cost_total": "1",
        "cost_total_2": "2",
        "n_1st": "x",
        "dia_chi": "y",
    }
    assert counted.total() == 0


def test_what_does_not_fit_is_counted_and_said() -> None:
    counted: Counter[str] = Counter()
    many = [Attribute(f"k{number}", "v" * 501) for number in range(70)]
    found = decision_data(Event(1, [*many, Attribute("concept:name", "A")]), counted)
    assert len(found) == 64
    assert found["activity"] == "A"
    assert found["attributes_left_out"] == "8"
    assert found["k0"] == "v" * 499 + "…"
    assert counted == {"attributes_cut": 62, "attributes_left_out": 8}


def test_words_of_a_log_are_no_facts_of_a_lane() -> None:
    facts = application_facts(
        Trace(1, [Attribute("project", "ring-road-4"), Attribute("concept:name", "7")]), Counter()
    )
    assert facts == {"trace_project": "ring-road-4", "trace_concept_name": "7"}


@given(traces, st.integers(1, 10**6))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
def test_every_trace_makes_lawful_messages(trace: Trace, position: int) -> None:
    key = ImportKey("ab" * 32)
    naming = Naming()
    steps = naming.steps(trace)
    assert len({step.id for step in steps}) == len(steps) == len(trace.events)
    submission = parsed(
        SubmissionMessage,
        {
            "application_id": application_id_of(position, trace.name),
            "procedure": key.procedure_id,
            "applicant": {"imported": True},
            "facts": application_facts(trace, Counter()),
            "route": [step._asdict() for step in steps],
        },
    )
    assert [step.department for step in submission.route] == [step.department for step in steps]
    for number, (each, step) in enumerate(zip(trace.events, steps, strict=True), 1):
        message = {
            "case": key.case_id(submission.application_id),
            "step_id": step.id,
            "outcome": "approve",
            "data": decision_data(each, Counter()),
        }
        assert parsed(DecisionMessage, message).step_id == step.id
        command_id = f"{step.department}:{key.decision_id(position, number)}"
        assert TypeAdapter(CommandId).validate_python(command_id) == command_id


@given(words, words)
def test_names_of_departments_keep_apart(one: str, other: str) -> None:
    naming = Naming()
    slugs = [naming.department(event(org__group=name)) for name in (one, other)]
    same = tidy(one) == tidy(other)
    assert (slugs[0] == slugs[1]) == same or "unassigned" in (one, other)


def test_one_name_in_two_ways_of_writing_is_one() -> None:
    """Composed and decomposed accents, and blanks around: one department with one set of topics, one activity."""
    naming = Naming()
    one, other = (
        naming.steps(
            Trace(
                1,
                [],
                [
                    event(
                        org__group=unicodedata.normalize(form, " Sở Xây dựng"),
                        concept__name=unicodedata.normalize(form, "Thẩm định "),
                    )
                ],
            )
        )
        for form in ("NFC", "NFD")
    )
    assert one == other
    assert naming.departments == {"so-xay-dung-53836de81eff": "Sở Xây dựng"}
    assert naming.activities == 1


def test_what_nobody_sees_in_a_name_is_written_out() -> None:
    """A log is not refused for a line end in an activity; nobody's screen obeys it either."""
    naming = Naming()
    (step,) = naming.steps(Trace(1, [], [event(org__group="a\x1b[2Jb", concept__name="ký\nduyệt\u00ad")]))
    assert step.name == "ký\\u000aduyệt\\u00ad"
    assert list(naming.departments.values()) == ["a\\u001b[2Jb"]


def test_limit_makes_another_import() -> None:
    plain = ImportKey("ab" * 32)
    limited = ImportKey("ab" * 32, Budget(amount=3, unit=Unit.WORKING_DAYS))
    assert plain.source == "/import/" + "ab" * 32
    assert limited.source != plain.source
    assert limited.case_id("1") != plain.case_id("1")
    assert limited.decision_id(1, 1) != plain.decision_id(1, 1)
    assert limited == ImportKey("ab" * 32, Budget(amount=3, unit=Unit.WORKING_DAYS))


def test_ids_travel_as_cloudevents() -> None:
    key = ImportKey("ab" * 32)
    headers = binary_headers(
        id=key.decision_id(3, 4), source=key.source, name="DecideStep", subject="case-1", time=datetime.now(UTC)
    )
    assert envelope_of(headers, b"{}").id == "abababababababab.3.4"


@pytest.mark.parametrize("account", ["portal", "import", "auditor", "operator"])
def test_no_department_of_a_log_is_taken_for_another_account(account: str) -> None:
    """A department has an account under its slug: one that is somebody else's gets a hash."""
    slug = Naming().department(event(org__group=account))
    assert slug != account
    assert slug.startswith(f"{account}-")
