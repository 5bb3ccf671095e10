"""From one master key to another: each key of the vault gets a new wrapping, and no sealed value is touched.

In batches, each a transaction: what was done stays done when it is killed, and the next run goes on with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from store.arrays import Blobs, Kinds, Rows, Texts
from store.database import Store
from store.errors import MasterKeyUnknown, MasterKeyWrong
from store.statements import statements_in
from store.vault.master import MasterKey, Wrapped, wrapped_and_tried
from store.vault.opening import try_master_key

SQL: Final = statements_in("rewrapping")


class _Statements(NamedTuple):
    """Of one kind of keys."""

    find: str
    find_one: str
    rewrap: str


STATEMENTS: Final = {
    "keys": _Statements("find_keys", "find_one_of_keys", "rewrap_keys"),
    "subjects": _Statements("find_subjects", "find_one_of_subjects", "rewrap_subjects"),
    "letters": _Statements("find_letters", "find_one_of_letters", "rewrap_letters"),
}
"""What has keys, in the order in which they are wrapped anew: the installation's own first, without which nothing is found."""
KEYS_AT_ONCE: Final = 500
REWRAPPED: Final[Kinds] = {"names": Texts, "former": Blobs, "key_ids": Texts, "wrapped_keys": Blobs}


@dataclass(frozen=True, slots=True)
class WrappedKeys:
    """Keys of one kind that one master key wraps."""

    what: str
    """`keys`, `subjects` or `letters`."""
    key_id: str
    count: int
    opens: bool
    """Whether the master key that is here opens them: one of them was tried."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """Which master key wraps here, and what each wrapped."""

    key_id: str
    """Of what wraps from now on."""
    wrapped: tuple[WrappedKeys, ...]
    erased: int
    """Subjects whose key was destroyed."""

    @property
    def waiting(self) -> int:
        """How many keys another master key wraps."""
        return sum(one.count for one in self.wrapped if one.key_id != self.key_id)

    @property
    def opens(self) -> bool:
        """Whether the master keys that are here open all of them."""
        return all(one.opens for one in self.wrapped)


def key_state(store: Store, master: MasterKey) -> KeyState:
    """What stands. Raises StoreError, and KeyServiceUnavailable where the master key cannot be asked."""
    key_id = try_master_key(master)
    with store.session() as session:
        counted = session.execute(SQL["count_wrapped"]).fetchall()
        erased = session.execute(SQL["count_erased"]).fetchone() or (0,)
    wrapped = (WrappedKeys(what, by, count, _opens(store, master, what, name)) for what, by, count, name in counted)
    return KeyState(key_id, tuple(wrapped), erased[0])


def rewrap(store: Store, master: MasterKey, tell: Callable[[int], object] = int) -> dict[str, int]:
    """Wrap by what wraps now all that another master key wrapped; how many of each kind. `tell` hears how many so far.

    Raises MasterKeyUnknown and MasterKeyWrong before anything is changed where one of the others is not here,
    KeyServiceUnavailable and StoreError in the middle: the next run goes on with the rest.
    """
    state = key_state(store, master)
    for one in state.wrapped:
        if not one.opens:
            raise MasterKeyUnknown(key_id=one.key_id)
    done = dict.fromkeys(STATEMENTS, 0)
    for what in STATEMENTS:
        after = ""
        while batch := _next(store, what, after, state.key_id):
            done[what] += _rewrapped(store, master, what, batch)
            after = batch[-1][0]
            tell(sum(done.values()))
    return done


Row = tuple[str, str, bytes]
"""Whose key it is, which master key wrapped it, and the wrapped key."""


def _next(store: Store, what: str, after: str, current: str) -> list[Row]:
    with store.session() as session:
        values = {"after": after, "current": current, "most": KEYS_AT_ONCE}
        return session.execute(SQL[STATEMENTS[what].find], values).fetchall()


def _rewrapped(store: Store, master: MasterKey, what: str, batch: list[Row]) -> int:
    rows = Rows(REWRAPPED)
    # Outside of any transaction: a key service may take its time, and nobody waits for a lock of ours.
    for name, key_id, body in batch:
        wrapped = wrapped_and_tried(master, master.unwrap(Wrapped(key_id, body), name), name)
        rows.add(name, body, wrapped.key_id, wrapped.body)
    with store.session() as session:
        return session.execute(SQL[STATEMENTS[what].rewrap], rows.columns).rowcount


def _opens(store: Store, master: MasterKey, what: str, name: str) -> bool:
    with store.session() as session:
        row = session.execute(SQL[STATEMENTS[what].find_one], {"name": name}).fetchone()
    if row is None:
        return True  # destroyed meanwhile
    try:
        master.unwrap(Wrapped(*row), name)
    except (MasterKeyUnknown, MasterKeyWrong):
        return False
    return True
