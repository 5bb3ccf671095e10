"""`greenlane export-log`: the ledger as an event log that tools for mining processes read."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import typer

from greenlane.cli.acting import acting, reading
from greenlane.cli.options import Force
from greenlane.cli.run import Look, as_look
from greenlane.speaking.typed import names_of
from wording.text import _

PANEL = "Care"


LogFormat = Literal["xes", "ocel"]
"""The formats that are written."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export-log", rich_help_panel=PANEL)(export_log)


@as_look
def export_log(
    run: Look,
    *,
    form: Annotated[
        LogFormat, typer.Option("--format", help="XES (IEEE 1849), or OCEL 2.0 in JSON, which has linked dossiers too.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The new file; ending in .gz it is compressed.")],
    case: Annotated[
        list[str] | None,
        typer.Option(
            "--case",
            metavar="CASE",
            help="Only this case, or the cases of this dossier; may be repeated.",
            callback=names_of,
        ),
    ] = None,
    force: Force = False,
) -> int:
    """Write the ledger as an event log for tools that mine processes; `import-log` reads the XES again.

    References only, no personal data. The file is there wholly or not at all.

    Example: greenlane export-log --format xes --out ledger.xes.gz
    """
    from greenlane.new_files import new_file
    from greenlane.speaking.progress import counted
    from presentation.log_export import exported_blocks, exported_json
    from services.granting import granted
    from services.log_export import Speech, export_log, find_streams

    with new_file(out, "out", force=force) as file, run.session() as session:
        words = session.words
        named = [granted(find_streams(session.wiring, acting(None), each)) for each in case or ()]
        streams = dict.fromkeys(chain.from_iterable(named)) if case else None
        speech = Speech(session.wiring.settings.language, lambda name: words.named("event", name))
        with (
            export_log(session.wiring, reading(session, "export-log"), streams, form, speech) as export,
            counted(words(_("Writing the log")), export.streams) as progress,
        ):
            exported = export.write(file, progress)
    # Only now the file is there.
    return run.answer(lambda: exported_json(out, exported), lambda: exported_blocks(out, exported, words))
