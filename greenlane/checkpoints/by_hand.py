"""Checkpoints that somebody asks for: signed by the key that is here, and in the file of checkpoints before it is said."""

from __future__ import annotations

from audit.proof.signing import SigningKey
from events.language.checkpoint import Checkpoint
from events.language.commands import Actor
from greenlane.checkpoints.keys import signing_key_of
from greenlane.checkpoints.schedule import write_file
from greenlane.wiring import Wiring
from services.checkpoints import Made, make_checkpoint, replace_lost_key, rotate_key


def make_now(wiring: Wiring, actor: Actor) -> Made:
    """Sign what all logs hold. Raises what the service raises, SettingsError, StackError, CheckpointFileError."""
    made = make_checkpoint(wiring, actor, signing_key_of(wiring.settings))
    _file(wiring)
    return made


def hand_over(wiring: Wiring, actor: Actor, successor: SigningKey, *, lost: bool) -> Checkpoint:
    """Let another key sign from now on; `lost`: the one so far cannot hand over. Raises as `make_now` does."""
    change = replace_lost_key if lost else rotate_key
    signed = change(wiring, actor, signing_key_of(wiring.settings), successor)
    _file(wiring)
    return signed


def _file(wiring: Wiring) -> None:
    if wiring.settings.checkpoint_file is not None:
        write_file(wiring.store, wiring.settings.checkpoint_file)
