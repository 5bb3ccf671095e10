"""Identifiers are stable, and slugs keep distinct names distinct."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.language.identity import (
    APPLICATION_ID_PATTERN,
    DEPARTMENT_LENGTH_MAX,
    DOSSIER_CODE_PATTERN,
    SOURCE_PATTERN,
    case_id_of,
    department_slug_of,
    dossier_code_of,
    event_id_of,
    is_reserved,
    message_command_id,
    refusal_id_of,
    subject_ref_of,
)
from events.language.linking import end_command_id
from events.language.topics import Topics

anything = st.text(max_size=40) | st.text("aB ", min_size=90, max_size=120)
slug_like = st.lists(st.text("abz019", min_size=1, max_size=12), min_size=1, max_size=9).map("-".join)
hashed = slug_like.map(department_slug_of) | anything.map(department_slug_of)
names = (
    anything | slug_like | hashed | st.sampled_from(["Sở Xây dựng", "SỞ XÂY DỰNG", "so-xay-dung", "Group 1", "group-1"])
)


@given(names, names)
@example("Group 1", department_slug_of("Group 1"))
@example("", "department")
def test_distinct_departments_have_distinct_slugs(first: str, second: str) -> None:
    """Also when one name is the slug of another."""
    assert (department_slug_of(first) == department_slug_of(second)) == (first == second)


@given(names)
def test_a_slug_is_a_lawful_part_of_a_topic(name: str) -> None:
    """Lower case, digits and hyphens, at most 100 characters; Kafka's limit of 249 for the topic is kept."""
    slug, topics = department_slug_of(name), Topics("p" * 49)
    assert re.fullmatch(r"[a-z0-9-]{1,100}", slug)
    assert len(topics.dead_letters(topics.decisions(slug))) <= 249
    assert topics.department_of(topics.decisions(slug)) == slug


@given(slug_like)
def test_a_plain_slug_stays_as_it_is(name: str) -> None:
    """The departments of the catalogue keep their ids; only what looks like a hashed name does not."""
    if not re.search(r"-[0-9a-f]{12}$", name) and len(name) <= DEPARTMENT_LENGTH_MAX:
        assert department_slug_of(name) == name


def test_a_slug_stays_the_same_for_ever() -> None:
    """Topics carry it: another one would be another topic."""
    assert department_slug_of("Sở Xây dựng") == "so-xay-dung-53836de81eff"
    assert department_slug_of("财政局") == "department-c8d6dfafde00"


sources = st.from_regex(SOURCE_PATTERN.rstrip("$"), fullmatch=True)
application_ids = st.from_regex(APPLICATION_ID_PATTERN.rstrip("$"), fullmatch=True)


@given(sources, application_ids, sources, application_ids)
def test_a_case_is_known_by_source_and_application(source: str, its_id: str, other: str, other_id: str) -> None:
    """The same pair is the same case, and no other pair is."""
    first, second = case_id_of(source, its_id), case_id_of(other, other_id)
    assert (first == second) == ((source, its_id) == (other, other_id))
    assert re.fullmatch(r"case-[0-9a-f]{24}", first)


def test_ids_are_what_they_were() -> None:
    """Ids are in ledgers and on topics for ever: these may never change."""
    case_id = case_id_of("/portal", "HS-1")
    assert case_id == "case-e40258201b311edfc7d35e15"
    assert subject_ref_of(case_id) == "subject-b65c4395b4a2703dbd4943e7"
    assert event_id_of(case_id, 3) == "case-e40258201b311edfc7d35e15.3"
    assert refusal_id_of(case_id, "finance:d-1") == "refusal-5daead66ba1ed389a721bb330d320689"
    assert refusal_id_of("case-b", "finance:d-1") != refusal_id_of(case_id, "finance:d-1")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 100_000))
def test_a_dossier_code_has_the_lawful_form(day: date, ordinal: int) -> None:
    """Agency, day, ordinal of at least four digits."""
    for agency in ("000.00.01.H26", "H26.1.2"):
        assert DOSSIER_CODE_PATTERN.match(dossier_code_of(agency, day, ordinal))


@pytest.mark.parametrize(
    "engines",
    [
        message_command_id("system", "portal", "/portal", "1"),
        message_command_id("department", "culture", "/culture", "1"),
        *("conflict/1", "submissions:9"),
        end_command_id("case-1"),
        *("open:case-1", "withdraw:case-1", "plan:7:case-1", "tick:2026-03-02T02:00:00+00:00"),
    ],
)
def test_nobody_takes_an_id_that_the_engine_will_use(engines: str) -> None:
    """A used id swallows what comes under it; and what bears a tick's id is taken for nobody's command by the auditor."""
    assert is_reserved(engines)
    assert not is_reserved(f"cli:{engines}")
