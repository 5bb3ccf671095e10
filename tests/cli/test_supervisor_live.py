"""A supervisor's first hour on a live stack: from the letter to the acknowledgement, with what the letter says and no more."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Program, a_stack
from tests.cli.test_commands_live import karaoke
from tests.greenlane.receivers import Mailbox, MailServer, WebReceiver

pytestmark = pytest.mark.more

FACTOR = 8000
"""Business time of the stack: a step that is late by a working day is so within a minute."""
PATIENCE_SECONDS = 200.0
CHAIRMAN = "chairman-office"


class Office:
    """The chairman's office: what reaches it by mail and by webhook."""

    def __init__(self, mailbox: Mailbox, web: WebReceiver, state_dir: Path) -> None:
        self.mailbox = mailbox
        self.web = web
        self.state_dir = state_dir

    def letters(self) -> list[str]:
        """Those to its head."""
        found = [letter for receivers, letter in self.mailbox.letters if f"head@{CHAIRMAN}" in " ".join(receivers)]
        return [letter.get_content() for letter in found]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A stack on scaled time that sends letters, and whoever gets them."""
    mailbox = Mailbox()
    server = MailServer(mailbox)
    server.start()
    with WebReceiver() as web:
        sent: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "webhook_url": web.url}
        with a_stack(tmp_path / "stack", time_factor=FACTOR, **sent) as stack:
            yield Office(mailbox, web, stack.state_dir)
    server.stop()


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_an_escalation_is_acknowledged_from_its_letter_alone(
    office: Office, greenlane: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter holds the command; pasted, it stops the chain. The screens of the office say the same, before and after."""
    monkeypatch.setenv("GREENLANE_STATE_DIR", str(office.state_dir))
    (submitted,) = greenlane("submit", "-", "--json", stdin=karaoke("late-1")).json["submitted"]
    case, code = submitted["case_id"], submitted["dossier_code"]
    wanted = re.compile(rf"^\s*(greenlane acknowledge {re.escape(code)} \d+)$", re.MULTILINE)
    until(lambda: any(wanted.search(letter) for letter in office.letters()))
    command = next(found[1] for letter in office.letters() if (found := wanted.search(letter)))

    on_screen = greenlane("escalations", "--open", "--audience", CHAIRMAN, "--json").json["escalations"]
    assert [one["escalation_id"] for one in on_screen] == ["step:intake/escalation-chairman"]
    at_desk = greenlane("desk", CHAIRMAN, "--json").json["escalations"]
    assert [one["escalation_id"] for one in at_desk] == ["step:intake/escalation-chairman"]

    answer = greenlane(*shlex.split(command)[1:], "--by", "head-of-office", "--note", "The department was called.")
    assert answer.code == 0, answer.err

    after = {one["escalation_id"]: one for one in greenlane("escalations", "--json").json["escalations"]}
    acknowledged = after["step:intake/escalation-chairman"]
    assert (acknowledged["acknowledged"], acknowledged["open"]) == (True, False)
    assert not any(one["open"] for one in after.values() if one["step_id"] == "intake")
    told = greenlane("show", case, "--json").json["timeline"]
    (event,) = [one["event"] for one in told if one["event"]["type"] == "EscalationAcknowledged"]
    assert event["by"]["id"] == "head-of-office"
    posts = [p.body for p in office.web.posts if p.body.get("rung", {}).get("rung") == "escalation-chairman"]
    assert {(p["audience"]["department"], p["audience"]["role"]) for p in posts} == {(CHAIRMAN, CHAIRMAN)}
