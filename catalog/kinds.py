"""The kinds of definitions that a catalogue holds: what each is called, and where a folder keeps it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from pydantic import BaseModel

from catalog.definition import Key
from catalog.dossier import DossierTemplate, SilenceRules
from catalog.duties import DutyRules
from catalog.model import LaneTable, ProcedureVersion
from catalog.province import Province
from catalog.retention import RetentionRules
from catalog.systems import SystemList
from sla.calendar import CalendarDefinition
from sla.ladder import Ladder
from wording.text import LazyText, _


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of definition."""

    name: str
    """As digest files, commands and answers call it."""
    noun: LazyText
    model: type[BaseModel]
    place: str
    """The files of a folder that hold it."""
    dated: bool = False
    """Whether a version begins on a day and may end; of the others the newest by number holds."""
    one: bool = False
    """Whether a province has but one of it, whatever its id."""


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("procedure", _("procedure"), ProcedureVersion, "procedures/*.yaml", dated=True),
        Kind("province", _("list of departments"), Province, "departments*.yaml", one=True),
        Kind("lanes", _("table of lanes"), LaneTable, "lanes/*.yaml", dated=True, one=True),
        Kind("ladder", _("ladder"), Ladder, "ladders/*.yaml"),
        Kind("calendar", _("calendar"), CalendarDefinition, "calendars/*.yaml"),
        Kind("dossier", _("dossier template"), DossierTemplate, "dossiers/*.yaml", dated=True),
        Kind("silence", _("list of silence"), SilenceRules, "silence*.yaml", one=True),
        Kind("duties", _("list of duties"), DutyRules, "duties*.yaml", one=True),
        Kind("retention", _("list of retention times"), RetentionRules, "retention*.yaml", dated=True, one=True),
        Kind(
            "systems",
            _("list of submitting systems"),
            SystemList,
            "systems*.yaml",
            one=True,
        ),
    )
}
_BY_MODEL: Final = {kind.model: kind for kind in KINDS.values()}


def place_of(kind: Kind, file: str) -> str:
    """Where in any folder a file of the kind stands, wherever this one was read: `lanes/bac-ninh.yaml`."""
    return (PurePath(kind.place).parent / PurePath(file).name).as_posix()


def kind_of(definition: object) -> Kind:
    """What the definition is."""
    return next(_BY_MODEL[model] for model in type(definition).__mro__ if model in _BY_MODEL)


def key_of(definition: object) -> Key:
    """Which version of what the definition is."""
    id_, version = str(getattr(definition, "id", "")), str(getattr(definition, "version", ""))
    return Key(kind_of(definition).name, id_, version)
