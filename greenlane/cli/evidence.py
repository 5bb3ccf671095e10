"""`greenlane export`: a case or a linked dossier as a file that proves itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greenlane.cli.acting import reading
from greenlane.cli.clock import now
from greenlane.cli.options import Force
from greenlane.cli.run import Look, as_look
from greenlane.speaking.typed import name_of

PANEL = "Care"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=PANEL)(export)


@as_look
def export(
    run: Look,
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE|DOSSIER", help="A case id, a dossier code, or a linked dossier.", callback=name_of
        ),
    ],
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The new file, a page to read and print: case.html.")
    ],
    force: Force = False,
) -> int:
    """Write a case, or a linked dossier with its cases, as one file that proves itself; greenlane-verify checks it offline.

    Where the signing key is, all that is on record is covered by a checkpoint first, and the file is signed.

    Example: greenlane export H05.8-260302-0001 --out case.html
    """
    from greenlane.checkpoints.keys import signing_key_of
    from greenlane.new_files import new_file
    from presentation.evidence.exported import exported_blocks, exported_json
    from presentation.evidence.page import evidence_page, in_each_language
    from services.exports import export_bundle
    from services.granting import granted

    with new_file(out, "out", force=force, packs=False) as file, run.session() as session:
        wiring, moments = session.wiring, in_each_language(session.moments, session.wiring.catalog)
        key, reader = signing_key_of(wiring.settings), reading(session, "export")
        bundle = granted(
            export_bundle(wiring, reader, case, lambda said: evidence_page(said, moments), key=key, now=now())
        )
        file.write(bundle.content)
        words = session.words
    # Only now the file is there.
    return run.answer(lambda: exported_json(out, bundle), lambda: exported_blocks(out, bundle, words))
