"""What anybody may ask about checkpoints, and what an outsider can check with the answers and a public key alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from audit.proof.errors import CheckpointBroken, EvidenceBroken, KeyNotHandedOver, KeyUnreadable, LeavesBroken
from audit.proof.leaves import event_leaf
from audit.proof.merkle import leaf_hash, verify_consistency, verify_inclusion
from audit.proof.signing import KeyRing, PublicKey, SigningKey, signature_holds
from catalog.definition import Key
from events.language.chain import GENESIS, link
from events.language.checkpoint import digest_of_checkpoint
from events.language.refusals import Refusal
from services.actors import claimed
from services.checkpoints import (
    Consistency,
    Inclusion,
    KeyNotLostError,
    KeyUnchangedError,
    NoSigningKeyError,
    NothingThereError,
    NotSignedYetError,
    SizeOutOfRangeError,
    key_from,
    list_checkpoints,
    make_checkpoint,
    prove_consistency,
    prove_inclusion,
    replace_lost_key,
    rotate_key,
)
from services.installation import Installation
from store.catalogue import PublishedVersion
from store.database import Store
from store.ledger import Ledger
from store.reads import Read, Reads
from store.recorder import Recorder
from tests.builders import MONDAY
from tests.services.on_database import installation, recorder, store
from tests.store.living import Living
from tests.store.test_escalations import definitions

__all__ = ["installation", "recorder", "store"]
AUDITOR = claimed("officer", "auditor-1")
KEY = SigningKey.new()
PUBLIC = PublicKey.from_pem(KEY.public_pem)


@pytest.fixture
def case(recorder: Recorder) -> Living:
    """A case on record."""
    return Living(recorder, 1, definitions()).open(MONDAY)


def proved(installation: Installation, reference: str, sequence: int, log: str = "events") -> Inclusion:
    proof = prove_inclusion(installation, AUDITOR, reference, sequence, log)
    assert isinstance(proof, Inclusion), proof
    return proof


def add_rows(store: Store, stream_id: str, *sequences: int) -> None:
    chained = GENESIS
    with store.writing() as connection:
        for sequence in sequences:
            chained = link(chained, "{}")
            row = {"c": stream_id, "s": sequence, "h": chained}
            statement = (
                "INSERT INTO ledger (case_id, sequence, body, hash, type, at) VALUES (:c, :s, '{}', :h, 'X', now())"
            )
            connection.execute(text(statement), row)


def test_without_a_key_nothing_is_signed(installation: Installation) -> None:
    """It says which setting names one, and how one is made."""
    for refused in (
        lambda: make_checkpoint(installation, AUDITOR, None),
        lambda: rotate_key(installation, AUDITOR, None, KEY),
    ):
        with pytest.raises(NoSigningKeyError) as raised:
            refused()
        assert raised.value.field == "GREENLANE_CHECKPOINT_KEY_FILE"
        assert "greenlane checkpoint key --new" in raised.value.remedy
    assert list_checkpoints(installation, AUDITOR) == ()
    with pytest.raises(KeyUnreadable) as unreadable:
        key_from("no key", "--new")
    assert unreadable.value.field == "--new"


def test_a_checkpoint_is_made_where_anything_is_new(installation: Installation, case: Living) -> None:
    """Else the last is told again."""
    made = make_checkpoint(installation, AUDITOR, KEY)
    assert made.is_new
    assert signature_holds(made.checkpoint, [PUBLIC])
    assert (made.checkpoint.cases, made.checkpoint.logs["events"].size) == (1, case.case.sequence)
    again = make_checkpoint(installation, AUDITOR, KEY)
    assert (again.is_new, again.checkpoint) == (False, made.checkpoint)
    assert list_checkpoints(installation, AUDITOR) == (made.checkpoint,)


def test_every_event_is_proved_to_whoever_has_the_signed_root(
    installation: Installation, case: Living, store: Store
) -> None:
    """By its case's id or code; the leaf says which event it is, its chain hash and when it was recorded."""
    add_rows(store, "dossier-" + "0" * 24, 1, 2)
    root = bytes.fromhex(make_checkpoint(installation, AUDITOR, KEY).checkpoint.logs["events"].root)
    rows = Ledger(store).rows(case.case.case_id)
    assert rows
    code = installation.views.case(case.case.case_id)
    assert code is not None
    assert code.dossier_code is not None
    for row in rows:
        proof = proved(installation, code.dossier_code, row.sequence)
        assert proof == proved(installation, row.case_id, row.sequence)
        assert proof.data == event_leaf(row.case_id, row.sequence, row.hash, row.recorded_at)
        assert verify_inclusion(leaf_hash(proof.data), proof.index, proof.size, proof.path, root)
    assert proved(installation, "dossier-" + "0" * 24, 2).size == len(rows) + 2


def test_an_act_of_publishing_is_proved_too(installation: Installation) -> None:
    """In its own log, under the catalogue's name."""
    version = PublishedVersion(Key("procedure", "a", "1"), "d", "procedures/a.yaml", "id: a\n", "{}")
    installation.published.publish([version], act="publish", by="an", note=None, check=lambda acts: None)
    with pytest.raises(NotSignedYetError):
        prove_inclusion(installation, AUDITOR, "catalog", 1, "publications")
    make_checkpoint(installation, AUDITOR, KEY)
    proof = proved(installation, "catalog", 1, "publications")
    assert (proof.index, proof.size, proof.path) == (0, 1, ())
    assert proof.leaf == proof.root
    assert proof.data.startswith(b"publications catalog.1 ")
    unknown = prove_inclusion(installation, AUDITOR, "another", 1, "publications")
    assert isinstance(unknown, Refusal)


def test_a_read_is_proved_too(installation: Installation, store: Store) -> None:
    """In its own log, by its number; one that was changed since is not, and of the log that it only grew."""
    for purpose in ("show", "a complaint"):
        Reads(store).add(Read(AUDITOR, "command_line", purpose, "case-1"))
        with pytest.raises(NotSignedYetError):
            prove_inclusion(installation, AUDITOR, "reads", 1 if purpose == "show" else 2, "reads")
        make_checkpoint(installation, AUDITOR, KEY)
    proof = proved(installation, "reads", 2, "reads")
    assert (proof.index, proof.size, len(proof.path)) == (1, 2, 1)
    assert proof.data.startswith(b"reads reads.2 ")
    consistent = prove_consistency(installation, AUDITOR, 1, 2, "reads")
    assert verify_consistency(1, 2, consistent.old_root, consistent.root, consistent.path)
    with pytest.raises(NothingThereError):
        prove_inclusion(installation, AUDITOR, "reads", 3, "reads")
    assert isinstance(prove_inclusion(installation, AUDITOR, "case-1", 1, "reads"), Refusal)
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE reads DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE reads SET purpose = 'none' WHERE position = 2"))
    proved(installation, "reads", 1, "reads")
    with pytest.raises(EvidenceBroken):
        prove_inclusion(installation, AUDITOR, "reads", 2, "reads")


def test_what_cannot_be_proved_is_refused(installation: Installation, case: Living, store: Store) -> None:
    """Unknown, not there, or not signed yet: each says which."""
    case_id, events = case.case.case_id, case.case.sequence
    with pytest.raises(NotSignedYetError):
        prove_inclusion(installation, AUDITOR, case_id, 1)
    make_checkpoint(installation, AUDITOR, KEY)
    add_rows(store, case_id, events + 1)
    with pytest.raises(NotSignedYetError):
        prove_inclusion(installation, AUDITOR, case_id, events + 1)
    with pytest.raises(NothingThereError):
        prove_inclusion(installation, AUDITOR, case_id, events + 2)
    for unknown in ("case-" + "0" * 24, "H05.8-260302-9999", "nobody's"):
        refusal = prove_inclusion(installation, AUDITOR, unknown, 1)
        assert isinstance(refusal, Refusal)
        assert refusal.code == "case_unknown"


def test_a_log_is_proved_to_have_only_grown(installation: Installation, store: Store) -> None:
    """Between any two sizes, also such as no checkpoint signed, up to the largest that one did."""
    signed = []
    for number in range(3):
        add_rows(store, f"case-{number}", 1, 2, 3)
        signed.append(make_checkpoint(installation, AUDITOR, KEY).checkpoint.logs["events"])
    roots = {state.size: bytes.fromhex(state.root) for state in signed}
    for old_size in range(1, 10):
        for size in range(old_size, 10):
            proof = prove_consistency(installation, AUDITOR, old_size, size)
            assert proof.old_root == roots.get(old_size, proof.old_root)
            assert proof.root == roots.get(size, proof.root)
            assert verify_consistency(old_size, size, proof.old_root, proof.root, proof.path)
    add_rows(store, "case-9", 1)
    wrong = {"from": [(0, 3), (-1, 3), (11, 12), (10, 10)], "to": [(3, 10), (4, 3), (3, 0)]}
    for field, sizes in wrong.items():
        for old_size, size in sizes:
            with pytest.raises(SizeOutOfRangeError) as raised:
                prove_consistency(installation, AUDITOR, old_size, size)
            assert raised.value.field == field
    with pytest.raises(SizeOutOfRangeError):
        prove_consistency(installation, AUDITOR, 1, 1, "publications")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log_leaves SET hash = '\\x00' WHERE number = 0",
        "DELETE FROM log_leaves WHERE number > 1",
        "UPDATE log_leaves SET number = number + 100 WHERE number = 4",
        "UPDATE log_leaves SET stream_id = 'case-x' WHERE number = 0",
    ],
)
def test_leaves_that_were_changed_prove_nothing(installation: Installation, store: Store, change: str) -> None:
    """No proof is given that would not hold: it says that the leaves are not what was signed."""
    add_rows(store, "case-a" + "0" * 23, 1, 2, 3, 4, 5)
    make_checkpoint(installation, AUDITOR, KEY)
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE log_leaves DISABLE TRIGGER log_leaves_append_only"))
        connection.execute(text(change))
    with pytest.raises(LeavesBroken):
        prove_consistency(installation, AUDITOR, 2, 5)
    with pytest.raises((LeavesBroken, NotSignedYetError)):
        prove_inclusion(installation, AUDITOR, "case-a" + "0" * 23, 5)


@pytest.mark.parametrize(
    ("harm", "is_of"),
    [
        ("UPDATE ledger SET body = body || ' ' WHERE sequence = 2", 2),
        ("UPDATE ledger SET hash = '\\x00' WHERE sequence = 2", 2),
        ("UPDATE ledger SET recorded_at = recorded_at + interval '1 second' WHERE sequence = 2", 2),
        ("DELETE FROM ledger WHERE sequence = 2", 2),
        ("DELETE FROM ledger WHERE sequence >= 1", 1),
    ],
)
def test_an_event_that_stands_no_more_as_it_was_signed_is_not_proved(
    installation: Installation, case: Living, store: Store, harm: str, is_of: int
) -> None:
    """The leaf alone proves what once was there; of events beside it the proof still holds."""
    make_checkpoint(installation, AUDITOR, KEY)
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER ALL"))
        connection.execute(text(harm))
    with pytest.raises(EvidenceBroken) as raised:
        prove_inclusion(installation, AUDITOR, case.case.case_id, is_of)
    assert f"place {is_of} of {case.case.case_id}" in str(raised.value)
    if is_of > 1:
        assert proved(installation, case.case.case_id, 1).index == 0
        assert proved(installation, case.case.case_id, 3).index == 2


def test_an_act_of_publishing_that_was_changed_is_not_proved(installation: Installation, store: Store) -> None:
    version = PublishedVersion(Key("procedure", "a", "1"), "d", "procedures/a.yaml", "id: a\n", "{}")
    installation.published.publish([version], act="publish", by="an", note=None, check=lambda acts: None)
    make_checkpoint(installation, AUDITOR, KEY)
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE catalog_editions DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE catalog_editions SET by = 'somebody'"))
    with pytest.raises(EvidenceBroken):
        prove_inclusion(installation, AUDITOR, "catalog", 1, "publications")


def test_a_key_hands_over_once(installation: Installation) -> None:
    """The new one signs from then on, and whoever trusts the old one follows."""
    new = SigningKey.new()
    make_checkpoint(installation, AUDITOR, KEY)
    with pytest.raises(KeyUnchangedError):
        rotate_key(installation, AUDITOR, KEY, KEY)
    rotated = rotate_key(installation, AUDITOR, KEY, new)
    assert rotated.key_id == new.key_id
    assert rotated.handover is not None
    with pytest.raises(KeyNotHandedOver):
        rotate_key(installation, AUDITOR, KEY, SigningKey.new())
    with pytest.raises(KeyNotHandedOver):  # though nothing is new, so that nobody believes it still signs
        make_checkpoint(installation, AUDITOR, KEY)
    assert not make_checkpoint(installation, AUDITOR, new).is_new
    signed = list_checkpoints(installation, AUDITOR)
    ring = KeyRing(PUBLIC).follow(signed)
    assert all(ring.holds(checkpoint) for checkpoint in signed)
    assert rotated.at <= datetime.now(UTC)


def test_the_proof_of_one_leaf_needs_no_way(installation: Installation, store: Store) -> None:
    """Nor does that of a log with itself."""
    add_rows(store, "case-b" + "0" * 23, 1)
    make_checkpoint(installation, AUDITOR, KEY)
    assert proved(installation, "case-b" + "0" * 23, 1).path == ()
    whole = prove_consistency(installation, AUDITOR, 1, 1)
    assert whole == Consistency("events", 1, 1, whole.root, whole.root, ())


def test_a_lost_key_is_replaced_and_nobody_named_the_new_one(installation: Installation) -> None:
    """Refused while it is at hand, and with a key that signed before; then the new one goes on as any."""
    second, third = SigningKey.new(), SigningKey.new()
    first = make_checkpoint(installation, AUDITOR, KEY).checkpoint
    with pytest.raises(KeyNotLostError):
        replace_lost_key(installation, AUDITOR, KEY, second)
    replaced = replace_lost_key(installation, AUDITOR, None, second)
    assert (replaced.number, replaced.key_id, replaced.handover) == (2, second.key_id, None)
    assert replaced.previous == digest_of_checkpoint(first)
    assert make_checkpoint(installation, AUDITOR, second).checkpoint == replaced
    assert replace_lost_key(installation, AUDITOR, third, third).number == 3
    for again in (KEY, second, third):
        with pytest.raises(KeyUnchangedError):
            replace_lost_key(installation, AUDITOR, None, again)
    with pytest.raises(KeyUnchangedError):
        rotate_key(installation, AUDITOR, third, KEY)


def test_a_lost_key_is_no_way_past_what_was_changed(installation: Installation, store: Store) -> None:
    """Leaves that are not what the lost key signed are not signed by the new one."""
    add_rows(store, "case-c" + "0" * 23, 1, 2)
    make_checkpoint(installation, AUDITOR, KEY)
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE checkpoints DISABLE TRIGGER USER"))
        forged = f"regexp_replace(edges, '[0-9a-f]{{64}}', '{'0' * 64}')"
        connection.exec_driver_sql(f"UPDATE checkpoints SET edges = {forged}")
    with pytest.raises(CheckpointBroken):
        replace_lost_key(installation, AUDITOR, None, SigningKey.new())
