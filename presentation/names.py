"""Names instead of ids: of departments, roles, lanes and clocks, in both languages."""

from __future__ import annotations

from typing import Final

from catalog.basis import Text
from catalog.catalogue import Catalog
from catalog.province import LEAD
from wording.foreign import visible
from wording.text import Bilingual, LazyText, _

LANES: Final = {
    "standard": _("standard lane"),
    "green_60": _("green lane, 60 % less time"),
    "green_24h": _("green lane, 24 hours"),
}
CLOCKS: Final = {
    "statutory": _("the statutory limit"),
    "green": _("the green-lane promise"),
    "step": _("the limit of the step"),
    "consultation": _("the limit for the opinion"),
    "supplement": _("the applicant's limit for documents"),
    "explanation": _("the applicant's limit to explain"),
}
ROLES: Final = {
    "officer": _("the officer in charge, {department}"),
    "head": _("the head, {department}"),
    "administrator": _("the administrator, {department}"),
}
OTHER_ROLE: Final = _("{role}, {department}")


def said(text: Text) -> LazyText:
    """A name of the catalogue. A step of a declared route is called what its sender called it: it shall not act on anything."""
    return Bilingual(_one_line(text.en), _one_line(text.vi))


def both(vi: str, en: str) -> LazyText:
    """A name that events carry in two fields."""
    return Bilingual(_one_line(en), _one_line(vi))


def department_said(catalog: Catalog, department_id: str) -> LazyText:
    """A department's name; one that the catalogue does not have, as of an imported log, is called what it is called there."""
    found = catalog.departments.get(department_id)
    return both(department_id, department_id) if found is None else said(found.name)


def role_said(catalog: Catalog, role: str, department_id: str) -> LazyText:
    """Who holds a role: `Lãnh đạo Sở Y tế`. A role may be a department's id, meaning its head, or begin with `lead-`."""
    if role in catalog.departments:
        role, department_id = "head", role
    role = role.removeprefix(LEAD)
    text = ROLES.get(role, OTHER_ROLE)
    return text.filled(role=visible(role), department=department_said(catalog, department_id))


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())
