"""The screen of an examination: what is well in a line each, what is not with its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from audit.installation.check import Check
from presentation.words.words import Words
from wording.text import _


def verdict_table(checks: Sequence[Check], language: str) -> Table:
    """One line a check; what is wrong stands out, with what mends it below."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        body = check.as_json(language)
        mark = "[green]✓[/green]" if check.ok else "[bold red]✗[/bold red]"
        name = escape(check.id) if check.ok else f"[bold red]{escape(check.id)}[/bold red]"
        text = escape(body["message"])
        if body["remedy"]:
            text += f"\n[green]→[/green] {escape(body['remedy'])}"
        table.add_row(mark, name, text)
    return table


def verdict_words(checks: Sequence[Check], language: str) -> str:
    """The whole in one sentence."""
    words, wrong = Words(language), sum(not check.ok for check in checks)
    if wrong:
        return words(_("{total} checks: {wrong} to be mended."), wrong=wrong, total=len(checks))
    return words(_("{total} checks: all is well."), total=len(checks))
