"""Who the province is: its departments with their codes, calendars and roles. Pure."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import StringConstraints, model_validator

from catalog import unsound_texts as unsound
from catalog.basis import PUBLIC_CALENDAR, Slug, Text, Version
from catalog.definition import Definition
from catalog.soundness import raise_if_unsound, repeated

LEAD = "lead-"
"""Before a role in a rung's audience: the role of the case's agency, not of the step's department."""


Language = Literal["vi", "en", "both"]


class RoleHolder(Definition):
    """Who holds a role of a department, and who stands in. Role accounts only, never a private person's address."""

    role: Slug
    """`officer`, `head`, ...; the audience of a rung names roles."""
    email: str | None = None
    substitute_email: str | None = None
    language: Language = "both"
    """In which language letters to them are written; both: the one below the other."""


class Department(Definition):
    """A department of the province, with the code it stamps on dossiers."""

    id: Slug
    name: Text
    code: Annotated[str, StringConstraints(pattern=r"^(\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(\.\d+){0,3})$")] | None = None
    """The agency's electronic identifier (QĐ 20/2020/QĐ-TTg), the first part of a dossier code."""
    calendar: Slug = PUBLIC_CALENDAR
    roles: tuple[RoleHolder, ...] = ()
    verified: bool = False


class Province(Definition):
    """The departments of one province, one version."""

    id: Slug
    version: Version
    name: Text
    calendar: Slug = PUBLIC_CALENDAR
    """The province's own: its zone is that of every screen, its days are those of the dossiers' joint promises."""
    departments: tuple[Department, ...]
    source: str = ""
    verified: bool = False

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        # Two agencies with one code would give two dossiers one code.
        coded = [(i, department.code) for i, department in enumerate(self.departments) if department.code]
        codes = [code for _, code in coded]
        shared = [(i, code) for place, (i, code) in enumerate(coded) if code in codes[:place]]
        problems = repeated(("departments",), "id", (department.id for department in self.departments))
        problems += [(("departments", i, "code"), unsound.shared_code(code)) for i, code in shared]
        for i, department in enumerate(self.departments):
            problems += repeated(("departments", i, "roles"), "role", (holder.role for holder in department.roles))
        return raise_if_unsound(self, problems)
