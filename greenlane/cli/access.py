"""`greenlane access`: accounts of the embedded servers, for whoever builds on them or looks into them."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from greenlane.cli.run import Run, as_command

PANEL = "Running it"

access = typer.Typer(
    help="Accounts of the embedded servers, for tools and other programs; refused in production.",
    no_args_is_help=False,
)


DatabaseAccount = Literal["owner", "worker", "bridge", "publisher", "reader", "operator"]
"""The accounts of the database."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    access.command("kafka")(kafka)
    access.command("database")(database)
    app.add_typer(access, name="access", rich_help_panel=PANEL)


@as_command
def kafka(
    run: Run,
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A department, a submitting system, or auditor (reads what is public)."),
    ],
) -> int:
    """Give the account at embedded Kafka of a department, a submitting system or an auditor, and what it may do there.

    What is printed is a file of properties as Kafka's own tools take it.

    Example: greenlane access kafka culture > culture.properties
    """
    from greenlane.admission import kafka_access
    from greenlane.speaking.output import out, print_json

    access, rights = kafka_access(run.settings(), name)
    if run.as_json:
        print_json(
            {"ok": True, **access.as_json(), "read": sorted(rights.reads), "write": sorted(rights.writes)},
        )
    else:
        out.print("\n".join(access.properties(rights)), markup=False, soft_wrap=True)
    return 0


@as_command
def database(
    run: Run,
    role: Annotated[
        DatabaseAccount,
        typer.Argument(
            metavar="ROLE",
            help="owner (makes tables), worker, bridge, publisher, reader (reads all but persons), or operator.",
            show_choices=False,
        ),
    ],
) -> int:
    """Give the URL of one of the embedded database's accounts, each with the least rights it needs.

    Example: psql "$(greenlane access database reader)"
    """
    from greenlane.speaking.output import out, print_json
    from greenlane.stack.handing_out import database_access

    url = database_access(run.settings(), role)
    if run.as_json:
        print_json({"ok": True, "url": url})
    else:
        out.print(url, markup=False, soft_wrap=True)
    return 0
