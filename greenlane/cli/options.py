"""Options that several commands share, and how their texts become values. Light: loaded with every command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from greenlane.speaking.typed import name_of

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
