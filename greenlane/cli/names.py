"""Names as markup."""

from __future__ import annotations

from rich.markup import escape


def beside(name: str, typed: str) -> str:
    """A name as markup with the id that somebody types into a command; the id alone where there is no name."""
    return escape(name) if name == typed else f"{escape(name)} [dim]({escape(typed)})[/dim]"
