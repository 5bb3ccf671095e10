"""`python -m catalog.schemas`: JSON Schemas for editors, generated from the models into schema/."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from catalog.dossier import DossierTemplate, SilenceRules
from catalog.duties import DutyRules
from catalog.model import LaneTable, ProcedureVersion
from catalog.policy import Policy
from catalog.province import Province
from catalog.retention import RetentionRules
from catalog.systems import SystemList
from sla.calendar import CalendarDefinition, Window
from sla.ladder import Ladder

SCHEMA_FOLDER: Final = Path(__file__).resolve().parent / "schema"
MODELS: Final[dict[str, type[BaseModel]]] = {
    "procedure": ProcedureVersion,
    "province": Province,
    "lanes": LaneTable,
    "ladder": Ladder,
    "calendar": CalendarDefinition,
    "dossier": DossierTemplate,
    "silence": SilenceRules,
    "duties": DutyRules,
    "retention": RetentionRules,
    "systems": SystemList,
    "policy": Policy,
}


def schema_texts() -> dict[str, str]:
    """File name and text of every schema."""
    return {f"{name}.schema.json": _text(model) for name, model in MODELS.items()}


def _text(model: type[BaseModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    definitions = schema.get("$defs", {})
    if Window.__name__ in definitions:
        # Opening hours are written as one text, "07:00-11:30": a validator of the model reads it before its fields.
        written = {"type": "string", "pattern": r"^\d{2}:\d{2}-\d{2}:\d{2}$"}
        definitions[Window.__name__] = {"anyOf": [written, definitions[Window.__name__]]}
    return json.dumps(schema, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True) + "\n"


def write(folder: Path = SCHEMA_FOLDER) -> list[str]:
    """Write the schemas that changed, and return their names."""
    folder.mkdir(exist_ok=True)
    changed = []
    for name, text in schema_texts().items():
        file = folder / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            changed.append(name)
    return changed


def main() -> int:
    """Write the schemas and print what changed."""
    for name in write():
        print(f"written schema/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
