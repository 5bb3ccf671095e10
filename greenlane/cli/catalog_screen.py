"""The catalogue on a terminal: its versions, what differs, what was done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from catalog.comparison import Change, FieldChange
from catalog.definition import Key
from catalog.loader import Folder
from greenlane.cli.clock import now
from greenlane.cli.output import table_of
from greenlane.cli.styles import painted
from presentation.instants import instant_json
from presentation.moments import Moments
from presentation.words.words import Words
from services.catalogue_acts import Published, Retired
from services.catalogue_places import Place
from services.catalogue_versions import Entry, drafts_of
from sla.business_time import BusinessTime
from wording.json_text import shown_json
from wording.text import _

STATE_STYLES: Final = {"draft": "yellow", "future": "cyan", "in_force": "green", "ended": "dim", "replaced": "dim"}
SHOWN_MAX: Final = 120
"""Characters of a value that differs; the whole of it stands in the files."""


@dataclass(frozen=True)
class CatalogScreen:
    """A catalogue in a language."""

    place: Place
    words: Words

    @classmethod
    def of(cls, place: Place, language: str) -> Self:
        """The catalogue of the place."""
        return cls(place, Words(language))

    @cached_property
    def moments(self) -> Moments:
        """Time as the screen shows it."""
        return Moments(self.words, self.place.zone, BusinessTime.real_time(), now())

    @property
    def place_name(self) -> str:
        """What the catalogue is that of."""
        folder = self.place.folder
        return self.words(_("the running system")) if folder is None else str(folder)

    # ---- versions

    def entry_table(self, entries: Iterable[Entry]) -> Table:
        """One line a version; the first column is what `retire` takes."""
        keys = (_("Kind, id, version"), _("Holds from"), _("Last day"), _("State"), _("Published"), _("By"))
        table = table_of(self.words(_("Catalogue: {place}"), place=escape(self.place_name)), *map(self.words, keys))
        for entry in entries:
            first, last = entry.window
            table.add_row(
                escape(str(entry.held.key)),
                self.moments.day(first),
                self.moments.day(last),
                painted(self.words.named("version_state", entry.state), STATE_STYLES[entry.state]),
                self.moments.instant(entry.held.published_at),
                escape(entry.held.published_by or "-"),
            )
        return table

    # ---- a folder

    def sound(self, folder: Folder) -> Iterator[RenderableType]:
        """That nothing is wrong, and what would be published."""
        drafts = drafts_of(self.place, folder)
        counts = {"folder": escape(str(folder.path)), "files": len(folder.shelf.sources), "drafts": len(drafts)}
        yield self.words(_("{folder}: {files} files, no fault. {drafts} version(s) are not published yet."), **counts)
        for key in sorted(drafts):
            yield f"  {escape(str(key))}"

    def difference(self, changes: Sequence[Change]) -> Iterator[RenderableType]:
        """Each version that differs, with its fields."""
        if not changes:
            yield self.words(_("Nothing differs from {place}."), place=escape(self.place_name))
        for change in changes:
            yield f"[bold]{self._title(change)}[/bold]"
            table = table_of(None, *map(self.words, (_("Field"), _("Before"), _("After"))))
            for field in change.fields:
                table.add_row(escape(field.path), *map(escape, _shown(field)))
            if change.fields:
                yield table

    def _title(self, change: Change) -> str:
        key = escape(str(Key(change.kind, change.id, change.after or change.before or "")))
        if change.after is None:
            return self.words(_("{which}: not in this folder"), which=key)
        if change.before is None:
            return self.words(_("{which}: new"), which=key)
        name = (
            _("{which}: says something else")
            if change.before == change.after
            else _("{which}: follows version {before}")
        )
        return self.words(name, which=key, before=escape(change.before))

    # ---- acts

    def published(self, folder: Folder, done: Published) -> Iterator[RenderableType]:
        """What was published, and what is to be done for it to reach what is open."""
        if not done.new:
            yield self.words(_("Nothing new: all {known} are published."), known=done.known)
            return
        for key, digest in done.new:
            yield f"  {escape(str(key))} [dim]{digest[:12]}[/dim]"
        name = (
            _("{count} version(s) published; the running system takes them up within 5 seconds.")
            if self.place.folder is None
            else _("{count} version(s) published in {folder}.")
        )
        yield self.words(name, count=len(done.new), folder=escape(str(folder.path)))
        if self.place.folder is not None:
            return
        earlier = {held.key[:2] for held in self.place.held}
        for key, _digest in done.new:
            if key.kind == "procedure" and key[:2] in earlier:
                yield self.words(
                    _(
                        "Open cases keep their version. To move them: greenlane procedure migrate {id} {version} "
                        "--dry-run"
                    ),
                    id=key.id,
                    version=key.version,
                )
            if key.kind == "calendar" and key[:2] in earlier:
                yield self.words(
                    _("Open cases keep their calendar. To apply this one: greenlane calendar apply {id} --dry-run"),
                    id=key.id,
                )
        for party in done.parties:
            name = (
                _("{which} has channels of its own. Its account: greenlane access kafka {which}")
                if self.place.has_accounts
                else _(
                    "{which} needs an account and rights on Kafka, from whoever runs that broker (docs/operations.md)."
                )
            )
            yield self.words(name, which=escape(party))

    def retired(self, done: Retired) -> Iterator[RenderableType]:
        """Until when it holds, and what becomes of the open cases."""
        key, day = escape(str(done.done.key)), self.moments.day(done.done.valid_until)
        yield self.words(
            _("{which} holds until {day} inclusive; nothing is received under it from the day after."),
            which=key,
            day=day,
        )
        if done.open_cases:
            yield self.words(_("{count} open case(s) go on under it to their end."), count=done.open_cases)
        for template in done.templates:
            needed = self.words(
                _(
                    "The dossier template '{template}' still asks for this procedure: no dossier can be opened by it "
                    "from the day after. Publish a version of it without the procedure, or retire it: greenlane catalog "
                    "list dossier {template}"
                ),
                template=escape(template),
            )
            yield f"[yellow]![/yellow] {needed}"


def entry_json(entry: Entry) -> dict[str, Any]:
    """One entry of `catalog list --json`."""
    first, last = entry.window
    return {
        **entry.held.key._asdict(),
        "digest": entry.held.digest,
        "valid_from": first and first.isoformat(),
        "valid_until": last and last.isoformat(),
        "published_at": instant_json(entry.held.published_at),
    }


def change_json(change: Change) -> dict[str, Any]:
    """One entry of `catalog diff --json`."""
    fields = [field.path for field in change.fields]
    return {"kind": change.kind, "id": change.id, "from": change.before, "to": change.after, "fields": fields}


def _shown(field: FieldChange) -> tuple[str, str]:
    """Both values; of two lists only what each has that the other has not."""
    before, after = field.before, field.after
    if isinstance(before, list) and isinstance(after, list) and sorted(map(str, before)) != sorted(map(str, after)):
        before, after = [v for v in before if v not in after], [v for v in after if v not in before]
    return _value(before), _value(after)


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list) and not any(isinstance(entry, dict | list) for entry in value):
        text = ", ".join(map(str, value))
    else:
        text = value if isinstance(value, str) else shown_json(_stated(value))
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


def _stated(value: Any) -> Any:
    """Without the fields that are not stated."""
    if isinstance(value, dict):
        return {name: _stated(inner) for name, inner in value.items() if inner not in (None, "")}
    return [_stated(inner) for inner in value] if isinstance(value, list) else value
