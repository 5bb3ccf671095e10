"""A supervisor who has nothing but the mail: a stack on fast business time, a real mail server, and a command to paste."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Answer, Program, a_stack
from tests.cli.test_commands_live import submitted
from tests.greenlane.receivers import Mailbox, MailServer

pytestmark = pytest.mark.more
FACTOR = 3600
"""A business hour a second."""
PATIENCE_SECONDS = 200.0
CHAIRMAN = "head@chairman-office.bac-ninh.example"
COMMAND = re.compile(r"^ +(greenlane acknowledge \S+ \d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Fast:
    """A whole stack of its own, and what its mail server got."""

    folder: Path
    mailbox: Mailbox

    def to(self, receiver: str) -> list[EmailMessage]:
        return [letter for receivers, letter in list(self.mailbox.letters) if receiver in receivers]


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fast]:
    mailbox = Mailbox()
    server = MailServer(mailbox)
    server.start()
    mails: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_from": "greenlane@province.example",
    }
    with a_stack(tmp_path_factory.mktemp("letters"), time_factor=FACTOR, **mails) as stack:
        yield Fast(stack.state_dir, mailbox)
    server.stop()


@pytest.fixture
def program(fast: Fast, greenlane: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    monkeypatch.setenv("GREENLANE_TIME_FACTOR", str(FACTOR))
    return lambda *words, **given: greenlane(*words, "--state-dir", str(fast.folder), "--json", **given)


def until(found: Callable[[], Any]) -> Any:
    """What is found, as soon as there is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (result := found()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.1)
    return result


def test_an_escalation_is_acknowledged_from_its_mail_alone(fast: Fast, program: Program) -> None:
    """The chairman's office reads which dossier, what is late and how late, and pastes the command: the chain stops."""
    dossier = submitted(program, "letters-1")
    letter = until(lambda: fast.to(CHAIRMAN))[0]
    text = letter.get_content()
    flat = " ".join(text.split())
    assert "Kính gửi: Lãnh đạo Văn phòng Ủy ban nhân dân tỉnh" in flat
    assert f"Bước “Tiếp nhận, kiểm tra hồ sơ” của hồ sơ {dossier} vẫn chưa xong" in flat
    assert "Thủ tục: Cấp Giấy phép đủ điều kiện kinh doanh dịch vụ karaoke" in flat
    assert "Hẹn trả kết quả: " in flat
    assert "Hết hạn theo luật: " in flat
    assert "Đang chờ: Trung tâm Phục vụ hành chính công tỉnh" in flat
    assert re.search(r"đến nay chậm \d+ (?:ngày|giờ) làm việc", flat)
    assert "Step “Intake check”" in flat
    pasted = COMMAND.search(text)
    assert pasted is not None
    words = shlex.split(pasted[1])[1:]
    assert "case-" not in text
    _is_well_formed(letter)
    answer = program(*words)
    assert answer.code == 0, answer
    assert program(*words).error["code"] == "already_acknowledged"
    timeline = program("show", dossier).json["timeline"]
    told = {str(entry["sequence"]): entry["event"].get("escalation_id") for entry in timeline}[words[2]]
    done = [entry["event"] for entry in timeline if entry["event"]["type"] == "EscalationAcknowledged"]
    assert [event["escalation_id"] for event in done] == answer.json["acknowledged"] == [told]
    unknown = program("acknowledge", dossier, "1").error
    assert (unknown["code"], unknown["field"]) == ("no_such_alert", "escalation")


def _is_well_formed(letter: EmailMessage) -> None:
    """As the standard asks: dated, named, marked as sent by a machine, UTF-8, in lines that every program shows."""
    assert not letter.defects
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "vi, en"
    assert letter["From"] == "greenlane@province.example"
    assert parsedate_to_datetime(letter["Date"]).tzinfo is not None
    assert re.fullmatch(r"<[^<>@\s]+@province\.example>", letter["Message-ID"])
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content_charset() == "utf-8"
    assert str(letter["Subject"]).startswith("[Greenlane] ")
    assert all(len(line) <= 78 for line in letter.get_content().splitlines() if not COMMAND.match(line))


def test_the_code_alone_acknowledges_the_only_escalation_that_waits(fast: Fast, program: Program) -> None:
    """Typed by hand, as soon as something waits; before that nothing does, and where several do each has its command."""
    dossier = submitted(program, "letters-2")

    def answered() -> Answer | None:
        answer = program("acknowledge", dossier)
        return answer if answer.code == 0 or answer.error["code"] != "nothing_to_acknowledge" else None

    answer = until(answered)
    if answer.code == 0:
        assert len(answer.json["acknowledged"]) == 1
    else:
        # The machine stood still for so long that a second clock broke.
        assert answer.error["code"] == "several_escalations"
        assert answer.error["remedy"].count(f"greenlane acknowledge {dossier} ") > 1
