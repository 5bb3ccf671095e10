"""Who is meant by the audience of a rung, and by a duty that no clock tells of: as the catalogue says when it is told."""

from __future__ import annotations

from cases.audience import audience_of, duty_audience
from catalog.catalogue import Catalog
from catalog.province import Department, RoleHolder
from tests.presentation.letters.situations import the_catalog
from tests.store.turn_builder import exhausted, rung


def test_audiences_are_resolved_by_the_catalogue() -> None:
    """A role of the step's department, `lead-` of the agency, a department's id its head; a case's clock is the agency's."""
    catalog = the_catalog()

    def told(audience: str, department: str | None) -> tuple[str, ...]:
        event = rung("e").model_copy(update={"audience": audience, "department": department})
        return audience_of(event, "culture", catalog).addresses

    at = "bac-ninh.example"
    assert told("officer", "police") == (f"officer@police.{at}",)
    assert told("head", None) == (f"head@culture.{at}", f"deputy@culture.{at}")
    assert told("lead-head", "police") == told("head", None)
    assert told("chairman-office", "police") == (f"head@chairman-office.{at}", f"deputy@chairman-office.{at}")
    assert told("head", "no-such-department") == ()


def test_a_calendars_end_is_the_administrators_where_somebody_is() -> None:
    """In whatever department the role is held; else the head of the one-stop centre, or of the agency where there is none."""
    catalog = the_catalog()

    def told(catalog: Catalog) -> tuple[str, tuple[str, ...]]:
        found = duty_audience(exhausted(), "culture", catalog)
        return found.role, found.addresses

    def having(departments: tuple[Department, ...]) -> Catalog:
        province = catalog.province.model_copy(update={"departments": departments})
        return Catalog(catalog.procedures, province, catalog.lanes, catalog.ladders, catalog.calendars)

    every = tuple(catalog.departments.values())
    holder = RoleHolder(role="administrator", email="root@example.org")
    held = tuple(d.model_copy(update={"roles": (*d.roles, holder)}) if d.id == "science" else d for d in every)
    at = "bac-ninh.example"
    assert told(having(held)) == ("administrator", ("root@example.org",))
    assert told(having(every)) == ("head", (f"head@one-stop.{at}", f"deputy@one-stop.{at}"))
    without = having(tuple(d for d in every if d.id != "one-stop"))
    assert told(without) == ("head", (f"head@culture.{at}", f"deputy@culture.{at}"))


def test_every_audience_of_the_shipped_ladders_is_held() -> None:
    """No rung of ours goes to a role that nobody holds, in whatever department the step lies."""
    catalog = the_catalog()
    audiences = {rung.audience for ladder in catalog.ladders.values() for rung in ladder.rungs}
    unheld = [
        (audience, department)
        for audience in audiences
        for department in catalog.departments
        if catalog.holder_of(audience, department, department) is None
    ]
    assert not unheld


def test_who_holds_a_role_is_asked_when_the_alert_is_sent() -> None:
    """A substitute entered today gets the alert of a rung that fired yesterday."""
    catalog = the_catalog()
    departments = tuple(
        department.model_copy(
            update={
                "roles": tuple(r.model_copy(update={"substitute_email": "new@example.org"}) for r in department.roles)
            }
        )
        for department in catalog.departments.values()
    )
    province = catalog.province.model_copy(update={"departments": departments})
    renewed = Catalog(catalog.procedures, province, catalog.lanes, catalog.ladders, catalog.calendars)
    event = rung("e").model_copy(update={"audience": "officer"})
    assert audience_of(event, "culture", renewed).addresses == ("officer@one-stop.bac-ninh.example", "new@example.org")
