"""Help in the language asked for: what the commands say of themselves, and the library's own words around it.

The texts are docstrings and `help=` of the commands; `wording.catalogue` finds them there.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import typer
from typer._click.formatting import HelpFormatter

from wording.text import LazyText, _, in_language

_EXAMPLE: Final = "Example: "
_EXAMPLE_SAID: Final = _("Example: {command}")
_USAGE: Final = _("Usage: ")
_SHOW_HELP: Final = _("Show this message and exit.")
_LIBRARY: Final = {
    "ARGUMENTS_PANEL_TITLE": _("Arguments"),
    "OPTIONS_PANEL_TITLE": _("Options"),
    "COMMANDS_PANEL_TITLE": _("Commands"),
    "DEFAULT_STRING": _("[default: {}]"),
    "REQUIRED_LONG_STRING": _("[required]"),
}
"""The library's fixed strings by their names there."""
_METAVARS: Final = {"options_metavar": _("[OPTIONS]"), "subcommand_metavar": _("COMMAND [ARGS]...")}


class HelpContext(typer.Context):
    """A call of a command whose help is said in the language."""

    language: ClassVar[str]

    def get_help(self) -> str:
        """The help, in the language. Done only here: no other call has to wait for it."""
        import typer.rich_utils

        for name, text in _LIBRARY.items():
            setattr(typer.rich_utils, name, in_language(text, self.language))
        self.formatter_class = _formatter_in(self.language)
        option = self.command.get_help_option(self)
        if option is not None:
            option.help = in_language(_SHOW_HELP, self.language)
        if self.language != "en":
            for command in (self.command, *getattr(self.command, "commands", {}).values()):
                _say(command, self.language)
        return super().get_help()


def say_help_in(language: str, command: Any) -> None:
    """Let a command and all below it say their help in the language."""
    _give_context(command, type("Context", (HelpContext,), {"language": language}))


def _give_context(command: Any, kind: type[typer.Context]) -> None:
    command.context_class = kind
    for inner in getattr(command, "commands", {}).values():
        _give_context(inner, kind)


def _say(command: Any, language: str) -> None:
    for name in ("help", "rich_help_panel"):
        text = getattr(command, name, None)
        if isinstance(text, str):
            setattr(command, name, _said(text, language))
    for name, metavar in _METAVARS.items():
        if getattr(command, name, None):
            setattr(command, name, in_language(metavar, language))
    for parameter in command.params:
        if parameter.help:
            parameter.help = _said(parameter.help, language)


def _said(text: str, language: str) -> str:
    return "\n\n".join(in_language(_paragraph(part), language) for part in text.split("\n\n"))


def _paragraph(text: str) -> LazyText:
    line = " ".join(text.split())
    if line.startswith(_EXAMPLE):
        return _EXAMPLE_SAID.filled(command=line.removeprefix(_EXAMPLE))
    return LazyText(line)


def _formatter_in(language: str) -> type[HelpFormatter]:
    class Formatter(HelpFormatter):
        """Begins the usage in the language."""

        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            """Write the line that says how a command is called."""
            super().write_usage(prog, args, prefix or in_language(_USAGE, language))

    return Formatter
