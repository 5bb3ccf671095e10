"""Names instead of ids: of departments, roles, lanes and clocks, in both languages."""

from __future__ import annotations

from typing import Final

from catalog.basis import Text
from catalog.catalogue import Catalog
from catalog.province import LEAD
from wording.foreign import visible
from wording.text import Said, spoken

LANES: Final = {
    "standard": Said("standard lane", "luồng thường"),
    "green_60": Said("green lane, 60 % less time", "luồng xanh giảm 60 % thời gian"),
    "green_24h": Said("green lane, 24 hours", "luồng xanh 24 giờ"),
}
CLOCKS: Final = {
    "statutory": Said("the statutory limit", "thời hạn theo luật"),
    "green": Said("the green-lane promise", "cam kết luồng xanh"),
    "step": Said("the limit of the step", "thời hạn của bước"),
    "consultation": Said("the limit for the opinion", "thời hạn cho ý kiến"),
    "supplement": Said("the applicant's limit for documents", "thời hạn người nộp bổ sung giấy tờ"),
    "explanation": Said("the applicant's limit to explain", "thời hạn người nộp giải trình"),
}
ROLES: Final = {
    "officer": Said("the officer in charge, {department}", "Cán bộ thụ lý, {department}"),
    "head": Said("the head, {department}", "Lãnh đạo {department}"),
    "administrator": Said("the administrator, {department}", "Quản trị hệ thống, {department}"),
}
OTHER_ROLE: Final = Said("{role}, {department}", "{role}, {department}")


def said(text: Text) -> Said:
    """A name of the catalogue. A step of a declared route is called what its sender called it: it shall not act on anything."""
    return Said(_one_line(text.en), _one_line(text.vi))


def both(vi: str, en: str) -> Said:
    """A name that events carry in two fields."""
    return Said(_one_line(en), _one_line(vi))


def department_said(catalog: Catalog, department_id: str) -> Said:
    """A department's name; one that the catalogue does not have, as of an imported log, is called what it is called there."""
    found = catalog.departments.get(department_id)
    return both(department_id, department_id) if found is None else said(found.name)


def role_said(catalog: Catalog, role: str, department_id: str) -> Said:
    """Who holds a role: `Lãnh đạo Sở Y tế`. A role may be a department's id, meaning its head, or begin with `lead-`."""
    if role in catalog.departments:
        role, department_id = "head", role
    role = role.removeprefix(LEAD)
    text = ROLES.get(role, OTHER_ROLE)
    return spoken(text, text.vi, role=visible(role), department=department_said(catalog, department_id))


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())
