"""What a checkpoint signs: every log as it then is, by the key that is next, or nothing where nothing is new."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from audit.proof.errors import KeyNotHandedOver
from audit.proof.leaves import hashes_of
from audit.proof.merkle import EMPTY_ROOT, consistency_path, inclusion_paths, root_of, verify_consistency
from audit.proof.paths import paths_of
from audit.proof.sealing import handing_over, sealing_with
from audit.proof.signing import KeyRing, SigningKey, signature_holds
from catalog.definition import Key
from events.language.checkpoint import canonical_checkpoint, digest_of_checkpoint
from store.catalogue import PublishedCatalogue, PublishedVersion, acts_after, digest_of_act
from store.checkpoints import Checkpoints
from store.database import Store
from store.errors import StoreNotMigrated
from store.leaves import Leaves, block_roots, leaves_of_streams
from tests.store.signing import KEY, TOPIC, made, make, places, record, root_in, unguarded

MESSAGE = "topic, case_id, sequence, event_id, name, body"


def test_a_checkpoint_signs_what_all_logs_hold(store: Store, signer: Checkpoints, installation: str) -> None:
    """Sizes, roots, cases without the dossiers that hold them together, and the checkpoint before."""
    record(store, "case-a", 1, 2)
    record(store, "dossier-d", 1)
    first = made(signer)
    assert signature_holds(first, [KEY.public])
    assert (first.number, first.previous, first.installation, first.cases) == (1, None, installation, 1)
    assert places(store) == [(0, "case-a", 1), (1, "case-a", 2), (2, "dossier-d", 1)]
    assert (first.logs["events"].size, first.logs["events"].root) == (3, root_in(store, "events", 3))
    assert (first.logs["publications"].size, first.logs["publications"].root) == (0, EMPTY_ROOT.hex())
    record(store, "case-b", 1)
    record(store, "case-a", 3)
    second = made(signer)
    assert (second.number, second.previous, second.cases) == (2, digest_of_checkpoint(first), 2)
    assert (second.logs["events"].size, second.logs["events"].root) == (5, root_in(store, "events", 5))
    assert second.at >= first.at
    assert (signer.all(), signer.all(after=1), signer.latest()) == ((first, second), (second,), second)
    path = consistency_path(hashes_of(Leaves(store).of_log("events", 5)), 3, 5)
    old_root, root = (bytes.fromhex(one.logs["events"].root) for one in (first, second))
    assert verify_consistency(3, 5, old_root, root, path)


def test_a_leaf_says_what_stands_in_the_ledger(store: Store, signer: Checkpoints) -> None:
    """Place, chain hash, position and instant of the row."""
    record(store, "case-a", 1, 2)
    record(store, "case-b", 1)
    made(signer)
    with store.reading() as connection:
        rows = connection.execute(
            text("SELECT case_id, sequence, position, hash, recorded_at FROM ledger ORDER BY 1, 2")
        )
        leaves = list(leaves_of_streams(connection, ["case-b", "case-a"]))
        assert [leaf[2:] for leaf in leaves] == [tuple(row) for row in rows]
    assert Leaves(store).find("events", "case-b", 1) == leaves[2]
    assert Leaves(store).find("events", "case-b", 2) is None
    assert Leaves(store).find("publications", "case-b", 1) is None


def test_acts_of_publishing_are_a_log_of_their_own(store: Store, signer: Checkpoints) -> None:
    """Numbered as they were done, each by the digest of all that it says."""
    catalogue = PublishedCatalogue(store)

    def publish(name: str) -> None:
        version = PublishedVersion(Key("procedure", name, "1"), f"d-{name}", f"procedures/{name}.yaml", "id: a\n", "{}")
        catalogue.publish([version], act="publish", by="an", note=None, check=lambda acts: None)

    publish("a")
    first = made(signer)
    publish("b")
    publish("c")
    second = made(signer)
    assert (first.logs["publications"].size, second.logs["publications"].size) == (1, 3)
    assert places(store, "publications") == [(0, "catalog", 1), (1, "catalog", 2), (2, "catalog", 3)]
    with store.reading() as connection:
        acts = acts_after(connection, 0)
    leaves = list(Leaves(store).of_log("publications"))
    assert [(leaf.hash, leaf.recorded_at, leaf.position) for leaf in leaves] == [
        (digest_of_act(act), act.at, None) for act in acts
    ]
    assert second.logs["publications"].root == root_in(store, "publications", 3)
    assert second.logs["events"] == first.logs["events"]


def test_it_leaves_the_house_by_the_outbox(store: Store, signer: Checkpoints, installation: str) -> None:
    """Once, with its own canonical form as the message."""
    record(store, "case-a", 1)
    checkpoint = made(signer)
    with store.reading() as connection:
        rows = connection.execute(text(f"SELECT {MESSAGE} FROM outbox JOIN outbox_unpublished USING (id)")).all()
    body = canonical_checkpoint(checkpoint).decode()
    event_id = f"checkpoint-{installation[:8]}-1"
    assert [tuple(row) for row in rows] == [(TOPIC, "checkpoints", None, event_id, "CheckpointSigned", body)]


def test_where_nothing_is_new_nothing_is_signed(store: Store, signer: Checkpoints) -> None:
    """But the first is, of whatever there is, and one that must be."""
    assert made(signer).number == 1
    assert make(signer) is None
    assert len(signer.all()) == 1
    assert signer.make(sealing_with(KEY), TOPIC, even_unchanged=True) is not None
    record(store, "case-a", 1)
    assert made(signer).number == 3
    assert make(signer) is None


def test_a_proof_reads_but_the_blocks_that_it_needs(store: Store, signer: Checkpoints) -> None:
    """And is the same as from all leaves; where what is kept of blocks was changed, all are read."""
    for first in (1, 301, 601):
        record(store, "case-a", *range(first, first + 300))
        state = made(signer).logs["events"]
    hashes = list(hashes_of(Leaves(store).of_log("events")))
    wanted = inclusion_paths(hashes, (0, 511, 899), state.size)
    with store.reading() as connection:
        assert block_roots(connection, "events", 9) == [root_of(hashes[n : n + 256]) for n in (0, 256, 512)]
        assert paths_of(connection, "events", (0, 511, 899), state) == wanted
    for change in ("UPDATE log_blocks SET root = '\\x00' WHERE number = 1", "DELETE FROM log_blocks WHERE number = 1"):
        with unguarded(store, "log_blocks") as connection:
            connection.execute(text(change))
        with store.reading() as connection:
            assert paths_of(connection, "events", (0, 511, 899), state) == wanted


def test_only_the_last_key_signs_and_hands_over(store: Store, signer: Checkpoints) -> None:
    """Another key is refused; one that the last names is not, even where nothing else is new."""
    new = SigningKey.new()
    record(store, "case-a", 1)
    first = made(signer)
    record(store, "case-a", 2)
    with pytest.raises(KeyNotHandedOver):
        make(signer, new)
    assert len(places(store)) == 1
    with pytest.raises(KeyNotHandedOver):
        signer.make(handing_over(new, KEY), TOPIC)
    second = made(signer)
    third = signer.make(handing_over(KEY, new), TOPIC, even_unchanged=True)
    assert third is not None
    assert third.logs == second.logs
    record(store, "case-a", 3)
    fourth = made(signer, new)
    record(store, "case-a", 4)
    with pytest.raises(KeyNotHandedOver):
        make(signer, KEY)
    ring = KeyRing(KEY.public).follow(signer.all())
    assert all(ring.holds(one) for one in (first, second, third, fourth))


def test_an_installation_without_an_id_signs_nothing(store: Store, signer: Checkpoints) -> None:
    """A checkpoint says whose it is: `prepare` draws the id."""
    with store.writing() as connection:
        connection.execute(text("DELETE FROM stack WHERE key = 'installation'"))
    with pytest.raises(StoreNotMigrated):
        make(signer)
