"""`greenlane catalog`: what is published, what a folder would change, publishing it, and retiring a version."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from greenlane.cli.acting import acting
from greenlane.cli.options import ActedBy, Json, Lang, StateDir
from wording.text import _

if TYPE_CHECKING:
    from catalog.loader import Folder
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


def list_versions(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="Only this kind, such as procedure.")] = None,
    definition: Annotated[str | None, typer.Argument(metavar="ID", help="Only the versions of this one.")] = None,
    *,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """List every version: from when until when it holds, when it was published and by whom.

    On a running stack its catalogue; otherwise the folder of GREENLANE_CATALOG_DIR, or the shipped one.

    Example: greenlane catalog list procedure karaoke-licence
    """
    from greenlane.cli.catalog_place import the_place
    from greenlane.cli.output import print_json, show
    from presentation.catalogue.versions import CatalogScreen, entry_json
    from presentation.moments import Moments
    from presentation.words.words import Words
    from services.catalogue_versions import list_versions as versions

    with the_place(state_dir, lang) as (place, settings):
        entries = versions(place, acting(None), kind, definition)
        if as_json:
            print_json({"ok": True, "entries": [entry_json(entry) for entry in entries]})
        else:
            words = Words(settings.language)
            moments = Moments.on_day(words, place.zone, place.today)
            show(CatalogScreen(place.folder, words).entry_table(entries, moments))
    return 0


def check(folder: Dir, *, state_dir: StateDir = None, lang: Lang = None, as_json: Json = False) -> int:
    """Check a folder before it is published: every fault with its file, line and field, all at once.

    On a running stack also whether its catalogue would take the folder. Changes nothing.

    Example: greenlane catalog check catalogue
    """
    from greenlane.cli.catalog_place import the_place
    from greenlane.cli.output import print_json, show
    from presentation.catalogue.versions import CatalogScreen
    from presentation.words.words import Words
    from services.catalogue_versions import drafts_of

    with the_place(state_dir, lang, is_folder_meant=True) as (place, settings):
        found = _checked(place, folder, is_counted=True)
        if as_json:
            print_json({"ok": True, "files": len(found.shelf.sources), "faults": []})
        else:
            drafts = drafts_of(place, found)
            show(*CatalogScreen(place.folder, Words(settings.language)).sound(found, drafts))
    return 0


def diff(folder: Dir, *, state_dir: StateDir = None, lang: Lang = None, as_json: Json = False) -> int:
    """Show what a folder changes: which versions are new, and every field in which each differs from the one before.

    Compared with the running stack's catalogue; otherwise with what is published in the folder of GREENLANE_CATALOG_DIR, or
    in the shipped one.

    Example: greenlane catalog diff catalogue
    """
    from greenlane.cli.catalog_place import the_place
    from greenlane.cli.output import print_json, show
    from presentation.catalogue.versions import CatalogScreen, change_json
    from presentation.words.words import Words
    from services.catalogue_versions import compare_folder

    with the_place(state_dir, lang, is_folder_meant=True) as (place, settings):
        differing = compare_folder(place, acting(None), _checked(place, folder))
        if as_json:
            print_json({"ok": True, "changes": [change_json(change) for change in differing]})
        else:
            show(*CatalogScreen(place.folder, Words(settings.language)).difference(differing))
    return 0


def publish(
    folder: Dir,
    *,
    note: Note = None,
    by: ActedBy = None,
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """Publish the new versions of a folder: from then on they never change. Refused as a whole where anything is wrong.

    Enters them among the folder's digests; where a stack runs, its processes take them up within 5 seconds. Open cases keep
    the version they were received under. Called twice it does nothing the second time.

    Example: greenlane catalog publish catalogue --note "QĐ 12/QĐ-UBND"
    """
    from greenlane.cli.catalog_place import the_place
    from greenlane.cli.faults import faults_shown
    from greenlane.cli.output import print_json, show
    from presentation.catalogue.versions import CatalogScreen
    from presentation.words.words import Words
    from services.catalogue_acts import publish_folder

    with the_place(state_dir, lang, is_folder_meant=True) as (place, settings):
        found = _checked(place, folder)
        with faults_shown(lambda: {"ok": False}):
            done = publish_folder(place, acting(by, "administrator"), found, note)
        if as_json:
            versions = [{**key._asdict(), "digest": digest} for key, digest in done.new]
            print_json({"ok": True, "published": versions, "known": done.known})
        else:
            screen = CatalogScreen(place.folder, Words(settings.language))
            show(*screen.published(found, done, has_accounts=place.has_accounts))
    return 0


def retire(
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
    state_dir: StateDir = None,
    lang: Lang = None,
    as_json: Json = False,
) -> int:
    """End a version that no other follows, with the day named; never for days that are past.

    A newer version ends the one before by itself: publish that instead where there is one. Open cases go on under theirs.

    Example: greenlane catalog retire procedure karaoke-licence 2026-01-01 --on 2026-12-31
    """
    from greenlane.cli.catalog_place import the_place
    from greenlane.cli.output import print_json, show
    from presentation.catalogue.versions import CatalogScreen
    from presentation.moments import Moments
    from presentation.words.words import Words
    from services.catalogue_acts import retire_version

    with the_place(state_dir, lang) as (place, settings):
        actor = acting(by, "administrator")
        retired = retire_version(place, actor, (kind, definition, version), on.date(), note)
        if as_json:
            until = retired.done.valid_until.isoformat()
            key = retired.done.key._asdict()
            print_json({"ok": True, **key, "valid_until": until, "open_cases": retired.open_cases})
        else:
            words = Words(settings.language)
            moments = Moments.on_day(words, place.zone, place.today)
            show(*CatalogScreen(place.folder, words).retired(retired, moments))
    return 0


def export(folder: Dir, *, state_dir: StateDir = None, lang: Lang = None, as_json: Json = False) -> int:
    """Write the catalogue as a folder to edit: every version's text as it was published, with the digests.

    The folder must be new or empty. On a running stack its catalogue; otherwise that of GREENLANE_CATALOG_DIR, or the shipped
    one.

    Example: greenlane catalog export catalogue
    """
    from greenlane.cli.catalog_place import the_place
    from greenlane.cli.output import print_json, show
    from presentation.words.words import Words
    from services.catalogue_acts import export_folder

    with the_place(state_dir, lang) as (place, settings):
        files = export_folder(place, acting(None), folder)
        if as_json:
            print_json({"ok": True, "folder": str(folder), "files": files})
        else:
            words = Words(settings.language)
            show(
                words(
                    _("{files} files written to {folder}. Edit there, then: greenlane catalog check {folder}"),
                    files=files,
                    folder=folder,
                )
            )
    return 0


def _checked(place: Place, path: Path, *, is_counted: bool = False) -> Folder:
    """The folder; else its faults are shown, for programs beside the number of files where they are counted."""
    from catalog.loader import definition_files
    from greenlane.cli.faults import faults_shown
    from services.catalogue_acts import check_folder

    with faults_shown(lambda: {"ok": False} | ({"files": len(definition_files(path))} if is_counted else {})):
        return check_folder(place, acting(None, "administrator"), path)
