"""Progress of the commands' own work, on standard error only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from greenlane.speaking.output import err

WORTH_SHOWING = 5
"""For fewer a bar would only flicker."""


@contextmanager
def counted(what: str, total: int) -> Iterator[Callable[..., None]]:
    """A bar that moves by one, or by the given number, with each call. Nothing is shown into a file or a pipe."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown = err.is_terminal and total >= WORTH_SHOWING
    with Progress(*columns, console=err, transient=True, disable=not shown) as progress:
        task = progress.add_task(what, total=total)

        def advance(count: int = 1) -> None:
            progress.advance(task, count)

        yield advance
