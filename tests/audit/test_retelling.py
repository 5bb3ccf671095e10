"""A life told by deciding it again is the life that its records tell; and is told of nothing but the very bytes."""

from __future__ import annotations

import pytest

from audit.retelling import tell_again
from audit.story import Story, story_of
from bench.lives import definitions_in_force, lived
from cases.decide import CASES
from catalog.model import Definitions
from events.language.case_events import EventRecord, canonical_json, record_of
from tests.audit.simulation.lives import LivedCase, plan_of

LIVES = 60


def of_bodies(definitions: Definitions, bodies: list[str]) -> Story | None:
    return tell_again(definitions, record_of(bodies[0]), bodies)


def both_ways(definitions: Definitions, records: tuple[EventRecord, ...] | list[EventRecord]) -> bool:
    """Whether the life can be told by deciding it again; if so it is the same, down to what the read models show."""
    bodies = [canonical_json(record) for record in records]
    by_deciding, by_reading = (
        of_bodies(definitions, bodies),
        story_of(definitions, [record_of(body) for body in bodies]),
    )
    if by_deciding is None:
        return False
    assert by_deciding == by_reading
    shown = [CASES.shown(story.case, records) for story in (by_deciding, by_reading)]
    assert shown[0].view.model_dump_json() == shown[1].view.model_dump_json()
    assert [item.model_dump_json() for item in shown[0].work] == [item.model_dump_json() for item in shown[1].work]
    assert shown[0].escalations == shown[1].escalations
    return True


def test_random_lives_are_told_the_same_both_ways() -> None:
    """Whatever happens in them; nearly all can be told so."""
    lives = [LivedCase(plan_of(seed)).live() for seed in range(LIVES)]
    by_deciding = [both_ways(life.definitions, life.records) for life in lives if life.records]
    assert sum(by_deciding) > 0.9 * len(by_deciding)


def test_lives_under_the_shipped_catalogue_are_told_again() -> None:
    """With the codes that a recorder gave; every one of them."""
    for number, definitions in enumerate(definitions_in_force()[:20]):
        assert both_ways(definitions, lived(definitions, number))


@pytest.fixture(scope="module")
def life() -> tuple[Definitions, list[str]]:
    """A life that is told again as it is."""
    definitions = definitions_in_force()[0]
    bodies = [canonical_json(record) for record in lived(definitions, 1)]
    assert of_bodies(definitions, bodies) is not None
    return definitions, bodies


def test_nothing_is_told_of_other_bytes(life: tuple[Definitions, list[str]]) -> None:
    """One byte changed, anywhere in any record: what is told is not what stands there."""
    definitions, bodies = life
    for number, body in enumerate(bodies):
        for place in range(number % 7, len(body), 29):
            forged = body[:place] + chr(ord(body[place]) ^ 1) + body[place + 1 :]
            changed = [*bodies[:number], forged, *bodies[number + 1 :]]
            story = tell_again(definitions, record_of(bodies[0]), changed)
            assert story is None or [canonical_json(scene.record) for scene in story.scenes] == changed


def test_nothing_is_told_of_a_decision_that_says_more_or_less(life: tuple[Definitions, list[str]]) -> None:
    """A record dropped, repeated, or put in another's place is no decision of these rules."""
    definitions, bodies = life
    for number in range(1, len(bodies)):
        assert of_bodies(definitions, [*bodies[:number], *bodies[number + 1 :]]) is None or number == len(bodies) - 1
        assert of_bodies(definitions, [*bodies[:number], bodies[number], *bodies[number:]]) is None
    assert of_bodies(replace_code(definitions), bodies) is None


def replace_code(definitions: Definitions) -> Definitions:
    return definitions.model_copy(update={"agency_code": "H99.1"})
