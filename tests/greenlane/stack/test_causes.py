"""What is told of a server that fails on a stack of this machine: the disk, or its own log."""

from __future__ import annotations

from pathlib import Path

import pytest

from events.transport.errors import NotPermittedError, TransportError, Unavailable
from greenlane.errors import AccountRefusedError, ServerAwayError
from greenlane.settings import Settings
from greenlane.speaking.failure import explained
from greenlane.stack.causes import cause_of, disk_full, of_our_own
from greenlane.wiring import Wiring
from services.errors import NotAnsweredError
from wording.text import Bilingual

OUTSIDE = {
    "temporal_address": "127.0.0.1:9",
    "kafka_bootstrap": "127.0.0.1:9",
    "database_url": "postgresql+psycopg://u:hidden@127.0.0.1:9/d",
}
AGAIN = Bilingual("Ask again with --command-id x.", "Gửi lại với --command-id x.")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("greenlane.stack.causes.has_room", lambda _: False)


@pytest.mark.usefixtures("full")
def test_a_full_disk_is_behind_every_failure_of_our_own_servers(tmp_path: Path) -> None:
    """Whoever met it: a worker that does not answer, Temporal, Kafka, PostgreSQL; and what to do again stays."""
    given = Settings(state_dir=tmp_path)
    wiring = Wiring(given.model_copy(update=OUTSIDE))
    for met in (
        Unavailable("Temporal"),
        NotAnsweredError("Nobody.", field="command_id", remedy=AGAIN),
        ServerAwayError("Away."),
    ):
        told = explained(cause_of(met, wiring.cluster, wiring.settings, given), "en")
        assert (told["code"], told["field"]) == ("state_folder_full", "GREENLANE_STATE_DIR")
        assert "Free some space" in told["remedy"]
        assert ("--command-id x" in told["remedy"]) is isinstance(met, NotAnsweredError)


@pytest.mark.usefixtures("full")
def test_the_disk_here_is_no_matter_of_outside_servers(tmp_path: Path) -> None:
    given = Settings(state_dir=tmp_path, **OUTSIDE)
    assert disk_full(given) is None
    told = cause_of(Unavailable("Temporal"), Wiring(given).cluster, given, given)
    assert explained(told, "en")["code"] == "server_away"
    assert explained(told, "en")["field"] == "GREENLANE_TEMPORAL_ADDRESS"


def test_with_room_on_the_disk_what_was_met_stands(tmp_path: Path) -> None:
    given = Settings(state_dir=tmp_path)
    wiring = Wiring(given.model_copy(update=OUTSIDE))
    unanswered = NotAnsweredError("Nobody.", field="command_id", remedy=AGAIN)
    assert cause_of(unanswered, wiring.cluster, wiring.settings, given) is unanswered
    refused: TransportError = NotPermittedError(what="this account", reason="r")
    assert explained(cause_of(refused, wiring.cluster, wiring.settings, given), "en")["code"] in {
        "server_away",
        "not_permitted",
    }


def test_a_server_that_we_started_has_no_address_to_correct(tmp_path: Path) -> None:
    """Nobody has set it: its log says why it is away, and its stack starts it again."""
    away = ServerAwayError(
        Bilingual("Away.", "Vắng."), field="GREENLANE_KAFKA_BOOTSTRAP", remedy=Bilingual("Correct.", "Sửa.")
    )
    told = of_our_own(away, Settings(state_dir=tmp_path))
    assert told is not None
    assert f"{tmp_path}/logs/kafka.log" in told.remedy
    assert (told.code, told.message) == ("server_away", "Away.")
    assert of_our_own(away, Settings(state_dir=tmp_path, kafka_bootstrap="k:1")) is None
    assert of_our_own(AccountRefusedError("No."), Settings(state_dir=tmp_path)) is None
