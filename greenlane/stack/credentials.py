"""The accounts of an embedded stack: who they are, and their passwords, all made of one secret of the state folder."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from greenlane.stack.folder import StateFolder

ACCOUNTS = "accounts"
"""The folder's secret of which all passwords are made."""
OWNER = "owner"
"""Makes tables, topics and accounts; of the supervisor and `prepare` alone."""
OPERATOR = "operator"
"""The command line."""
PUBLISHER = "publisher"
BRIDGE = "bridge"
PARTS = ("worker", BRIDGE, PUBLISHER)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords by account. Nobody keeps them: whoever may read the folder's secret makes them again."""

    secret: str

    @classmethod
    def of(cls, folder: StateFolder) -> Self:
        """Those of the stack of a state folder. Raises StateFolderUnusableError, StateFolderFullError."""
        return cls(folder.secret(ACCOUNTS))

    def kafka(self, account: str) -> str:
        """Password of an account of Kafka, by the name it bears there (events.language.access)."""
        return self._password("kafka", account)

    def database(self, account: str) -> str:
        """Password of an account of PostgreSQL: a part, `reader`, `operator`, `owner`."""
        return self._password("postgresql", account)

    def _password(self, server: str, account: str) -> str:
        digest = hmac.new(self.secret.encode(), f"{server}\n{account}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
