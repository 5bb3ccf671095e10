"""`greenlane verify` and `greenlane rebuild`: whether all that is kept is what the ledger says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greenlane.cli.acting import acting, reading
from greenlane.cli.run import Look, Run, as_command, as_look
from wording.text import _

PANEL = "Care"

TrustedKey = Annotated[
    Path | None,
    typer.Option(
        metavar="PUBLIC.pem",
        help="Public key that you trust to have signed the checkpoints; the keys that it handed over to are followed. The file "
        "may hold several, one after the other, in the order in which they signed: where a key was lost.",
    ),
]
OutsideCheckpoints = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|topic",
        help="Checkpoints that left the house: a file of them, or `topic` for Kafka's. Only these show that the database "
        "was rolled back or signed anew; needs --key.",
    ),
]
SinceCheckpoint = Annotated[
    bool,
    typer.Option(
        "--since-checkpoint",
        help="Fold and decide again only cases and dossiers with events since the last checkpoint. Of all others the "
        "hashes that it signed are compared: not what their events say, nor what the lists show of them.",
    ),
]
Personal = Annotated[
    bool,
    typer.Option(
        "--personal",
        help="Look for every number, phone, e-mail address and full name of the vault wherever something is kept too (I11): "
        "in all tables, our topics and the stored histories; needs the master key.",
    ),
]

OldHistories = Annotated[
    bool, typer.Option("--histories", help="Replay the stored workflow histories on today's code too (I13).")
]
Sample = Annotated[
    int | None, typer.Option(min=1, help="Replay so many only: the newest, and others by a seed that is told.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (verify, rebuild):
        app.command(rich_help_panel=PANEL)(command)


@as_look
def verify(
    run: Look,
    *,
    topics: Annotated[
        bool, typer.Option("--topics", help="Compare Kafka's topics with the outbox too (I3); reads them whole.")
    ] = False,
    key: TrustedKey = None,
    checkpoints: OutsideCheckpoints = None,
    since_checkpoint: SinceCheckpoint = False,
    histories: OldHistories = False,
    personal: Personal = False,
    sample: Sample = None,
) -> int:
    """Verify the whole ledger: hash chains, every rule decided again, clocks, read models, inbox, signed checkpoints.

    The exit code is 2 when anything is found.

    Example: greenlane verify --topics --key checkpoint-key.pub.pem --checkpoints topic
    """
    from greenlane.checkpoints.keys import signing_key_of
    from greenlane.speaking.progress import counted
    from presentation.integrity import verification_json, verification_screen
    from services import verification

    trusted = _trusted(key, checkpoints)
    if sample is not None and not histories:
        raise typer.BadParameter(_("A sample is one of histories: give --histories too."), param_hint="--sample")
    with run.session() as session:
        own_key = signing_key_of(session.wiring.settings) if trusted is None else None
        evidence = verification.read_evidence(session.wiring, acting(None), trusted, checkpoints, own_key=own_key)
        asked = verification.drawn_histories(sample, sandbox=session.wiring.settings.sandbox) if histories else None
        total = verification.count_ledger(session.wiring, acting(None))[1]
        total += verification.count_histories(session.wiring, acting(None)) if histories else 0
        with counted(session.words(_("Verifying the ledger")), total) as done:
            report = verification.verify_installation(
                session.wiring,
                acting(None),
                topics=topics,
                evidence=evidence,
                since_checkpoint=since_checkpoint,
                histories=asked,
                personal=reading(session, "verify --personal") if personal else None,
                progress=done,
            )
        return run.answer(
            lambda: verification_json(report), lambda: verification_screen(report, session.words), 0 if report.ok else 2
        )


def _trusted(key: Path | None, checkpoints: str | None) -> str | None:
    """What the file of the key holds. Raises FileUnreadableError."""
    from greenlane.handed_in import keys_of

    if checkpoints is not None and key is None:
        needed = _("Checkpoints are believed by a key that you trust: give --key too.")
        raise typer.BadParameter(needed, param_hint="--checkpoints")
    return None if key is None else keys_of(key)


@as_command
def rebuild(
    run: Run,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put what was folded in place of what differs; else only compare.")
    ] = False,
    key: TrustedKey = None,
) -> int:
    """Fold the read models again from the ledger, and compare them byte for byte or replace them.

    May run beside a live system. The exit code is 2 when anything differs that was not put right. Nothing is replaced while the
    ledger itself is not what was written.

    Example: greenlane rebuild --replace
    """
    from greenlane.speaking.progress import counted
    from presentation.integrity import rebuilt_json, rebuilt_screen
    from services.granting import granted
    from services.verification import count_ledger, rebuild_read_models

    if key is not None and not replace:
        raise typer.BadParameter(_("A key is for replacing: give --replace too."), param_hint="--key")
    trusted = _trusted(key, None)
    with run.session() as session:
        cases = count_ledger(session.wiring, acting(None))[0]
        with counted(session.words(_("Verifying the ledger")), cases) as progress:
            rebuilt = granted(
                rebuild_read_models(session.wiring, acting(None), replace=replace, key=trusted, progress=progress)
            )
        return run.answer(
            lambda: rebuilt_json(rebuilt), lambda: rebuilt_screen(rebuilt, session.words), 0 if rebuilt.ok else 2
        )
