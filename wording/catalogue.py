"""The catalogue as translators have it: read, brought up to date, written in one form, compiled. By Babel."""

from __future__ import annotations

import ast
import io
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from wording.files import LOCALE, written_file

ROOT: Final = LOCALE.parents[1]
NO_ROOMS: Final = frozenset({"tests", "bench", "deploy", "docs"})
_HEADER: Final = b"""msgid ""
msgstr ""
"Language: vi\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""
_CALLS: Final = {"_": 1, "_p": 2, "_n": 2}
"""What makes a text, and how many literals it begins with."""
_EXAMPLE: Final = "Example: "
"""Has the docstring of every command: it is the command's help, each paragraph a text."""


class Text(NamedTuple):
    """A text as it stands in the code; `many` where it depends on a number."""

    msgid: str
    context: str = ""
    many: str = ""


def texts_of(root: Path = ROOT) -> Iterator[Text]:
    """The texts of every room. Raises SyntaxError at one that is no literal."""
    rooms = sorted(init.parent for init in root.glob("*/__init__.py") if init.parent.name not in NO_ROOMS)
    for file in (file for room in rooms for file in sorted(room.rglob("*.py"))):
        yield from _texts_in(file)


def text_of(message: Message) -> Text:
    """The text as it stands in the code."""
    one, many = (message.id, "") if isinstance(message.id, str) else message.id
    return Text(one, message.context or "", many)


def forms_of(message: Message) -> list[str]:
    """What the catalogue has for the text; none, or empty ones, where a translator is awaited."""
    return [message.string or ""] if isinstance(message.string, str | None) else list(message.string)


def read(file: Path) -> Catalog:
    """The catalogue in the file; one without any text where there is no file."""
    if not file.exists():
        return Catalog(locale="vi")
    with file.open("rb") as opened:
        return read_po(opened, locale="vi")


def updated(catalog: Catalog, texts: Iterator[Text]) -> Catalog:
    """The catalogue with exactly these texts; what is new has no translation yet."""
    new = Catalog(locale="vi", header_comment="", fuzzy=False)
    for text in sorted(set(texts)):
        known = catalog.get(text.msgid, text.context or None)
        msgid = (text.msgid, text.many) if text.many else text.msgid
        said = known.string if known is not None and isinstance(known.id, str) is isinstance(msgid, str) else None
        message = new.add(msgid, said, context=text.context or None)
        if known is not None:
            message.user_comments = known.user_comments
    return new


def canonical(catalog: Catalog) -> bytes:
    """The catalogue in the one form that is kept: in order, a text on a line, without marks that Babel finds again."""
    for message in catalog:
        message.flags -= {"python-format", "python-brace-format"}
    with io.BytesIO() as out:
        write_po(out, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
        return _HEADER + out.getvalue()


def compiled(file: Path) -> bytes:
    """The catalogue of the file as gettext reads it."""
    with io.BytesIO() as out:
        write_mo(out, read(file))
        return out.getvalue()


def compile_file(language: str = "vi") -> Path:
    """Write the compiled catalogue beside the one that translators write; whoever reads meanwhile has the one or the other."""
    file = written_file(language).with_suffix(".mo")
    partial = file.with_suffix(f".{id(file)}.part")
    partial.write_bytes(compiled(written_file(language)))
    partial.replace(file)
    return file


def gaps_of(text: str) -> set[str]:
    """The names of the gaps. Raises ValueError where a brace is not closed."""
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def _texts_in(file: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
                yield _text_in(node, name, file)
            case ast.Call(func=ast.Attribute(attr="Option" | "Argument" | "Typer")):
                helps = [word.value for word in node.keywords if word.arg == "help"]
                yield from (Text(str(text.value)) for text in helps if isinstance(text, ast.Constant))
            case ast.Assign(targets=[ast.Name(id="PANEL")], value=ast.Constant(value=str(panel))):
                yield Text(panel)
            case ast.FunctionDef() if _EXAMPLE in (docstring := ast.get_docstring(node) or ""):
                paragraphs = (" ".join(part.split()) for part in docstring.split("\n\n"))
                yield from (Text(part) for part in paragraphs if not part.startswith(_EXAMPLE))


def _text_in(node: ast.Call, name: str, file: Path) -> Text:
    literals = [
        argument.value
        for argument in node.args[: _CALLS[name]]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    if len(literals) < _CALLS[name]:
        raise SyntaxError("a text that is no literal", (str(file), node.lineno, node.col_offset, None))
    match name:
        case "_p":
            return Text(literals[1], context=literals[0])
        case "_n":
            # Its gaps are filled where it stands: whoever shows it has the number only.
            unfilled = gaps_of(literals[1]) - {"count", *(keyword.arg for keyword in node.keywords if keyword.arg)}
            if unfilled and all(keyword.arg for keyword in node.keywords):
                raise SyntaxError(
                    f"gaps that nobody fills: {unfilled}", (str(file), node.lineno, node.col_offset, None)
                )
            return Text(literals[0], many=literals[1])
        case _:
            return Text(literals[0])
