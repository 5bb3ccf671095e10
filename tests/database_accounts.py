"""The URLs of the accounts of an embedded database, as whoever may read its state folder makes them."""

from __future__ import annotations

from pathlib import Path

from greenlane.addresses import StackAddresses
from greenlane.stack.accounts import database_url_of
from greenlane.stack.credentials import OWNER, Credentials
from greenlane.stack.folder import StateFolder


def url_for(account: str, state_dir: Path, addresses: StackAddresses) -> str:
    """The database of this stack for one account; the driver's own form."""
    credentials = Credentials.of(StateFolder(state_dir))
    return database_url_of(account, addresses.database_url, credentials).replace("+psycopg", "")


def owner_url(state_dir: Path, addresses: StackAddresses) -> str:
    """For whoever makes tables in a test."""
    return url_for(OWNER, state_dir, addresses)
