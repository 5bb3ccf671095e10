"""The catalogue on a terminal: its versions, what differs, what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from catalog.comparison import Change, FieldChange
from catalog.definition import Key
from catalog.loader import Folder
from presentation.blocks import Block, Line, Table, Tone, dim, line, strong, table_of, toned
from presentation.instants import instant_json
from presentation.moments import Moments
from presentation.troubles import WARNING
from presentation.words.words import Words
from services.catalogue_acts import Published, Retired
from services.catalogue_versions import Entry
from wording.json_text import shown_json
from wording.text import LazyText, _, _n

STATES: Final = {
    "draft": Tone.NEAR,
    "future": Tone.GOING,
    "in_force": Tone.GOOD,
    "ended": Tone.DIM,
    "replaced": Tone.DIM,
}
SHOWN_MAX: Final = 120
"""Characters of a value that differs; the whole of it stands in the files."""


@dataclass(frozen=True)
class CatalogScreen:
    """A catalogue in a language."""

    folder: Path | None
    """Where it stands; None: in the running installation."""
    words: Words

    @property
    def place_name(self) -> str:
        """What the catalogue is that of."""
        return self.words(_("the running system")) if self.folder is None else str(self.folder)

    # ---- versions

    def entry_table(self, entries: Iterable[Entry], moments: Moments) -> Table:
        """One line a version; the first column is what `retire` takes."""
        keys = (_("Kind, id, version"), _("Holds from"), _("Last day"), _("State"), _("Published"), _("By"))
        table = table_of(self.words(_("Catalogue: {place}"), place=self.place_name), *map(self.words, keys))
        for entry in entries:
            table.add(
                str(entry.held.key),
                *map(moments.day, entry.window),
                toned(STATES[entry.state], self.words.named("version_state", entry.state)),
                moments.instant(entry.held.published_at),
                entry.held.published_by or "-",
            )
        return table

    # ---- a folder

    def sound(self, folder: Folder, drafts: Collection[Key]) -> Iterator[Block]:
        """That nothing is wrong, and what would be published."""
        counts = {"folder": folder.path, "files": len(folder.shelf.sources), "drafts": len(drafts)}
        yield self._line(_("{folder}: {files} files, no fault. Not published yet: {drafts}."), **counts)
        for key in sorted(drafts):
            yield line(f"  {key}")

    def difference(self, changes: Sequence[Change]) -> Iterator[Block]:
        """Each version that differs, with its fields."""
        if not changes:
            yield self._line(_("Nothing differs from {place}."), place=self.place_name)
        for change in changes:
            yield strong(self._title(change))
            table = table_of(None, *map(self.words, (_("Field"), _("Before"), _("After"))))
            for field in change.fields:
                table.add(field.path, *_shown(field))
            if table.rows:
                yield table

    def _title(self, change: Change) -> str:
        key = Key(change.kind, change.id, change.after or change.before or "")
        if change.after is None:
            return self.words(_("{which}: not in this folder"), which=key)
        if change.before is None:
            return self.words(_("{which}: new"), which=key)
        name = (
            _("{which}: says something else")
            if change.before == change.after
            else _("{which}: follows version {before}")
        )
        return self.words(name, which=key, before=change.before)

    # ---- acts

    def published(self, folder: Folder, done: Published, *, has_accounts: bool) -> Iterator[Block]:
        """What was published, and what is to be done for it to reach what is open; whether accounts are ours to hand out."""
        if not done.new:
            yield self._line(_("Nothing new: all {known} are published."), known=done.known)
            return
        for key, digest in done.new:
            yield line(f"  {key} ", dim(digest[:12]))
        count = len(done.new)
        if self.folder is None:
            text = _n(
                "{count} version published; the running system takes it up within 5 seconds.",
                "{count} versions published; the running system takes them up within 5 seconds.",
                count,
            )
        else:
            text = _n(
                "{count} version published in {folder}.",
                "{count} versions published in {folder}.",
                count,
                folder=folder.path,
            )
        yield self._line(text)
        if self.folder is not None:
            return
        for key in done.following:
            if key.kind == "procedure":
                yield self._line(
                    _(
                        "Open cases keep their version. To move them: greenlane procedure migrate {id} {version} "
                        "--dry-run"
                    ),
                    id=key.id,
                    version=key.version,
                )
            if key.kind == "calendar":
                yield self._line(
                    _("Open cases keep their calendar. To apply this one: greenlane calendar apply {id} --dry-run"),
                    id=key.id,
                )
        for party in done.parties:
            name = (
                _("{which} has channels of its own. Its account: greenlane access kafka {which}")
                if has_accounts
                else _(
                    "{which} needs an account and rights on Kafka, from whoever runs that broker (docs/operations.md)."
                )
            )
            yield self._line(name, which=party)

    def retired(self, done: Retired, moments: Moments) -> Iterator[Block]:
        """Until when it holds, and what becomes of the open cases."""
        key, day = done.done.key, moments.day(done.done.valid_until)
        yield self._line(
            _("{which} holds until {day} inclusive; nothing is received under it from the day after."),
            which=key,
            day=day,
        )
        if done.open_cases:
            yield self._line(
                _n(
                    "{count} open case goes on under it to its end.",
                    "{count} open cases go on under it to their end.",
                    done.open_cases,
                )
            )
        for template in done.templates:
            yield line(
                WARNING,
                " ",
                self.words(
                    _(
                        "The dossier template '{template}' still asks for this procedure: no dossier can be "
                        "opened by it from the day after. Publish a version of it without the procedure, or "
                        "retire it: greenlane catalog list dossier {template}"
                    ),
                    template=template,
                ),
            )

    def _line(self, text: LazyText, **gaps: object) -> Line:
        return line(self.words(text, **gaps))


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
