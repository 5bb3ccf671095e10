"""`greenlane catalog`: what is published, what a folder would change, publishing it, and retiring a version."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.acting import acting
from greenlane.cli.options import ActedBy
from greenlane.cli.run import Run, as_command
from wording.text import _

if TYPE_CHECKING:
    from catalog.loader import Folder
    from greenlane.settings import Settings
    from presentation.catalogue.versions import CatalogScreen
    from services.catalogue_places import Place

PANEL = "Care"

group = typer.Typer(
    name="catalog",
    help="Look at the catalogue, check and publish a folder of it, and retire what is abolished.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Dir = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of a catalogue.")]
Note = Annotated[str | None, typer.Option("--note", help="Why, with the decision's number; kept with the act.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (
        ("list", list_versions),
        ("check", check),
        ("diff", diff),
        ("publish", publish),
        ("retire", retire),
        ("export", export),
    ):
        group.command(name)(command)
    app.add_typer(group, rich_help_panel=PANEL)


@as_command
def list_versions(
    run: Run,
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="Only this kind, such as procedure.")] = None,
    definition: Annotated[str | None, typer.Argument(metavar="ID", help="Only the versions of this one.")] = None,
) -> int:
    """List every version: from when until when it holds, when it was published and by whom.

    On a running stack its catalogue; otherwise the folder of GREENLANE_CATALOG_DIR, or the shipped one.

    Example: greenlane catalog list procedure karaoke-licence
    """
    from presentation.catalogue.versions import entry_json
    from presentation.moments import Moments
    from services.catalogue_versions import list_versions as versions

    with run.place() as (place, settings):
        entries = versions(place, acting(None), kind, definition)
        screen = _screen(place, settings)
        return run.answer(
            lambda: {"ok": True, "entries": [entry_json(entry) for entry in entries]},
            lambda: (screen.entry_table(entries, Moments.on_day(screen.words, place.zone, place.today)),),
        )


@as_command
def check(run: Run, folder: Dir) -> int:
    """Check a folder before it is published: every fault with its file, line and field, all at once.

    On a running stack also whether its catalogue would take the folder. Changes nothing.

    Example: greenlane catalog check catalogue
    """
    from services.catalogue_versions import drafts_of

    with run.place(is_folder_meant=True) as (place, settings):
        found = _checked(place, folder, is_counted=True)
        return run.answer(
            lambda: {"ok": True, "files": len(found.shelf.sources), "faults": []},
            lambda: _screen(place, settings).sound(found, drafts_of(place, found)),
        )


@as_command
def diff(run: Run, folder: Dir) -> int:
    """Show what a folder changes: which versions are new, and every field in which each differs from the one before.

    Compared with the running stack's catalogue; otherwise with what is published in the folder of GREENLANE_CATALOG_DIR, or
    in the shipped one.

    Example: greenlane catalog diff catalogue
    """
    from presentation.catalogue.versions import change_json
    from services.catalogue_versions import compare_folder

    with run.place(is_folder_meant=True) as (place, settings):
        differing = compare_folder(place, acting(None), _checked(place, folder))
        return run.answer(
            lambda: {"ok": True, "changes": [change_json(change) for change in differing]},
            lambda: _screen(place, settings).difference(differing),
        )


@as_command
def publish(run: Run, folder: Dir, *, note: Note = None, by: ActedBy = None) -> int:
    """Publish the new versions of a folder: from then on they never change. Refused as a whole where anything is wrong.

    Enters them among the folder's digests; where a stack runs, its processes take them up within 5 seconds. Open cases keep
    the version they were received under. Called twice it does nothing the second time.

    Example: greenlane catalog publish catalogue --note "QĐ 12/QĐ-UBND"
    """
    from greenlane.speaking.faults import faults_shown
    from services.catalogue_acts import publish_folder

    with run.place(is_folder_meant=True) as (place, settings):
        found = _checked(place, folder)
        with faults_shown(lambda: {"ok": False}):
            done = publish_folder(place, acting(by, "administrator"), found, note)
        versions = [{**key._asdict(), "digest": digest} for key, digest in done.new]
        return run.answer(
            lambda: {"ok": True, "published": versions, "known": done.known},
            lambda: _screen(place, settings).published(found, done, has_accounts=place.has_accounts),
        )


@as_command
def retire(
    run: Run,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="procedure, lanes or dossier.")],
    definition: Annotated[str, typer.Argument(metavar="ID", help="Id of the definition.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version that ends.")],
    *,
    on: Annotated[
        datetime,
        typer.Option("--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day on which it holds."),
    ],
    note: Note = None,
    by: ActedBy = None,
) -> int:
    """End a version that no other follows, with the day named; never for days that are past.

    A newer version ends the one before by itself: publish that instead where there is one. Open cases go on under theirs.

    Example: greenlane catalog retire procedure karaoke-licence 2026-01-01 --on 2026-12-31
    """
    from presentation.moments import Moments
    from services.catalogue_acts import retire_version

    with run.place() as (place, settings):
        actor = acting(by, "administrator")
        retired = retire_version(place, actor, (kind, definition, version), on.date(), note)
        screen, until = _screen(place, settings), retired.done.valid_until.isoformat()
        key = retired.done.key._asdict()
        return run.answer(
            lambda: {"ok": True, **key, "valid_until": until, "open_cases": retired.open_cases},
            lambda: screen.retired(retired, Moments.on_day(screen.words, place.zone, place.today)),
        )


@as_command
def export(run: Run, folder: Dir) -> int:
    """Write the catalogue as a folder to edit: every version's text as it was published, with the digests.

    The folder must be new or empty. On a running stack its catalogue; otherwise that of GREENLANE_CATALOG_DIR, or the shipped
    one.

    Example: greenlane catalog export catalogue
    """
    from presentation.words.words import Words
    from services.catalogue_acts import export_folder

    with run.place() as (place, settings):
        files = export_folder(place, acting(None), folder)
        text = _("{files} files written to {folder}. Edit there, then: greenlane catalog check {folder}")
        return run.answer(
            lambda: {"ok": True, "folder": str(folder), "files": files},
            lambda: (Words(settings.language)(text, files=files, folder=folder),),
        )


def _screen(place: Place, settings: Settings) -> CatalogScreen:
    from presentation.catalogue.versions import CatalogScreen
    from presentation.words.words import Words

    return CatalogScreen(place.folder, Words(settings.language))


def _checked(place: Place, path: Path, *, is_counted: bool = False) -> Folder:
    """The folder; else its faults are shown, for programs beside the number of files where they are counted."""
    from catalog.loader import definition_files
    from greenlane.speaking.faults import faults_shown
    from services.catalogue_acts import check_folder

    with faults_shown(lambda: {"ok": False} | ({"files": len(definition_files(path))} if is_counted else {})):
        return check_folder(place, acting(None, "administrator"), path)
