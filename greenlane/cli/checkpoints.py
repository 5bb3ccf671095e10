"""`greenlane checkpoint`: sign what all logs hold, prove what was signed, and take care of the key that signs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from greenlane.cli.acting import acting
from greenlane.cli.run import Run, as_command
from greenlane.speaking.typed import name_of
from wording.text import _

if TYPE_CHECKING:
    from events.language.checkpoint import Checkpoint
    from greenlane.session import Session
    from services.checkpoints import SigningKey
    from wording.text import LazyText

PANEL = "Care"

group = typer.Typer(
    name="checkpoint",
    invoke_without_command=True,
    no_args_is_help=False,
    rich_markup_mode="rich",
)


Log = Literal["events", "publications", "reads"]
"""The logs that are signed."""


LogName = Annotated[
    Log, typer.Option("--log", help="Which log: events, publications of the catalogue, or reads on record.")
]
NewKey = Annotated[Path, typer.Option("--new", metavar="FILE", help="The private key that signs from now on.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group.callback()(make)
    for name, command in (
        ("list", list_signed),
        ("prove", prove),
        ("consistency", consistency),
        ("rotate", rotate),
        ("key", key),
    ):
        group.command(name)(command)
    app.add_typer(group, rich_help_panel=PANEL)


@as_command
def make(run: Run, context: typer.Context) -> int:
    """Sign what all logs hold now: the checkpoint is stored, published and told, so that nobody changes the past unseen.

    Where nothing came since the last, that one is shown. The publisher makes them by itself.

    Example: greenlane checkpoint
    """
    if context.invoked_subcommand is not None:
        return 0
    from greenlane.checkpoints.by_hand import make_now

    with run.session() as session:
        made = make_now(session.wiring, acting(None))
        said = None if made.is_new else _("Nothing is new since this one.")
        return _answered(run, session, made.checkpoint, said, made=made.is_new)


@as_command
def list_signed(run: Run) -> int:
    """List all checkpoints: when each was signed, by which key, and how much every log held.

    Example: greenlane checkpoint list
    """
    from presentation.checkpoints import checkpoint_json, checkpoint_list
    from services.checkpoints import list_checkpoints

    with run.session() as session:
        signed = list_checkpoints(session.wiring, acting(None))
        return run.answer(
            lambda: {"ok": True, "checkpoints": [checkpoint_json(one) for one in signed]},
            lambda: (checkpoint_list(signed, session.moments),),
        )


@as_command
def prove(
    run: Run,
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE",
            help="Case id, dossier code or id of a linked dossier; `catalog` with --log publications, `reads` with --log reads.",
            callback=name_of,
        ),
    ],
    sequence: Annotated[int, typer.Argument(metavar="SEQUENCE", min=1, help="Which event, counted from 1.")],
    *,
    log: LogName = "events",
) -> int:
    """Prove that an event is among what the newest checkpoint signed (RFC 9162, proof of inclusion).

    Example: greenlane checkpoint prove H05.8-260302-0001 3
    """
    from presentation.checkpoints import inclusion_json, inclusion_screen
    from services.checkpoints import prove_inclusion
    from services.granting import granted

    with run.session() as session:
        proof = granted(prove_inclusion(session.wiring, acting(None), case, sequence, log))
        return run.answer(lambda: {"ok": True, **inclusion_json(proof)}, lambda: inclusion_screen(proof, session.words))


@as_command
def consistency(
    run: Run,
    old_size: Annotated[int, typer.Argument(metavar="FROM", help="How many leaves the log had.")],
    size: Annotated[int, typer.Argument(metavar="TO", help="How many it had later.")],
    *,
    log: LogName = "events",
) -> int:
    """Prove that a log only grew: what it held is the beginning of what it held later (RFC 9162, proof of consistency).

    Example: greenlane checkpoint consistency 120 480
    """
    from presentation.checkpoints import consistency_json, consistency_screen
    from services.checkpoints import prove_consistency

    with run.session() as session:
        proof = prove_consistency(session.wiring, acting(None), old_size, size, log)
        return run.answer(
            lambda: {"ok": True, **consistency_json(proof)}, lambda: consistency_screen(proof, session.words)
        )


@as_command
def rotate(
    run: Run,
    *,
    new: NewKey,
    lost: Annotated[
        bool,
        typer.Option(
            "--lost",
            help="The key so far is lost and cannot hand over: the new one signs all the same, and all see it.",
        ),
    ] = False,
) -> int:
    """Hand over to a new key: it signs a checkpoint that the key so far names it in. The one so far signs no more.

    Example: greenlane checkpoint rotate --new checkpoint-key-2.pem
    """
    from greenlane.checkpoints.by_hand import hand_over
    from greenlane.secret_files import secret_in
    from services.checkpoints import key_from

    successor = key_from(secret_in("--new", new, private=True), "--new")
    with run.session() as session:
        signed = hand_over(session.wiring, acting(None), successor, lost=lost)
        said = _(
            "From now on only {key} can sign: name {file} in GREENLANE_CHECKPOINT_KEY_FILE, and start the publisher anew.",
            key=signed.key_id,
            file=new,
        )
        return _answered(run, session, signed, said, file=str(new))


@as_command
def key(
    run: Run,
    *,
    new: Annotated[
        Path | None,
        typer.Option("--new", metavar="FILE", help="Make a new private key there, and its public half beside it."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the public half there, for auditors.")
    ] = None,
) -> int:
    """Show the public half of the key that signs here, or make a new key.

    Example: greenlane checkpoint key --out province.pub.pem
    """
    from greenlane.checkpoints.key_files import write_pair, write_public
    from greenlane.checkpoints.keys import demand_signing_key
    from services.checkpoints import SigningKey

    if new is not None:
        made = SigningKey.new()
        return _key_answered(run, made, {"file": str(new), "public_file": str(write_pair(new, made))})
    found = demand_signing_key(run.settings())
    if out is not None:
        write_public(out, found)
    return _key_answered(run, found, {} if out is None else {"public_file": str(out)})


def _answered(run: Run, session: Session, signed: Checkpoint, said: LazyText | None, **more: object) -> int:
    from presentation.checkpoints import checkpoint_json, checkpoint_screen

    return run.answer(
        lambda: {"ok": True, **checkpoint_json(signed), **more},
        lambda: checkpoint_screen(signed, session.moments, said),
    )


def _key_answered(run: Run, found: SigningKey, files: dict[str, str]) -> int:
    from presentation.checkpoints import key_screen
    from presentation.words.words import Words

    facts = {"key_id": found.key_id, "public_key": found.public_pem, **files}
    words = Words(run.settings().language)
    return run.answer(lambda: {"ok": True, **facts}, lambda: key_screen(facts, words))
