"""The ledger as an event log that other tools read: XES, or OCEL 2.0."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from eventlog.ocel_writing import OcelWriter
from eventlog.shown_events import Speech
from eventlog.xes_writing import XesWriter
from events.language.commands import Actor
from events.language.identity import is_dossier
from events.language.refusals import Refusal, refuse
from services.case_sheets import LOOK_AGAIN
from services.errors import NotAnsweredError
from services.installation import Installation
from services.recording_reads import Reader, record_read
from store.dossiers import Dossiers
from store.streams import StreamReader, reading_streams
from wording.text import _

__all__ = ["ExportedLog", "Format", "LogExport", "Sink", "Speech", "export_log", "find_streams"]

Format = Literal["xes", "ocel"]


class Sink(Protocol):
    """Where a log goes."""

    def write(self, block: bytes, /) -> object:
        """Take the next bytes."""
        ...


@dataclass(frozen=True, slots=True)
class ExportedLog:
    """What stands in a log."""

    cases: int
    events: int


@dataclass(slots=True)
class LogExport:
    """One log that is to be written, of the ledger as it stood when it was asked for."""

    streams: int
    """How many cases there are to write; in OCEL dossiers too."""
    _reader: StreamReader
    _format: Format
    _speech: Speech

    def write(self, sink: Sink, progress: Callable[[], None] = lambda: None) -> ExportedLog:
        """Write all of it; `progress`: one more case is written. Raises StoreError, and what the sink raises."""
        return self._xes(sink, progress) if self._format == "xes" else self._ocel(sink, progress)

    def _xes(self, sink: Sink, progress: Callable[[], None]) -> ExportedLog:
        writer, cases, events = XesWriter(self._speech), 0, 0
        sink.write(writer.begin())
        for records in self._reader.streams():
            sink.write(writer.trace(records))
            cases, events = cases + 1, events + len(records)
            progress()
        sink.write(writer.end())
        return ExportedLog(cases, events)

    def _ocel(self, sink: Sink, progress: Callable[[], None]) -> ExportedLog:
        cases = events = 0
        with OcelWriter() as writer:
            sink.write(writer.begin())
            for records in self._reader.streams():
                sink.write(writer.stream(records))
                cases, events = cases + (not is_dossier(records[0].case_id)), events + len(records)
                progress()
            for block in writer.end():
                sink.write(block)
        return ExportedLog(cases, events)


def find_streams(installation: Installation, actor: Actor, reference: str) -> tuple[str, ...] | Refusal:
    """The stream of a case, by its id or dossier code; of a linked dossier its own, and those of its cases.

    Raises NotAnsweredError for one that was accepted but is not opened yet, StoreError.
    """
    known = installation.inbox.find_case(reference)
    if known is not None and known.status is not None:
        return (known.case_id,)
    dossiers = Dossiers(installation.store)
    dossier = dossiers.find(reference)
    if dossier is not None:
        return (dossier.stream_id, *dossiers.case_views(dossier.stream_id))
    if known is None:
        return refuse("case_unknown", "case")
    message = _("Case {case_id} was accepted, but is not opened yet.", case_id=known.case_id)
    raise NotAnsweredError(message, field="case", remedy=LOOK_AGAIN)


@contextmanager
def export_log(
    installation: Installation, reader: Reader, streams: Collection[str] | None, form: Format, speech: Speech
) -> Iterator[LogExport]:
    """The log of these streams, or of the whole ledger; in XES a dossier's own events have no place.

    The read is on record: of each stream that was named, else one with how many there are. Raises StoreError.
    """
    with reading_streams(installation.store, streams, dossiers=form == "ocel") as stored:
        export = LogExport(stored.count(), stored, form, speech)
        if streams is None:
            record_read(installation, reader, filter={"format": form}, count=export.streams)
        for stream_id in streams or ():
            record_read(installation, reader, case_id=stream_id)
        yield export
