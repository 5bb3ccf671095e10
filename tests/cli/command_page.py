"""The page of the command line held to the program: `python -m tests.cli.command_page` adds what docs/command-line.md lacks.

What a command takes stands on the page word for word; what it answers is written by hand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from typer.main import get_command

from events.language.refusals import TEXTS
from greenlane.cli.app import app

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "command-line.md"
REFUSALS: Final = "## Codes of refusals\n"
_SYNOPSIS: Final = re.compile(r"^greenlane .*$", re.MULTILINE)
_SECTION: Final = re.compile(r"^### .*\n```\n(greenlane .*)\n```\n(?:(?!^#).*\n)*", re.MULTILINE)
_REFUSAL: Final = re.compile(r"^- `\w+`: .*\n", re.MULTILINE)


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of the program, with the words of its name."""
    command = command or get_command(app)
    inner = getattr(command, "commands", None)
    if not inner:
        yield path, command
        return
    if path and getattr(command, "invoke_without_command", False):
        yield path, command
    for name, each in inner.items():
        yield from commands(each, (*path, name))


def synopsis_of(path: tuple[str, ...], command: Any) -> str:
    """What a command takes, as one line; what may be left out is in brackets."""
    parts = ["greenlane", *path]
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue
        if parameter.param_type_name == "argument":
            named = parameter.metavar or parameter.name.upper()
        else:
            named = "/".join([*parameter.opts, *parameter.secondary_opts])
        parts.append(named if parameter.required else f"[{named}]")
    return " ".join(parts)


def told(text: str) -> list[str]:
    """The commands that the page tells of, as lines."""
    return _SYNOPSIS.findall(text)


def refusal_lines() -> list[str]:
    """Every code of the rules with its text, as the page lists them."""
    return [f"- `{code}`: {TEXTS[code][0]}\n" for code in sorted(TEXTS)]


def updated(text: str) -> str:
    """The page with every command and refusal of the program, and no other; what is written by hand stays."""
    wanted = {" ".join(path): synopsis_of(path, command) for path, command in commands()}
    by_name = {line: name for name in wanted for line in told(text) if _names(line, name)}

    def mended(section: re.Match[str]) -> str:
        name = by_name.get(section[1])
        return "" if name is None else section[0].replace(section[1], wanted[name])

    text = _SECTION.sub(mended, text)
    missing = [name for name in wanted if name not in by_name.values()]
    new = "".join(f"### {name}\n```\n{wanted[name]}\n```\n\n" for name in missing)
    text = text.replace(REFUSALS, new + REFUSALS)
    first = _REFUSAL.search(text)
    at = first.start() if first is not None else len(text)
    return text[:at] + "".join(refusal_lines()) + _REFUSAL.sub("", text[at:])


def _names(line: str, name: str) -> bool:
    words, wanted = line.split()[1:], name.split()
    after = words[len(wanted) : len(wanted) + 1]
    is_longer = bool(after) and re.fullmatch(r"[a-z][a-z-]*", after[0]) is not None
    return words[: len(wanted)] == wanted and not is_longer


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
