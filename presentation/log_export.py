"""What was written as an event log, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from presentation.blocks import Block, line
from presentation.words.words import Words
from services.log_export import ExportedLog
from wording.text import _, _n


def exported_json(file: Path, exported: ExportedLog) -> dict[str, Any]:
    """The answer of `export-log --json`."""
    return {"ok": True, "file": str(file), "cases": exported.cases, "events": exported.events}


def exported_blocks(file: Path, exported: ExportedLog, words: Words) -> Iterator[Block]:
    """The file, and what stands in it."""
    cases = _n("{count:,} case", "{count:,} cases", exported.cases)
    events = _n("{count:,} event", "{count:,} events", exported.events)
    yield line(words(_("{file}: {cases}, {events}."), file=file, cases=cases, events=events))
