"""Screens one after the other, forward and back, by the keys of a terminal; without a terminal all of them, in their order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from rich.console import RenderableType
from rich.control import Control
from rich.segment import Segment, Segments
from rich.text import Text

from greenlane.console import Console
from greenlane.speaking.keys import Key, pressed_keys
from greenlane.speaking.output import out, show
from greenlane.terminal import together
from presentation.blocks import Block, Grid, dim
from presentation.words.words import Words
from wording.text import _

ScreenOf = Callable[[int], Iterable[Block]]
Lines = list[list[Segment]]


def step_through(count: int, screen_of: ScreenOf, words: Words, *, first: int = 0) -> None:
    """Show the screens, beginning with `first`, counted from 0, until somebody leaves with q or Ctrl-C.

    Without a terminal on both sides, or on one that cannot be drawn over, all are printed one after the other.
    """
    has_keys = sys.stdin is not None and out.is_terminal and sys.stdin.isatty()
    if not has_keys or out.is_dumb_terminal:
        for number in range(count):
            show(dim(f"{number + 1}/{count}"), *screen_of(number), "")
        return
    with suppress(KeyboardInterrupt), pressed_keys() as next_key, out.screen() as screen:
        screens = _Screens(out, count, screen_of, words)
        view, size = _View(first), out.size
        out.control(Control.home())
        screen.update(screens.drawn(view))
        while (key := next_key()) is not Key.LEAVE:
            seen, view = view, screens.after(key, view)
            if view != seen or size != out.size:
                size = out.size
                out.control(Control.home())
                screen.update(screens.drawn(view))


@dataclass(frozen=True)
class _View:
    """What is looked at."""

    number: int
    top: int = 0
    """The first line that is shown."""
    is_help: bool = False


class _Screens:
    """The screens as lines of the window's width, each drawn once for a width."""

    def __init__(self, console: Console, count: int, screen_of: ScreenOf, words: Words) -> None:
        self._console, self._count, self._words = console, count, words
        self._lines = lru_cache(maxsize=64)(lambda number, width: self._drawn_lines(screen_of(number), width))

    def after(self, key: Key, view: _View) -> _View:
        """What is looked at once the key was pressed. Any key ends the help."""
        if key is Key.NONE:
            return view
        if view.is_help or key is Key.HELP:
            return replace(view, is_help=not view.is_help)
        last = self._count - 1
        goes_to = {
            Key.FORWARD: min(last, view.number + 1),
            Key.BACK: max(0, view.number - 1),
            Key.FIRST: 0,
            Key.LAST: last,
        }
        if key in goes_to:
            return view if goes_to[key] == view.number else _View(goes_to[key])
        page = self._console.height - 1
        lines = {Key.DOWN: 1, Key.UP: -1, Key.PAGE_DOWN: page, Key.PAGE_UP: -page}.get(key, 0)
        return replace(view, top=max(0, min(self._top_max(view), view.top + lines)))

    def drawn(self, view: _View) -> RenderableType:
        """The window: as many lines as it has, and what the keys do at its foot."""
        width, height = self._console.size
        lines = self._drawn_lines([self._help()], width) if view.is_help else self._lines(view.number, width)
        top = min(view.top, self._top_max(view))
        shown = lines[top : top + height - 1]
        shown += [[]] * (height - 1 - len(shown))
        below = len(lines) - top - (height - 1)
        foot = self._drawn_lines([], width, self._foot(view, is_more=below > 0))
        return Segments([segment for row in [*shown, *foot] for segment in (*row, Segment.line())][:-1])

    def _top_max(self, view: _View) -> int:
        width, height = self._console.size
        return max(0, len(self._lines(view.number, width)) - (height - 1))

    def _drawn_lines(self, blocks: Iterable[Block], width: int, foot: Text | None = None) -> Lines:
        console = self._console
        options = console.options.update(width=width, height=None)
        return console.render_lines(together(blocks) if foot is None else foot, options, pad=False)

    def _foot(self, view: _View, *, is_more: bool) -> Text:
        keys = self._words(_("←/→ step  Home/End  ? help  q leave"))
        more = self._words(_("↓ more  ")) if is_more else ""
        text = Text(f"{view.number + 1}/{self._count}  {more}{keys}", style="reverse")
        text.no_wrap, text.overflow = True, "ellipsis"
        return text

    def _help(self) -> Grid:
        words = self._words
        rows = (
            ("→  l  Space", words(_("the next event"))),
            ("←  h  Backspace", words(_("the event before"))),
            ("Home  g", words(_("the first event"))),
            ("End  G", words(_("the last event"))),
            ("↓ ↑  j k  PgDn PgUp", words(_("further down and up, where a screen is longer than the window"))),
            ("?", words(_("these keys; any key leads back"))),
            ("q  Ctrl-C", words(_("leave"))),
        )
        return Grid(rows, folds=True)
