"""The installation's own two keys: of the indexes by which subjects are found, and of digests of what was submitted."""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass, field
from typing import Final

from store.database import Store
from store.errors import MasterKeyMissing
from store.statements import statements_in
from store.vault.master import MasterKey, Wrapped, wrapped_and_tried
from store.vault.numbers import IndexKind
from store.vault.sealing import new_key

SQL: Final = statements_in("vault")
INDEX: Final = "index"
DIGEST: Final = "digest"
NAMES: Final = (INDEX, DIGEST)
"""What the keys are called in `vault.keys`; also the context in which each is wrapped."""


@dataclass(frozen=True, slots=True)
class Digests:
    """What the two keys are for."""

    index_key: bytes = field(repr=False)
    digest_key: bytes = field(repr=False)

    def index_of(self, kind: IndexKind, value: str) -> bytes:
        """The keyed index of a value in its one form (HMAC-SHA-256): without the key nobody can try values out."""
        return hmac.digest(self.index_key, f"{kind}\n{value}".encode(), hashlib.sha256)

    def bound_to(self, ref: str, number: bytes) -> bytes:
        """What says that this index of a number leads to this subject: whoever turns it to another has no such word."""
        return hmac.digest(self.index_key, b"bound\n" + number + ref.encode(), hashlib.sha256)

    def keyed(self, content: str) -> str:
        """The keyed digest (hex) of this content, or of the content that has this SHA-256."""
        return hmac.digest(self.digest_key, content.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


class InstallationKeys:
    """Unwraps the two keys when they are first needed, and keeps them for the process. Safe for several threads."""

    def __init__(self, store: Store, master: MasterKey | None) -> None:
        self._store = store
        self._master = master
        self._lock = threading.Lock()
        self._digests: Digests | None = None

    @property
    def master(self) -> MasterKey:
        """The master key. Raises MasterKeyMissing."""
        if self._master is None:
            raise MasterKeyMissing
        return self._master

    def digests(self) -> Digests:
        """The two keys; made where there are none yet. Raises MasterKeyMissing, the master key's errors and StoreError."""
        with self._lock:
            if self._digests is None:
                keys = self._known()
                for name in NAMES:
                    if name not in keys:
                        self._make(name)
                keys = keys if len(keys) == len(NAMES) else self._known()
                index, digest = (self.master.unwrap(keys[name], name) for name in NAMES)
                self._digests = Digests(index, digest)
            return self._digests

    def _known(self) -> dict[str, Wrapped]:
        self.master  # noqa: B018 - first of all: is there one?
        with self._store.session() as session:
            rows = session.execute(SQL["find_keys"], {"names": list(NAMES)}).fetchall()
        return {name: Wrapped(key_id, body) for name, key_id, body in rows}

    def _make(self, name: str) -> None:
        wrapped = wrapped_and_tried(self.master, new_key(), name)
        with self._store.session() as session:
            row = {"name": name, "key_id": wrapped.key_id, "wrapped_key": wrapped.body}
            session.execute(SQL["add_key"], row)
