"""The settings under which each part of a stack works: where the servers are, and its own account at each."""

from __future__ import annotations

from urllib.parse import quote

from greenlane.addresses import StackAddresses
from greenlane.evidence_settings import SIGNING_KEY
from greenlane.settings import Settings
from greenlane.stack.credentials import BRIDGE, OPERATOR, OWNER, PARTS, PUBLISHER, Credentials
from greenlane.vault_settings import MASTER_KEYS
from store.access import role_of

DATABASE_OWNER_ROLE = "greenlane"
"""The role that owns the embedded database; the others are named after it."""
SCHEME = "postgresql+psycopg://"


def settings_of(part: str, settings: Settings, addresses: StackAddresses, credentials: Credentials) -> Settings:
    """What one part is told: `owner` (makes tables, topics, accounts), a process of ours by its name, or `operator`.

    `settings` are the stack's own, in which an outside server has its address. A part that has no account, such as a
    process of a test, works as the operator. The signing key is the publisher's alone: who writes the ledger signs nothing.
    What opens the vault is the bridge's, and the owner's to seal what stands: who decides a case sees no person.
    """
    account = part if part in (OWNER, *PARTS) else OPERATOR
    withheld: dict[str, None] = {} if account == PUBLISHER else {SIGNING_KEY: None}
    withheld |= {} if account in (BRIDGE, OWNER) else dict.fromkeys(MASTER_KEYS)
    settings_there = settings.resolved(addresses).model_copy(
        update=_database(account, settings, addresses, credentials) | withheld
    )
    if settings.kafka_bootstrap is not None:
        return settings_there
    name = kafka_account(account)
    return settings_there.with_kafka_account(
        name, credentials.kafka(name), "PLAIN" if account == OWNER else "SCRAM-SHA-256"
    )


def kafka_account(account: str) -> str:
    """The name of an account of the engine's own at embedded Kafka (events.language.access)."""
    return f".{account}"


def _database(
    account: str, settings: Settings, addresses: StackAddresses, credentials: Credentials
) -> dict[str, object]:
    if settings.database_url is None:
        return {
            "database_url": database_url_of(account, addresses.database_url, credentials),
            "database_owner_url": None,
        }
    # The outside server's accounts are made by whoever runs it; what only `prepare` may know goes to nobody else.
    return {} if account == OWNER else {"database_owner_url": None}


def database_url_of(account: str, url: str, credentials: Credentials) -> str:
    """The URL of the embedded database at `url`, whoever that is of, for another account."""
    place = url.rpartition("@")[2]
    password = quote(credentials.database(account), safe="")
    return f"{SCHEME}{role_of(DATABASE_OWNER_ROLE, account)}:{password}@{place}"
