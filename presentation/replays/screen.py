"""A case or a linked dossier as of two instants, on a screen that is read at a glance; and a department's worklist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from presentation.blocks import Block, Inline, Line, Panel, Row, Table, Tone, dim, facts, line, strong, toned
from presentation.cases.case_screen import clock_table, head_panel, of_case, step_table
from presentation.cases.case_table import work_table
from presentation.cases.event_lines import event_table
from presentation.dossiers.screen import screen_of
from presentation.moments import Moments
from presentation.replays.changes import Difference, changes_between
from presentation.replays.left import left_of
from presentation.replays.sentences import sentences
from services.replays.instants import Instants
from services.replays.moments import CaseThen, DossierThen, Then
from services.replays.replay import Replay
from services.replays.worklists import WorkThen
from wording.text import LazyText, _

CHANGED: Final = Tone.NEAR
MARK: Final = "▸ "
"""Before what just changed: it must be seen without colours too."""
EVENTS_SHOWN: Final = 8
"""The last events before the instant: they say why it is as it is. All stand in the case's timeline."""


def replay_screen(replay: Replay, moments: Moments) -> Iterator[Block | None]:
    """From top to bottom; None where there is nothing to show."""
    then, moments = replay.then, at_moment(replay.then, moments)
    yield _instants(replay.instants, moments, replay.event)
    if replay.ends is not None:
        yield _difference(*replay.ends, moments)
        return
    yield from then_blocks(then, moments)
    yield event_table(moments.words(_("What happened last")), then.sheet.records[-EVENTS_SHOWN:], moments)
    yield moments.scale


def at_moment(then: Then, moments: Moments) -> Moments:
    """Time as it was then, and with what the things of the case or dossier are called."""
    moments = replace(moments, now=then.at, texts=then.sheet.texts)
    return of_case(then.sheet, moments) if isinstance(then, CaseThen) else moments


def then_blocks(then: Then, moments: Moments, changes: Sequence[Difference] = ()) -> Iterator[Block | None]:
    """How it stood: of a case what it is, its clocks with what is left of each, its steps, and the rules that applied.

    `changes`: what just changed; the clocks and steps among it stand out.
    """
    if isinstance(then, DossierThen):
        yield from screen_of(then.sheet, moments)
        return
    yield head_panel(then.sheet, moments)
    clocks = clock_table(then.sheet, moments, lambda clock: left_of(then, clock, moments))
    yield _marked(clocks, [f"clocks.{clock_id}" for clock_id in then.sheet.case.clocks], changes)
    yield _marked(step_table(then.sheet, moments), [f"steps.{step_id}" for step_id in then.sheet.case.steps], changes)
    yield _rules(then, moments)


def _marked(table: Table | None, paths: Iterable[str], changes: Sequence[Difference]) -> Table | None:
    """The table, with a mark before each row that changed; the rows stand in the order of their paths."""
    if table is None or not changes:
        return table
    changed = {change.place for change in changes}
    rows = [_marked_row(row) if path in changed else row for row, path in zip(table.rows, paths, strict=True)]
    return replace(table, rows=rows)


def _marked_row(row: Row) -> Row:
    first, *others = row.cells
    return replace(
        row, cells=(line(toned(CHANGED, MARK), toned(CHANGED, first)), *(toned(Tone.STRONG, cell) for cell in others))
    )


def _instants(instants: Instants, moments: Moments, event: int | None = None) -> Panel:
    words = moments.words
    shown: dict[LazyText, Inline | None] = {
        _("As it was at"): strong(moments.instant(instants.at, seconds=True)),
        _("By what was known at"): moments.instant(instants.known_at, seconds=True),
        _("Last event known"): None if event is None else str(event),
    }
    return Panel(None, (facts((words(name), text) for name, text in shown.items()),))


def _rules(then: CaseThen, moments: Moments) -> Line:
    definitions, words = then.sheet.case.definitions, moments.words
    said = words(
        _("Rules then: procedure {procedure}, calendar {calendar}, lanes {lanes}."),
        procedure=f"{definitions.procedure.id} {definitions.procedure.version}",
        calendar=f"{definitions.calendar.id} {definitions.calendar.version}",
        lanes=f"{definitions.lanes.id} {definitions.lanes.version}",
    )
    return dim(said)


def _difference(before: Then, after: Then, moments: Moments) -> Panel:
    words = moments.words
    between = words(
        _("From {before} to {after}"),
        before=moments.instant(before.at, seconds=True),
        after=moments.instant(after.at, seconds=True),
    )
    said = [line(f"- {sentence}") for sentence in sentences(changes_between(before, after, timed=True), moments)]
    return Panel(between, tuple(said or [line(words(_("Nothing changed.")))]))


def worklist_screen(then: WorkThen, moments: Moments) -> Iterator[Block | None]:
    """What waited for a department at an instant."""
    moments = replace(moments, now=then.instants.at)
    words = moments.words
    name = then.department if then.known is None else then.known.name.in_language(words.language)
    title = words(_("What waited for {department}"), department=name)
    yield _instants(then.instants, moments)
    yield work_table(title, then.work, moments) if then.work else line(f"{title}: {words(_('Nothing waited.'))}")
    yield moments.scale
