"""What a person sees while a log is imported: on standard error only, a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Protocol, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from eventlog.index import Summary
from greenlane.console import Console
from wording.text import _, in_language, joined

LINE_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an import is."""

    cases: int
    submitted: int
    closed: int
    decisions: int
    """Sent in this run; an interrupted run may have sent some before."""
    in_flight: int
    cases_per_s: float


class Display(Protocol):
    """Whom an import tells how far it is."""

    def reading(self, name: str, size_bytes: int) -> None:
        """A file is being read."""

    def read_bytes(self, position: int) -> None:
        """So much of the file has been read."""

    def read(self, summary: Summary) -> None:
        """The log was read to its end."""

    def standing(self, standing: Standing) -> None:
        """Cases are under way."""

    def doing(self, what: str) -> None:
        """What follows now."""

    def say(self, what: str) -> None:
        """A remark that stays."""


class Terminal:
    """For people. Use it as a context manager, so that the terminal is left in order."""

    def __init__(
        self, console: Console | None = None, language: str = "vi", now: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console or Console(stderr=True)
        self._language = language
        self._now = now
        self._quiet_until = 0.0
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_bar()

    def reading(self, name: str, size_bytes: int) -> None:
        """Begin the bar of the file."""
        self._begin_bar("reading", _("reading {name}", name=name), size_bytes)

    def read_bytes(self, position: int) -> None:
        """Move the bar of the file."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=position)

    def read(self, summary: Summary) -> None:
        """Say what the log holds, and what in it is unusual."""
        self._end_bar()
        self._line(
            _(
                "log read: {traces:,} traces, {events:,} events, {activities:,} activities, {departments:,} departments"
            ).filled(**asdict(summary))
        )
        unusual = [text.filled(count=count) for name, text in UNUSUAL.items() if (count := getattr(summary, name))]
        if unusual:
            self._line(_("in it: {unusual}", unusual=joined(", ", unusual)))

    def standing(self, standing: Standing) -> None:
        """Move the bar of the cases."""
        words = STANDING.filled(**asdict(standing))
        if not self._console.is_terminal:
            if self._now() >= self._quiet_until:
                self._quiet_until = self._now() + LINE_EVERY_SECONDS
                self._line(words)
            return
        if self._stage != "driving":
            self._begin_bar("driving", words, standing.cases)
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=standing.closed, description=self._said(words))

    def doing(self, what: str) -> None:
        """A line for what follows."""
        self._end_bar()
        self._line(what)

    def say(self, what: str) -> None:
        """A line that stays, above the bar if there is one."""
        self._line(what, style="yellow")

    def _begin_bar(self, stage: str, words: str, total: int) -> None:
        self._end_bar()
        if not self._console.is_terminal:
            return
        self._stage = stage
        self._progress = Progress(
            BarColumn(bar_width=24),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self._progress.add_task(self._said(words), total=total)
        self._progress.start()

    def _end_bar(self) -> None:
        self._stage = ""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _line(self, words: str, style: str = "") -> None:
        self._console.print(self._said(words), style=style or None, markup=False, soft_wrap=True)

    def _said(self, words: str) -> str:
        return in_language(words, self._language)


STANDING = _(
    "{closed:,}/{cases:,} cases closed, {decisions:,} decisions sent, {cases_per_s:.1f} cases/s, {in_flight} in flight"
)
UNUSUAL = {
    "empty_traces": _("{count:,} traces without events"),
    "traces_without_name": _("{count:,} traces without a name"),
    "repeated_trace_names": _("{count:,} traces with the name of an earlier one"),
    "events_without_name": _("{count:,} events without a name"),
    "events_without_group": _("{count:,} events without a group"),
    "events_unassigned": _("{count:,} events with neither group nor resource"),
    "timestamps_missing": _("{count:,} events without a timestamp"),
    "timestamps_unreadable": _("{count:,} timestamps that are none"),
    "timestamps_equal": _("{count:,} timestamps equal to the one before"),
    "timestamps_out_of_order": _("{count:,} timestamps before the one before"),
    "attributes_cut": _("{count:,} attributes cut to what a decision may hold"),
    "attributes_left_out": _("{count:,} attributes left out for want of room"),
    "values_cut": _("{count:,} values too long to be read whole"),
    "events_outside_traces": _("{count:,} events outside any trace (each a case of its own)"),
    "unknown_elements": _("{count:,} elements that XES does not know (ignored)"),
    "events_set_aside": _("{count:,} events of Greenlane's own that are no decisions (not played)"),
}
