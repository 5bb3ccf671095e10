"""`greenlane republish` and `greenlane dlq`: what has to reach Kafka again, and what came from it and could not be used."""

from __future__ import annotations

from typing import Annotated

import typer

from greenlane.cli.acting import acting, reading
from greenlane.cli.run import Look, Run, as_command, as_look
from wording.text import _, _n

Topic = Annotated[
    str,
    typer.Argument(
        metavar="TOPIC",
        help="The topic, its dead-letter topic, `submissions`, or the id of a department or of a submitting system.",
    ),
]

dlq = typer.Typer(
    help="Look through dead letters, and send them again once their cause is gone.", no_args_is_help=False
)

PANEL = "Care"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(rich_help_panel=PANEL)(republish)
    dlq.command("list")(list_letters)
    dlq.command("show")(show_letter)
    dlq.command("replay")(replay)
    app.add_typer(dlq, name="dlq", rich_help_panel=PANEL)


@as_command
def republish(
    run: Run,
    *,
    from_id: Annotated[int, typer.Option("--from", min=0, help="Only outbox rows with this id or a greater one.")] = 0,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the publisher has sent them.")] = True,
) -> int:
    """Send what the outbox holds to Kafka again, for a cluster that was lost or replaced.

    Receivers know repeated events by their ids.

    Example: greenlane republish
    """
    from greenlane.speaking.progress import counted
    from services.dead_letters import await_publisher, count_unpublished, republish_outbox

    with run.session() as session:
        installation, actor = session.wiring, acting(None)
        rows = republish_outbox(installation, actor, from_id)
        waiting_rows = count_unpublished(installation, actor)
        if wait:
            with counted(session.words(_("Sending again")), waiting_rows) as progress:
                waiting_rows = await_publisher(installation, actor, progress)
        said = [_n("{count} message is sent again.", "{count} messages are sent again.", rows)]
        if waiting_rows:
            said.append(_n("{count} message still waits.", "{count} messages still wait.", waiting_rows))
        return run.answer(
            lambda: {"ok": not (wait and waiting_rows), "republished": rows, "waiting": waiting_rows},
            lambda: map(session.words, said),
            2 if wait and waiting_rows else 0,
        )


@as_look
def list_letters(
    run: Look,
    topic: Annotated[
        str | None,
        typer.Argument(metavar="TOPIC", help="Only of this topic, `submissions`, or this department's or system's."),
    ] = None,
    *,
    with_replayed: Annotated[bool, typer.Option("--all", help="Also those that were sent again.")] = False,
) -> int:
    """List dead letters: where they came from, when, and why they could not be used.

    Each is sealed under a key of its own: what was sent is told only where the installation's master key is at hand.

    Example: greenlane dlq list submissions
    """
    from presentation.dead_letters import dead_letter_list
    from presentation.json_of_dead_letters import dead_letter_json
    from services.dead_letters import list_dead_letters

    with run.session() as session:
        reader = reading(session, "dlq list")
        letters = list_dead_letters(session.wiring, reader, topic, with_replayed=with_replayed)
        return run.answer(
            lambda: {"ok": True, "letters": [dead_letter_json(filed) for filed in letters]},
            lambda: (dead_letter_list(letters, session.moments),),
        )


@as_look
def show_letter(
    run: Look,
    topic: Topic,
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the letter, as `list` shows it.")],
    *,
    content: Annotated[
        bool, typer.Option("--content", help="Show the message itself too: it may hold personal data.")
    ] = False,
) -> int:
    """Show one dead letter with its headers; those of its sender, and the message, need the master key.

    Example: greenlane dlq show submissions 2-17 --content
    """
    from presentation.dead_letters import dead_letter_screen
    from presentation.json_of_dead_letters import dead_letter_json
    from services.dead_letters import read_dead_letter

    with run.session() as session:
        filed = read_dead_letter(session.wiring, reading(session, "dlq show"), topic, letter_id, content=content)
        return run.answer(
            lambda: {"ok": True, "letter": dead_letter_json(filed, content=content)},
            lambda: dead_letter_screen(filed, session.moments, content=content),
        )


@as_command
def replay(
    run: Run,
    topic: Topic,
    letter_ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Ids of the letters, as `list` shows them.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that were not sent again before.")] = False,
) -> int:
    """Send dead letters again to the topic they came from, byte for byte: the bridge opens them, not this command.

    Example: greenlane dlq replay finance 0-3 1-9
    """
    from services.dead_letters import replay_dead_letters

    if bool(letter_ids) == everything:
        raise typer.BadParameter(
            _("Name the letters, or --all of them."),
            param_hint="ID... / --all",
        )
    with run.session() as session:
        box, sent = replay_dead_letters(session.wiring, acting(None), topic, letter_ids or None)
        return run.answer(
            lambda: {"ok": True, "topic": box, "replayed": [letter.id for letter in sent]},
            lambda: (
                session.words(
                    _n(
                        "{count} message sent again to {topic}.",
                        "{count} messages sent again to {topic}.",
                        len(sent),
                        topic=box.removesuffix(".dlq"),
                    )
                ),
            ),
        )
