"""Where the servers and processes of a stack are to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class StackAddresses:
    """Addresses of a running stack, and accounts there. `database_url` holds a password: show `shown_database` instead."""

    temporal_address: str
    kafka_bootstrap: str
    database_url: str = field(repr=False)
    temporal_ui: str | None = None
    kafka_username: str | None = None
    """Account at embedded Kafka; None with an outside one, whose account the settings name."""
    kafka_password: str | None = field(default=None, repr=False)
    metrics: Mapping[str, str] = field(default_factory=dict)
    """URL of /metrics by the name of the process."""

    @property
    def shown_database(self) -> str:
        """The database's URL without its password."""
        scheme, _, rest = self.database_url.partition("://")
        account, at, place = rest.rpartition("@")
        return f"{scheme}://{account.partition(':')[0]}{at}{place}"

    def as_json(self) -> dict[str, Any]:
        """All fields by name, with the password: for files that only their owner may read."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        return cls(**data)
