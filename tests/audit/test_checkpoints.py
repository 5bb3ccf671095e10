"""I9: what was signed is what stands; and what left the house shows what no database can show of itself."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from audit.checkpoints import check_proofs
from audit.proof.sealing import beginning_anew, handing_over, sealing_with
from audit.proof.signing import KeyRing, PublicKey, SigningKey, sign_checkpoint
from audit.proof.vouching import vouched_for
from audit.proof.witness import FILE_MAX_BYTES, Outside, WitnessUnusable, read_file, read_messages
from audit.rebuilding import Rebuilt, rebuild_all
from audit.verification import Evidence, verify
from events.language.checkpoint import Checkpoint, canonical_checkpoint
from events.language.refusals import Refusal
from events.transport.ports import Incoming
from store.checkpoints import Checkpoints
from store.database import Store
from store.recorder import Recorder
from store.seals import installation_id, make_installation_id
from tests.store.turn_builder import Sketch

KEY = SigningKey.new()
OTHER = SigningKey.new()
TOPIC = "greenlane.checkpoints.v1"
EDITION = "INSERT INTO catalog_editions (number, act, by, at) VALUES (1, 'prepare', 'prepare', now())"


@dataclass
class House:
    """An installation with two checkpoints over four cases, and what the auditor has of it."""

    store: Store
    operator: Store
    case_ids: list[str]
    left: tuple[Checkpoint, ...]

    @property
    def outside(self) -> Outside:
        return Outside(self.left)

    def change(self, *statements: str) -> None:
        """Tamper with the owner's rights, past every guard."""
        with self.store.writing() as connection:
            for table in ("ledger", "log_leaves", "checkpoints"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            for statement in statements:
                connection.exec_driver_sql(statement)

    def faults(self, *keys: PublicKey, outside: Outside | None = None) -> list[str]:
        look = check_proofs(self.operator, keys, outside, (KEY.public,))
        return [str(violation) for violation in look.violations]

    def sign_anew(self, key: SigningKey) -> None:
        """Throw all checkpoints away and make one over what stands now, with whatever key there is."""
        self.change("TRUNCATE checkpoints", "TRUNCATE log_leaves")
        Checkpoints(self.store).make(sealing_with(key), TOPIC + ".forged")


@pytest.fixture
async def house(store: Store, as_account: Callable[[str], Store], recorder: Recorder) -> House:
    make_installation_id(store)
    with store.writing() as connection:
        connection.execute(text(EDITION))
    signer, case_ids = Checkpoints(as_account("publisher")), []
    for first in (0, 2):
        sketches = [Sketch(number) for number in (first, first + 1)]
        for sketch in sketches:
            for make in (sketch.opening, sketch.answer):
                sketch.take(await recorder.record(make()))
        case_ids += sorted(sketch.case_id for sketch in sketches)
        assert await asyncio.to_thread(signer.make, sealing_with(KEY), TOPIC)
    return House(store, as_account("operator"), case_ids, Checkpoints(store).all())


async def test_an_honest_house_has_no_fault(house: House, recorder: Recorder) -> None:
    """Neither by itself nor against what left it, nor with events that came since."""
    assert house.faults() == house.faults(KEY.public) == house.faults(KEY.public, outside=house.outside) == []
    await recorder.record(Sketch(9).opening())
    look = check_proofs(house.operator)
    assert (look.checkpoints, look.unsigned, look.violations) == (2, 5, ())
    assert [checkpoint.cases for checkpoint in house.left] == [2, 4]


async def test_only_what_came_since_is_looked_at(house: House, recorder: Recorder) -> None:
    """Of what was signed the hashes alone: a content that was changed behind them is seen by a whole look."""
    body = "UPDATE ledger SET body = replace(body, 'one-stop', 'elsewhere') WHERE sequence = 6 AND case_id = '{}'"
    house.change(body.format(house.case_ids[0]))
    short = verify(house.operator, since_checkpoint=True)
    assert (short.cases, short.events, short.unsigned, short.nothing_new) == (0, 0, 0, True)
    looked_at = {name for name, count in short.violations.items() if count is not None}
    assert looked_at == {"I1", "I2", "I9"}, "no stream was folded, so nothing is said of the rest"
    await recorder.record(Sketch(9).opening())
    short = await asyncio.to_thread(verify, house.operator, since_checkpoint=True)
    assert (short.cases, short.events, short.unsigned, short.nothing_new) == (1, 5, 5, False)
    assert short.violations["I5"] == 0
    whole = await asyncio.to_thread(verify, house.operator)
    assert (whole.cases, whole.events) == (5, 37)
    assert whole.first_fault is not None
    assert str(whole.first_fault) == f"I2 {house.case_ids[0]}.6: its content is not what its hash says"


async def test_a_key_that_was_handed_over_is_followed(house: House, recorder: Recorder) -> None:
    await recorder.record(Sketch(9).opening())
    signer = Checkpoints(house.store)
    await asyncio.to_thread(signer.make, handing_over(KEY, OTHER), TOPIC)
    assert house.faults(KEY.public, outside=Outside(signer.all())) == []
    stranger = house.faults(SigningKey.new().public)
    assert len(stranger) == 3
    assert all("neither the key that is trusted nor a successor" in fault for fault in stranger)


async def test_the_new_key_vouches_for_what_led_to_it(house: House, recorder: Recorder) -> None:
    """An auditor who was given only the key after two rotations accuses nobody; of what stands nothing may differ."""
    third, signer = SigningKey.new(), Checkpoints(house.store)
    await recorder.record(Sketch(9).opening())
    await asyncio.to_thread(signer.make, handing_over(KEY, OTHER), TOPIC)
    await recorder.record(Sketch(10).opening())
    await asyncio.to_thread(signer.make, handing_over(OTHER, third), TOPIC)
    left = signer.all()
    for key in (KEY, OTHER, third):
        assert house.faults(key.public, outside=Outside(left)) == []
    older = Outside(left[:2])
    assert house.faults(third.public, outside=older) == []
    other = sign_checkpoint(KEY, left[0].model_copy(update={"cases": 1}))
    assert "I9 checkpoint 1: it left the house otherwise than it stands in the database" in house.faults(
        third.public, outside=Outside((other, *left[1:]))
    )
    house.change("UPDATE checkpoints SET body = replace(body, '\"cases\":4', '\"cases\":3') WHERE number = 2")
    found = house.faults(third.public, outside=older)
    assert any(fault.startswith("I9 checkpoint 2: key") and "neither" in fault for fault in found)
    assert any(fault.startswith("I9 checkpoint 1: key") and "neither" in fault for fault in found)


async def test_nobody_is_vouched_for_by_a_handover_that_does_not_hold(house: House, recorder: Recorder) -> None:
    """A link of hashes that was made anew, with a handover that the key of that time never signed."""
    signer, third = Checkpoints(house.store), SigningKey.new()
    for number, seal in ((9, handing_over(KEY, OTHER)), (10, handing_over(OTHER, third))):
        await recorder.record(Sketch(number).opening())
        await asyncio.to_thread(signer.make, seal, TOPIC)
    left = signer.all()
    assert len(vouched_for(left, KeyRing(third.public))) == 3
    handover = left[3].handover
    assert handover is not None
    for change in ({"signature": "0" * 128}, {"by": KEY.key_id}, {"public_key": KEY.public.raw.hex()}):
        forged = left[3].model_copy(update={"handover": handover.model_copy(update=change)})
        assert vouched_for((*left[:3], sign_checkpoint(third, forged)), KeyRing(third.public)) == frozenset()
    unlinked = sign_checkpoint(third, left[3].model_copy(update={"previous": "0" * 64}))
    assert vouched_for((*left[:3], unlinked), KeyRing(third.public)) == frozenset()


async def test_how_far_what_left_the_house_reaches(house: House, recorder: Recorder) -> None:
    """To its newest checkpoint; of all events beyond only the database speaks."""

    def reach(*left: Checkpoint) -> tuple[int, int, int] | None:
        return check_proofs(house.operator, (KEY.public,), Outside(left)).witnessed

    assert reach(house.left[0]) == (1, 16, 16)
    assert reach(*house.left) == (2, 32, 0)
    await recorder.record(Sketch(9).opening())
    assert await asyncio.to_thread(reach, *house.left) == (2, 32, 5)
    assert (
        await asyncio.to_thread(
            reach, sign_checkpoint(OTHER, house.left[1].model_copy(update={"key_id": OTHER.key_id}))
        )
        is None
    )
    assert check_proofs(house.operator, (KEY.public,)).witnessed is None


def test_a_signature_that_nobody_can_look_at_is_told(house: House) -> None:
    """No key is known: nothing is said of the signatures, and that is said."""
    blind = verify(house.operator)
    assert (blind.violations["I9"], blind.unseen_signatures, blind.unseen) == (0, 2, ["signatures"])
    for evidence in (Evidence(known=(KEY.public,)), Evidence((KEY.public,))):
        seen = verify(house.operator, evidence=evidence)
        assert (seen.violations["I9"], seen.unseen_signatures, seen.unseen) == (0, 0, [])


async def test_a_key_that_was_lost_leaves_a_break_that_all_see(house: House, recorder: Recorder) -> None:
    """Nobody but who trusts both keys, in their order, takes it for more than a replaced key; then nothing is a stranger's."""
    await recorder.record(Sketch(9).opening())
    signer = Checkpoints(house.store)
    await asyncio.to_thread(signer.make, beginning_anew(OTHER), TOPIC)
    third = f"I9 checkpoint 3: the key changed without a handover: {KEY.key_id} signed the one before, {OTHER.key_id}"
    assert [fault.startswith(third) for fault in house.faults()] == [True]
    for trusted, strangers in ((KEY, [3]), (OTHER, [1, 2])):
        changed, *strange = house.faults(trusted.public)
        assert changed.startswith(third)
        assert [int(fault.split()[2].rstrip(":")) for fault in strange] == strangers
    assert house.faults(KEY.public, OTHER.public, outside=Outside(signer.all())) == []
    assert house.faults(OTHER.public, KEY.public)
    report = await asyncio.to_thread(verify, house.operator, evidence=Evidence((KEY.public, OTHER.public)))
    assert report.violations["I9"] == 0
    assert isinstance(rebuild_all(house.store, lambda: None, replace=True), Refusal)
    assert isinstance(rebuild_all(house.store, lambda: None, replace=True, keys=(KEY.public, OTHER.public)), Rebuilt)
    house.change("UPDATE ledger SET hash = sha256(hash) WHERE sequence = 3")
    assert isinstance(rebuild_all(house.store, lambda: None, replace=True, keys=(KEY.public, OTHER.public)), Refusal)


TAMPERED = [
    (
        "UPDATE checkpoints SET body = replace(body, '\"cases\":4', '\"cases\":3') WHERE number = 2",
        "checkpoint 2: its signature",
    ),
    ("UPDATE checkpoints SET body = 'x' WHERE number = 1", "checkpoint 1: cannot be read"),
    ("UPDATE checkpoints SET body = body || ' ' WHERE number = 1", "checkpoint 1: it is not written in the form"),
    ("UPDATE checkpoints SET at = at + interval '1 hour' WHERE number = 1", "checkpoint 1: its columns"),
    (
        "UPDATE checkpoints SET edges = replace(edges, '16', '15') WHERE number = 1",
        "checkpoint 1: what the next one grows from",
    ),
    ("UPDATE checkpoints SET edges = '[]' WHERE number = 2", "checkpoint 2: what the next one grows from"),
    ("DELETE FROM checkpoints WHERE number = 1", "checkpoint 1: is missing"),
    ("DELETE FROM checkpoints WHERE number = 2", "log events: leaves 16 to 31 were signed by no checkpoint"),
    ("UPDATE checkpoints SET body = (SELECT body FROM checkpoints WHERE number = 1) WHERE number = 2", "checkpoint 2"),
    ("DELETE FROM log_leaves WHERE log = 'events' AND number = 3", "log events: leaf 3 is missing"),
    ("UPDATE log_leaves SET hash = sha256(hash) WHERE log = 'events' AND number = 20", "checkpoint 2: leaves 16 to 31"),
    ("UPDATE catalog_editions SET by = 'somebody' WHERE number = 1", "edition 1: is not what a checkpoint signed"),
    ("DELETE FROM catalog_editions WHERE number = 1", "edition 1: is missing, and a checkpoint signed it"),
    ("DELETE FROM log_leaves WHERE number = 31", "checkpoint 2: it signed 32 leaves"),
]


def test_every_change_of_what_was_signed_is_named(house: House) -> None:
    """Each by itself, in a copy of the same rows."""
    tables = ("checkpoints", "log_leaves", "catalog_editions")
    house.change(*(f"CREATE TABLE sound_{table} AS TABLE {table}" for table in tables))
    for statement, fault in TAMPERED:
        house.change(statement)
        found = house.faults()
        assert any(one.startswith(f"I9 {fault}") for one in found), (statement, found)
        assert house.faults(KEY.public, outside=house.outside), statement
        house.change(
            *(f"DELETE FROM {table}" for table in tables),
            *(f"INSERT INTO {table} SELECT * FROM sound_{table}" for table in tables),
        )
    assert house.faults(KEY.public, outside=house.outside) == []


def test_an_event_put_in_where_all_was_signed_is_named(house: House) -> None:
    """Its place among the others was settled: an honest event could not come there any more."""
    house.change(
        f"INSERT INTO ledger (case_id, sequence, position, body, hash, type, at) OVERRIDING SYSTEM VALUE"
        f" SELECT case_id, 99, -1, body, hash, type, at FROM ledger WHERE case_id = '{house.case_ids[0]}' AND sequence = 1",
    )
    assert house.faults() == [
        f"I9 {house.case_ids[0]}.99: stands before what was signed, and no checkpoint signed it",
        f"I9 {house.case_ids[0]}.99: stands at a position that is never drawn",
    ]


def test_a_roll_back_shows_only_outside(house: House) -> None:
    """An older state is whole in itself."""
    house.change(
        "DELETE FROM checkpoints WHERE number = 2",
        "DELETE FROM log_leaves WHERE log = 'events' AND number >= 16",
        "DELETE FROM ledger WHERE position > 16",
    )
    assert house.faults() == house.faults(KEY.public) == []
    found = house.faults(KEY.public, outside=house.outside)
    assert "I9 checkpoint 2: it left the house, and the database ends with checkpoint 1: it was rolled back" in found
    assert "I9 checkpoint 2: it signed 32 leaves of the log events, and there are 16: the rest is gone" in found


def test_a_past_that_was_signed_anew_shows_only_outside(house: House) -> None:
    """Whoever holds the database and another key can make it sound in itself: the auditor's own key shows it."""
    house.change("UPDATE ledger SET hash = sha256(hash) WHERE sequence = 3")
    house.sign_anew(OTHER)
    assert house.faults() == []
    assert "neither the key that is trusted nor a successor" in house.faults(KEY.public)[0]
    found = house.faults(KEY.public, outside=house.outside)
    assert any("checkpoint 1: key" in fault and "when it left the house" in fault for fault in found)
    assert any("are not those that it signed" in fault for fault in found)


def test_a_fork_shows_only_outside(house: House) -> None:
    """Two checkpoints of one number, both rightly signed: two pasts were told."""
    last = house.left[-1]
    told = sign_checkpoint(KEY, last.model_copy(update={"cases": 3}))
    assert any(
        "the past was forked" in fault for fault in house.faults(KEY.public, outside=Outside((*house.left, told)))
    )


def lines(*checkpoints: Checkpoint) -> bytes:
    return b"".join(canonical_checkpoint(checkpoint) + b"\n" for checkpoint in checkpoints)


def test_what_left_the_house_is_read(house: House, tmp_path: Path) -> None:
    """A line that was never written to its end is no tampering; a repeated one is one."""
    file, own = tmp_path / "checkpoints", installation_id(house.store)
    whole = lines(*house.left)
    for content, count, torn in (
        (whole, 2, False),
        (whole + whole, 2, False),
        (whole[:-1], 2, False),
        (whole[:-40], 1, True),
        (whole + whole[:5], 2, True),
        (whole + b"\0\0", 2, True),
    ):
        file.write_bytes(content)
        outside = read_file(file, own)
        assert (len(outside.checkpoints), outside.torn) == (count, torn)
    assert read_messages(TOPIC, messages(*map(canonical_checkpoint, house.left)), own) == house.outside


def messages(*contents: bytes | None) -> list[Incoming]:
    """As Kafka delivers them."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return [Incoming(TOPIC, 0, offset, None, content, (), at) for offset, content in enumerate(contents)]


def test_what_stands_among_checkpoints_is_told_and_takes_none_away(house: House, tmp_path: Path) -> None:
    """Whoever may write there can leave anything: the others are a witness as before."""
    own, (first, second) = installation_id(house.store), map(canonical_checkpoint, house.left)
    foreign = canonical_checkpoint(house.left[0].model_copy(update={"installation": "0" * 32}))
    newer = json.dumps(json.loads(first) | {"version": 2}).encode()
    outside = read_messages(TOPIC, messages(None, first, b"hello", foreign, newer, second), own)
    assert outside.checkpoints == house.left
    assert house.faults(KEY.public, outside=outside) == [
        f"I9 partition 0, offset {offset} of {TOPIC}: {what}"
        for offset, what in (
            (0, "is no checkpoint"),
            (2, "is no checkpoint"),
            (3, f"is a checkpoint of another installation ({'0' * 32})"),
            (4, "is a checkpoint of a version that is not known here"),
        )
    ]
    file = tmp_path / "checkpoints"
    file.write_bytes(b"\n".join((first, b'{"algorithm":' + b"x" * 200_000, second, b"")))
    outside = read_file(file, own)
    assert (outside.checkpoints, outside.torn) == (house.left, False)
    assert list(map(str, outside.strays)) == [f"I9 line 2 of {file}: is no checkpoint"]
    file.write_bytes(first + b"\n" + b"x\n" * 1_200)
    *_, last = read_file(file, own).strays
    assert str(last) == f"I9 {file}: holds 1100 more that are no checkpoints of this installation"


def test_only_a_file_is_read_as_one(house: House, tmp_path: Path) -> None:
    """A pipe would be waited for, a device read for ever; where a link leads to is asked, not the link."""
    own, pipe, link = installation_id(house.store), tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    for place in (pipe, Path("/dev/full"), tmp_path):
        with pytest.raises(WitnessUnusable, match="cannot be read"):
            read_file(place, own)
    (tmp_path / "checkpoints").write_bytes(lines(*house.left))
    link.symlink_to("checkpoints")
    assert read_file(link, own) == house.outside
    with (tmp_path / "large").open("wb") as large:
        large.truncate(FILE_MAX_BYTES + 1)
    with pytest.raises(WitnessUnusable, match="which is the most"):
        read_file(tmp_path / "large", own)


def test_what_is_no_witness_is_refused(house: House, tmp_path: Path) -> None:
    """Each by what it is, never taken for tampering or for nothing."""
    file, own, first = tmp_path / "checkpoints", installation_id(house.store), house.left[0]
    said = json.loads(canonical_checkpoint(first))
    for content, reason in (
        (b"", "holds no checkpoint"),
        (b"hello\n", "is no checkpoint"),
        (b"\xff\xfe\n", "is no checkpoint"),
        (b"\n{}\nhello\n", "line 2"),
        (json.dumps(said | {"version": 2}).encode() + b"\n", "version 2"),
        (json.dumps(said | {"algorithm": "RSA"}).encode() + b"\n", "RSA"),
        (json.dumps(said | {"number": 0}).encode() + b"\n", "is no checkpoint"),
        (lines(first.model_copy(update={"installation": "0" * 32})), "another installation"),
    ):
        file.write_bytes(content)
        with pytest.raises(WitnessUnusable, match=reason):
            read_file(file, own)
