"""The only way onto a terminal: whatever a cell holds, what others wrote in it can act on nothing.

Cells escape markup where they are made; that nothing in them is a control or turns the direction of writing is seen to here,
where no cell can forget it. A test holds every other module to this one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from wording.foreign import visible


class Console(rich.console.Console):
    """Rich's console, with every text made visible before it is laid out, and once more when it is written."""

    def __init__(self, **options: Any) -> None:
        """As rich's; `:smile:` stays what was written."""
        super().__init__(**{"highlight": False, "emoji": False, **options})

    def render_str(self, text: str, **options: Any) -> Text:
        """A text or markup as it is laid out: what was made visible has its width from here on."""
        return super().render_str(visible(text, lines=True), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is written; also what no markup went through."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible(segment.text, lines=True), segment.style, segment.control)
