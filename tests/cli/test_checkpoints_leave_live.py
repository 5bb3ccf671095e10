"""What a live stack records is signed by itself, and leaves the house: by the topic, which an auditor reads, and in the file."""

from __future__ import annotations

import time

from audit.proof.signing import PublicKey, signature_holds
from events.language.access import AUDITOR
from events.language.checkpoint import Checkpoint
from events.transport.reading import TopicReading
from greenlane.stack.checkpoint_key import PUBLIC_FILE
from tests.cli.program import LiveStack, Program
from tests.cli.test_commands_live import submitted

PATIENCE_SECONDS = 120


def lines_of(live_stack: LiveStack) -> list[bytes]:
    """The whole lines of the file of checkpoints."""
    file = live_stack.settings.checkpoint_file
    assert file is not None
    return [line for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def on_the_topic(live_stack: LiveStack) -> list[bytes]:
    """What an auditor reads there, first occurrences: a message may come again."""
    topic = f"{live_stack.settings.topic_prefix}.checkpoints.v1"
    messages = TopicReading(live_stack.cluster_of(AUDITOR)).messages([topic])
    return list(dict.fromkeys(message.value or b"" for message in messages))


def test_what_is_recorded_is_signed_and_leaves(live: Program, live_stack: LiveStack) -> None:
    """A case is recorded; soon a checkpoint counts it, under the key whose public half lies beside the stack."""
    cases = len(live("cases", "--limit", "1000").json["cases"])
    submitted(live, "leaves-1")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (lines := lines_of(live_stack)) or Checkpoint.model_validate_json(lines[-1]).cases <= cases:
        assert time.monotonic() < deadline, lines
        time.sleep(0.1)
    key = PublicKey.from_pem((live_stack.state_dir / PUBLIC_FILE).read_text())
    chain = [Checkpoint.model_validate_json(line) for line in lines]
    assert [checkpoint.number for checkpoint in chain] == list(range(1, len(chain) + 1))
    assert all(signature_holds(checkpoint, [key]) for checkpoint in chain)
    while (sent := on_the_topic(live_stack))[: len(lines)] != [line.rstrip(b"\n") for line in lines]:
        assert time.monotonic() < deadline, sent
        time.sleep(0.5)
    file, public = str(live_stack.settings.checkpoint_file), str(live_stack.state_dir / PUBLIC_FILE)
    for where in (file, "topic"):
        verified = live("verify", "--key", public, "--checkpoints", where, "--since-checkpoint")
        assert (verified.code, verified.json["ok"], verified.json["witness"]) == (0, True, "checkpoints"), verified
        assert verified.json["checkpoints"] >= len(lines)
    assert live("verify", "--key", file, "--checkpoints", file).error["code"] == "key_unreadable"
    assert live("verify", "--key", public, "--checkpoints", public).error["code"] == "witness_unusable"
