"""Not a test: an installation with its whole record, checkpoints that left it, and hands with the owner's rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from audit.proof.sealing import sealing_with
from audit.proof.signing import PublicKey, SigningKey
from audit.proof.witness import Outside, read_file
from audit.verification import Evidence, verify
from audit.verification_report import VerificationReport
from cases.dossier.decide import DOSSIERS
from cases.dossier.model import blank_dossier
from events.language.chain import GENESIS, link
from events.language.checkpoint import Checkpoint, canonical_checkpoint
from events.language.commands import Outcome
from events.language.topics import Topics
from services.actors import claimed
from sla.units import Budget, Unit
from store.checkpoints import Checkpoints
from store.database import Store
from store.definitions import DefinitionArchive
from store.dossiers import Dossiers
from store.inbox import Inbox, Submission
from store.reads import Read, Reads
from store.recorder import Recorder
from store.seals import make_installation_id
from tests.blocking import accept_now, record_now
from tests.builders import MONDAY, a_supplement, an_answer, the_definitions
from tests.cases.dossier import openings
from tests.master_keys import vault_of
from tests.store.living import Living

TOPICS = Topics("greenlane")
KEY, STRANGERS = SigningKey.new(), SigningKey.new()
HOUR = timedelta(hours=1)
GUARDED = ("ledger", "log_leaves", "log_blocks", "checkpoints", "histories", "reads", "erasures")
READ = Read(claimed("operator", "root"), "command_line", "show", "case-1")
EDITION = "INSERT INTO catalog_editions (number, act, by, at) VALUES (1, 'prepare', 'prepare', now())"
TABLES = (
    "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('public', 'vault')"
    " AND tablename <> 'alembic_version' ORDER BY 1"
)
CASES = 6


@dataclass
class House:
    """What stands, what left, and who may look."""

    store: Store
    file: Path
    """The checkpoints that left the house, one a line."""
    case_ids: list[str] = field(default_factory=list)
    """In the order of their opening: closed, refused, with a supplement, open; the last two have events unsigned."""
    now: str = "now"
    """The copy of everything as it was played."""

    # ---- looking

    def verified(self, *, outside: bool = True, key: PublicKey | None = None) -> VerificationReport:
        """A verification against the checkpoints that left the house, by the key that the auditor trusts."""
        trusted = key or KEY.public
        evidence = Evidence((trusted,), self.outside) if outside else Evidence(known=(KEY.public,))
        return verify(self.store, evidence=evidence)

    @property
    def outside(self) -> Outside:
        """What is in the file."""
        return read_file(self.file, self._installation())

    def _installation(self) -> str:
        with self.store.reading() as connection:
            return str(connection.scalar(text("SELECT value FROM stack WHERE key = 'installation'")))

    def rows(self, stream_id: str) -> list[Any]:
        """The rows of a stream, in order."""
        query = (
            "SELECT sequence, position, body, hash, type, at, recorded_at FROM ledger WHERE case_id = :id ORDER BY 1"
        )
        with self.store.reading() as connection:
            return list(connection.execute(text(query), {"id": stream_id}))

    def heads(self) -> list[Any]:
        """What the read model says of each case."""
        with self.store.reading() as connection:
            return list(connection.execute(text("SELECT case_id, sequence, hash, view FROM cases ORDER BY 1")))

    # ---- hands

    def change(self, *statements: str, **values: object) -> None:
        """Tamper with the owner's rights, past every guard."""
        with self.store.writing() as connection:
            for table in GUARDED:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            for statement in statements:
                connection.execute(text(statement), values)
            # Honest reads come after: what the database says of them is no guard.
            connection.execute(text("ALTER TABLE reads ENABLE TRIGGER reads_said_by_the_database"))

    def rehash(self, stream_id: str, *, leaves: bool = True) -> None:
        """Hash a stream anew, with every row that repeats a hash: the read model, and the leaves where asked."""
        previous = GENESIS
        for row in self.rows(stream_id):
            previous = link(previous, row.body)
            values = {"id": stream_id, "sequence": row.sequence, "hash": previous}
            self.change("UPDATE ledger SET hash = :hash WHERE case_id = :id AND sequence = :sequence", **values)
            if leaves:
                self.change(
                    "UPDATE log_leaves SET hash = :hash WHERE stream_id = :id AND sequence = :sequence", **values
                )
        self.change("UPDATE cases SET hash = :hash WHERE case_id = :id", id=stream_id, hash=previous)

    def checkpoint(self, key: SigningKey = KEY, *, leaves: bool = True) -> Checkpoint:
        """One more, with whatever key; it leaves the house where asked."""
        made = Checkpoints(self.store).make(sealing_with(key), TOPICS.checkpoints, even_unchanged=True)
        assert made is not None
        if leaves:
            self.hand_out(made)
        return made

    def hand_out(self, checkpoint: Checkpoint) -> None:
        """It leaves the house."""
        with self.file.open("ab") as file:
            file.write(canonical_checkpoint(checkpoint) + b"\n")

    def sign_anew(self, key: SigningKey) -> None:
        """Throw away all that was signed, and sign what stands now, in as many checkpoints as there were."""
        self.change(
            "TRUNCATE checkpoints, log_leaves, log_blocks",
            "DELETE FROM outbox WHERE name = 'CheckpointSigned'",
            "DELETE FROM outbox_unpublished WHERE id NOT IN (SELECT id FROM outbox)",
        )
        for _ in range(2):
            self.checkpoint(key, leaves=False)

    def put_checkpoint(self, forged: Checkpoint) -> None:
        """A checkpoint of one's own making, with all that stands beside it."""
        self.change(
            "INSERT INTO checkpoints SELECT (jsonb_populate_record(c, jsonb_build_object('number', :number, 'body',"
            " CAST(:body AS text)))).* FROM checkpoints c WHERE number = :number - 1",
            "INSERT INTO outbox (slot, topic, case_id, event_id, name, body, at)"
            " SELECT slot, topic, case_id, replace(event_id, '-' || :number - 1, '-' || :number), name, :body, at"
            " FROM outbox WHERE event_id LIKE 'checkpoint-%-' || :number - 1",
            number=forged.number,
            body=canonical_checkpoint(forged).decode(),
        )

    # ---- copies

    def keep(self, name: str) -> None:
        """A copy of every table, as a dump has it."""
        with self.store.writing() as connection:
            tables = list(connection.scalars(text(TABLES)))
            connection.execute(text(f"CREATE SCHEMA {name}"))
            for table in tables:
                connection.execute(text(f"CREATE TABLE {name}.{table.replace('.', '_')} AS TABLE {table}"))

    def restore(self, name: str) -> None:
        """Put a copy in the place of everything."""
        with self.store.writing() as connection:
            tables = list(connection.scalars(text(TABLES)))
            for table in GUARDED:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            # Of tables so small a DELETE is quicker than a TRUNCATE.
            for table in tables:
                copy = f"{name}.{table.replace('.', '_')}"
                connection.execute(text(f"DELETE FROM {table}"))
                connection.execute(text(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {copy}"))


@contextmanager
def a_played_house(url: str, file: Path) -> Iterator[House]:
    """Played: five cases and a dossier under two checkpoints that left, then more that none signed yet."""
    store = Store.connect(url, pool_size=4)
    recorder, inbox = Recorder(store, TOPICS), Inbox(store, TOPICS, vault_of(store))
    house = House(store, file)
    try:
        make_installation_id(store)
        house.change(EDITION)
        _play(house, recorder, inbox)
        house.keep(house.now)
        yield house
    finally:
        recorder.close()
        inbox.close()
        store.close()


def _play(house: House, recorder: Recorder, inbox: Inbox) -> None:
    lasting = the_definitions()
    DefinitionArchive(house.store).keep(lasting)
    cases = [Living(recorder, number, lasting) for number in range(1, CASES + 1)]
    house.case_ids = [each.case.case_id for each in cases]
    for each in cases[:3]:
        _opened(inbox, each)
    _answered(cases[0], "approve", "approve", "approve", "approve")
    reads = Reads(house.store)
    reads.add(READ)
    house.checkpoint()
    house.keep("earlier")
    _answered(cases[1], "approve", "refuse")
    _dossier(house.store, recorder, inbox)
    for each in cases[3:5]:
        _opened(inbox, each)
    at = MONDAY + 3 * HOUR
    cases[3].turn(at, an_answer("intake", "one-stop", at, Outcome.REQUEST_SUPPLEMENT, documents=("lease",)))
    cases[3].turn(at + HOUR, a_supplement(at + HOUR, "lease"))
    for _ in range(3):
        reads.add(READ)
    house.checkpoint()
    reads.add(READ)
    _answered(cases[4], "approve")
    _opened(inbox, cases[5])


ROUTE = (("intake", "one-stop"), ("appraisal", "culture"), ("fire", "police"), ("signing", "culture"))


def _opened(inbox: Inbox, case: Living) -> None:
    number = case.application_id
    given = Submission(
        case.case.case_id, "/portal", number, f"digest-{number}", f"subject-{number}", MONDAY, "{}", "{}"
    )
    accept_now(inbox, given)
    case.open(MONDAY, subject_ref=f"subject-{number}")


def _answered(case: Living, *outcomes: str) -> None:
    for hours, (outcome, (step, department)) in enumerate(zip(outcomes, ROUTE, strict=False), 1):
        at = MONDAY + hours * HOUR / 2
        reason = {"reason": "no fire exit"} if outcome == "refuse" else {}
        case.turn(at, an_answer(step, department, at, Outcome(outcome), **reason))


def _dossier(store: Store, recorder: Recorder, inbox: Inbox) -> None:
    limits = {name: Budget(amount=2, unit=Unit.WORKING_DAYS) for name in ("a", "b")}
    accept_now(inbox, Submission(openings.DOSSIER_ID, "/portal", "D-1", "digest", "subject-1", MONDAY, "{}", "{}"))
    lasting = openings.definitions(limits)
    Dossiers(store).keep(lasting)
    command = openings.a_submission([openings.an_application("a"), openings.an_application("b", "a")])
    turn = DOSSIERS.take_turn(blank_dossier(openings.DOSSIER_ID, lasting), [command], command.received_at)
    assert turn is not None
    record_now(recorder, turn)
