"""Handing out accounts of an embedded stack to whoever may read its folder; never those of an installation in production."""

from __future__ import annotations

from greenlane.addresses import StackAddresses
from greenlane.connection_rules import PREFIX
from greenlane.settings import Settings
from greenlane.stack.accounts import database_url_of
from greenlane.stack.credentials import OPERATOR, Credentials
from greenlane.stack.errors import AccessRefusedError
from greenlane.stack.folder import StateFolder
from greenlane.stack.session import running_stack
from wording.text import _


def handed_out(settings: Settings) -> tuple[StackAddresses, Credentials]:
    """The running stack of the state folder and what makes its passwords. Raises AccessRefusedError."""
    folder = StateFolder(settings.state_dir)
    if "production" in (settings.profile, folder.read(folder.stack_file).get("profile")):
        raise AccessRefusedError(
            _("An installation in production hands out no passwords."),
            field=f"{PREFIX}PROFILE",
            remedy=_("Ask whoever runs the servers for an account (docs/operations.md)."),
        )
    addresses = running_stack(settings)
    if addresses is None:
        raise AccessRefusedError(
            _("No stack runs in {state_dir}, so there is nothing to have access to.", state_dir=settings.state_dir),
            field=f"{PREFIX}STATE_DIR",
            remedy=_("Start `greenlane up`, or name the folder of one that runs."),
        )
    return addresses, Credentials.of(folder)


def database_access(settings: Settings, account: str) -> str:
    """The URL of the embedded database for one account, as libpq reads it. Raises AccessRefusedError."""
    addresses, credentials = handed_out(settings)
    if database_url_of(OPERATOR, addresses.database_url, credentials) != addresses.database_url:
        raise AccessRefusedError(
            _("This stack works on an outside PostgreSQL, whose accounts are not ours to hand out."),
            field=f"{PREFIX}DATABASE_URL",
            remedy=_("Ask whoever runs that server for an account (docs/operations.md)."),
        )
    return database_url_of(account, addresses.database_url, credentials).replace("+psycopg", "", 1)
