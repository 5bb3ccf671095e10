"""One event of a replay on a screen: what happened and why, what it changed, and how it stood after it."""

from __future__ import annotations

from collections.abc import Iterator

from presentation.blocks import Block, Panel, dim, in_row, stacked, strong, toned
from presentation.cases.event_lines import event_cells
from presentation.moments import Moments
from presentation.replays.changes import changes_between
from presentation.replays.screen import CHANGED, MARK, at_moment, then_blocks
from presentation.replays.sentences import sentences
from services.replays.replay import Replay
from wording.text import _


def frame_screen(replay: Replay, number: int, moments: Moments) -> Iterator[Block]:
    """The frame with this number, counted from 0."""
    frame = replay.frames[number]
    moments = at_moment(frame.after, moments)
    _at, happened, actor = event_cells(frame.record, moments)
    place = moments.words(_("Event {number} of {all}"), number=str(number + 1), all=str(len(replay.frames)))
    changes = changes_between(frame.before, frame.after)
    told = [toned(CHANGED, MARK, sentence) for sentence in sentences(changes, moments)]
    when = in_row((strong(moments.instant(frame.record.at, seconds=True)), dim(actor)), "  ")
    yield Panel(place, (stacked(when, happened), *told))
    yield from (
        block
        for block in then_blocks(frame.after, moments, () if frame.before is None else changes)
        if block is not None
    )
