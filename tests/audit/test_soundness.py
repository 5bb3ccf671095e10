"""The whole ledger against its chains, its heads and what was signed; `rebuild --replace` refuses where it is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from audit.checkpoints import check_proofs
from audit.examination import examine_all
from audit.proof.sealing import sealing_with
from audit.proof.signing import SigningKey
from audit.rebuild import Difference
from audit.rebuilding import Rebuilt, rebuild_all
from audit.soundness import check_chains, check_heads, check_ledger
from audit.verification import verify
from events.language.refusals import Refusal
from store.checkpoints import Checkpoints
from store.database import Store
from store.recorder import Recorder
from store.seals import make_installation_id
from tests.store.turn_builder import Sketch


@pytest.fixture
async def case_ids(recorder: Recorder) -> list[str]:
    """Seven cases of nine events."""

    async def live(number: int) -> str:
        sketch = Sketch(number)
        for make in (sketch.opening, sketch.answer, sketch.closing):
            sketch.take(await recorder.record(make()))
        assert len(sketch.records) == 9
        return sketch.case_id

    return sorted(await asyncio.gather(*(live(number) for number in range(7))))


@pytest.fixture
def operator(as_account: Callable[[str], Store]) -> Store:
    """The database as the command line has it."""
    return as_account("operator")


def sign_everything(store: Store) -> None:
    make_installation_id(store)
    assert Checkpoints(store).make(sealing_with(SigningKey.new()), "greenlane.checkpoints.v1")


def change(store: Store, *statements: str) -> None:
    """Tamper with the owner's rights, past every guard."""
    with store.writing() as connection:
        for table in ("ledger", "log_leaves"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


def faults(store: Store) -> list[str]:
    return [
        str(violation)
        for check in (check_chains(store), check_heads(store), check_proofs(store).violations)
        for violation in check
    ]


def rebuilt(store: Store) -> Rebuilt | Refusal:
    return rebuild_all(store, lambda: None, replace=True)


def test_a_sound_ledger_has_no_fault(store: Store, operator: Store, case_ids: list[str]) -> None:
    sign_everything(store)
    assert list(check_ledger(operator)) == []


TAMPERED = [
    (
        ("UPDATE ledger SET body = replace(body, 'one-stop', 'elsewhere') WHERE case_id = '{0}' AND sequence = 6",),
        "I2 {0}.6",
    ),
    (("DELETE FROM ledger WHERE case_id = '{0}' AND sequence = 4",), "I2 {0}.4"),
    (("DELETE FROM ledger WHERE case_id = '{0}' AND sequence = 9",), "I2 {0}.9"),
    (("DELETE FROM ledger WHERE case_id = '{0}' AND sequence > 5",), "I2 {0}.6"),
    (("DELETE FROM ledger WHERE case_id = '{0}'",), "I2 {0}.1"),
    (("UPDATE cases SET hash = sha256(hash) WHERE case_id = '{0}'",), "I2 {0}"),
    (("UPDATE ledger SET type = 'CaseClosed' WHERE case_id = '{0}' AND sequence = 2",), "I2 {0}.2"),
]


def test_what_was_changed_is_named_and_nothing_is_replaced(store: Store, operator: Store, case_ids: list[str]) -> None:
    """A read model is the last witness of a cut tail: `--replace` must not overwrite it."""
    change(store, *(line.format(of) for of, (lines, _) in zip(case_ids, TAMPERED, strict=True) for line in lines))
    expected = {fault.format(case_id) for case_id, (_, fault) in zip(case_ids, TAMPERED, strict=True)}
    named = faults(operator)
    assert {fault.partition(": ")[0] for fault in named} == expected
    assert len(named) == len(expected)
    refused = rebuilt(operator)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.field) == ("ledger_broken", "replace")
    assert any(case_id in str(refused.message) for case_id in case_ids)
    assert faults(operator) == named


def test_what_knows_more_than_the_ledger_holds_replacing_up(store: Store, operator: Store, case_ids: list[str]) -> None:
    """A tail that no checkpoint signed is cut, and every head set: outbox, view, inbox and applications tell."""
    cut, kept, gone = case_ids[:3]
    head = (
        "UPDATE cases SET sequence = 8, hash = l.hash FROM ledger l"
        " WHERE cases.case_id = '{0}' AND l.case_id = '{0}' AND l.sequence = 8"
    )
    change(
        store,
        *(f"DELETE FROM ledger WHERE case_id = '{one}' AND sequence > 8" for one in (cut, kept)),
        *(head.format(one) for one in (cut, kept)),
        f"DELETE FROM outbox WHERE case_id = '{kept}' AND sequence > 8",
        *(f"DELETE FROM {table} WHERE case_id = '{gone}'" for table in ("ledger", "cases", "outbox")),
    )
    assert faults(operator) == []
    opened = f"INSERT INTO applications SELECT '{gone}', 's', 'n', 'd', 'r', now(), '{{}}', true, now()"
    change(store, f"UPDATE cases SET view = replace(view, '\\:9,', '\\:8,') WHERE case_id = '{cut}'", opened)
    assert [str(violation) for violation in check_ledger(operator)] == [
        f"I2 {cut}.9: the outbox owes event 9, which the ledger does not have",
        f"I2 {kept}.9: is missing: the content of the row of its stream knows 9 events",
        *(
            f"I2 {one}: command close:{one} was accepted after the last event that there is: what it did is missing"
            for one in (cut, kept, gone)
        ),
        f"I2 {gone}: was opened, and the ledger has nothing of it",
    ]
    assert isinstance(rebuilt(operator), Refusal)
    assert set(map(str, check_ledger(operator))) <= set(map(str, verify(operator).findings))


CONSISTENT = [
    (("DELETE FROM ledger WHERE case_id = '{0}'", "DELETE FROM cases WHERE case_id = '{0}'"), "I9 {0}.1: is missing"),
    (
        (
            "DELETE FROM ledger WHERE case_id = '{0}' AND sequence = 9",
            "UPDATE cases SET sequence = 8, hash = (SELECT hash FROM ledger WHERE case_id = '{0}' AND sequence = 8)"
            " WHERE case_id = '{0}'",
        ),
        "I9 {0}.9: is missing",
    ),
    (
        ("UPDATE ledger SET recorded_at = recorded_at - interval '1 day' WHERE case_id = '{0}' AND sequence = 3",),
        "I9 {0}.3: its instant of recording",
    ),
    (
        (
            "ALTER TABLE ledger ALTER position SET GENERATED BY DEFAULT",
            "UPDATE ledger SET position = position + 1000000 WHERE case_id = '{0}' AND sequence = 3",
        ),
        "I9 {0}.3: its position",
    ),
    (
        (
            "UPDATE ledger SET body = replace(ledger.body, 'command_id', 'command-id'),"
            " hash = sha256(l.hash || convert_to(replace(ledger.body, 'command_id', 'command-id'), 'UTF8')) FROM ledger l"
            " WHERE ledger.case_id = '{0}' AND ledger.sequence = 9 AND l.case_id = '{0}' AND l.sequence = 8",
            "UPDATE cases SET hash = (SELECT hash FROM ledger WHERE case_id = '{0}' AND sequence = 9)"
            " WHERE case_id = '{0}'",
        ),
        "I9 {0}.9: its hash",
    ),
]


def test_what_is_consistent_in_itself_differs_from_what_was_signed(
    store: Store, operator: Store, case_ids: list[str]
) -> None:
    lines = (line.format(of) for of, (lines, _) in zip(case_ids, CONSISTENT, strict=False) for line in lines)
    sign_everything(store)
    change(store, *lines)
    expected = {fault.format(case_id) for case_id, (_, fault) in zip(case_ids, CONSISTENT, strict=False)}
    assert {fault.split(",")[0].split(" is not")[0] for fault in faults(operator)} == expected
    assert isinstance(rebuilt(operator), Refusal)


def test_what_cannot_be_read_is_named_and_the_look_goes_on(store: Store, operator: Store, case_ids: list[str]) -> None:
    """A body that is no JSON any more is a finding like others, in a chain that was made anew for it too."""
    body = "UPDATE ledger SET body = '{}' WHERE case_id = '{}' AND sequence = 9"
    change(store, body.format("x", case_ids[0]), body.format("{{", case_ids[1]), body.format("", case_ids[2]))
    head = "UPDATE {} SET hash = sha256((SELECT hash FROM ledger WHERE case_id = '{}' AND sequence = 8)) WHERE case_id = '{}'"
    heads = (head.format("cases", case_ids[2], case_ids[2]), head.format("ledger", case_ids[2], case_ids[2]))
    change(store, heads[0], f"{heads[1]} AND sequence = 9")
    assert faults(operator) == [f"I2 {of}.9: its content is not what its hash says" for of in case_ids[:2]]
    first = verify(operator).first_fault
    assert first is not None
    assert (first.case_id, first.sequence) == (case_ids[0], 9)
    differences = [one for examined in examine_all(operator) for one in examined.differences]
    assert Difference(case_ids[2], "unreadable", 9) in differences


def test_emptied_read_models_come_back(store: Store, operator: Store, case_ids: list[str]) -> None:
    """A row that is gone says nothing against the ledger."""
    change(store, "TRUNCATE cases, worklist, escalations")
    assert faults(operator) == []
    outcome = rebuilt(operator)
    assert isinstance(outcome, Rebuilt)
    assert (outcome.ok, outcome.mended) == (True, True)
