"""Which key a process or a command signs with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from structlog.testing import CapturingLogger

from audit.proof.errors import KeyOfAnotherKind, KeyUnreadable, ProofError
from audit.proof.signing import SigningKey
from greenlane.addresses import StackAddresses
from greenlane.checkpoints import schedule
from greenlane.checkpoints.keys import signing_key_of
from greenlane.checkpoints.schedule import schedule_of
from greenlane.connection_rules import PREFIX
from greenlane.settings import Settings
from greenlane.stack.checkpoint_key import with_signing_key
from greenlane.stack.folder import StateFolder
from greenlane.stack.progress import Silent
from greenlane.wiring import Wiring

HERE = StackAddresses("t:1", "k:2", "postgresql+psycopg://u:p@h:3/d")
OF_ANOTHER_KIND = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEICiDMxVSCW1qmE3/hvFtl8zXGFYCg0TTd5u0mWWpCw1t
-----END PRIVATE KEY-----
"""
"""X25519: of the same length, and for something else."""


pytestmark = pytest.mark.usefixtures("own_environment")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Settings]:
    """A stack as far as it is asked for here: its folder is held, it says that it is ready, and it has made its key."""
    settings = Settings(state_dir=tmp_path)
    folder, me = StateFolder(tmp_path), psutil.Process()
    with_signing_key(settings, folder, Silent())
    folder.hold()
    supervisor = {"pid": me.pid, "started_at": me.create_time()}
    folder.write(folder.stack_file, {"ready": True, "supervisor": supervisor, "addresses": HERE.as_json()})
    yield settings
    folder.release()


def test_a_command_on_the_running_stack_signs_as_that_stack_does(stack: Settings, tmp_path: Path) -> None:
    key = signing_key_of(stack.resolved(HERE))
    assert key is not None
    assert key.public_pem == (tmp_path / "checkpoint-key.pub.pem").read_text()


def test_a_key_that_is_set_goes_before(stack: Settings) -> None:
    mine = SigningKey.new()
    settings = stack.model_copy(update={"checkpoint_key": Settings(checkpoint_key=mine.private_pem).checkpoint_key})
    found = signing_key_of(settings.resolved(HERE))
    assert found is not None
    assert found.key_id == mine.key_id


def test_nobody_elses_key_is_taken(stack: Settings, tmp_path: Path) -> None:
    """Not for an installation in production, nor for servers elsewhere, nor of a stack that does not run."""
    production = stack.model_copy(update={"profile": "production"})
    assert signing_key_of(production.resolved(HERE)) is None
    assert signing_key_of(stack.resolved(StackAddresses("t:1", "k:2", "postgresql+psycopg://u:p@elsewhere/d"))) is None
    (tmp_path / "stack.json").unlink()
    assert signing_key_of(stack.resolved(HERE)) is None


@pytest.mark.parametrize(
    ("text", "error"),
    [("no key", KeyUnreadable), (OF_ANOTHER_KIND, KeyOfAnotherKind), (SigningKey.new().public_pem, KeyUnreadable)],
)
def test_what_is_no_key_keeps_the_publisher_from_starting(text: str, error: type[ProofError]) -> None:
    """As any setting that cannot be meant does; what it holds is in no error."""
    with pytest.raises(error) as caught:
        schedule_of(Wiring(Settings(checkpoint_key=text, database_url="postgresql+psycopg://u@h/d")))
    assert caught.value.field == f"{PREFIX}CHECKPOINT_KEY_FILE"
    assert text not in str(caught.value)


def test_without_a_key_it_is_said_once_that_nobody_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = CapturingLogger()
    monkeypatch.setattr(schedule, "log", lines)
    idle = schedule_of(Wiring(Settings()))
    idle.run()
    assert [call.args for call in lines.calls] == [("no checkpoints are made",)]
    assert not idle.duties
