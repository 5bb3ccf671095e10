"""What the version before the two ends of a limit left behind (commit 67dc439): read here, never written again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cases.decide import fold
from cases.dossier.decide import fold_dossier
from cases.dossier.model import Dossier
from cases.model import Case
from catalog.dossier import DossierDefinitions
from catalog.model import Definitions
from events.language.case_events import EventRecord, record_of

FOLDER = Path(__file__).parent
LEDGERS, DEFINITIONS, HISTORIES = FOLDER / "ledgers", FOLDER / "definitions", FOLDER / "histories"
ROWS = FOLDER / "rows.jsonl"
COMMANDS = FOLDER / "commands.json"
REVISION = "0004"
"""The schema of the database whose rows were kept."""


@dataclass(frozen=True)
class OldLedger:
    """One stream of the old ledger, and what the old program said of it."""

    name: str
    kind: str
    """`case` or `dossier`."""
    stream_id: str
    definitions_digest: str
    bodies: tuple[str, ...]
    """As stored: what the hashes cover."""
    head: bytes
    """The hash of the last record."""
    view: dict[str, Any]
    work: tuple[dict[str, Any], ...]
    state: dict[str, Any]
    """What a run that was continued as new carried along, without the definitions."""
    settled: dict[str, Any]

    @property
    def records(self) -> list[EventRecord]:
        return [record_of(body) for body in self.bodies]

    @property
    def definitions(self) -> Definitions:
        return _definitions(self.definitions_digest)

    @property
    def dossier_definitions(self) -> DossierDefinitions:
        return DossierDefinitions.model_validate_json(body_of(self.definitions_digest))

    def case(self) -> Case:
        """The case that its ledger yields today."""
        return fold(self.stream_id, self.definitions, self.records)

    def dossier(self) -> Dossier:
        """The dossier that its ledger yields today."""
        return fold_dossier(self.stream_id, self.dossier_definitions, self.records)


def body_of(digest: str) -> str:
    """Definitions as they were stored."""
    return (DEFINITIONS / f"{digest}.json").read_text().removesuffix("\n")


@lru_cache
def _definitions(digest: str) -> Definitions:
    return Definitions.model_validate_json(body_of(digest))


@lru_cache
def the_ledger(name: str) -> OldLedger:
    found = json.loads((LEDGERS / f"{name}.json").read_text())
    return OldLedger(
        name=name,
        kind=found["kind"],
        stream_id=found["stream_id"],
        definitions_digest=found["definitions_digest"],
        bodies=tuple(found["records"]),
        head=bytes.fromhex(found["head"]),
        view=found["view"],
        work=tuple(found["work"]),
        state=found["state"],
        settled=found["settled"],
    )


def names_of(kind: str) -> list[str]:
    """The names of the kept ledgers of a kind."""
    names = sorted(path.stem for path in LEDGERS.glob("*.json"))
    return [name for name in names if the_ledger(name).kind == kind]
