"""What was exported, for people and for programs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from presentation.blocks import Block, Tone, command_line, line, toned
from presentation.evidence.report import left_out_said
from presentation.words.words import Words
from services.exports import Bundle
from wording.text import _, _n


def exported_json(file: Path, bundle: Bundle) -> dict[str, Any]:
    """The answer of `export --json`."""
    digest = hashlib.sha256(bundle.content).hexdigest()
    return {"ok": True, "file": str(file), "sha256": digest, "events": bundle.events}


def exported_blocks(file: Path, bundle: Bundle, words: Words) -> Iterator[Block]:
    """The file, what it does not prove, and how it is checked."""
    yield line(
        words(_n("{file}: {count:,} event, proven.", "{file}: {count:,} events, proven.", bundle.events, file=file))
    )
    if not bundle.is_signed:
        yield toned(
            Tone.NEAR,
            words(
                _("Not signed, since no signing key is at hand: the report's words and completeness are not proven.")
            ),
        )
    if bundle.later_events:
        yield toned(Tone.NEAR, words(left_out_said(bundle.later_events)))
    yield command_line(f"greenlane-verify {file} --key PUBLIC.pem")
