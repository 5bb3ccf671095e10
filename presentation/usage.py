"""What is wrong with a call of the program, in both languages: the library of the command line says it in English only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from catalog.value_texts import value_message
from wording.text import Bilingual, LazyText, _, in_language, layout

CHOICE: Final = re.compile(r"^(?P<given>'.*'|\".*\") is not one of (?P<choices>.+)$", re.DOTALL)
FORMATS: Final = re.compile(r"^(?P<given>.*) does not match the formats? ")
PARTS: Final[tuple[tuple[re.Pattern[str], LazyText], ...]] = (
    # of errors that carry no more than a text: what it says
    (
        re.compile(r"^Got unexpected extra arguments?(?:\(s\))? \((?P<given>.*)\)$", re.DOTALL),
        _("{given} is too much."),
    ),
    (re.compile(r"^Missing command\.$"), _("A command is missing.")),
    (
        re.compile(r"^No such command (?P<given>.+?)\. Did you mean (?P<near>.+)\?$", re.DOTALL),
        _("There is no command {given}; the nearest: {near}."),
    ),
    (
        re.compile(r"^No such command (?P<given>.+)\.$", re.DOTALL),
        _("There is no command {given}."),
    ),
    (
        re.compile(r"^Option (?P<given>\S+) does not take a value\.$"),
        _("{given} takes no value."),
    ),
    (
        re.compile(r"^Option (?P<given>\S+) requires an argument\.?$"),
        _("{given} needs a value."),
    ),
    (
        re.compile(r"^Option (?P<given>\S+) requires (?P<count>\d+) arguments\.?$"),
        _("{given} needs {count} values."),
    ),
    (
        re.compile(r"^Argument (?P<given>\S+) takes (?P<count>\d+) values\.$"),
        _("{given} takes {count} values."),
    ),
)
NOT_AS_MEANT: Final = _("The command is not used as it is meant.")


def usage_body(error: Any) -> dict[str, Any]:
    """The body of `{"error": ...}`: which parameter, what is wrong, and where its use is told."""
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    hints = getattr(error, "param_hint", None), getattr(error, "option_name", None), _field_of(parameter)
    field = next((str(hint) for hint in hints if hint), "")
    see = _("See `{command} --help`.", command="greenlane" if context is None else str(context.command_path))
    return {"code": "usage", "field": field, "message": usage_said(error), "remedy": see}


def usage_said(error: Any) -> LazyText:
    """One sentence that says what is wrong."""
    if isinstance(error.message, LazyText):
        return error.message
    say = _TOLD.get(type(error).__name__, _told)
    return say(error)


def _told(error: Any) -> LazyText:
    text = error.format_message()
    for pattern, said in PARTS:
        match = pattern.match(text)
        if match is not None:
            return said.filled(**{name: value.replace("'", "") for name, value in match.groupdict().items()})
    return Bilingual(text, NOT_AS_MEANT)


def _field_of(parameter: Any) -> str:
    """A parameter as whoever calls knows it: the name of its option, or of its place in the usage; never that of the code."""
    if parameter is None:
        return ""
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len)).lstrip("-").replace("-", "_")
    metavar = str(parameter.metavar or "").lower()
    return metavar if metavar.isidentifier() else str(parameter.name or "")


def _no_option(error: Any) -> LazyText:
    name = error.option_name
    if error.possibilities:
        near = ", ".join(sorted(error.possibilities))
        return _("There is no option {name}; the nearest: {near}.", name=name, near=near)
    return _("There is no option {name}.", name=name)


def _missing(error: Any) -> LazyText:
    name, is_option = _name_of(error)
    return _("The option {name} is missing.", name=name) if is_option else _("{name} is missing.", name=name)


def _bad_value(error: Any) -> LazyText:
    name, finding = _name_of(error)[0], _finding(error)
    return layout("{name}: {finding}.", name=name, finding=finding) if name else layout("{finding}.", finding=finding)


def _finding(error: Any) -> LazyText:
    """What is wrong with a value, by the finding of pydantic that the library hides behind its text."""
    findings = getattr(error.__cause__, "errors", None)
    if findings is None:
        text = str(error.message).rstrip(".")
        return Bilingual(_lowered(text), _("the value is not valid"))
    first = findings()[0]
    text = str(first["msg"]).removeprefix("Value error, ")
    choice = CHOICE.match(text)
    if choice is not None:
        choices = choice["choices"].replace("'", "").rstrip(".")
        return _("one of these is needed: {choices}", choices=choices)
    if FORMATS.match(text) is not None:
        return _("a day such as 2026-03-02 is needed")
    said = value_message(first["type"], first)
    return Bilingual(_lowered(said), _lowered(in_language(said, "vi")))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _name_of(error: Any) -> tuple[str, bool]:
    """What the parameter is called on the command line, and whether it is an option."""
    parameter, hint = error.param, error.param_hint
    if hint is not None or parameter is None:
        named = hint if isinstance(hint, str) else " / ".join(hint or ())
        return named, named.startswith("-")
    if parameter.param_type_name == "option":
        return max(parameter.opts, key=len), True
    return parameter.metavar or parameter.name.upper(), False


_TOLD: Final[dict[str, Callable[[Any], LazyText]]] = {
    "NoSuchOption": _no_option,
    "MissingParameter": _missing,
    "BadParameter": _bad_value,
}
"""By the class of the library, which keeps its classes to itself."""
