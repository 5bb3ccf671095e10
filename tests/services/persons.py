"""Persons with cases in a database, as tests of their rights need them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from catalog.model import Definitions
from greenlane.stack.postgres import postgres_program
from intake.identifiers import identifiers_of
from services.installation import Installation
from store.inbox import Inbox, Submission
from store.recorder import Recorder
from store.vault.vault import Entry
from tests.blocking import accept_now
from tests.builders import MONDAY, a_withdrawal
from tests.master_keys import vault_of
from tests.services.on_database import TOPICS
from tests.store.living import Living
from tests.store.test_escalations import definitions

NUMBER: Final = "079085001234"
PHONE: Final = "0912345678"
NAME: Final = "Nguyễn Văn Đặng"
EMAIL: Final = "dang.nguyen@example.vn"
STREET: Final = "17 Hàng Bè"
PERSON: Final[dict[str, Any]] = {
    "full_name": NAME,
    "identity_number": NUMBER,
    "phone": PHONE,
    "email": EMAIL,
    "address": {"street": STREET, "ward": "Suối Hoa"},
}
CANARIES: Final = (NUMBER, PHONE, NAME, EMAIL, STREET, "Đơn của Đặng", "lý do riêng của Đặng")
"""What must be nowhere once the person was erased."""
YEARS: Final = timedelta(days=366 * 25)
"""Longer than the shipped default of keeping."""


class Persons:
    """Hands in applications, and lets their cases end."""

    def __init__(self, installation: Installation, recorder: Recorder) -> None:
        self.installation, self.recorder = installation, recorder
        self._number = 0

    def applies(self, at: datetime = MONDAY, **change: Any) -> Living:
        """An application of the person, accepted and opened."""
        living = self.hands_in(at, **change)
        (subject_ref,) = {entry.subject_ref for entry in self._entries() if entry.stream_id == living.case.case_id}
        return living.open(at, subject_ref=subject_ref)

    def _entries(self) -> Iterator[Entry]:
        return self.installation.vault.people()

    def hands_in(self, at: datetime = MONDAY, law: Definitions | None = None, **change: Any) -> Living:
        """An application that is accepted, and whose case has recorded nothing yet."""
        self._number += 1
        living, applicant = Living(self.recorder, self._number, law or definitions()), PERSON | change
        case_id, name = living.case.case_id, living.application_id
        document = {"kind": "request", "title": "Đơn của Đặng", "held_as": f"document-{self._number}"}
        person = json.dumps({"applicant": applicant, "documents": [document], "other_facts": {}}, ensure_ascii=False)
        store = self.installation.store
        inbox = Inbox(store, TOPICS, vault_of(store))
        accept_now(
            inbox,
            Submission(
                case_id=case_id,
                source="/portal",
                application_id=name,
                content_digest=f"{self._number:064x}",
                subject_ref=f"subject-of-{self._number}",
                received_at=at,
                opening="{}",
                person=person,
                identifiers=identifiers_of(applicant),
            ),
        )
        inbox.close()
        return living

    def withdrawn(self, at: datetime = MONDAY, **change: Any) -> Living:
        """An application of the person that came to nothing an hour later."""
        living = self.applies(at, **change)
        ended = at + timedelta(hours=1)
        return living.turn(ended, a_withdrawal(ended))

    def ref(self, number: str = NUMBER) -> str:
        """The one subject with the number."""
        (found,) = self.installation.vault.find("number", number)
        return found


def full_dump(installation: Installation) -> str:
    """All that the database holds, as its own server's program dumps it: tables, sequences, and whatever else there is."""
    url = installation.store.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run(
        [postgres_program("pg_dump"), url], check=True, capture_output=True, text=True, timeout=120
    ).stdout


def every_row(installation: Installation) -> str:
    """All that every table holds, as text: quicker than a dump."""
    with installation.store.session() as session:
        tables = session.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'vault') ORDER BY 1, 2"
        ).fetchall()
        rows = [
            str(row)
            for schema, table in tables
            for row in session.execute(f'SELECT t::text FROM "{schema}"."{table}" t').fetchall()  # type: ignore[call-overload]
        ]
    return "\n".join(rows)
