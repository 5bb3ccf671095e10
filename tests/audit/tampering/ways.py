"""Not a test: the ways in which somebody with the owner's rights changes the past, every guard off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from audit.proof.signing import sign_checkpoint
from events.language.checkpoint import digest_of_checkpoint
from store.checkpoints import Checkpoints
from store.reads import digest_of_read, row_of
from tests.audit.tampering.house import KEY, STRANGERS, House
from tests.audit.tampering.house import READ as UNCHANGED

CLOSED, REFUSED, FIRST_ONLY, SUPPLEMENTED, HALF_SIGNED, UNSIGNED = range(6)
"""The cases, by what was done in them."""
OF_A_CASE = (
    "ledger",
    "outbox",
    "cases",
    "worklist",
    "escalations",
    "applications",
    "commands",
    "waiting",
    "alerts",
    "dossier_cases",
)


class Way(NamedTuple):
    """One way of changing the past, and what is said of it first."""

    name: str
    act: Callable[[House], None]
    where: tuple[int | str, int | None]
    """Which case and which of its events; a text: what is named in place of a case."""
    what: str
    """Among the words of the first fault."""
    shows: bool = True
    """Whether the database shows it by itself, without what left the house."""
    hinders: bool = True
    """Whether it also shows that the ledger itself is not whole, so that no read model may be put right from it."""


def sql(
    *statements: str, case: int = CLOSED, other: int = SUPPLEMENTED, anew: tuple[int, ...] = ()
) -> Callable[[House], None]:
    """Statements about a case, and another; then those streams hashed anew with all that repeats the hash."""

    def act(house: House) -> None:
        house.change(*statements, case=house.case_ids[case], other=house.case_ids[other])
        for each in anew:
            house.rehash(house.case_ids[each])

    return act


EVENT = "WHERE case_id = :case AND sequence"
PUT = "UPDATE ledger SET body = replace(body, 'one-stop', 'elsewhere')"
COPY = (
    "INSERT INTO ledger (case_id, sequence, body, hash, type, at, recorded_at)"
    " SELECT case_id, {0}, body, hash, type, at, recorded_at FROM ledger WHERE case_id = :case AND sequence = {1}"
)
SHIFTED = ("UPDATE ledger SET sequence = -sequence WHERE case_id = :case AND sequence >= 9",)
CUT = tuple(f"DELETE FROM {table} WHERE case_id = :case AND sequence > 14" for table in ("ledger", "outbox"))
CUT_LEAVES = "DELETE FROM log_leaves WHERE stream_id = :case AND sequence > 14"
CUT_ROWS = (
    "UPDATE cases SET sequence = 14, view = regexp_replace(view, '\"sequence\"\\:[0-9]+', '\"sequence\"\\:14')"
    " WHERE case_id = :case",
    "DELETE FROM commands WHERE case_id = :case",
)
CUT_IN_A_TURN = f"DELETE FROM ledger {EVENT} > 17"
UNSIGNED_CUT = "DELETE FROM ledger WHERE case_id = :case AND sequence > 6"
UNSIGNED_HEAD = (
    "UPDATE cases SET sequence = 6, hash = l.hash FROM ledger AS l"
    " WHERE cases.case_id = :case AND l.case_id = :case AND l.sequence = 6"
)
OUTBOX_CUT = "DELETE FROM outbox WHERE case_id = :case AND sequence > 6"
VIEW_CUT = (
    "UPDATE cases SET view = regexp_replace(view, '\"sequence\"\\:[0-9]+', '\"sequence\"\\:6') WHERE case_id = :case"
)
SPLICE = (
    "UPDATE ledger SET body = theirs.body, type = theirs.type, at = theirs.at, hash = theirs.hash FROM ledger AS theirs"
    " WHERE ledger.case_id = :case AND ledger.sequence = 9 AND theirs.case_id = :other AND theirs.sequence = 9"
)
SWAP = (
    "UPDATE ledger SET body = theirs.body, type = theirs.type, at = theirs.at{0} FROM ledger AS theirs"
    " WHERE ledger.case_id = :case AND theirs.case_id = :case"
    " AND ledger.sequence IN (8, 9) AND theirs.sequence = 17 - ledger.sequence"
)


def removed(house: House) -> None:
    """A whole case with every row of it."""
    _remove(house, house.case_ids[HALF_SIGNED])


def _remove(house: House, case: str) -> None:
    house.change(
        "DELETE FROM outbox_unpublished WHERE id IN (SELECT id FROM outbox WHERE case_id = :case)",
        "DELETE FROM log_leaves WHERE stream_id = :case",
        *(f"DELETE FROM {table} WHERE case_id = :case" for table in OF_A_CASE),
        *(
            f"DELETE FROM vault.{table} WHERE subject_ref NOT IN (SELECT subject_ref FROM applications)"
            for table in ("subjects", "entries", "indexes")
        ),
        case=case,
    )


def removed_and_renumbered(house: House) -> None:
    """The last case with a code, and the leaves behind moved up: nothing in the database has a hole."""
    _remove(house, house.case_ids[UNSIGNED])
    _remove(house, house.case_ids[HALF_SIGNED])
    house.change("UPDATE dossier_codes SET last_ordinal = last_ordinal - 2")
    house.change(
        "UPDATE log_leaves SET number = moved.place FROM (SELECT stream_id AS of, sequence AS event,"
        " row_number() OVER (ORDER BY number) - 1 AS place FROM log_leaves WHERE log = 'events') AS moved"
        " WHERE log = 'events' AND stream_id = moved.of AND sequence = moved.event"
    )


def removed_and_signed_anew(house: House) -> None:
    """The same, with checkpoints by the house's own key: only what left shows it."""
    removed_and_renumbered(house)
    house.sign_anew(KEY)


def hashed_anew(house: House) -> None:
    """Another reason for a refusal, which no rule forbids, everywhere where it stands, and hashed anew."""
    case = house.case_ids[REFUSED]
    for table, column in (("ledger", "body"), ("cases", "view")):
        other = f"UPDATE {table} SET {column} = replace({column}, 'no fire exit', 'no fire door') WHERE case_id = :case"
        house.change(other, case=case)
    house.rehash(case)


def hashed_and_signed_anew(house: House) -> None:
    """The same, signed by the house's own key: only what left shows it."""
    hashed_anew(house)
    house.sign_anew(KEY)


def forked(house: House) -> None:
    """Two pasts, both signed by the house's own key: one was told to somebody else."""
    hashed_and_signed_anew(house)
    for made in Checkpoints(house.store).all():
        house.hand_out(made)


def rolled_back(house: House) -> None:
    """An older copy in the place of everything."""
    house.restore("earlier")


def rolled_back_and_gone_on(house: House) -> None:
    """The same, and other checkpoints since, by the house's own key."""
    house.restore("earlier")
    house.checkpoint(leaves=False)


def another_key(house: House) -> None:
    """Everything signed anew by a key of one's own; nothing else changed."""
    house.sign_anew(STRANGERS)


def another_key_last(house: House) -> None:
    """One more checkpoint, by a key that nobody handed over to."""
    last = Checkpoints(house.store).all()[-1]
    change = {"number": last.number + 1, "key_id": STRANGERS.key_id, "previous": digest_of_checkpoint(last)}
    house.put_checkpoint(sign_checkpoint(STRANGERS, last.model_copy(update=change)))


INBOX = {
    "came earlier": (
        "received_at",
        "UPDATE applications SET received_at = received_at - interval '1 s' WHERE case_id = :case",
    ),
    "another source": ("source", "UPDATE applications SET source = '/elsewhere' WHERE case_id = :case"),
    "another number": ("application_id", "UPDATE applications SET application_id = 'A-77' WHERE case_id = :case"),
    "opening anew": ("opened", "UPDATE applications SET opened = false WHERE case_id = :case"),
    "another opening": (
        "opening",
        """UPDATE applications SET opening = '{"command":{"application":{"subject_ref":"me"}}}' WHERE case_id = :case""",
    ),
}
"""Each column of what was submitted, changed in the inbox alone."""
SWAPPED = (
    "UPDATE applications a SET subject_ref = b.subject_ref FROM applications b"
    " WHERE a.case_id IN (:case, :other) AND b.case_id IN (:case, :other) AND a.case_id <> b.case_id"
)
ALL_PROOFS = "TRUNCATE checkpoints, log_leaves, log_blocks"
BLANKS = "UPDATE ledger SET body = body || repeat(' ', 100000)"
REORDERED = """UPDATE ledger SET body = '{"sequence"\\:11,' || replace(substr(body, 2), '"sequence"\\:11,', '')"""
GHOST = "INSERT INTO commands (case_id, command_id, accepted) VALUES ('case-of-nobody', 'ghost', true)"
OWED = "UPDATE outbox SET {0} WHERE event_id = :case || '.6' AND topic LIKE '%.case-events.v1'"

READ = "UPDATE reads SET purpose = 'none' WHERE position"
DATED = "UPDATE reads SET at = at - interval '2 hours' WHERE position"
READ_CUT = ("DELETE FROM reads WHERE position = 4", "DELETE FROM log_leaves WHERE log = 'reads' AND sequence = 4")
READ_PUT = (
    "INSERT INTO reads (position, at, account, actor, door, purpose, case_id, count, hash) OVERRIDING SYSTEM VALUE"
    " SELECT 9, at - interval '2 hours', account, actor, door, purpose, case_id, count, hash FROM reads"
    " WHERE position = 5"
)


def read_hashed_anew(house: House) -> None:
    house.change(f"{READ} = 2")
    forged = digest_of_read(row_of(replace(UNCHANGED, purpose="none"), "another"))
    house.change("UPDATE reads SET account = 'another', hash = :hash WHERE position = 2", hash=forged)


def read_signed_anew(house: House) -> None:
    read_hashed_anew(house)
    house.sign_anew(KEY)


CONTENT, COLUMNS = "its content is not what its hash says", "its columns are not what its content says"
FORM, UNLIKE = "not in the form in which events are written", "otherwise than the ledger has it"
GONE = "leaves of the log events, and there are"
OTHERWISE = "it left the house otherwise than it stands in the database"
SIGNED = "of the log events are not those that it signed"
TWICE = (*SHIFTED, COPY.format(9, 8), f"UPDATE ledger SET sequence = 1 - sequence {EVENT} < 0")
WAYS = (
    Way("a word", sql(f"{PUT} {EVENT} = 6"), (CLOSED, 6), CONTENT),
    Way("a word of the unsigned", sql(f"{PUT} {EVENT} = 11", case=HALF_SIGNED), (HALF_SIGNED, 11), CONTENT),
    Way("a word, hashed anew", sql(f"{PUT} {EVENT} = 6", anew=(CLOSED,)), ("checkpoint 1", None), SIGNED),
    Way("deleted", sql(f"DELETE FROM ledger {EVENT} = 7"), (CLOSED, 7), "is missing"),
    Way("first deleted", sql(f"DELETE FROM ledger {EVENT} = 1"), (CLOSED, 1), "is missing"),
    Way("inserted at the end", sql(COPY.format(23, 20)), (CLOSED, 23), CONTENT),
    Way("doubled", sql(*TWICE), (CLOSED, 9), CONTENT),
    Way("swapped", sql(SWAP.format(", hash = theirs.hash")), (CLOSED, 8), CONTENT),
    Way("swapped, hashed anew", sql(SWAP.format(""), anew=(CLOSED,)), (CLOSED, 8), COLUMNS),
    Way("tail cut in a turn", sql(CUT_IN_A_TURN), (CLOSED, 18), "is missing"),
    Way("tail cut", sql(*CUT), (CLOSED, 15), "is missing"),
    Way("tail cut, leaves too", sql(*CUT, CUT_LEAVES), (CLOSED, 15), "is missing: the row of its stream knows 22"),
    Way(
        "tail cut, all too",
        sql(*CUT, CUT_LEAVES, *CUT_ROWS, anew=(CLOSED,)),
        ("checkpoint 1", None),
        "of the log events",
    ),
    Way(
        "tail cut, row set",
        sql(*CUT, CUT_LEAVES, anew=(CLOSED,)),
        (CLOSED, 15),
        "is missing: the row of its stream knows 22",
    ),
    Way(
        "unsigned tail cut, head set",
        sql(UNSIGNED_CUT, UNSIGNED_HEAD, case=HALF_SIGNED),
        (HALF_SIGNED, 7),
        "is missing: the content of the row of its stream knows",
    ),
    Way(
        "unsigned tail cut, row set",
        sql(UNSIGNED_CUT, UNSIGNED_HEAD, VIEW_CUT, case=HALF_SIGNED),
        (HALF_SIGNED, 7),
        "the outbox owes event 7, which the ledger does not have",
    ),
    Way(
        "unsigned tail cut, row and outbox set",
        sql(UNSIGNED_CUT, UNSIGNED_HEAD, VIEW_CUT, OUTBOX_CUT, case=HALF_SIGNED),
        (HALF_SIGNED, None),
        "was accepted after the last event that there is",
    ),
    Way("spliced", sql(SPLICE), (CLOSED, 9), CONTENT),
    Way("spliced, hashed anew", sql(SPLICE, anew=(CLOSED,)), (CLOSED, 9), COLUMNS),
    Way("case removed", removed, ("checkpoint 2", None), GONE),
    Way("case removed, renumbered", removed_and_renumbered, ("checkpoint 2", None), GONE),
    Way("case removed, signed anew", removed_and_signed_anew, ("checkpoint 1", None), OTHERWISE, shows=False),
    Way("case hashed anew", hashed_anew, ("checkpoint 2", None), "leaves 34 to 72 of the log events are not those"),
    Way("case hashed and signed anew", hashed_and_signed_anew, ("checkpoint 1", None), OTHERWISE, shows=False),
    Way("forked", forked, ("checkpoint 1", None), "the past was forked", shows=False),
    Way("rolled back", rolled_back, ("checkpoint 2", None), "it was rolled back", shows=False),
    Way("rolled back, gone on", rolled_back_and_gone_on, ("checkpoint 2", None), OTHERWISE, shows=False),
    Way(
        "another key",
        another_key,
        ("checkpoint 1", None),
        "neither the key that is trusted nor a successor",
        shows=False,
    ),
    Way("another key last", another_key_last, ("checkpoint 3", None), "the key changed without a handover"),
    Way(
        "blanks",
        sql(f"{BLANKS} {EVENT} = 11", case=HALF_SIGNED, anew=(HALF_SIGNED,)),
        (HALF_SIGNED, 11),
        FORM,
        hinders=False,
    ),
    Way(
        "another order",
        sql(f"{REORDERED} {EVENT} = 11", case=HALF_SIGNED, anew=(HALF_SIGNED,)),
        (HALF_SIGNED, 11),
        FORM,
        hinders=False,
    ),
    Way("owed by another name", sql(OWED.format("name = 'CaseClosed'")), (CLOSED, 6), UNLIKE, hinders=False),
    Way("owed at another instant", sql(OWED.format("at = now()")), (CLOSED, 6), UNLIKE, hinders=False),
    Way("owed with another content", sql(OWED.format("body = '{}'")), (CLOSED, 6), UNLIKE, hinders=False),
    Way("owed elsewhere too", sql(OWED.format("topic = 'greenlane.answers.v1'")), (CLOSED, 6), UNLIKE, hinders=False),
    Way("all proofs deleted", sql(ALL_PROOFS), ("checkpoint 1", None), "it left the house", hinders=False),
    Way("a read changed", sql(f"{READ} = 2"), ("read 2", None), "is not what its hash says"),
    Way("a read changed, hashed anew", read_hashed_anew, ("read 2", None), "has another hash than checkpoint 2 signed"),
    Way("a read signed anew", read_signed_anew, ("checkpoint 1", None), OTHERWISE, shows=False),
    Way("a read removed", sql("DELETE FROM reads WHERE position = 4"), ("read 4", None), "is gone, and checkpoint 2"),
    Way(
        "the last read removed and its leaf",
        sql(*READ_CUT),
        ("checkpoint 2", None),
        "leaves of the log reads, and there",
    ),
    Way("a read dated back", sql(f"{DATED} = 3"), ("read 3", None), "another instant than checkpoint 2 signed"),
    Way("an unsigned read dated back", sql(f"{DATED} = 5"), ("read 5", None), "long before the last checkpoint"),
    Way("a read inserted, dated back", sql(READ_PUT), ("read 9", None), "long before the last checkpoint"),
    Way("persons swapped", sql(SWAPPED), (SUPPLEMENTED, None), "its first event says: subject_ref", hinders=False),
    Way("a ghost", sql(GHOST), ("case-of-nobody", None), "command ghost was accepted", hinders=False),
    *(
        Way(name, sql(act), (CLOSED, None), f"not what its first event says: {column}", hinders=False)
        for name, (column, act) in INBOX.items()
    ),
)
