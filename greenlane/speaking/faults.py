"""Every fault of a catalogue or a calendar, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

from catalog.errors import CatalogInvalid, Problem
from greenlane.speaking.failure import REFUSED, asked_language, explained, say_error
from greenlane.speaking.output import print_json, wants_json
from presentation.failures import told_in


@contextmanager
def faults_shown(more: Callable[[], dict[str, object]] = dict) -> Iterator[None]:
    """Show every fault of what is found invalid, and end the command; `more` stands in the object for programs, too."""
    try:
        yield
    except CatalogInvalid as refused:
        show_faults(refused.problems, **more())
        raise typer.Exit(REFUSED) from None


@contextmanager
def faults_listed() -> Iterator[None]:
    """The error for programs has every fault with its place beside it; people read them as the error's own text."""
    try:
        yield
    except CatalogInvalid as refused:
        if not wants_json():
            raise
        error = {**explained(refused), "field": refused.problems[0].field or ""}
        print_json({"error": error, "faults": _with_places(refused.problems)})
        raise typer.Exit(REFUSED) from None


def show_faults(problems: Sequence[Problem], **more: object) -> None:
    """Every fault: on standard output as one JSON object, the first as its error, or on standard error in lines.

    `given` stands in the object too.
    """
    if not wants_json():
        for problem in problems:
            say_error(_body(problem), where=f"{problem.file}:{problem.line}:{problem.column}")
        return
    print_json({**more, "error": _body(problems[0]), "faults": _with_places(problems)})


def _with_places(problems: Sequence[Problem]) -> list[dict[str, object]]:
    return [{**_body(p), "file": p.file, "line": p.line, "column": p.column} for p in problems]


def _body(problem: Problem) -> dict[str, object]:
    body = {
        "code": problem.code,
        "field": problem.field or "",
        "message": problem.message,
        "remedy": problem.remedy,
    }
    return told_in(body, asked_language())
