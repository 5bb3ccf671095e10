"""Handing out accounts of an embedded stack to whoever may read its folder; never those of an installation in production."""

from __future__ import annotations

from greenlane.settings import PREFIX, Settings
from greenlane.stack.accounts import database_url_of
from greenlane.stack.addresses import StackAddresses
from greenlane.stack.credentials import OPERATOR, Credentials
from greenlane.stack.errors import AccessRefusedError
from greenlane.stack.folder import StateFolder
from greenlane.stack.session import running_stack
from wording.text import Said


def handed_out(settings: Settings) -> tuple[StackAddresses, Credentials]:
    """The running stack of the state folder and what makes its passwords. Raises AccessRefusedError."""
    folder = StateFolder(settings.state_dir)
    if "production" in (settings.profile, folder.read(folder.stack_file).get("profile")):
        raise AccessRefusedError(
            Said(
                "An installation in production hands out no passwords.",
                "Hệ thống vận hành thật không cấp mật khẩu qua lệnh này.",
            ),
            field=f"{PREFIX}PROFILE",
            remedy=Said(
                "Ask whoever runs the servers for an account (docs/operations.md).",
                "Xin tài khoản của người quản trị máy chủ (docs/operations.md).",
            ),
        )
    addresses = running_stack(settings)
    if addresses is None:
        raise AccessRefusedError(
            Said(
                f"No stack runs in {settings.state_dir}, so there is nothing to have access to.",
                f"Không có hệ thống nào đang chạy trong {settings.state_dir} để truy cập.",
            ),
            field=f"{PREFIX}STATE_DIR",
            remedy=Said(
                "Start `greenlane up`, or name the folder of one that runs.",
                "Chạy `greenlane up`, hoặc nêu thư mục của hệ thống đang chạy.",
            ),
        )
    return addresses, Credentials.of(folder)


def database_access(settings: Settings, account: str) -> str:
    """The URL of the embedded database for one account, as libpq reads it. Raises AccessRefusedError."""
    addresses, credentials = handed_out(settings)
    if database_url_of(OPERATOR, addresses.database_url, credentials) != addresses.database_url:
        raise AccessRefusedError(
            Said(
                "This stack works on an outside PostgreSQL, whose accounts are not ours to hand out.",
                "Hệ thống này dùng PostgreSQL bên ngoài; tài khoản của máy chủ đó không do Greenlane cấp.",
            ),
            field=f"{PREFIX}DATABASE_URL",
            remedy=Said(
                "Ask whoever runs that server for an account (docs/operations.md).",
                "Xin tài khoản của người quản trị máy chủ đó (docs/operations.md).",
            ),
        )
    return database_url_of(account, addresses.database_url, credentials).replace("+psycopg", "", 1)
