"""Streams of the ledger examined: chain, rules, every command decided again, read models. On all cores, batch by batch.

A batch is seen as of one instant, beside a live system. What a process has read of definitions and calendars it keeps from one
batch to the next; of the streams it keeps nothing, so that memory does not grow with the ledger.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, groupby, islice
from typing import Final, Literal, NamedTuple

from audit.chain import check_chain
from audit.crew import cores, spread
from audit.dossier_redecision import dossier_redecided
from audit.dossiers import check_dossier
from audit.form import check_form
from audit.invariants import check_story
from audit.rebuild import (
    BATCH_STREAMS,
    CASE_ROWS,
    DOSSIER_ROWS,
    Difference,
    Folded,
    Opening,
    ReadModels,
    batches_of,
    folded_of,
    read_opening,
    records_of,
)
from audit.redecision import redecided
from audit.retelling import tell_again
from audit.story import story_of
from audit.violation import Violation
from cases.decide import CASES
from cases.dossier.decide import DOSSIERS
from cases.stream import Projection
from events.language.case_events import EventRecord
from events.language.identity import TICK_PREFIX, is_dossier
from store.database import Store, session_of
from store.definitions import DefinitionArchive
from store.errors import LedgerRowBroken
from store.ledger import LedgerRow, streamed_rows
from store.verification import never_accepted
from wording.text import _

Kind = Literal["case", "dossier"]

SPREAD_BATCHES: Final = 10
"""Fewer are examined here: to start processes takes longer than that."""
PROCESSES_MAX: Final = 16
"""Each holds a connection to the database, which has other work too."""


class Batch(NamedTuple):
    """Streams that are examined together."""

    kind: Kind
    stream_ids: tuple[str, ...]


@dataclass(slots=True)
class Examined:
    """What was looked at in a batch, and what was found. Travels between processes."""

    cases: int = 0
    """A linked dossier is none."""
    events: int = 0
    older: int = 0
    """Events that an older version decided, under its own rules: they are not decided again."""
    violations: list[Violation] = field(default_factory=list)
    effects: list[tuple[str, str]] = field(default_factory=list)
    """Stream and command of every effect, until the inbox was asked about them at the end of the batch."""
    differences: list[Difference] = field(default_factory=list)
    """Where a stream cannot be folded, or its rows in the read models are not what the fold gives."""


def all_batches(store: Store, *kinds: Kind) -> Iterator[Batch]:
    """Every stream of these kinds, or of all: cases first, then linked dossiers, each in the order of ids. Raises StoreError."""
    for kind in kinds or KINDS:
        for stream_ids in batches_of(store, KINDS[kind].rows):
            yield Batch(kind, tuple(stream_ids))


def batches_among(stream_ids: Iterable[str]) -> Iterator[Batch]:
    """The same of these streams only."""
    of_kinds: dict[Kind, list[str]] = {kind: [] for kind in KINDS}
    for stream_id in sorted(set(stream_ids)):
        of_kinds["dossier" if is_dossier(stream_id) else "case"].append(stream_id)
    for kind, ids in of_kinds.items():
        for first in range(0, len(ids), BATCH_STREAMS):
            yield Batch(kind, tuple(ids[first : first + BATCH_STREAMS]))


def examine_all(
    store: Store,
    batches: Iterable[Batch] | None = None,
    *,
    judged: bool = True,
    processes: int | None = None,
    watch: Callable[[int], None] | None = None,
) -> Iterator[Examined]:
    """What each batch comes to, in no order; all streams where no batches are named.

    `judged` False: chains and read models only, nothing is decided again. `processes` None: as many as there are cores, where
    the ledger is worth it. `watch` is called with the number of events after each batch. Raises StoreError, ProcessLost.
    """
    left = iter(all_batches(store) if batches is None else batches)
    first = list(islice(left, SPREAD_BATCHES))
    if processes is None:
        processes = min(cores(), PROCESSES_MAX) if len(first) == SPREAD_BATCHES else 1
    work, hire = chain(first, left), partial(_hired, store, judged=judged)
    with closing(_in_turn(hire(), work) if processes == 1 else spread(hire, work, processes)) as done:
        for examined in done:
            if watch is not None:
                watch(examined.events)
            yield examined


def _in_turn(examine: Callable[[Batch], Examined], batches: Iterable[Batch]) -> Generator[Examined]:
    yield from map(examine, batches)


def _hired(store: Store, *, judged: bool) -> Callable[[Batch], Examined]:
    return Examiner(store, judged=judged).examine


class Examiner:
    """Whoever examines one batch after the other, in one process."""

    def __init__(self, store: Store, *, judged: bool = True) -> None:
        self._store = store
        self._judged = judged
        self._archive = DefinitionArchive(store)

    def examine(self, batch: Batch) -> Examined:
        """What these streams come to. Raises StoreError."""
        kind, examined, folded = KINDS[batch.kind], Examined(), list[Folded]()
        with uncollected(), self._store.one_instant() as connection:
            session = session_of(connection)
            with streamed_rows(connection, list(batch.stream_ids)) as in_order:
                for stream_id, rows in groupby(in_order, lambda row: row.case_id):
                    outcome = self._examine_stream(kind, stream_id, list(rows), examined)
                    if isinstance(outcome, Folded):
                        folded.append(outcome)
                    elif outcome is not None:
                        examined.differences.append(outcome)
            examined.differences += kind.rows.compare(session, folded)
            for stream_id, command_id in never_accepted(session, examined.effects):
                text = _("command {command} has an effect and was not accepted", command=command_id)
                examined.violations.append(Violation("I4", stream_id, None, text))
        examined.effects.clear()
        return examined

    def _examine_stream(
        self, kind: KindOfStream, stream_id: str, rows: list[LedgerRow], examined: Examined
    ) -> Folded | Difference | None:
        examined.cases += kind.rows is CASE_ROWS
        examined.events += len(rows)
        broken = list(check_chain(rows))
        if broken:
            examined.violations += broken
            return Difference(stream_id, "chain")
        opening = read_opening(kind.rows, self._archive, rows[0])
        if not isinstance(opening, Opening):
            return opening
        try:
            shown = (kind.judge if self._judged else kind.show)(opening, rows, examined)
        except LedgerRowBroken as broken_row:
            return Difference(stream_id, "unreadable", broken_row.sequence)
        except Exception as error:
            # Whoever changed it knew how to chain it: the auditor says so, and goes on with the next.
            if not self._judged:
                return Difference(stream_id, "unreadable")
            examined.violations.append(Violation("I2", stream_id, None, f"cannot be judged: {error!r}"))
            return None
        return None if shown is None else folded_of(stream_id, shown, rows[-1].hash)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collection of cycles, of which a batch makes none: to look for them took a tenth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


Look = Callable[[Opening, list[LedgerRow], Examined], Projection | None]
"""Looks at one stream and notes what is wrong; what its read models should show, None where it cannot be folded."""


def _judge_case(opening: Opening, rows: list[LedgerRow], examined: Examined) -> Projection | None:
    by_deciding = tell_again(opening.definitions, opening.first, [row.body for row in rows])
    story = by_deciding or story_of(opening.definitions, records_of(opening, rows))
    examined.older += story.older
    examined.violations += check_story(story)
    records = [scene.record for scene in story.scenes]
    if by_deciding is None:
        examined.violations += check_form((row.body for row in rows[: len(records)]), records)
        examined.violations += redecided(story)
    note_effects(records, examined)
    return CASES.shown(story.case, records) if story.broken is None else None


def _show_case(opening: Opening, rows: list[LedgerRow], _: Examined) -> Projection:
    return CASES.project(opening.first.case_id, opening.definitions, records_of(opening, rows))


def _judge_dossier(opening: Opening, rows: list[LedgerRow], examined: Examined) -> Projection:
    records = records_of(opening, rows)
    examined.violations += check_form((row.body for row in rows), records)
    examined.violations += check_dossier(opening.definitions, records)
    examined.violations += dossier_redecided(opening.definitions, records)
    note_effects(records, examined)
    return DOSSIERS.project(opening.first.case_id, opening.definitions, records)


def _show_dossier(opening: Opening, rows: list[LedgerRow], _: Examined) -> Projection:
    return DOSSIERS.project(opening.first.case_id, opening.definitions, records_of(opening, rows))


def note_effects(records: Sequence[EventRecord], examined: Examined) -> None:
    """I4: a command's records stand together; were they recorded twice, they would stand in two places of the ledger."""
    commands: set[str] = set()
    for record, former in zip(records, [None, *records], strict=False):
        command_id = record.command_id
        if (former is not None and former.command_id == command_id) or command_id.startswith(TICK_PREFIX):
            continue
        if command_id in commands:
            text = _("command {command} has two effects", command=command_id)
            examined.violations.append(Violation("I4", record.case_id, None, text))
        commands.add(command_id)
    examined.effects += [(records[0].case_id, command_id) for command_id in sorted(commands)]


class KindOfStream(NamedTuple):
    """How streams of a kind are read and looked at."""

    rows: ReadModels
    judge: Look
    show: Look
    """Without judging."""


KINDS: Final[dict[Kind, KindOfStream]] = {
    "case": KindOfStream(CASE_ROWS, _judge_case, _show_case),
    "dossier": KindOfStream(DOSSIER_ROWS, _judge_dossier, _show_dossier),
}
