"""Settings, and what stands in the catalogue in use: procedures, departments, lanes, how an application would fare."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from greenlane.cli.options import Json, Lang
from greenlane.cli.run import Run, as_command
from greenlane.speaking.typed import fact_of

Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="As of this day; default: today."),
]

PANEL = "Looking things up"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (procedures, departments, lanes, classify, settings):
        app.command(rich_help_panel=PANEL)(command)


@as_command
def procedures(
    run: Run,
    procedure: Annotated[
        str | None, typer.Argument(metavar="PROCEDURE", help="Only this one, with its documents and steps.")
    ] = None,
    *,
    on: Day = None,
) -> int:
    """List the procedures in force, or show one with the documents and steps it needs.

    Example: greenlane procedures karaoke-licence
    """
    from services.catalogue_lookup import find_procedure, list_procedures

    book = run.handbook(on)
    catalog, day = book.catalog, book.day
    listed = list_procedures(catalog, day) if procedure is None else [find_procedure(catalog, day, procedure)]
    return run.answer(
        lambda: {"ok": True, "on": day.isoformat(), "procedures": [book.procedure_json(one) for one in listed]},
        lambda: (book.procedure_table(listed),) if procedure is None else book.procedure_screen(listed[0].version),
    )


@as_command
def departments(run: Run) -> int:
    """List the departments of the province, with their codes and who holds which role.

    Example: greenlane departments --lang en
    """
    from services.catalogue_lookup import list_departments

    book = run.handbook()
    departments = list_departments(book.catalog)
    return run.answer(
        lambda: {"ok": True, "departments": [department.model_dump(mode="json") for department in departments]},
        lambda: (book.department_table(departments),),
    )


@as_command
def lanes(
    run: Run,
    *,
    on: Day = None,
) -> int:
    """Show the decision table of the lanes: which rule gives which lane, and what each lane promises.

    Example: greenlane lanes --on 2026-03-02
    """
    from services.catalogue_lookup import find_lane_table

    book = run.handbook(on)
    table = find_lane_table(book.catalog, book.day)
    return run.answer(
        lambda: {
            "ok": True,
            "on": book.day.isoformat(),
            "table": table.model_dump(mode="json", exclude={"lists"}),
        },
        lambda: book.lane_screen(table),
    )


@as_command
def classify(
    run: Run,
    procedure: Annotated[str, typer.Argument(metavar="PROCEDURE", help="Id of the procedure.")],
    *,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="A fact; may be given several times.")
    ] = None,
    on: Day = None,
) -> int:
    """Explain which lane an application would take, and what each other lane lacks.

    Example: greenlane classify work-permit --fact project=ring-road-4
    """
    from services.catalogue_lookup import find_lane_table
    from services.classifying import classify_application

    book = run.handbook(on)
    judged = classify_application(book.catalog, book.day, procedure, dict(fact_of(text) for text in fact or ()))
    return run.answer(
        lambda: {"ok": True, **book.classification_json(judged)},
        lambda: book.classification_screen(judged, find_lane_table(book.catalog, book.day).facts),
    )


def settings(*, lang: Lang = None, as_json: Json = False) -> int:
    """List every setting with its value, secrets masked, and what it means.

    Example: greenlane settings --json
    """
    from greenlane.setting_list import settings_json
    from greenlane.settings import Settings
    from greenlane.speaking.output import print_json, show
    from presentation.settings import setting_table
    from presentation.words.words import Words

    if as_json:
        print_json({"ok": True, "settings": settings_json()})
    else:
        show(setting_table(settings_json(), Words(lang or Settings.load().language)))
    return 0
