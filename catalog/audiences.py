"""Whose role a rung's audience is. Pure; the one place that says so."""

from __future__ import annotations

from collections.abc import Container

from catalog.province import LEAD

HEAD = "head"
"""The role that a rung means which names a department."""


def audience_of(
    audience: str, department_id: str | None, agency_id: str, departments: Container[str]
) -> tuple[str, str]:
    """The department, and the role in it, that a rung tells, for a step of the department in a case of the agency.

    A role is one of the department that holds the step, or of the agency for a clock without a step; `lead-` and a role one
    of the agency; the id of a department is its head. `departments`: the ids of all of them.
    """
    if audience in departments:
        return audience, HEAD
    if audience.startswith(LEAD):
        return agency_id, audience.removeprefix(LEAD)
    return department_id or agency_id, audience
