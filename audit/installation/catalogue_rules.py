"""What of a catalogue keeps an installation from working as it should: ends of calendars, roles that nobody holds. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from audit.installation.check import Check, listed
from catalog.audiences import HEAD, audience_of
from wording.text import Said, joined, spoken

if TYPE_CHECKING:
    from catalog.catalogue import Catalog
    from catalog.model import ProcedureVersion
    from sla.calendar import CalendarDefinition

CALENDAR_NOTICE: Final = timedelta(days=90)
ROLES_LISTED: Final = 8


def catalogue(found: Catalog, edition: int | None) -> Check:
    """That a catalogue can be read, and which one; `edition`: of an installation's, the number of the newest."""
    procedures, departments = len(found.procedures), len(found.departments)
    which = (
        Said("The catalogue of the folder", "Danh mục trong thư mục")
        if edition is None
        else Said(f"Edition {edition} of the catalogue", f"Ấn bản {edition} của danh mục")
    )
    return Check(
        "catalogue",
        Said(
            f"{which} is sound: {procedures} procedures, {departments} departments.",
            f"{which.vi} hợp lệ: {procedures} thủ tục, {departments} cơ quan.",
        ),
    )


def catalogue_folder(
    folder: str | None, difference: Said | None, flags: tuple[frozenset[str], frozenset[str]] | None
) -> Check:
    """Whether what the settings name is what the installation has in use; `flags`: those set here and its own."""
    if difference is not None:
        return Check(
            "catalogue_folder",
            spoken(
                "{folder} is not the catalogue in use: {difference}.",
                "{folder} khác danh mục đang dùng: {difference}.",
                folder=folder,
                difference=difference,
            ),
            spoken(
                "See `greenlane catalog diff {folder}`, and enter it with `greenlane catalog publish {folder}`.",
                "Xem bằng `greenlane catalog diff {folder}`, ban hành bằng `greenlane catalog publish {folder}`.",
                folder=folder,
            ),
        )
    if flags is not None and flags[0] != flags[1]:
        here, there = (", ".join(sorted(each)) or "-" for each in flags)
        return Check(
            "catalogue_folder",
            Said(
                f"The calendar flags here are {here}; the installation was prepared with {there}.",
                f"Cờ lịch ở đây là {here}; hệ thống được chuẩn bị với {there}.",
            ),
            Said(
                "Correct GREENLANE_FLAGS here, or run `greenlane prepare` with these.",
                "Sửa GREENLANE_FLAGS ở đây, hoặc chạy `greenlane prepare` với các cờ này.",
            ),
        )
    if folder is None:
        return Check(
            "catalogue_folder",
            Said("No folder is named: the catalogue in use counts.", "Không nêu thư mục: dùng danh mục của hệ thống."),
        )
    return Check(
        "catalogue_folder",
        Said(f"{folder} is the catalogue in use.", f"{folder} đúng là danh mục đang dùng."),
    )


def calendars(found: Iterable[CalendarDefinition], today: date) -> Check:
    """Whether the newest version of each calendar reaches far enough; `today` is the business day."""
    known = sorted(found, key=lambda each: (each.last_day, each.id))
    ending = [each for each in known if each.last_day - today < CALENDAR_NOTICE]
    if not ending:
        first = known[0]
        return Check(
            "calendars",
            Said(
                f"The first calendar to end is {first.id} {first.version}, after {first.last_day}.",
                f"Lịch kết thúc sớm nhất là {first.id} {first.version}, sau ngày {first.last_day:%d/%m/%Y}.",
            ),
        )
    said = joined("; ", [_end(each, today) for each in ending])
    return Check(
        "calendars",
        spoken("Calendars end within 90 days: {said}.", "Lịch kết thúc trong 90 ngày: {said}.", said=said),
        Said(
            "Publish a version with further days, then `greenlane calendar apply` it to the open cases.",
            "Công bố phiên bản có thêm ngày, rồi chạy `greenlane calendar apply` cho các hồ sơ đang mở.",
        ),
    )


def _end(calendar: CalendarDefinition, today: date) -> Said:
    name = f"{calendar.id} {calendar.version}"
    if calendar.last_day < today:
        return Said(f"{name} ended on {calendar.last_day}", f"{name} đã kết thúc ngày {calendar.last_day:%d/%m/%Y}")
    days = (calendar.last_day - today).days
    return Said(
        f"{name} on {calendar.last_day}, in {days} days", f"{name} ngày {calendar.last_day:%d/%m/%Y}, còn {days} ngày"
    )


def heads(catalog: Catalog) -> Check:
    """Whether each department has a head whom alerts reach."""
    without = [name for name in catalog.departments if not _reached(catalog, name, HEAD)]
    if not without:
        return Check(
            "heads",
            Said(
                f"All {len(catalog.departments)} departments have a head.",
                f"Cả {len(catalog.departments)} cơ quan đều có thủ trưởng.",
            ),
        )
    names = listed(without)
    return Check(
        "heads",
        Said(
            f"These departments have no head with an address: {names}.",
            f"Cơ quan chưa có địa chỉ thủ trưởng: {names.vi}.",
        ),
        Said(
            "Publish a version of departments.yaml with the role `head` and its address.",
            "Công bố phiên bản departments.yaml có vai trò `head` và địa chỉ.",
        ),
    )


def roles(catalog: Catalog, today: date, channels: Collection[str]) -> Check:
    """Whether somebody holds each role that a rung may call; without a way to call them nobody is called."""
    if not channels:
        return Check(
            "roles",
            Said(
                "No webhook and no mail server is set here: what runs with these settings alerts through Kafka alone.",
                "Ở đây chưa đặt webhook hay máy chủ thư: với thiết lập này cảnh báo chỉ được gửi qua Kafka.",
            ),
        )
    called = called_roles(catalog, today)
    without = [(name, role) for name, role in called if not _reached(catalog, name, role)]
    if not without:
        return Check(
            "roles",
            Said(
                f"Somebody holds each of the {len(called)} roles that may be alerted.",
                f"Cả {len(called)} vai trò có thể nhận cảnh báo đều có người giữ.",
            ),
        )
    names = listed([f"{role} ({name})" for name, role in without], ROLES_LISTED)
    return Check(
        "roles",
        Said(
            f"Nobody holds these roles, which are alerted: {names}.",
            f"Không ai giữ các vai trò nhận cảnh báo: {names.vi}.",
        ),
        Said(
            "Publish a version of departments.yaml with these roles and their addresses.",
            "Công bố phiên bản departments.yaml có các vai trò này và địa chỉ.",
        ),
    )


def called_roles(catalog: Catalog, today: date) -> list[tuple[str, str]]:
    """Department and role of everybody whom a rung of a procedure in force may call."""
    departments = catalog.departments
    found = {
        audience_of(rung, department, procedure.agency, departments)
        for procedure in catalog.procedures_on(today)
        for department, rung in _calls(catalog, procedure)
    }
    return sorted(found)


def _calls(catalog: Catalog, procedure: ProcedureVersion) -> Iterable[tuple[str | None, str]]:
    for rung in catalog.ladder(procedure.case_ladder).rungs:
        yield None, rung.audience
    for rung in catalog.ladder(procedure.step_ladder).rungs:
        for step in procedure.steps:
            yield step.department, rung.audience


def _reached(catalog: Catalog, department: str, role: str) -> bool:
    found = catalog.departments.get(department)
    holders = () if found is None else found.roles
    return any(holder.role == role and (holder.email or holder.substitute_email) for holder in holders)
