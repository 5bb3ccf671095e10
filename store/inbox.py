"""The inbox: who submitted what, and how each command ended. The authority on "was this there before?"."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

import psycopg
from sqlalchemy import Interval, cast, func, literal, select, true

from cases.turn import CommandOutcome, Notice
from events.language.identity import DOSSIER_CODE_PATTERN
from events.language.topics import Topics
from store.arrays import Instants, Kinds, Rows, Texts
from store.batch import Batch
from store.database import LastingSession, Session, Store, transaction
from store.errors import MasterKeyUnknown, MasterKeyWrong, StoreUnavailable, VaultValueBroken, as_store_errors
from store.group_commit import GroupCommit, waves
from store.outcome import outcome_of
from store.statements import statements_in
from store.tables import applications, commands
from store.vault.arrivals import Arrivals, SubjectsMoved
from store.vault.numbers import Identifiers
from store.vault.vault import Vault, VaultDocument
from store.view_tables import cases
from wording.text import _


class Acceptance(StrEnum):
    """What the inbox knew about a submission."""

    NEW = "new"
    SAME_OPEN = "same_open"
    """The same content was there and its case was opened: nothing is to be done."""
    SAME_UNOPENED = "same_unopened"
    """The same content was there, but the start of its case may have been lost: start it (again)."""
    CONFLICT = "conflict"
    """The application id was used before for other content."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One application on its way in; what is personal is kept apart from the first moment on."""

    case_id: str
    source: str
    application_id: str
    content_digest: str
    """Digest of all that was sent, so that the same id with other content is noticed. Kept keyed where it covers a person."""
    subject_ref: str
    """Whose it is where no number of a person says otherwise, as the opening says it."""
    received_at: datetime
    """The business instant at which it entered the system."""
    opening: str
    """JSON of facts and references, enough to start the case again."""
    person: str = field(repr=False)
    """JSON of the personal data; goes to the vault only. Empty: it is there already, put away with the linked dossier."""
    documents: tuple[VaultDocument, ...] = field(default=(), repr=False)
    identifiers: Identifiers = field(default_factory=Identifiers, repr=False)
    """By what the person is found; the number among them says whose it is."""

    def opening_of(self, subject_ref: str) -> str:
        """The opening of the same application of this subject's."""
        if subject_ref == self.subject_ref:
            return self.opening
        # Within a text of JSON a quote is escaped: this stands where the field stands, and nowhere else.
        return self.opening.replace(f'"subject_ref":"{self.subject_ref}"', f'"subject_ref":"{subject_ref}"')


class Accepted(NamedTuple):
    """What became of a submission."""

    acceptance: Acceptance
    subject_ref: str
    """Whose the application is that was new; else as it was submitted."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """An accepted application whose case has recorded nothing yet."""

    case_id: str
    received_at: datetime
    opening: str


@dataclass(frozen=True, slots=True)
class KnownCase:
    """What the inbox knows of a case, for answering where Temporal cannot."""

    case_id: str
    dossier_code: str | None
    status: str | None
    """None: accepted, nothing recorded yet."""
    outcome: str | None
    closed_at: datetime | None


SQL: Final = statements_in("inbox")
ATTEMPTS_MAX: Final = 10
"""How often it is asked again whose a person is; each time somebody else was quicker."""
APPLICATIONS: Final[Kinds] = {
    "case_ids": Texts,
    "sources": Texts,
    "application_ids": Texts,
    "content_digests": Texts,
    "subject_refs": Texts,
    "received_at": Instants,
    "openings": Texts,
}


class Inbox:
    """Queries and writes of the inbox. Safe for several threads and event loops; all calls raise StoreError."""

    def __init__(self, store: Store, topics: Topics, vault: Vault | None = None) -> None:
        """`vault`: where persons are put; None: none is accepted here."""
        self._store = store
        self._topics = topics
        self._vault = vault or Vault(store, None)
        self._session = LastingSession(store, "inbox")
        self._commit: GroupCommit[Submission, Accepted] = GroupCommit("inbox", self._write)

    async def accept_application(self, submission: Submission) -> Accepted:
        """Note the application and put its personal part away under its subject, in one transaction; from an event loop.

        Only what is NEW is written. Idempotent: the same call again answers SAME_UNOPENED or SAME_OPEN. Raises
        MasterKeyMissing for a person where there is no master key, and the master key's errors.
        """
        return await self._commit.submit(submission)

    def close(self) -> None:
        """Write what waits, then give the connection back."""
        self._commit.close()
        self._session.drop()

    def find_case(self, key: str) -> KnownCase | None:
        """The case with this case id or dossier code; None when it was never accepted."""
        by_code = DOSSIER_CODE_PATTERN.match(key) is not None
        columns = (cases.c.case_id, cases.c.dossier_code, cases.c.status, cases.c.outcome, cases.c.closed_at)
        query = select(*columns).where(cases.c.dossier_code == key if by_code else cases.c.case_id == key)
        with self._store.reading() as connection:
            if row := connection.execute(query).one_or_none():
                return KnownCase(*row)
            if by_code:
                return None
            accepted = connection.scalar(select(true()).where(applications.c.case_id == key))
        return KnownCase(key, None, None, None, None) if accepted else None

    def source_of(self, key: str) -> str | None:
        """Which source the application came from, by case id or dossier code; None when it was never accepted."""
        by_code = DOSSIER_CODE_PATTERN.match(key) is not None
        case_id = select(cases.c.case_id).where(cases.c.dossier_code == key).scalar_subquery() if by_code else key
        with self._store.reading() as connection:
            source: str | None = connection.scalar(
                select(applications.c.source).where(applications.c.case_id == case_id)
            )
        return source

    def command_outcome(self, stream_id: str, command_id: str) -> CommandOutcome | None:
        """How the command with this id ended in this stream; None while it has not."""
        query = select(commands.c.refusal, commands.c.digest).where(
            commands.c.case_id == stream_id, commands.c.command_id == command_id
        )
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else outcome_of(command_id, *row)

    def ended_commands(self, stream_id: str, command_ids: Sequence[str]) -> dict[str, str | None]:
        """Which of these commands have their outcome, with the digest of what was asked."""
        query = select(commands.c.command_id, commands.c.digest).where(
            commands.c.case_id == stream_id, commands.c.command_id.in_(command_ids)
        )
        with self._store.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def refusals(self, stream_id: str) -> list[tuple[datetime, CommandOutcome]]:
        """The refused commands of a case or dossier with the real time of the refusal, oldest first."""
        query = (
            select(commands.c.settled_at, commands.c.command_id, commands.c.refusal, commands.c.digest)
            .where(commands.c.case_id == stream_id, ~commands.c.accepted)
            .order_by(commands.c.settled_at, commands.c.command_id)
        )
        with self._store.reading() as connection:
            return [(row[0], outcome_of(*row[1:])) for row in connection.execute(query)]

    def refuse_command(self, stream_id: str, outcome: CommandOutcome, notice: Notice | None = None) -> CommandOutcome:
        """Settle a command that no case or dossier can take as refused, and owe the sender the answer; in one transaction.

        Idempotent: an id that was settled before keeps its outcome, which is returned, and no second answer is sent.
        """
        batch = Batch(self._topics)
        batch.add_outcomes(stream_id, (outcome,))
        if notice is not None:
            batch.add_notice(stream_id, notice)
        try:
            with self._store.session() as session:
                batch.send(session)
        except psycopg.errors.UniqueViolation:
            if (standing := self.command_outcome(stream_id, outcome.command_id)) is None:
                raise
            return standing
        return outcome

    def opening(self, stream_id: str) -> str | None:
        """What starts the case again, as it was accepted; None: no such application, or its case was opened."""
        query = select(applications.c.opening).where(applications.c.case_id == stream_id, ~applications.c.opened)
        with self._store.reading() as connection:
            opening: str | None = connection.scalar(query)
        return opening

    def unopened(self, older_than_seconds: float, limit: int = 100) -> list[Unopened]:
        """Applications accepted this long ago (real time) whose case has recorded nothing: their start may be lost."""
        age = cast(literal(f"{older_than_seconds} seconds"), Interval)
        query = (
            select(applications.c.case_id, applications.c.received_at, applications.c.opening)
            .where(~applications.c.opened, applications.c.recorded_at <= func.now() - age)
            .order_by(applications.c.recorded_at)
            .limit(limit)
        )
        with self._store.reading() as connection:
            return [Unopened(*row) for row in connection.execute(query)]

    def _write(self, submissions: Sequence[Submission]) -> Sequence[Accepted | Exception]:
        answers: dict[int, Accepted | Exception] = {}
        try:
            for wave in waves(submissions, lambda submission: submission.case_id):
                answers.update(zip(wave, self._wave([submissions[i] for i in wave]), strict=True))
        except BaseException:
            self._session.drop()
            raise
        return [answers[index] for index in range(len(submissions))]

    def _wave(self, submissions: list[Submission]) -> Sequence[Accepted | Exception]:
        try:
            return self._attempts(submissions)
        except (MasterKeyWrong, MasterKeyUnknown, VaultValueBroken) as error:
            # One subject whose key or number is not as it was keeps nobody else waiting.
            alone = [self._wave([one])[0] for one in submissions] if len(submissions) > 1 else [error]
        return alone

    def _attempts(self, submissions: list[Submission]) -> list[Accepted]:
        for attempt in range(ATTEMPTS_MAX):
            with suppress(SubjectsMoved):
                return self._attempt(submissions, again=attempt > 0)
        raise StoreUnavailable(reason=_("others write of the same persons all the time"))

    def _attempt(self, submissions: list[Submission], *, again: bool) -> list[Accepted]:
        with as_store_errors():
            session = self._session.get()
            case_ids = Texts(one.case_id for one in submissions)
            rows = session.execute(SQL["find_applications"], {"case_ids": case_ids}, prepare=True)
            known = {case_id: (digest, opened) for case_id, digest, opened in rows}
            # Always the same order, so that two writers never wait for each other in a circle.
            new = sorted((one for one in submissions if one.case_id not in known), key=lambda one: one.case_id)
            refs = self._add(session, new, again=again) if new else {}
        return [
            self._compared(one, *known[one.case_id])
            if one.case_id in known
            else Accepted(Acceptance.NEW, refs[one.case_id])
            for one in submissions
        ]

    def _add(self, session: Session, new: Sequence[Submission], *, again: bool) -> dict[str, str]:
        """Write what is new; whose each application is. Raises SubjectsMoved: another was quicker with one of them."""
        arriving = [one for one in new if one.person]
        arrivals = Arrivals.of(self._vault, session, arriving, again=again) if arriving else None
        refs = {one.case_id: one.subject_ref for one in new} | ({} if arrivals is None else arrivals.refs)
        rows = Rows(APPLICATIONS)
        for one in new:
            ref = refs[one.case_id]
            names = (one.case_id, one.source, one.application_id)
            rows.add(*names, self._digest_of(one), ref, one.received_at, one.opening_of(ref))
        with transaction(session):
            added = session.execute(SQL["add_applications"], rows.columns, prepare=True)
            if arrivals is not None:
                arrivals.write(session)
            if len(list(added)) < len(new):
                raise SubjectsMoved
        return refs

    def _digest_of(self, one: Submission) -> str:
        # A plain digest of what a person sent would tell it to whoever guesses it.
        return self._vault.keyed_digest(one.content_digest) if one.person else one.content_digest

    def _compared(self, submission: Submission, digest: str, opened: bool) -> Accepted:
        if digest != self._digest_of(submission):
            return Accepted(Acceptance.CONFLICT, submission.subject_ref)
        how = Acceptance.SAME_OPEN if opened else Acceptance.SAME_UNOPENED
        return Accepted(how, submission.subject_ref)
