"""`greenlane master-key`: make the key that opens the vault of persons, see what it wraps, hand over to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greenlane.cli.acting import acting
from greenlane.cli.run import Run, as_command

group = typer.Typer(
    name="master-key",
    help="The master key of the vault of persons: make it, see what it wraps, hand over to another.",
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (make, status, rotate):
        group.command()(command)
    app.add_typer(group, rich_help_panel="Care")


@as_command
def make(
    run: Run,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file, for its owner alone.")],
    *,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FILE", help="The file so far: its keys stand behind the new one, and unwrap."),
    ] = None,
) -> int:
    """Make a master key for the vault of persons. No server is asked, and no file is written over.

    Example: greenlane master-key make master.key
    """
    from greenlane.master_keys.making import make_key_file
    from presentation.master_keys import made_json, made_screen
    from presentation.words.words import Words

    key_id, words = make_key_file(file, keep), Words(run.settings().language)
    return run.answer(
        lambda: {"ok": True, **made_json(str(file), key_id)}, lambda: made_screen(str(file), key_id, words)
    )


@as_command
def status(run: Run) -> int:
    """Show which master key wraps what, and whether the keys that are here open it.

    Example: greenlane master-key status
    """
    from presentation.master_keys import key_state_json, key_state_screen
    from services.master_keys import read_key_state

    with run.session() as session:
        state = read_key_state(session.wiring, acting(None))
        return run.answer(lambda: {"ok": True, **key_state_json(state)}, lambda: key_state_screen(state, session.words))


@as_command
def rotate(run: Run) -> int:
    """Wrap every key of the vault by the first master key. No data is touched; killed, it goes on at the next run.

    The exit code is 2 where some key does not open afterwards: keep the former master keys.

    Example: greenlane master-key rotate
    """
    from presentation.master_keys import key_state_json, rewrapped_screen
    from services.master_keys import rotate_master_key

    with run.session() as session:
        done, state = rotate_master_key(session.wiring, acting(None))
        return run.answer(
            lambda: {"ok": state.opens, "rewrapped": done, **key_state_json(state)},
            lambda: rewrapped_screen(done, state, session.words),
            0 if state.opens else 2,
        )
