"""Who receives dossiers of procedures that no catalogue names."""

from __future__ import annotations

from typing import Final

from catalog.catalogue import Catalog
from catalog.errors import UnknownDepartment
from catalog.province import Department

ONE_STOP: Final = "one-stop"
"""The provincial centre that receives dossiers."""


def receiver(catalog: Catalog) -> Department:
    """The one-stop centre, else any department that can give a dossier its code. Raises UnknownDepartment: none can."""
    coded = [department for department in catalog.province.departments if department.code is not None]
    preferred = [department for department in coded if department.id == ONE_STOP]
    if not coded:
        raise UnknownDepartment(ONE_STOP, ())
    return [*preferred, *coded][0]
