"""What a change of the rules does to open cases, on a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Final

from cases.plans import PlannedChange
from presentation.blocks import Block, Table, Tone, line, table_of, toned
from presentation.json_of_changes import counts_of
from presentation.moments import Moments
from presentation.words.words import Words
from services.change_previews import ChangePreview
from services.change_telling import Telling
from wording.text import LazyText, _, _n, in_language

SHOWN_MAX: Final = 50
REASONS: Final = {
    "earlier": Tone.LATE,
    "uncovered": Tone.LATE,
    "later": Tone.GOOD,
    "covered": Tone.GOOD,
    "waits": Tone.DIM,
}
Called = Callable[[str], str]
"""What people know a case by: its dossier's code; its id until it has one."""


def change_screen(
    plan_number: int | None, preview: ChangePreview, telling: Telling, moments: Moments, called: Called
) -> Iterator[Block]:
    """The first changes, the first cases that cannot change or were not told, and how many there are of each."""
    words = Words(moments.words.language)
    if preview.changes:
        yield change_table(words, moments, preview.changes, called)
    refused = [(one.case_id, one.refusal.message(words.language)) for one in preview.refused]
    missed = [(m.case_id, in_language(m.message, words.language)) for m in (*preview.unreachable, *telling.untold)]
    for case_id, why in chain(refused[:SHOWN_MAX], missed[:SHOWN_MAX]):
        yield line(toned(Tone.WRONG, "✗"), f" {called(case_id)}: {why}")
    yield line(
        words(
            _(
                "Cases that change: {cases}. Clocks that move earlier: {earlier}, later: {later}. Cases that wait: {waits}."
            ),
            **counts_of(preview),
        )
    )
    if plan_number is not None:
        yield line(
            words(
                _n(
                    "Plan {plan}: {count} case was told.",
                    "Plan {plan}: {count} cases were told.",
                    telling.sent,
                    plan=plan_number,
                )
            )
        )
    elif preview.changes:
        yield line(words(_("Nothing was done: call it without --dry-run.")))
    yield from (line(words(text)) for text in _left_behind(preview, telling))


def _left_behind(preview: ChangePreview, telling: Telling) -> Iterator[LazyText]:
    if preview.unreachable:
        yield _n(
            "{count} case cannot be read and was stepped over: run `greenlane verify`, then this command again.",
            "{count} cases cannot be read and were stepped over: run `greenlane verify`, then this command again.",
            len(preview.unreachable),
        )
    if telling.untold:
        yield _n(
            "{count} case could not be told: it is tried again by itself.",
            "{count} cases could not be told: it is tried again by itself.",
            len(telling.untold),
        )


def change_table(words: Words, moments: Moments, changes: Sequence[PlannedChange], called: Called) -> Table:
    """The first changes."""
    title = words(_("Changes ({shown} of {total})"), shown=min(SHOWN_MAX, len(changes)), total=len(changes))
    table = table_of(title, *map(words, (_("Case"), _("Clock"), _("Former due"), _("Due"), _("Reason"))))
    for change in changes[:SHOWN_MAX]:
        table.add(
            called(change.case_id),
            moments.names.clock_of(change.kind, change.step_id),
            moments.instant(change.former_due_at),
            moments.instant(change.due_at),
            toned(REASONS[change.reason], words.named("change", change.reason)),
        )
    return table
