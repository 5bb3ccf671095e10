"""Options that several commands share, and how their texts become values. Light: loaded with every command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from wording.names import normal, tidy
from wording.text import _

Language = Literal["vi", "en"]
"""The two languages of the province's screens."""


StateDir = Annotated[
    Path | None,
    typer.Option("--state-dir", help="Folder of the embedded stack (GREENLANE_STATE_DIR, default .greenlane)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on standard output.")]
Lang = Annotated[
    Language | None, typer.Option("--lang", help="Language of headings and messages (GREENLANE_LANGUAGE, default vi).")
]


def name_of(text: str | None) -> str | None:
    """What somebody typed as a name, in the form that names have: NFC, without blanks around."""
    if text is None:
        return None
    try:
        return normal(text)
    except ValueError:
        raise typer.BadParameter(_("A name holds no control or invisible character.")) from None


def names_of(texts: list[str] | None) -> list[str | None] | None:
    """Each of what may be given several times, see `name_of`."""
    return None if texts is None else [name_of(text) for text in texts]


def source_of(text: str) -> str:
    """A source, in the form that CloudEvents gives one."""
    from events.language.identity import SOURCE_MAX, SOURCE_PATTERN  # loads pydantic

    if len(text) > SOURCE_MAX or re.fullmatch(SOURCE_PATTERN, text) is None:
        raise typer.BadParameter(
            _("A URI reference of 200 characters at most, such as /counter/3."),
            param_hint="--source",
        )
    return text


CaseReference = Annotated[str, typer.Argument(metavar="CASE", help="Case id or dossier code.", callback=name_of)]
Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
CommandId = Annotated[
    str | None,
    typer.Option(
        "--command-id",
        help="Id of the command: the same id twice is one command. Default: a new one, shown when nobody answers.",
    ),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Refuse an application with a fact that no list knows, instead of leaving it out."),
]
StepId = Annotated[str, typer.Argument(metavar="STEP", help="Id of the step, as `show` lists it.", callback=name_of)]
_REASON: Final = typer.Option("--reason", help="Why. Public in the case's history: no personal data.")
Reason = Annotated[str, _REASON]
OptionalReason = Annotated[str | None, _REASON]
_LEDGER_REASON: Final = typer.Option("--reason", help="Why; it stands in the ledger, without personal data.")
LedgerReason = Annotated[str, _LEDGER_REASON]
OptionalLedgerReason = Annotated[str | None, _LEDGER_REASON]
ApplicantsReason = Annotated[
    str | None, typer.Option("--reason", help="The applicant's words; kept in the vault, not in the history.")
]
By = Annotated[str, typer.Option("--by", help="Account of whoever acts; an account, never a person's name.")]
ActedBy = Annotated[
    str | None,
    typer.Option(
        "--by", help="Account of whoever acts, never a person's name. Default: the operator, by the system's account."
    ),
]
ApprovedBy = Annotated[
    str | None,
    typer.Option("--approved-by", help="Account of the second person, who approves it; never the one of --by."),
]


Purpose = Annotated[
    str | None,
    typer.Option(
        "--purpose",
        help="Why you look, without personal data; on record (GREENLANE_PURPOSE). Default: the command's name.",
        callback=name_of,
    ),
]


def fact_of(text: str) -> tuple[str, bool | int | str]:
    """`name=value` as a fact: `true` and `false` are truths, whole numbers numbers, all else is text."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise typer.BadParameter(
            _("{text!r} is not name=value, such as project=ring-road-4.", text=text),
            param_hint="--fact",
        )
    if value in ("true", "false"):
        return name, value == "true"
    # A number is one only where it says all that was typed: 007 is a text.
    number = re.fullmatch(r"0|-?[1-9][0-9]{0,14}", value)
    return name, int(value) if number else tidy(value)
