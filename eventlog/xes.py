"""Reading XES event logs (IEEE 1849, and 1.0 before it) as a stream: memory holds one trace at a time.

Expat and not lxml: it tells the exact byte at which a file goes wrong, and nothing of the outside or of a document type
definition is ever loaded or expanded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from eventlog.errors import (
    LogEmptyError,
    LogEncodingError,
    LogError,
    LogMalformedError,
    LogNotXesError,
    Place,
    TraceTooLongError,
)
from wording.text import _

ATTRIBUTES = frozenset(("string", "date", "int", "float", "boolean", "id", "list", "container"))
COLLECTIONS = frozenset(("list", "container"))
HEADER = frozenset(("extension", "global", "classifier"))
EVENT_DEPTH = 2
"""Where an event stands: in a trace, in the log."""
ASCII_MAX = 0x7F
NAME_SHOWN_MAX = 60
VALUE_MAX = 10_000
"""Characters kept of one value; beyond that it is no attribute but an attachment."""
KEY_MAX = 1_000
"""Characters kept of a key with those of its parents: a deep nest would else take memory with the square of its depth."""
TRACE_MAX = 32 << 20
"""Characters kept of one trace, keys with values; whatever comes beyond is counted as left out."""
REPAIR = _("Repair the file at this place, or export the log again.")
EXPORT_AGAIN = _("Fetch or export the log again, and compare its size with the original's.")


class Attribute(NamedTuple):
    """One attribute. Of a nested one the key holds those of its parents too, joined by `/`."""

    key: str
    value: str


@dataclass(slots=True)
class Event:
    """One event in document order."""

    line: int
    attributes: list[Attribute] = field(default_factory=list)

    def first(self, key: str) -> str | None:
        """The first value of this key that is more than blanks."""
        return next((value for name, value in self.attributes if name == key and value.strip()), None)


@dataclass(slots=True)
class Trace:
    """One trace with its events, in document order."""

    line: int
    attributes: list[Attribute] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def name(self) -> str | None:
        """Its `concept:name`; real logs have traces without one, and several with the same."""
        return self.first("concept:name")

    def first(self, key: str) -> str | None:
        """The first value of this key that is more than blanks."""
        return next((value for name, value in self.attributes if name == key and value.strip()), None)


class XesReader:
    """Reads one log. `unusual` counts, after reading, what was in it and belongs to no trace or to no standard."""

    def __init__(
        self, file: Path, events_max: int, set_aside: Callable[[Trace, Event], bool] = lambda _trace, _event: False
    ) -> None:
        """`set_aside`: whether an event that was read shall be left out, and counted as that alone."""
        self._file = file
        self._events_max = events_max
        self._set_aside = set_aside
        self.unusual: Counter[str] = Counter()
        self._done: list[Trace] = []
        self._depth = 0
        self._root_seen = False
        self._trace: Trace | None = None
        self._event: Event | None = None
        self._noted: Counter[str] = Counter()
        """What was unusual in the event; of one that is set aside it does not count."""
        self._before = 0
        """Characters of the trace before the event."""
        self._loose = False
        """Whether the trace is one event's own."""
        self._path: list[str] = []
        self._kept = 0
        """Characters of the trace."""
        self._parser = expat.ParserCreate()
        # Names are compared without prefix: real logs declare XES's namespace in several ways, or not at all.
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def traces(self, blocks: Iterable[bytes]) -> Iterator[Trace]:
        """The traces in document order. Raises LogError with the place, besides what `blocks` raises."""
        base = 0
        block = b""
        try:
            for block in blocks:
                self._parser.Parse(block, False)
                yield from self._taken()
                base += len(block)
            block = b""
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._explained(error, base, block) from None
        except (LookupError, ValueError) as error:
            # Python's table of encodings, asked by expat for what it does not know itself.
            raise LogEncodingError(
                self._file,
                _("its encoding cannot be read ({error}).", error=error),
                remedy=_("Convert the file to UTF-8."),
                place=self._here(),
            ) from None
        yield from self._taken()

    def _taken(self) -> list[Trace]:
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        depth = self._depth
        self._depth = depth + 1
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if self._event is not None:
            self._within(self._event.attributes, tag, attributes)
        elif self._trace is not None:
            self._in_trace(self._trace, tag, attributes, depth)
        elif depth == 1:
            self._in_log(tag)
        elif depth == 0:
            self._root(tag)

    def _root(self, tag: str) -> None:
        self._root_seen = True
        if tag == "log":
            return
        if tag.lower() == "html":
            raise self._html()
        raise LogNotXesError(
            self._file,
            _("the outermost element is <{tag}>, and an XES event log begins with <log>.", tag=_shown(tag)),
            remedy=_("Name an event log in XES."),
            place=self._here(),
        )

    def _in_log(self, tag: str) -> None:
        if tag == "trace":
            self._trace = Trace(self._parser.CurrentLineNumber)
        elif tag == "event":
            # XES lets a log hold events that belong to no trace. None may be lost, so each is a trace of its own.
            self.unusual["events_outside_traces"] += 1
            self._trace = Trace(self._parser.CurrentLineNumber)
            self._begin_event(self._trace)
            self._loose = True
        elif tag not in ATTRIBUTES and tag not in HEADER:
            self.unusual["unknown_elements"] += 1

    def _in_trace(self, trace: Trace, tag: str, attributes: dict[str, str], depth: int) -> None:
        if tag != "event" or depth != EVENT_DEPTH:
            self._within(trace.attributes, tag, attributes)
            return
        self._begin_event(trace)
        # Of a trace of which events are set aside it shows at the event's end.
        if len(trace.events) > self._events_max and not self._set_aside(trace, Event(0)):
            raise self._too_long(trace)

    def _too_long(self, trace: Trace) -> TraceTooLongError:
        return TraceTooLongError(
            self._file,
            _(
                "the trace that begins at line {line} has more than {events_max} events, the most "
                "steps that one case may have.",
                line=trace.line,
                events_max=self._events_max,
            ),
            remedy=_("Split the trace, or leave it out."),
            place=self._here(),
        )

    def _begin_event(self, trace: Trace) -> None:
        self._event = Event(self._parser.CurrentLineNumber)
        self._before = self._kept
        trace.events.append(self._event)

    def _end_event(self, trace: Trace, event: Event) -> None:
        if self._set_aside(trace, event):
            trace.events.pop()
            self._kept = self._before
            self.unusual["events_set_aside"] += 1
        elif len(trace.events) > self._events_max:
            raise self._too_long(trace)
        else:
            self.unusual += self._noted
        self._noted.clear()
        self._event = None

    def _within(self, into: list[Attribute], tag: str, attributes: dict[str, str]) -> None:
        """An element inside a trace or an event: an attribute of it, or of another attribute."""
        path = self._path
        if tag in ATTRIBUTES:
            key = attributes.get("key", "")
            path.append((f"{path[-1]}/{key}" if path else key)[:KEY_MAX])
            value = attributes.get("value")
            if value is not None or tag not in COLLECTIONS:
                self._keep(into, Attribute(path[-1], self._bounded(value or "")))
            return
        if tag in {"trace", "event"}:
            raise LogNotXesError(
                self._file,
                _("a <{tag}> stands inside an element that cannot hold one.", tag=tag),
                remedy=REPAIR,
                place=self._here(),
            )
        if tag != "values":  # the wrapper of a list's values
            self._note("unknown_elements")
        path.append(path[-1] if path else "")

    def _keep(self, into: list[Attribute], attribute: Attribute) -> None:
        self._kept += len(attribute.key) + len(attribute.value)
        if self._kept <= TRACE_MAX:
            into.append(attribute)
        else:
            self._note("attributes_left_out")

    def _bounded(self, value: str) -> str:
        if len(value) <= VALUE_MAX:
            return value
        self._note("values_cut")
        return value[:VALUE_MAX]

    def _note(self, what: str) -> None:
        (self.unusual if self._event is None else self._noted)[what] += 1

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._path:
            self._path.pop()
        elif self._trace is not None and self._event is not None:
            self._end_event(self._trace, self._event)
            if self._loose:
                self._end_trace()
        elif self._trace is not None:
            self._end_trace()

    def _end_trace(self) -> None:
        if self._trace is not None:
            self._done.append(self._trace)
        self._trace, self._loose, self._kept = None, False, 0

    def _doctype(self, name: str, _system: Any, _public: Any, has_internal_subset: int) -> None:
        if name.lower() == "html":
            raise self._html()
        if has_internal_subset:
            raise LogNotXesError(
                self._file,
                _("it defines a document type of its own; entities are not expanded, and XES has none."),
                remedy=_("Export the log again without a document type definition."),
                place=self._here(),
            )

    def _html(self) -> LogNotXesError:
        return LogNotXesError(
            self._file,
            _("this is a web page, perhaps the page that offers the log or an error message saved in its place."),
            remedy=_("Download the log itself."),
            place=self._here(),
        )

    def _here(self) -> Place:
        parser = self._parser
        return Place(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, max(0, parser.CurrentByteIndex))

    def _explained(self, error: expat.ExpatError, base: int, block: bytes) -> LogError:
        place = Place(error.lineno, error.offset + 1, max(0, self._parser.ErrorByteIndex))
        reason = expat.ErrorString(error.code)
        at = place.byte - base
        byte = block[at] if 0 <= at < len(block) else 0
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN] and byte > ASCII_MAX:
            return LogEncodingError(
                self._file,
                _(
                    "the byte 0x{byte:02X} is not in the encoding that the file declares (UTF-8 if it declares none).",
                    byte=byte,
                ),
                remedy=_("Convert the file to UTF-8, or declare its encoding in the first line."),
                place=place,
            )
        if error.code in _ENCODING_ERRORS:
            return LogEncodingError(
                self._file,
                _("{reason}.", reason=reason),
                remedy=_("Convert the file to UTF-8, and declare no other encoding."),
                place=place,
            )
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]:
            return self._cut_short(place)
        if not self._root_seen:
            return LogNotXesError(
                self._file,
                _("this is not XML ({reason}).", reason=reason),
                remedy=_("Name an event log in XES."),
                place=place,
            )
        return LogMalformedError(
            self._file,
            _("the XML is not well-formed: {reason}.", reason=reason),
            remedy=REPAIR,
            place=place,
        )

    def _cut_short(self, place: Place) -> LogError:
        if self._depth == 0:
            only_blanks = _("there are only blanks in it.")
            return LogEmptyError(self._file, only_blanks, remedy=EXPORT_AGAIN, place=place)
        ends = _("the file ends before the log does.")
        return LogMalformedError(self._file, ends, remedy=EXPORT_AGAIN, place=place)


_ENCODING_ERRORS = {
    expat.errors.codes[name]
    for name in (
        expat.errors.XML_ERROR_UNKNOWN_ENCODING,
        expat.errors.XML_ERROR_INCORRECT_ENCODING,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
}


def _shown(name: str) -> str:
    return name if len(name) <= NAME_SHOWN_MAX else name[:NAME_SHOWN_MAX] + "…"
